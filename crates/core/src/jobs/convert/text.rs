//! A new text for a symbolic link, which leads to where the old one led.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use lw_fs::look::{self, End, Kind, Place, Resolution};
use lw_fs::{FsError, path_form};

use super::Tidiness;
use crate::jobs::inventory::shortened;
use crate::jobs::{Refusal, target_text};
use crate::plan::LinkForm;

/// Returns the text by which the link becomes what is asked for, or `None` if it is that already.
///
/// The way by the new text is compared with the way by the old one: same end, or the same first missing part.
pub(super) fn new_text(
    link: &Place,
    text: &OsStr,
    to: LinkForm,
    tidiness: Tidiness,
) -> Result<Option<OsString>, Refusal> {
    let is_absolute = Path::new(text).is_absolute();
    let is_so = match to {
        LinkForm::Relative => !is_absolute,
        LinkForm::Absolute => is_absolute,
        _ => true,
    };
    if is_so && tidiness == Tidiness::AsWritten {
        return Ok(None);
    }
    let before = look::resolve_from(&link.parent, text);
    let ends_at_folder = ends_at_folder(link, text, &before)?;
    let mut new = match is_so {
        true => text.to_os_string(),
        false => {
            let whole = meaning(link, text)?;
            let path = match to {
                LinkForm::Relative => look::lexical_parents(&link.parent, &whole),
                _ => whole,
            };
            match wants_folder(text) && !ends_at_folder {
                true => with_slash(path),
                false => path.into_os_string(),
            }
        }
    };
    // Without its slash it could lead to a file one day.
    if tidiness == Tidiness::Shortest
        && (ends_at_folder || !wants_folder(&new))
        && let Some(shorter) = shortened(&link.parent, &new)
    {
        new = shorter;
    }
    if new == text {
        return Ok(None);
    }
    target_text::check_length(&link.path(), &new)?;
    let after = look::resolve_from(&link.parent, &new);
    match is_same_way(&before, &after) {
        true => Ok(Some(new)),
        false => Err(FsError::changed("tell the meaning of", &link.path()).into()),
    }
}

/// Returns whether the link leads to a folder; fails if it can lead nowhere, whatever comes to be there.
fn ends_at_folder(link: &Place, text: &OsStr, way: &Resolution) -> Result<bool, Refusal> {
    let link = link.path();
    match &way.end {
        End::Found { entry, .. } if entry.kind == Kind::Directory => Ok(true),
        // The system refuses a file where the text ends in a slash.
        End::Found { path, .. } if wants_folder(text) => {
            let at = path.clone();
            Err(Refusal::NoFolder { link, at })
        }
        End::Found { .. } | End::Missing { .. } | End::Unreadable(_) => Ok(false),
        End::Loop { cycle } => {
            let cycle = cycle.clone();
            Err(Refusal::Loop { link, cycle })
        }
        End::TooDeep => Err(Refusal::TooDeep { link }),
        End::NotADirectory { at } => {
            let at = at.clone();
            Err(Refusal::NoFolder { link, at })
        }
    }
}

/// What the text means in absolute terms, or why that is not certain.
fn meaning(link: &Place, text: &OsStr) -> Result<PathBuf, Refusal> {
    let path = link.path();
    match target_text::meaning(&link.parent, text) {
        Ok(meant) => Ok(meant.whole),
        Err(End::Missing { first_missing }) => Err(Refusal::Dangling {
            link: path,
            missing: first_missing,
        }),
        Err(End::NotADirectory { at }) => Err(Refusal::NoFolder { link: path, at }),
        Err(End::Loop { cycle }) => Err(Refusal::Loop { link: path, cycle }),
        Err(End::Unreadable(error)) => Err(error.into()),
        Err(End::TooDeep | End::Found { .. }) => Err(Refusal::TooDeep { link: path }),
    }
}

/// Returns whether the system takes the text for that of a folder only.
fn wants_folder(text: &OsStr) -> bool {
    path_form::ends_in_separator(text) || path_form::ends_in_dot(text)
}

fn with_slash(mut path: PathBuf) -> OsString {
    path.push("");
    path.into_os_string()
}

fn is_same_way(before: &Resolution, after: &Resolution) -> bool {
    match (&before.end, &after.end) {
        (
            End::Found { path: a, entry },
            End::Found {
                path: b,
                entry: now,
            },
        ) => a == b && entry.identity.is_same_now(&now.identity),
        (End::Missing { first_missing: a }, End::Missing { first_missing: b }) => {
            a == b && before.rest == after.rest
        }
        (End::Unreadable(a), End::Unreadable(b)) => a.path == b.path && before.rest == after.rest,
        _ => false,
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn the_new_text_means_the_same() {
        let guard = tempfile::tempdir().unwrap();
        let top = guard.path().canonicalize().unwrap();
        std::fs::create_dir_all(top.join("a/b")).unwrap();
        std::fs::create_dir_all(top.join("far/deep")).unwrap();
        std::fs::write(top.join("far/f"), "").unwrap();
        std::fs::write(top.join("a/f"), "").unwrap();
        symlink("../far/deep", top.join("a/jump")).unwrap();
        symlink("round", top.join("a/round")).unwrap();
        let link = Place {
            parent: top.join("a"),
            name: OsString::from("l"),
        };
        let whole = |text: &str| text.replace("TOP", top.to_str().unwrap());
        let new = |text: &str, to, tidiness| match new_text(
            &link,
            OsStr::new(&whole(text)),
            to,
            tidiness,
        ) {
            Ok(None) => "so already".to_owned(),
            Ok(Some(text)) => text.to_str().unwrap().replace(top.to_str().unwrap(), "TOP"),
            Err(_) => "refused".to_owned(),
        };
        for (text, expected) in [
            ("b", "TOP/a/b"),
            (".", "TOP/a"),
            ("jump", "TOP/a/jump"),
            ("jump/../f", "TOP/far/f"),
            ("../far//f", "TOP/far/f"),
            ("../far/gone", "TOP/far/gone"),
            ("gone/", "TOP/a/gone/"),
            ("b/", "TOP/a/b"),
            ("gone/../f", "refused"),
            ("f/../f", "refused"),
            ("f/", "refused"),
            ("f/.", "refused"),
            ("f/x", "refused"),
            ("round", "refused"),
            ("/usr", "so already"),
        ] {
            let found = new(text, LinkForm::Absolute, Tidiness::AsWritten);
            assert_eq!(found, expected, "absolute: {text}");
        }
        for (text, expected) in [
            ("TOP/a/b", "b"),
            ("TOP/a", "."),
            ("TOP", ".."),
            ("TOP/a/jump/../f", "../far/f"),
            ("TOP/a/jump/x", "jump/x"),
            ("TOP/far/gone/deeper", "../far/gone/deeper"),
            ("TOP/gone/../a/b", "refused"),
            ("b", "so already"),
        ] {
            let found = new(text, LinkForm::Relative, Tidiness::AsWritten);
            assert_eq!(found, expected, "relative: {text}");
        }
        for (text, expected) in [
            ("b/../f", "f"),
            ("./b//", "b"),
            ("gone//x", "gone/x"),
            ("gone//", "so already"),
            ("jump/../f", "so already"),
            ("b", "so already"),
        ] {
            let found = new(text, LinkForm::Shorter, Tidiness::Shortest);
            assert_eq!(found, expected, "shorter: {text}");
        }
        let both = new("TOP/./a/b/../f", LinkForm::Relative, Tidiness::Shortest);
        assert_eq!(both, "f");
    }
}
