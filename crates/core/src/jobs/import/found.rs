//! What a pattern of dotbot matches on the disk, by the rules of Python's `glob`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use lw_fs::look::{self, Kind};

use super::super::Refused;

/// The deepest that `**` goes.
const MAX_DEPTH: usize = 64;

/// The most paths that are kept on the way.
const MAX_FOUND: usize = 100_000;

/// Why a pattern is not gone through.
#[derive(Debug)]
pub(super) enum NotFound {
    /// It is none, or matches too much; in words.
    Pattern(String),
    /// The disk says no.
    Refused(Refused),
}

impl<E: Into<Refused>> From<E> for NotFound {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

/// Returns what the pattern matches below a folder: with `**` files alone, as dotbot has it.
pub(super) fn found(start: &Path, pattern: &Path) -> Result<BTreeSet<PathBuf>, NotFound> {
    let mut found = BTreeSet::from([start.to_path_buf()]);
    let mut goes_deep = false;
    for part in pattern.components() {
        let Some(part) = part.as_os_str().to_str() else {
            return Err(NotFound::Pattern("it is no text".to_owned()));
        };
        let mut next = BTreeSet::new();
        if part == "**" {
            goes_deep = true;
            for folder in &found {
                below(folder, 0, &mut next)?;
            }
            found = next;
            continue;
        }
        let matcher = match part.contains(['?', '*', '[']) {
            true => Some(matcher(part)?),
            false => None,
        };
        for folder in &found {
            match &matcher {
                None => {
                    next.insert(folder.join(part));
                }
                Some(matcher) => in_folder(folder, part, matcher, &mut next)?,
            }
            bounded(&next)?;
        }
        found = next;
    }
    found.retain(|path| match look::followed(path) {
        Ok(entry) => !goes_deep || entry.kind == Kind::File,
        Err(_) => false,
    });
    Ok(found)
}

fn bounded(found: &BTreeSet<PathBuf>) -> Result<(), NotFound> {
    match found.len() > MAX_FOUND {
        true => Err(NotFound::Pattern(format!(
            "it matches more than {MAX_FOUND} names"
        ))),
        false => Ok(()),
    }
}

/// For Python braces and backslashes have no meaning of their own, nor has a `^` in brackets.
fn matcher(part: &str) -> Result<GlobMatcher, NotFound> {
    if part.contains("[^") {
        let why = format!("'{part}': '[^' begins a class in some patterns and not in others");
        return Err(NotFound::Pattern(why));
    }
    let mut text = String::with_capacity(part.len());
    for letter in part.chars() {
        match letter {
            '{' | '}' => text.extend(['[', letter, ']']),
            letter => text.push(letter),
        }
    }
    let glob = GlobBuilder::new(&text)
        .literal_separator(true)
        .backslash_escape(false)
        .build();
    glob.map(|glob| glob.compile_matcher())
        .map_err(|error| NotFound::Pattern(format!("'{part}' is no pattern: {}", error.kind())))
}

/// What a folder does not let be seen matches nothing, as for Python.
fn in_folder(
    folder: &Path,
    part: &str,
    matcher: &GlobMatcher,
    next: &mut BTreeSet<PathBuf>,
) -> Result<(), NotFound> {
    for name in look::content::names(folder).unwrap_or_default() {
        let is_hidden = name.as_encoded_bytes().starts_with(b".");
        if (!is_hidden || part.starts_with('.')) && matcher.is_match(Path::new(&name)) {
            next.insert(folder.join(name));
        }
    }
    Ok(())
}

/// The folder and all folders below it that are not hidden; links are not followed, since they may lead round.
fn below(folder: &Path, depth: usize, next: &mut BTreeSet<PathBuf>) -> Result<(), NotFound> {
    next.insert(folder.to_path_buf());
    bounded(next)?;
    for name in look::content::names(folder).unwrap_or_default() {
        let path = folder.join(&name);
        let is_hidden = name.as_encoded_bytes().starts_with(b".");
        if is_hidden {
            continue;
        }
        let Some(entry) = look::entry_if_any(&path)? else {
            continue;
        };
        match entry.kind == Kind::Directory && depth < MAX_DEPTH {
            true => below(&path, depth + 1, next)?,
            // `**` at the end stands for files too.
            false => {
                next.insert(path);
            }
        }
    }
    Ok(())
}
