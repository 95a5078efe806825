//! dotbot's configuration: the links that it asks for, with what holds for each.

use super::value::{Content, Value};
use super::{ImportError, LeftOut, json, yaml};
use crate::manifest::{When, WishForm, WishKind, is_cloud_name};

/// What a configuration asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// The links, in the order of the file.
    pub links: Vec<DotbotLink>,
    /// What is no link, or asks for more than a manifest can say.
    pub left_out: Vec<LeftOut>,
}

/// One pair of a `link` directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DotbotLink {
    /// The line, where that is known.
    pub line: Option<usize>,
    /// Where the link stands, as written; with a pattern, the folder that the links stand in.
    pub link: String,
    /// What it leads to.
    pub source: Source,
    /// What sort of link.
    pub kind: WishKind,
    /// How its text is written.
    pub form: WishForm,
    /// On which systems.
    pub when: When,
}

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A path, as written.
    Path(String),
    /// All that a pattern matches, each by a link of its own.
    Glob(Globbing),
}

/// A pattern for what links lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Globbing {
    /// The pattern, as written.
    pub pattern: String,
    /// What stands before the names of the links.
    pub prefix: String,
    /// Patterns for what is left out again.
    pub exclude: Vec<String>,
}

impl Config {
    /// Returns what a file of YAML says.
    pub fn of_yaml(bytes: &[u8]) -> Result<Self, ImportError> {
        Self::of(&yaml::parse(bytes)?)
    }

    /// Returns what a file of JSON says.
    pub fn of_json(bytes: &[u8]) -> Result<Self, ImportError> {
        Self::of(&json::parse(bytes)?)
    }

    fn of(value: &Value) -> Result<Self, ImportError> {
        let wrong = |at: &Value, why: &str| Err(ImportError::at(at.line, why));
        let tasks = match &value.content {
            Content::Null => &[],
            Content::List(tasks) => tasks.as_slice(),
            _ => return wrong(value, "a configuration of dotbot is a list of tasks"),
        };
        let mut config = Self::default();
        let mut defaults = Options::default();
        for task in tasks {
            let Some(directives) = task.map() else {
                return wrong(task, "a task is a map of directives");
            };
            for (name, value) in directives {
                match name.as_str() {
                    "defaults" => {
                        defaults = Options::default();
                        let pairs = value.map().unwrap_or_default();
                        if let Some((_, link)) = pairs.iter().find(|(name, _)| name == "link") {
                            defaults.set_all(link, &mut config.left_out);
                        }
                    }
                    "link" => {
                        let Some(pairs) = value.map() else {
                            return wrong(value, "'link' is a map of links");
                        };
                        for (link, source) in pairs {
                            config.link(link, source, &defaults);
                        }
                    }
                    name => config.leave_out(value.line, format!("'{name}' is no link")),
                }
            }
        }
        Ok(config)
    }

    fn leave_out(&mut self, line: Option<usize>, why: String) {
        self.left_out.push(LeftOut { line, why });
    }

    fn link(&mut self, link: &str, value: &Value, defaults: &Options) {
        let mut options = defaults.clone();
        let path = match &value.content {
            Content::Null => None,
            Content::Text(path) => Some(path.clone()),
            Content::Map(pairs) => {
                options.set_all(value, &mut self.left_out);
                let path = pairs.iter().find(|(name, _)| name == "path");
                match path.map(|(_, path)| &path.content) {
                    None | Some(Content::Null) => None,
                    Some(Content::Text(path)) => Some(path.clone()),
                    Some(_) => {
                        return self.leave_out(value.line, format!("'{link}': a path is a text"));
                    }
                }
            }
            _ => {
                let why = format!("'{link}': what it leads to is a path or a map");
                return self.leave_out(value.line, why);
            }
        };
        let path = path.unwrap_or_else(|| default_path(link));
        let when = match options.condition.as_deref().map(system_of) {
            None => When::default(),
            Some(Some(system)) => When {
                os: vec![system.to_owned()],
                host: Vec::new(),
            },
            Some(None) => {
                let condition = options.condition.unwrap_or_default();
                let why = format!("'{link}' is left out: only a shell knows whether '{condition}'");
                return self.leave_out(value.line, why);
            }
        };
        let kind = match options.kind.as_str() {
            "" | "symlink" => WishKind::Fitting,
            "hardlink" => WishKind::Hard,
            other => {
                let why = format!("'{link}' is left out: there is no type '{other}'");
                return self.leave_out(value.line, why);
            }
        };
        let form = match options.relative {
            Some(true) if kind == WishKind::Fitting => WishForm::Relative,
            Some(false) if kind == WishKind::Fitting => WishForm::Absolute,
            _ => WishForm::Fitting,
        };
        let path = normal(&path);
        let source = match options.glob && path.contains(['?', '*', '[']) {
            true => Source::Glob(Globbing {
                pattern: path,
                prefix: options.prefix,
                exclude: options.exclude.iter().map(|one| normal(one)).collect(),
            }),
            false => Source::Path(path),
        };
        self.links.push(DotbotLink {
            line: value.line,
            link: link.to_owned(),
            source,
            kind,
            form,
            when,
        });
    }
}

/// What holds for a link, by the defaults or by itself.
#[derive(Debug, Clone, Default)]
struct Options {
    condition: Option<String>,
    relative: Option<bool>,
    kind: String,
    glob: bool,
    prefix: String,
    exclude: Vec<String>,
}

impl Options {
    fn set_all(&mut self, value: &Value, left_out: &mut Vec<LeftOut>) {
        for (name, value) in value.map().unwrap_or_default() {
            if let Err(why) = self.set(name, value) {
                left_out.push(LeftOut {
                    line: value.line,
                    why,
                });
            }
        }
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let flag = || match value.content {
            Content::Flag(flag) => Ok(flag),
            Content::Null => Ok(false),
            _ => Err(format!("'{name}' is passed by: it is true or false")),
        };
        let text = || match &value.content {
            Content::Text(text) => Ok(text.clone()),
            Content::Null => Ok(String::new()),
            _ => Err(format!("'{name}' is passed by: it is a text")),
        };
        match name {
            "path" => {}
            // The folders of a manifest are made, and what is in the way is named and dealt with by flags of 'lw apply'.
            "create" | "relink" | "force" | "backup" => {}
            // What is missing is named in any case.
            "ignore-missing" => {}
            "if" => {
                self.condition = match &value.content {
                    Content::Null => None,
                    // A shell knows these too.
                    Content::Flag(flag) => Some(flag.to_string()),
                    _ => Some(text()?),
                }
            }
            "relative" => self.relative = Some(flag()?),
            "canonicalize" | "canonicalize-path" if flag()? => {}
            "canonicalize" | "canonicalize-path" => {
                let why = "links lead to where the folder really is";
                return Err(format!("'{name}: false' is passed by: {why}"));
            }
            "type" => self.kind = text()?,
            "glob" => self.glob = flag()?,
            "prefix" => self.prefix = text()?,
            "exclude" => {
                let Content::List(patterns) = &value.content else {
                    return Err("'exclude' is passed by: it is a list of patterns".to_owned());
                };
                self.exclude = patterns
                    .iter()
                    .filter_map(|pattern| pattern.text().map(str::to_owned))
                    .collect();
            }
            name => return Err(format!("nothing is known of the option '{name}'")),
        }
        Ok(())
    }
}

/// What a link leads to for which nothing is told: its own name without a dot in front.
fn default_path(link: &str) -> String {
    let name = link.rsplit('/').next().unwrap_or(link);
    name.strip_prefix('.').unwrap_or(name).to_owned()
}

/// Returns the path without empty and needless parts, as Python's `os.path.normpath` has it.
fn normal(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            // What a variable stands for may have several parts.
            ".." => match parts.last() {
                Some(last) if *last != ".." && !last.starts_with(['$', '~']) => {
                    parts.pop();
                }
                None if is_absolute => {}
                _ => parts.push(part),
            },
            part => parts.push(part),
        }
    }
    match (is_absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// Returns a path of dotbot as a manifest has it; variables and the home folder stay what they are.
///
/// A `$` before what is no name stands for itself, as for Python.
pub fn as_written(path: &str) -> Result<String, &'static str> {
    let is_of_another = path.starts_with('~') && !path[1..].starts_with('/') && path.len() > 1;
    if is_of_another {
        return Err("'~' stands for this user's home folder alone");
    }
    if path.contains('\0') {
        return Err("no path has a zero in it");
    }
    let mut text = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('$') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        text.push_str(match begins_with_name(rest) {
            true => "$",
            false => "$$",
        });
    }
    text.push_str(rest);
    match is_cloud_name(&text) {
        true => Ok(format!("./{text}")),
        false => Ok(text),
    }
}

fn begins_with_name(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    match text.strip_prefix('{') {
        Some(inside) => inside
            .split_once('}')
            .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(is_letter)),
        None => text.starts_with(is_letter),
    }
}

/// Returns the system that a shell's test asks for, if it asks for nothing else.
fn system_of(condition: &str) -> Option<&'static str> {
    let mut text = condition.replace(['"', '\''], "");
    for asked in ["`uname`", "`uname -s`", "$(uname)", "$(uname -s)"] {
        text = text.replace(asked, "UNAME");
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let test = match words.as_slice() {
        ["[", test @ .., "]"] | ["[[", test @ .., "]]"] | ["test", test @ ..] => test,
        _ => return None,
    };
    match test {
        ["UNAME", "=" | "==", "Linux"] => Some("linux"),
        ["UNAME", "=" | "==", "Darwin"] => Some("macos"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        Config::of_yaml(text.as_bytes()).unwrap()
    }

    #[test]
    fn links_of_all_forms() {
        let config = config(
            "- defaults:\n    link: {relink: true, relative: true}\n- clean: ['~']\n- link:\n    ~/.vimrc: vim//./vimrc\n    ~/.zshrc:\n    ~/h: {path: h, type: hardlink}\n    ~/.config/:\n      glob: true\n      path: config/*\n      prefix: _\n      exclude: [config/x]\n    ~/mac: {if: '[ \"$(uname)\" = Darwin ]', relative: false}\n- shell: [a]\n",
        );
        let shown: Vec<_> = config
            .links
            .iter()
            .map(|link| (link.line, link.link.as_str(), &link.source))
            .collect();
        let path = |path: &str| Source::Path(path.to_owned());
        assert_eq!(
            shown,
            [
                (Some(5), "~/.vimrc", &path("vim/vimrc")),
                (Some(6), "~/.zshrc", &path("zshrc")),
                (Some(7), "~/h", &path("h")),
                (
                    Some(9),
                    "~/.config/",
                    &Source::Glob(Globbing {
                        pattern: "config/*".to_owned(),
                        prefix: "_".to_owned(),
                        exclude: vec!["config/x".to_owned()],
                    })
                ),
                (Some(13), "~/mac", &path("mac")),
            ]
        );
        assert_eq!(config.links[0].form, WishForm::Relative);
        assert_eq!(config.links[2].kind, WishKind::Hard);
        assert_eq!(config.links[2].form, WishForm::Fitting);
        assert_eq!(config.links[4].form, WishForm::Absolute);
        assert_eq!(config.links[4].when.os, ["macos"]);
        let words: Vec<_> = config.left_out.iter().map(|left| &left.why).collect();
        assert_eq!(words, ["'clean' is no link", "'shell' is no link"]);
    }

    #[test]
    fn what_cannot_be_said_is_left_out_by_name() {
        let config = config(
            "- link:\n    ~/a: {if: 'test -f x'}\n    ~/b: {type: junction}\n    ~/c: [x]\n    ~/d: {path: [x]}\n    ~/e: {canonicalize: false, gloob: true, glob: maybe}\n    ~/f: {if: 'true'}\n",
        );
        assert_eq!(config.links.len(), 1);
        let words: Vec<_> = config
            .left_out
            .iter()
            .map(|left| left.why.as_str())
            .collect();
        for (word, part) in words.iter().zip([
            "'~/a' is left out: only a shell knows whether 'test -f x'",
            "no type 'junction'",
            "'~/c': what it leads to",
            "'~/d': a path is a text",
            "'canonicalize: false' is passed by",
            "the option 'gloob'",
            "'glob' is passed by",
            "whether 'true'",
        ]) {
            assert!(word.contains(part), "{word} / {part}");
        }
        assert_eq!(words.len(), 8);
    }

    #[test]
    fn what_is_no_configuration_is_told() {
        for (text, words) in [
            ("a: b\n", "a list of tasks (line 1)"),
            ("- x\n", "a map of directives (line 1)"),
            ("- link: [a]\n", "'link' is a map of links (line 1)"),
        ] {
            let error = Config::of_yaml(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
        assert_eq!(Config::of_yaml(b"").unwrap(), Config::default());
        assert_eq!(Config::of_json(b"[]").unwrap(), Config::default());
        assert!(Config::of_json(b"").is_err());
    }

    #[test]
    fn paths_are_made_plain() {
        for (path, expected) in [
            ("a/../b", "b"),
            ("../a/..", ".."),
            ("/../a/", "/a"),
            ("$X/../a", "$X/../a"),
            ("", "."),
        ] {
            assert_eq!(normal(path), expected);
        }
    }
}
