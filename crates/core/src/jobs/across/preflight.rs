//! Every reason against copying something to another volume, found in one look.

use std::path::PathBuf;

use lw_fs::look::in_use::{self, User};
use lw_fs::look::measure::{self, Measure};
use lw_fs::look::{self, Kind};

use super::Job;
use crate::jobs::Refusal;
use crate::plan::Notice;

/// Room that is left free on the new volume, for its own records and for others.
const RESERVE_BYTES: u64 = 1024 * 1024;

/// What one inode is taken to cost besides its content, in bytes: an inode and an entry in a folder.
const INODE_BYTES: u64 = 512;

/// What was found.
#[derive(Default)]
pub(super) struct Preflight {
    pub(super) refusals: Vec<Refusal>,
    pub(super) notices: Vec<Notice>,
    pub(super) content_bytes: u64,
    pub(super) free_bytes: u64,
    /// Links of Windows whose text is counted from the root of their volume, below what is copied.
    pub(super) from_root: Vec<PathBuf>,
}

/// Looks at all of what is to be copied, and at the volume it goes to.
///
/// `is_fresh` says that nothing of it is there yet; how much of an interrupted copy is there, the copying finds out.
pub(super) fn look(job: &Job<'_>, is_fresh: bool) -> Preflight {
    let mut found = Preflight::default();
    let from = job.from.path();
    match look::mount_points_below(&from) {
        Ok(mounts) => found.refusals.extend(mounts.into_iter().map(|mount| {
            let path = from.clone();
            Refusal::MountInside { path, mount }
        })),
        Err(error) => found.refusals.push(error.into()),
    }
    match measure::measure(&from) {
        Ok(measure) => {
            found.content_bytes = measure.content_bytes;
            inside(job, &measure, &mut found);
            room(job, &measure, is_fresh, &mut found);
            keeping(job, &measure, &mut found);
            if job.entry.kind == Kind::Directory {
                found.from_root = measure.from_root;
            }
        }
        Err(error) => found.refusals.push(error.into()),
    }
    users(job, &mut found);
    found
}

fn inside(job: &Job<'_>, measure: &Measure, found: &mut Preflight) {
    let from = job.from.path();
    let first = |tally: &measure::Tally| {
        tally.first.first().map_or_else(
            || from.clone(),
            |below| match job.entry.kind {
                Kind::Directory => from.join(below),
                _ => from.clone(),
            },
        )
    };
    if measure.special.count > 0 {
        found.refusals.push(Refusal::CannotCopy {
            first: first(&measure.special),
            count: measure.special.count,
        });
    }
    if measure.locked.count > 0 {
        found.refusals.push(Refusal::LockedInside {
            first: first(&measure.locked),
            count: measure.locked.count,
        });
    }
    if measure.in_cloud_only.count > 0 {
        found.refusals.push(Refusal::InCloudOnly {
            first: first(&measure.in_cloud_only),
            count: measure.in_cloud_only.count,
        });
    }
    if measure.unreadable.count > 0 {
        found.refusals.push(Refusal::UnreadableInside {
            first: first(&measure.unreadable),
            count: measure.unreadable.count,
        });
    }
    if measure.names_elsewhere.count > 0 {
        let (count, first) = (
            measure.names_elsewhere.count,
            first(&measure.names_elsewhere),
        );
        if job.wish.split_hard_links {
            found.notices.push(Notice::SplitsHardLinks { count, first });
        } else {
            found
                .refusals
                .push(Refusal::NamesElsewhere { first, count });
        }
    }
}

fn room(job: &Job<'_>, measure: &Measure, is_fresh: bool, found: &mut Preflight) {
    let folder = job.to.parent.clone();
    let free = match look::free(&folder) {
        Ok(free) => free,
        Err(error) => {
            found.refusals.push(error.into());
            return;
        }
    };
    found.free_bytes = free.bytes;
    let needed_bytes = measure
        .allocated_bytes
        .saturating_add(measure.inodes.saturating_mul(INODE_BYTES))
        .saturating_add(RESERVE_BYTES);
    if !is_fresh {
        return;
    }
    if needed_bytes > free.bytes {
        found.refusals.push(Refusal::NotEnoughSpace {
            folder: folder.clone(),
            needed_bytes,
            free_bytes: free.bytes,
        });
    }
    if let Some(free) = free.inodes
        && measure.inodes > free
    {
        let needed = measure.inodes;
        found.refusals.push(Refusal::NotEnoughInodes {
            folder,
            needed,
            free,
        });
    }
}

/// What the new volume cannot keep.
fn keeping(job: &Job<'_>, measure: &Measure, found: &mut Preflight) {
    let (Ok(volume), Ok(there)) = (look::volume_of(&job.to.parent), look::entry(&job.to.parent))
    else {
        return;
    };
    let keeping = look::keeping(&volume);
    let mut lost = Vec::new();
    if !keeping.links && measure.links.count > 0 {
        lost.push(format!(
            "symbolic links or named pipes ({})",
            measure.links.count
        ));
    }
    if measure.native.count > 0 && !look::takes_native_links(&job.to.parent) {
        let (native, alone) = (measure.native.count, measure.for_windows_alone.count);
        if alone > 0 {
            lost.push(format!("links that only Windows follows ({alone})"));
        }
        if native > alone {
            found.notices.push(Notice::Nuisance {
                what: format!("links of Windows become plain ones ({})", native - alone),
            });
        }
    }
    if !keeping.hard_links && measure.shared > 0 {
        lost.push(format!("further names of files ({})", measure.shared));
    }
    let folds_case = look::is_case_sensitive(&job.to.parent).map_or(!keeping.any_name, |it| !it);
    let names = match (keeping.any_name, folds_case) {
        (false, true) => measure.unportable.count + measure.case_pairs.count,
        (false, false) => measure.unportable.count,
        (true, true) => measure.case_pairs.count,
        (true, false) => 0,
    };
    if names > 0 {
        lost.push(format!("some of the names ({names})"));
    }
    let me = look::access::effective_user_id();
    let shown = (there.user_id, there.group_id);
    let foreign = |owner: &(u32, u32)| match (keeping.owners, me) {
        (true, 0) => false,
        (true, _) => owner.0 != me,
        (false, _) => owner.0 != me && *owner != shown,
    };
    if measure.owners.iter().any(foreign) {
        lost.push("owners".to_owned());
    }
    if !keeping.owners {
        found.notices.push(Notice::Nuisance {
            what: format!(
                "the volume ({}) has no permission bits of its own",
                volume.file_system
            ),
        });
    }
    if lost.is_empty() {
        return;
    }
    let what = lost.join(", ");
    if job.wish.lossy {
        found.notices.push(Notice::Lossy { what });
    } else {
        found.refusals.push(Refusal::WouldLose {
            path: job.from.path(),
            folder: job.to.parent.clone(),
            file_system: volume.file_system,
            what,
        });
    }
}

fn users(job: &Job<'_>, found: &mut Preflight) {
    let path = job.from.path();
    let users = in_use::users_below(&path);
    if users.is_empty() {
        return;
    }
    if job.wish.live {
        let who: Vec<String> = users.iter().map(words).collect();
        let who = who.join("; ");
        found.notices.push(Notice::InUse { who });
    } else {
        found.refusals.push(Refusal::InUse { path, users });
    }
}

fn words(user: &User) -> String {
    format!(
        "{} (process {}) {} '{}'",
        user.program,
        user.pid,
        user.how.words(),
        user.path.display()
    )
}
