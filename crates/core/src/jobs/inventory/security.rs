//! `lw check --security`: the links below some folders that can do harm.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lw_fs::look::walk::{Folder, Found, Visitor};
use lw_fs::look::{self, Entry};
use lw_fs::{FsError, FsErrorKind};

use super::danger::{Judge, Standing};
use super::{Danger, Names, Roots, Unseen};
use crate::jobs::Refused;

/// A link and one reason for which it can do harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hazard {
    /// The link.
    pub path: PathBuf,
    /// Its target text.
    pub text: OsString,
    /// The reason.
    pub danger: Danger,
}

/// What was found.
#[derive(Debug)]
pub struct SecurityReport {
    /// The reasons, the worst first, then by path; a link may be among them several times.
    pub hazards: Vec<Hazard>,
    /// Number of links in all.
    pub link_count: u64,
    /// What was not seen.
    pub unseen: Unseen,
}

/// Judges every link below the folders; those below `fence`, a link-free folder, are not to leave it.
///
/// Each link with a reason is looked at a second time, and what is returned is what that look says.
pub fn check_security(
    roots: &Roots,
    names: &Names,
    fence: Option<&Path>,
) -> Result<SecurityReport, Refused> {
    let (watchers, unseen) = roots.walk(|| Watcher {
        judge: Judge::remembering(fence),
        roots,
        names,
        folder: None,
        link_count: 0,
        suspects: Vec::new(),
    })?;
    let mut link_count = 0;
    let mut hazards = Vec::new();
    for watcher in watchers {
        link_count += watcher.link_count;
        let suspects = watcher.suspects.into_iter();
        hazards.extend(suspects.flat_map(|suspect| again(suspect, fence)));
    }
    hazards.sort_unstable_by(|a, b| {
        let rank = a.danger.rank().cmp(&b.danger.rank());
        rank.then_with(|| a.path.cmp(&b.path))
    });
    Ok(SecurityReport {
        hazards,
        link_count,
        unseen,
    })
}

/// A link and what the first look at it says.
struct Suspect {
    path: PathBuf,
    text: OsString,
    dangers: Vec<Danger>,
}

/// Looks at a suspect a second time.
fn again(suspect: Suspect, fence: Option<&Path>) -> Vec<Hazard> {
    let (text, dangers) = match fresh_look(&suspect.path, fence) {
        Ok(now) => now,
        // Its path is longer than the system takes: only a walk gets there.
        Err(error) if error.kind == FsErrorKind::NameTooLong => (suspect.text, suspect.dangers),
        // It is not there any more.
        Err(_) => return Vec::new(),
    };
    let hazards = dangers.into_iter().map(|danger| Hazard {
        path: suspect.path.clone(),
        text: text.clone(),
        danger,
    });
    hazards.collect()
}

fn fresh_look(path: &Path, fence: Option<&Path>) -> Result<(OsString, Vec<Danger>), FsError> {
    let text = look::read_link(path)?;
    let entry = look::entry(path)?;
    let folder = look::entry(path.parent().unwrap_or(path))?;
    let standing = Standing {
        path,
        entry: &entry,
        folder: &folder,
    };
    let dangers = Judge::afresh(fence).judge(&standing, &text);
    Ok((text, dangers))
}

/// What one thread has found.
struct Watcher<'a> {
    judge: Judge<'a>,
    roots: &'a Roots,
    names: &'a Names,
    /// The folder of the last link: links mostly stand together.
    folder: Option<(Arc<Folder>, Entry)>,
    link_count: u64,
    suspects: Vec<Suspect>,
}

impl Visitor for Watcher<'_> {
    fn visit(&mut self, found: &Found<'_>) {
        if !found.kind.is_link() {
            return;
        }
        if !self.names.mean(self.roots, found) {
            return;
        }
        let path = found.path();
        // One that vanishes between two looks is left out.
        let (Ok(entry), Ok(folder)) = (found.entry(), self.folder_of(found)) else {
            return;
        };
        let standing = Standing {
            path: &path,
            entry: &entry,
            folder: &folder,
        };
        let judge = &mut self.judge;
        let judged = found.with_link_text(|text| {
            let dangers = judge.judge(&standing, text);
            (!dangers.is_empty()).then(|| (text.to_os_string(), dangers))
        });
        let Ok(judged) = judged else { return };
        self.link_count += 1;
        self.suspects.extend(judged.map(|(text, dangers)| Suspect {
            path,
            text,
            dangers,
        }));
    }

    fn enters(&mut self, folder: &Found<'_>) -> bool {
        self.names.leave(self.roots, folder)
    }
}

impl Watcher<'_> {
    fn folder_of(&mut self, found: &Found<'_>) -> Result<Entry, FsError> {
        if let Some((folder, entry)) = &self.folder
            && Arc::ptr_eq(folder, found.folder)
        {
            return Ok(entry.clone());
        }
        let entry = found.folder_entry()?;
        self.folder = Some((Arc::clone(found.folder), entry.clone()));
        Ok(entry)
    }
}
