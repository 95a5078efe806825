//! What GNU Stow reads besides the packages: ignore lists and `.stowrc`.
//!
//! By the manual, stow(8), and where that is silent by what Stow 2.3 and 2.4 do.

use super::pattern::{NoGlob, Reach, globs};
use super::{ImportError, LeftOut, text_of};

/// Name of a package's own ignore list.
pub const LOCAL_IGNORE_LIST: &str = ".stow-local-ignore";

/// The list that counts where there is no other (stow(8), Types And Syntax Of Ignore Lists).
pub const BUILT_IN_IGNORE_LIST: &str = r"
RCS
.+,v
CVS
\.\#.+       # CVS conflict files / emacs lock files
\.cvsignore
\.svn
_darcs
\.hg
\.git
\.gitignore
\.gitmodules
.+~          # emacs backup files
\#.*\#       # emacs autosave files
^/README.*
^/LICENSE.*
^/COPYING
";

/// An ignore list as patterns of a manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IgnoreList {
    /// The patterns, in the order of the list.
    pub patterns: Vec<String>,
    /// Lines that are no plain patterns.
    pub left_out: Vec<LeftOut>,
}

impl IgnoreList {
    /// Returns what a list of these bytes leaves out; a list itself is always left out.
    pub fn parse(bytes: &[u8]) -> Result<Self, ImportError> {
        let mut list = Self::default();
        for (index, line) in text_of(bytes)?.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let expression = without_comment(line).replace("\\#", "#");
            list.add(&expression, Some(index + 1));
        }
        let own = format!("/{LOCAL_IGNORE_LIST}");
        if !list.patterns.contains(&own) {
            list.patterns.push(own);
        }
        Ok(list)
    }

    fn add(&mut self, expression: &str, line: Option<usize>) {
        let reach = match expression.contains('/') {
            true => Reach::Path,
            false => Reach::Name,
        };
        match globs(expression, reach) {
            Ok(globs) => add_new(&mut self.patterns, globs),
            Err(error) => self.left_out.push(no_glob(expression, line, &error)),
        }
    }
}

/// What `.stowrc` says, as far as it bears on what is linked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StowOptions {
    /// Where the links stand, as written.
    pub target: Option<String>,
    /// The folder with the packages, as written.
    pub folder: Option<String>,
    /// Patterns of what is left out, from `--ignore`.
    pub ignore: Vec<String>,
    /// Whether `dot-name` becomes `.name`.
    pub dotfiles: bool,
    /// Whether one link never stands for a whole folder.
    pub no_folding: bool,
    /// Options that a manifest cannot say.
    pub left_out: Vec<LeftOut>,
}

impl StowOptions {
    /// Takes what a file of these bytes says, over what was said before.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), ImportError> {
        let text = text_of(bytes)?;
        let lines = text.lines().enumerate();
        // A value may stand on the next line: Stow takes the file for one list of words.
        let mut words = lines
            .flat_map(|(index, line)| line.split_whitespace().map(move |word| (index + 1, word)));
        while let Some((line, word)) = words.next() {
            let (name, mut value) = match word.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value)),
                // The value of a letter may follow at once.
                _ => match word.get(..2) {
                    Some(letter @ ("-t" | "-d")) if word.len() > 2 => (letter, word.get(2..)),
                    _ => (word, None),
                },
            };
            let takes_value = matches!(
                name,
                "-t" | "--target" | "-d" | "--dir" | "--ignore" | "--defer" | "--override"
            );
            if takes_value && value.is_none() {
                value = words.next().map(|(_, word)| word);
            }
            self.option(line, name, value.unwrap_or_default());
        }
        Ok(())
    }

    fn option(&mut self, line: usize, name: &str, value: &str) {
        match name {
            "-t" | "--target" => self.target = Some(value.to_owned()),
            "-d" | "--dir" => self.folder = Some(value.to_owned()),
            "--ignore" => match globs(value, Reach::End) {
                Ok(globs) => add_new(&mut self.ignore, globs),
                Err(error) => self.left_out.push(no_glob(value, Some(line), &error)),
            },
            "--dotfiles" => self.dotfiles = true,
            "--no-folding" => self.no_folding = true,
            // What it does and says, not what it links.
            "-S" | "--stow" | "-R" | "--restow" | "-n" | "--no" | "--simulate" | "-v"
            | "--verbose" | "-p" | "--compat" => {}
            // Names of packages are passed by, as Stow does with them here.
            name if !name.starts_with('-') => {}
            name => self.left_out.push(LeftOut {
                line: Some(line),
                why: format!("a manifest has nothing for '{name}'"),
            }),
        }
    }
}

fn add_new(patterns: &mut Vec<String>, more: Vec<String>) {
    for pattern in more {
        if !patterns.contains(&pattern) {
            patterns.push(pattern);
        }
    }
}

fn no_glob(expression: &str, line: Option<usize>, error: &NoGlob) -> LeftOut {
    LeftOut {
        line,
        why: format!("'{expression}' is not ignored: {error}"),
    }
}

/// A comment begins with white space, `#` and one letter more; `\#` begins none.
fn without_comment(line: &str) -> &str {
    let mut before = None;
    for (at, letter) in line.char_indices() {
        match (letter, before) {
            ('#', Some(start)) if at + 1 < line.len() => return &line[..start],
            (letter, None) if letter.is_whitespace() => before = Some(at),
            (letter, Some(_)) if !letter.is_whitespace() => before = None,
            _ => {}
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_list() {
        let list = IgnoreList::parse(BUILT_IN_IGNORE_LIST.as_bytes()).unwrap();
        assert_eq!(list.left_out, []);
        assert_eq!(
            list.patterns,
            [
                "RCS",
                "?*,v",
                "CVS",
                ".#?*",
                ".cvsignore",
                ".svn",
                "_darcs",
                ".hg",
                ".git",
                ".gitignore",
                ".gitmodules",
                "?*~",
                "#*#",
                "/README*",
                "/LICENSE*",
                "/COPYING",
                "/.stow-local-ignore"
            ]
        );
    }

    #[test]
    fn comments_and_what_is_no_pattern() {
        let text = "# all\n\n  a\\.b  # why\nc\\#d\ne #\n(?i)x\n\\w{3}\n";
        let list = IgnoreList::parse(text.as_bytes()).unwrap();
        assert_eq!(list.patterns, ["a.b", "c#d", "e #", "/.stow-local-ignore"]);
        let lines: Vec<_> = list.left_out.iter().map(|left| left.line).collect();
        assert_eq!(lines, [Some(6), Some(7)]);
        assert!(list.left_out[0].why.contains("'(?i)x'"));
    }

    #[test]
    fn options_of_both_forms() {
        let mut options = StowOptions::default();
        options
            .add(b"--target=~/a\n--ignore=\\.bak --no-folding\n")
            .unwrap();
        options
            .add(b"-t ~/b --dotfiles\n--ignore\n\\.DS_Store\n--adopt vim\n-d/x")
            .unwrap();
        assert_eq!(options.target.as_deref(), Some("~/b"));
        assert_eq!(options.folder.as_deref(), Some("/x"));
        assert_eq!(options.ignore, ["*.bak", "*.DS_Store"]);
        assert!(options.dotfiles && options.no_folding);
        assert_eq!(options.left_out.len(), 1);
        assert_eq!(options.left_out[0].line, Some(4));
    }
}
