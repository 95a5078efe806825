//! What stands in a folder and is not in the snapshot goes to quarantine, if that was asked for.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use lw_fs::look::walk::{Found, Mounts, Visitor, walk};
use lw_fs::look::{self, Kind};
use lw_fs::snapshot::is_store;

use super::patterns::LeftOut;
use super::restore_in_place::Top;
use super::restore_units::Building;
use super::restore_untouched::{Guarded, is_private_name};
use crate::jobs::Refused;
use crate::jobs::refusal::trace_at;
use crate::plan::Untouched;

/// What stays, although the snapshot does not have it.
pub(super) struct Away<'a> {
    pub(super) guarded: &'a Guarded,
    /// What the snapshot was not to have: it may have been there.
    pub(super) left_out: Option<&'a LeftOut>,
    /// The places of what is restored by itself.
    pub(super) tops: &'a [Top],
}

/// Something that may go.
struct Candidate {
    /// Its path below the folder that holds the sources.
    below: PathBuf,
    path: PathBuf,
}

impl Away<'_> {
    /// Adds what moves away what stands at `path` and would be at `below` in the snapshot, but for what in it stays.
    pub(super) fn add(
        &self,
        building: &mut Building<'_>,
        path: PathBuf,
        below: PathBuf,
    ) -> Result<(), Refused> {
        let mut waiting = vec![Candidate { below, path }];
        // The folders in the first that hold something that stays; each folder is looked into once.
        let mut holders: Option<HashSet<PathBuf>> = None;
        while let Some(Candidate { below, path }) = waiting.pop() {
            let Some(there) = look::entry_if_any(&path)? else {
                continue;
            };
            if self.tops.iter().any(|top| top.dest == path) {
                continue;
            }
            if let Some(why) = self.why_it_stays(&path, &below, &there) {
                building.untouched(&path, why);
                continue;
            }
            if there.kind == Kind::Directory {
                if holders.is_none() {
                    holders = self.holders(&path, &below);
                }
                let Some(holders) = &holders else {
                    building.untouched(&path, Untouched::Unreadable);
                    continue;
                };
                if holders.contains(&path) {
                    match look::content::names(&path) {
                        Ok(names) => waiting.extend(names.into_iter().map(|name| Candidate {
                            below: below.join(&name),
                            path: path.join(name),
                        })),
                        Err(_) => building.untouched(&path, Untouched::Unreadable),
                    }
                    continue;
                }
            }
            let gone = building
                .may_go(&path, &there)
                .and_then(|()| building.away(&path, trace_at(&path)?));
            if let Err(refused) = gone {
                building.left_out(&path, refused)?;
            }
        }
        Ok(())
    }

    fn why_it_stays(&self, path: &Path, below: &Path, there: &look::Entry) -> Option<Untouched> {
        if let Some(why) = self.guarded.why(path, Some(there)) {
            return Some(why);
        }
        if there.kind == Kind::Directory && path.file_name().is_some_and(is_private_name) {
            return Some(Untouched::OfLw);
        }
        if self.is_left_out(below) {
            return Some(Untouched::LeftOut);
        }
        there.is_mount_root.then_some(Untouched::Mount)
    }

    fn is_left_out(&self, below: &Path) -> bool {
        self.left_out.is_some_and(|all| all.includes(below))
    }

    /// Returns the folders from `top` on that hold something that stays; none if that cannot be known.
    fn holders(&self, top: &Path, below: &Path) -> Option<HashSet<PathBuf>> {
        let walked = walk(&[top.to_path_buf()], Mounts::Stay, || Finder {
            away: self,
            below,
            staying: Vec::new(),
        });
        let walked = walked.ok()?;
        if walked.unreadable_count > walked.unreadable.len() as u64 {
            return None;
        }
        let found = walked.visitors.into_iter();
        let mut staying: Vec<PathBuf> = found.flat_map(|finder| finder.staying).collect();
        staying.extend(walked.other_mounts);
        // Something in there may stay.
        let unread = walked.unreadable.into_iter();
        staying.extend(unread.map(|(folder, _)| folder.join("unknown")));
        staying.extend(self.tops.iter().map(|top| top.dest.clone()));
        staying.extend(self.guarded.paths().map(Path::to_path_buf));
        let mut holders = HashSet::new();
        for path in &staying {
            for folder in path.ancestors().skip(1) {
                if !folder.starts_with(top) || !holders.insert(folder.to_path_buf()) {
                    break;
                }
            }
        }
        Some(holders)
    }
}

/// Finds what stays in a folder.
struct Finder<'a> {
    away: &'a Away<'a>,
    below: &'a Path,
    staying: Vec<PathBuf>,
}

impl Finder<'_> {
    fn stays(&self, found: &Found<'_>) -> bool {
        if found.kind == Kind::Directory
            && (is_private_name(found.name)
                || self.away.guarded.is_called(found.name, || found.path())
                || is_store(&found.path()))
        {
            return true;
        }
        self.away.left_out.is_some() && {
            let folder = self.below.join(found.folder.path_below_root());
            self.away.is_left_out(&folder.join(found.name))
        }
    }
}

impl Visitor for Finder<'_> {
    fn visit(&mut self, found: &Found<'_>) {
        if self.stays(found) {
            self.staying.push(found.path());
        }
    }

    fn enters(&mut self, folder: &Found<'_>) -> bool {
        !self.stays(folder)
    }
}
