//! The way of a link, gone by hand with lstat and readlink alone, one part after the other (path_resolution(7)).

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// Many more than a system follows, so that a circle shows.
const FAR: usize = 160;

/// How a way ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    At(PathBuf),
    Missing(PathBuf),
    NoFolder(PathBuf),
    TooLong,
    /// The links that are met again and again.
    Circle(BTreeSet<PathBuf>),
}

/// The links on the way, the one it begins with first, all places passed, and the end.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) links: Vec<PathBuf>,
    pub(crate) places: BTreeSet<PathBuf>,
    /// Where it would end if what is missing were there.
    pub(crate) would_be: Option<PathBuf>,
    pub(crate) end: End,
}

/// Goes the way from a link at a link-free place.
pub(crate) fn way(link: &Path) -> Way {
    let mut at = link.parent().unwrap().to_path_buf();
    let mut rest: Vec<OsString> = vec![link.file_name().unwrap().into()];
    let mut links = Vec::new();
    let mut places = BTreeSet::new();
    let mut written = None;
    let end = loop {
        let Some(part) = rest.pop() else {
            break End::At(at);
        };
        if part == "." || part.is_empty() {
            if !fs::symlink_metadata(&at).unwrap().is_dir() {
                break End::NoFolder(at);
            }
            continue;
        }
        if !fs::symlink_metadata(&at).unwrap().is_dir() {
            break End::NoFolder(at);
        }
        if part == ".." {
            at.pop();
            continue;
        }
        let next = at.join(&part);
        places.insert(next.clone());
        match fs::symlink_metadata(&next) {
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => {
                // What would be there if the rest of the way were as it is written.
                let mut would_be = next.clone();
                for part in rest.iter().rev() {
                    match part.as_bytes() {
                        b"" | b"." => {}
                        b".." => {
                            would_be.pop();
                        }
                        _ => would_be.push(part),
                    }
                }
                written = Some(would_be);
                break End::Missing(next);
            }
            Err(error) if error.raw_os_error() == Some(libc::ENAMETOOLONG) => break End::TooLong,
            Err(error) => panic!("{next:?}: {error}"),
            Ok(stat) if stat.is_symlink() => {
                links.push(next.clone());
                if links.len() > FAR {
                    break End::Circle(links[FAR / 2..].iter().cloned().collect());
                }
                let text = fs::read_link(&next).unwrap();
                let text = text.as_os_str().as_bytes();
                if text.starts_with(b"/") {
                    at = PathBuf::from("/");
                }
                let parts = text.split(|byte| *byte == b'/').rev();
                rest.extend(parts.map(|part| std::ffi::OsStr::from_bytes(part).into()));
            }
            Ok(_) => at = next,
        }
    };
    Way {
        links,
        places,
        would_be: written,
        end,
    }
}
