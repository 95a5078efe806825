//! Paths as they are written in a manifest, made whole for one machine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Manifest;

/// What a path may depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// `linux`, `macos` or `windows`.
    pub os: String,
    /// The host name, without its domain.
    pub host: String,
    /// The home folder.
    pub home: Option<PathBuf>,
    /// The variables of the environment.
    pub environment: BTreeMap<String, String>,
}

/// Why a path cannot be made whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    /// A variable that neither the manifest nor the environment has.
    #[error(
        "nothing says what ${{{0}}} is, neither [variables], nor [machine], nor the environment"
    )]
    Unknown(String),
    /// Variables that stand for each other.
    #[error("${{{0}}} stands for itself in the end")]
    Circle(String),
    /// `${` without an end, or a name that is none.
    #[error(
        "behind '$' comes a name, as in ${{name}} or $name; a '$' of a name itself is written '$$'"
    )]
    BadName,
    /// `~` where there is no home folder.
    #[error("there is no home folder for '~'")]
    NoHome,
    /// `~name`, somebody else's home folder.
    #[error("'~' stands for this user's home folder alone; write '~/…'")]
    OtherHome,
    /// Nothing is left of the path.
    #[error("it is empty")]
    Empty,
}

/// Makes the paths of one manifest whole.
#[derive(Debug)]
pub struct Paths<'a> {
    machine: &'a Machine,
    variables: BTreeMap<&'a str, &'a str>,
    /// The folder that holds the manifest: what relative paths are relative to.
    folder: &'a Path,
}

/// The deepest that variables may stand for variables.
const MAX_DEPTH: usize = 20;

impl<'a> Paths<'a> {
    /// Takes what the manifest says for this machine; that comes before what it says for all.
    pub fn new(manifest: &'a Manifest, machine: &'a Machine, folder: &'a Path) -> Self {
        let mut variables = BTreeMap::new();
        let of_machine = manifest
            .machines
            .iter()
            .filter(|(host, _)| host.eq_ignore_ascii_case(&machine.host))
            .map(|(_, variables)| variables);
        for all in std::iter::once(&manifest.variables).chain(of_machine) {
            let pairs = all.iter();
            variables.extend(pairs.map(|(name, value)| (name.as_str(), value.as_str())));
        }
        Self {
            machine,
            variables,
            folder,
        }
    }

    /// Knows the variables of the environment alone.
    pub fn of_environment(machine: &'a Machine, folder: &'a Path) -> Self {
        Self {
            machine,
            variables: BTreeMap::new(),
            folder,
        }
    }

    /// Returns the path that is written so: absolute, unless it begins with the name of a cloud.
    pub fn whole(&self, written: &str) -> Result<PathBuf, ExpandError> {
        let text = self.text(written)?;
        if text.is_empty() {
            return Err(ExpandError::Empty);
        }
        if is_cloud_name(&text) {
            return Ok(PathBuf::from(text));
        }
        Ok(self.folder.join(text))
    }

    /// Returns the path counted from the folder that holds the manifest.
    pub fn beside(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    fn text(&self, written: &str) -> Result<String, ExpandError> {
        let text = self.filled_in(written, &mut BTreeSet::new())?;
        let Some(rest) = text.strip_prefix('~') else {
            return Ok(text);
        };
        if !rest.is_empty() && !rest.starts_with(['/', std::path::MAIN_SEPARATOR]) {
            return Err(ExpandError::OtherHome);
        }
        let home = self.machine.home.as_deref().ok_or(ExpandError::NoHome)?;
        let home = home.to_str().ok_or(ExpandError::NoHome)?;
        Ok(format!("{home}{rest}"))
    }

    /// Puts in what variables stand for.
    fn filled_in(&self, written: &str, open: &mut BTreeSet<String>) -> Result<String, ExpandError> {
        let mut text = String::with_capacity(written.len());
        let mut rest = written;
        while let Some(at) = rest.find('$') {
            text.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(behind) = rest.strip_prefix('$') {
                text.push('$');
                rest = behind;
                continue;
            }
            let (name, behind) = name_of(rest)?;
            rest = behind;
            text.push_str(&self.value(name, open)?);
        }
        text.push_str(rest);
        Ok(text)
    }

    fn value(&self, name: &str, open: &mut BTreeSet<String>) -> Result<String, ExpandError> {
        let Some(written) = self.variables.get(name) else {
            // Empty counts as unset: `$XDG_CONFIG_HOME/x` must not become `/x`.
            let known = self.machine.environment.get(name);
            return known
                .filter(|value| !value.is_empty())
                .cloned()
                .ok_or_else(|| ExpandError::Unknown(name.to_owned()));
        };
        if open.len() >= MAX_DEPTH || !open.insert(name.to_owned()) {
            return Err(ExpandError::Circle(name.to_owned()));
        }
        let value = self.filled_in(written, open)?;
        open.remove(name);
        Ok(value)
    }
}

/// Returns the names of the variables that a path depends on, as far as it is one.
pub fn names_in(written: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = written;
    while let Some(at) = rest.find('$') {
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix('$') {
            rest = behind;
        } else if let Ok((name, behind)) = name_of(rest) {
            names.push(name);
            rest = behind;
        }
    }
    names
}

/// Returns whether a path begins with the name of a cloud, as `dropbox:` does; one letter is a drive of Windows.
pub(crate) fn is_cloud_name(text: &str) -> bool {
    let Some((name, _)) = text.split_once(':') else {
        return false;
    };
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    name.len() > 1 && name.bytes().all(is_letter)
}

/// Splits the name of a variable, without its braces, from what follows.
fn name_of(text: &str) -> Result<(&str, &str), ExpandError> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let (name, behind) = match text.strip_prefix('{') {
        Some(inside) => inside.split_once('}').ok_or(ExpandError::BadName)?,
        None => text.split_at(text.find(|letter| !is_letter(letter)).unwrap_or(text.len())),
    };
    // Windows has a variable called `ProgramFiles(x86)`.
    let fits = |letter: char| is_letter(letter) || letter == '(' || letter == ')';
    match !name.is_empty() && name.chars().all(fits) {
        true => Ok((name, behind)),
        false => Err(ExpandError::BadName),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Machine {
        Machine {
            os: "linux".to_owned(),
            host: "desk".to_owned(),
            home: Some(PathBuf::from("/home/ann")),
            environment: BTreeMap::from([("DATA".to_owned(), "/data".to_owned())]),
        }
    }

    fn manifest() -> Manifest {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Manifest {
            variables: BTreeMap::from([
                pair("work", "$DATA/work"),
                pair("place", "~/somewhere"),
                pair("a", "$b"),
                pair("b", "${a}"),
            ]),
            machines: BTreeMap::from([(
                "DESK".to_owned(),
                BTreeMap::from([pair("place", "/mnt/${work}")]),
            )]),
            ..Manifest::default()
        }
    }

    #[test]
    fn paths_become_whole() {
        let (manifest, machine) = (manifest(), machine());
        let paths = Paths::new(&manifest, &machine, Path::new("/etc/links"));
        for (written, whole) in [
            ("x", "/etc/links/x"),
            ("/x", "/x"),
            ("~", "/home/ann"),
            ("~/x", "/home/ann/x"),
            ("$DATA/x", "/data/x"),
            ("${DATA}x", "/datax"),
            ("$work", "/data/work"),
            ("$place", "/mnt//data/work"),
            ("/a$$b", "/a$b"),
            ("dropbox:x", "dropbox:x"),
        ] {
            assert_eq!(paths.whole(written), Ok(PathBuf::from(whole)), "{written}");
        }
    }

    #[test]
    fn names_are_found_where_they_are_filled_in() {
        assert_eq!(names_in("$a/${b}c$$d$/x$e"), ["a", "b", "e"]);
        assert_eq!(names_in("~/x$"), [""; 0]);
    }

    #[test]
    fn what_cannot_be_known_is_said() {
        let (manifest, machine) = (manifest(), machine());
        let paths = Paths::new(&manifest, &machine, Path::new("/etc/links"));
        for (written, error) in [
            ("$none/x", ExpandError::Unknown("none".to_owned())),
            ("$a", ExpandError::Circle("a".to_owned())),
            ("${x", ExpandError::BadName),
            ("$/x", ExpandError::BadName),
            ("~bob/x", ExpandError::OtherHome),
            ("", ExpandError::Empty),
        ] {
            assert_eq!(paths.whole(written), Err(error), "{written}");
        }
    }
}
