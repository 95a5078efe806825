//! Which files are opened on the walk, and what is found at the paths that shortcuts name.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use lw_fs::look::Kind;
use lw_fs::look::walk::Found;
use lw_fs::reparse::ReparsePoint;
use lw_fs::{FsError, FsErrorKind, name_from_bytes};

use super::super::finding::Examiner;
use super::{MOST_BYTES, Named, Shortcut, ShortcutKind, Target, Unknown, finder_alias, parse};

/// How large a file is that may be a Finder alias: it has room for its first bytes, and holds no pictures.
const ALIAS_BYTES: std::ops::RangeInclusive<u64> = finder_alias::BEGINNING.len() as u64..=64 * 1024;

/// A shortcut that was met, before anything is known of what it names.
struct Met {
    path: PathBuf,
    kind: ShortcutKind,
    target: Target,
}

/// What one thread has met.
#[derive(Default)]
pub(in super::super) struct Seen {
    met: Vec<Met>,
    /// How many files that may be shortcuts could not be read.
    unread_count: u64,
}

impl Seen {
    /// Looks into a regular file if its name says that it may be a shortcut and `is_meant` agrees.
    pub(in super::super) fn visit(&mut self, found: &Found<'_>, is_meant: impl Fn() -> bool) {
        match ShortcutKind::of_name(found.name) {
            Some(kind) if is_meant() => self.look(found, kind),
            None if may_be_alias(found) && is_meant() => self.look_for_alias(found),
            _ => {}
        }
    }

    fn look_for_alias(&mut self, found: &Found<'_>) {
        let is_likely = found
            .entry()
            .is_ok_and(|entry| entry.kind == Kind::File && ALIAS_BYTES.contains(&entry.size_bytes));
        if !is_likely {
            return;
        }
        let beginning = finder_alias::BEGINNING;
        match found.beginning(beginning.len() as u64) {
            Ok(begins) if begins.bytes == beginning => self.look(found, ShortcutKind::FinderAlias),
            Ok(_) => {}
            Err(error) => self.note_unread(&error),
        }
    }

    fn look(&mut self, found: &Found<'_>, kind: ShortcutKind) {
        let target = match found.beginning(MOST_BYTES) {
            // One that vanishes between two looks is left out.
            Err(error) if has_vanished(&error) => return,
            // Most desktop entries are no links, and whether this one is, nobody knows.
            Err(error) if kind == ShortcutKind::DesktopEntry => return self.note_unread(&error),
            Err(error) => Err(Unknown::Unreadable(error.kind)),
            Ok(beginning) => match parse(kind, &beginning.bytes) {
                None => return,
                Some(_) if beginning.is_cut() => Err(Unknown::TooLarge),
                Some(target) => target,
            },
        };
        self.met.push(Met {
            path: found.path(),
            kind,
            target,
        });
    }

    /// Notes what stands for a program of the Store.
    pub(in super::super) fn visit_app_link(&mut self, found: &Found<'_>, point: &ReparsePoint) {
        let ReparsePoint::AppLink(link) = point else {
            return;
        };
        let program = link
            .program()
            .and_then(|program| name_from_bytes(&program.to_wtf8()));
        self.met.push(Met {
            path: found.path(),
            kind: ShortcutKind::AppLink,
            target: program.map(Named::Foreign).ok_or(Unknown::NamesNone),
        });
    }

    fn note_unread(&mut self, error: &FsError) {
        if !has_vanished(error) {
            self.unread_count += 1;
        }
    }

    /// Adds what another thread has met.
    pub(in super::super) fn join(&mut self, other: Self) {
        self.met.extend(other.met);
        self.unread_count += other.unread_count;
    }
}

/// Returns the shortcuts, sorted by path, with what is found at the paths of this system they name, and how many files that
/// may be shortcuts could not be read.
pub(in super::super) fn judged(seen: Seen, examiner: &Examiner) -> (Vec<Shortcut>, u64) {
    let judge = |met: Met| {
        let finding = match &met.target {
            Ok(Named::Path(path)) => Some(examiner.judge_path(path)),
            _ => None,
        };
        Shortcut {
            path: met.path,
            kind: met.kind,
            target: met.target,
            finding,
        }
    };
    let mut shortcuts: Vec<Shortcut> = seen.met.into_iter().map(judge).collect();
    shortcuts.sort_unstable_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
    (shortcuts, seen.unread_count)
}

fn has_vanished(error: &FsError) -> bool {
    // `Loop` is what opening answers where a link stands by now.
    matches!(
        error.kind,
        FsErrorKind::NotFound | FsErrorKind::Changed | FsErrorKind::Loop
    )
}

/// Returns whether the file may be a Finder alias: by its mark where the system keeps one, else by where it stands: "Report"
/// or "Report.pdf alias", no name with an extension, and no hidden one, also none below a hidden folder. Without that, each
/// object in the store of a git checkout would be opened.
fn may_be_alias(found: &Found<'_>) -> bool {
    if let Some(is_marked) = found.is_marked_alias() {
        return is_marked;
    }
    let is_hidden = |name: &OsStr| name.as_encoded_bytes().starts_with(b".");
    let extension = Path::new(found.name).extension();
    extension.is_none_or(|extension| extension.as_encoded_bytes().contains(&b' '))
        && !is_hidden(found.name)
        && !found.folder.path_below_root().iter().any(is_hidden)
}
