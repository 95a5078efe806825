//! The text of a link that is to be relative to where it stands.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use lw_fs::FsError;
use lw_fs::look;

/// So many links on the way are followed before it is looked whether they go round.
const FREE_LINKS: usize = 20;

/// So many are followed at all; what is behind them counts as missing.
const MOST_LINKS: usize = 4096;

/// Returns the text that leads from the folder of `link` to `target`, both as seen from the working folder.
///
/// Links on the way to either are followed, and whatever is missing is taken to be a plain name.
pub fn relative_text(target: &Path, link: &Path) -> Result<OsString, FsError> {
    if target.as_os_str().is_empty() {
        return Ok(OsString::new());
    }
    let folder = match link.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let (from, to) = (missing_allowed(folder)?, missing_allowed(target)?);
    Ok(look::lexical_parents(&from, &to).into_os_string())
}

/// Returns the absolute path that `path` leads to, whatever of it exists: what is missing, cannot be followed or goes
/// round counts as a plain name.
///
/// Fails if it is relative and the working folder cannot be reached.
pub fn missing_allowed(path: &Path) -> Result<PathBuf, FsError> {
    let mut at = if path.has_root() {
        PathBuf::from("/")
    } else {
        look::real_folder(Path::new("."))?
    };
    let mut waiting: Vec<Part> = parts(path);
    let mut links = 0_usize;
    let mut seen = HashSet::new();
    while let Some(part) = waiting.pop() {
        let name = match part {
            Part::Up => {
                at.pop();
                continue;
            }
            Part::Root => {
                at = PathBuf::from("/");
                continue;
            }
            Part::Name(name) => name,
        };
        let Ok(text) = look::read_link(&at.join(&name)) else {
            at.push(name);
            continue;
        };
        links += 1;
        let goes_round = links > FREE_LINKS && !seen.insert((at.clone(), name.clone()));
        if goes_round || links > MOST_LINKS {
            at.push(name);
        } else {
            waiting.extend(parts(Path::new(&text)));
        }
    }
    Ok(at)
}

enum Part {
    Root,
    Up,
    Name(OsString),
}

/// Returns the parts of a path, the last first.
fn parts(path: &Path) -> Vec<Part> {
    let part = |component: Component<'_>| match component {
        Component::RootDir | Component::Prefix(_) => Some(Part::Root),
        Component::ParentDir => Some(Part::Up),
        Component::CurDir => None,
        Component::Normal(name) => Some(Part::Name(OsStr::to_os_string(name))),
    };
    let mut parts: Vec<Part> = path.components().filter_map(part).collect();
    parts.reverse();
    parts
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_goes_round_comes_to_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        for (text, name) in [("d/e", "d"), ("m", "l"), ("l", "m"), ("/x/../y", "far")] {
            std::os::unix::fs::symlink(text, top.join(name)).unwrap();
        }
        let found = |name: &str| missing_allowed(&top.join(name)).unwrap();
        assert!(found("d").starts_with(top.join("d")));
        assert!(found("l").starts_with(&top));
        assert_eq!(found("far/z"), Path::new("/y/z"));
        assert_eq!(found("nope/../q"), top.join("q"));
    }
}
