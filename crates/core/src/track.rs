//! What links lead to, written down while they are sound.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use lw_fs::look::content::{self, Extent};
use lw_fs::look::{self, End, Entry, Kind, handle};

use crate::ledger::{Form, Learned, Ledger, LedgerError, Tracked};
use crate::plan::{Notice, Plan, Subject};

/// Looks at links and says what they lead to. Volumes are looked up once.
#[derive(Debug, Default)]
pub struct Tracker {
    /// How much of the content of files is read, if any.
    extent: Option<Extent>,
    /// Mount point and number of each file system, by mount.
    volumes: HashMap<u64, (PathBuf, Option<u64>)>,
}

impl Tracker {
    /// Makes one that also reads the content of files to this extent.
    pub fn new(extent: Option<Extent>) -> Self {
        Self {
            extent,
            ..Self::default()
        }
    }

    /// Returns what a symbolic link leads to; `None` if it is none, or leads nowhere that can be seen.
    pub fn symbolic(&mut self, link: &Path) -> Option<Tracked> {
        let own = look::entry(link).ok()?;
        if own.kind != Kind::SymbolicLink {
            return None;
        }
        let text = look::read_link(link).ok()?;
        match look::resolve(link).end {
            End::Found { path, .. } => self.target(link, &own, Form::Symbolic(text), path),
            _ => None,
        }
    }

    /// Returns that `link` and `other` are names of one file; `None` if they are not.
    fn hard(&mut self, link: &Path, other: &Path) -> Option<Tracked> {
        let own = look::entry(link).ok()?;
        let other_entry = look::entry(other).ok()?;
        if !own.identity.is_same_now(&other_entry.identity) {
            return None;
        }
        self.target(link, &own, Form::Hard, other.to_path_buf())
    }

    fn target(&mut self, link: &Path, own: &Entry, form: Form, target: PathBuf) -> Option<Tracked> {
        let entry = look::entry(&target).ok()?;
        let (mount_point, file_system_id) = self.volume(&target, entry.mount_id)?;
        let digest = |extent| content::digest(&target, extent).ok();
        let is_file = entry.kind == Kind::File;
        let extent = self.extent.filter(|_| is_file);
        Some(Tracked {
            link: link.to_path_buf(),
            link_identity: own.identity,
            form,
            kind: entry.kind,
            identity: entry.identity,
            size_bytes: entry.size_bytes,
            modified_ns: entry.modified_ns,
            handle: handle::file_handle(&target).ok().flatten(),
            mount_point,
            file_system_id,
            sample: extent.and_then(|_| digest(Extent::Sample)),
            digest: extent
                .filter(|extent| *extent == Extent::Whole)
                .and_then(digest),
            target,
        })
    }

    fn volume(&mut self, path: &Path, mount_id: u64) -> Option<(PathBuf, Option<u64>)> {
        if let Some(known) = self.volumes.get(&mount_id) {
            return Some(known.clone());
        }
        let mount_point = look::volume_of(path).ok()?.mount_point;
        let id = look::file_system_id(path).ok().flatten();
        let found = (mount_point, id);
        self.volumes.insert(mount_id, found.clone());
        Some(found)
    }
}

/// Looks at the links that a plan changed: what `link`, `move` and `retarget` make is written down, and of others what
/// was written down before is brought up to date.
///
/// Nothing of it is needed for the operation itself, so what cannot be seen is left out.
pub fn after(ledger: &Ledger, plan: &Plan) -> Result<Learned, LedgerError> {
    let is_new = match &plan.subject {
        Subject::Link { .. }
        | Subject::Move { .. }
        | Subject::Retarget { .. }
        | Subject::Adopt { .. }
        | Subject::Apply { .. } => true,
        Subject::BringBack { .. }
        | Subject::Remove { .. }
        | Subject::Convert { .. }
        | Subject::Repair { .. }
        | Subject::Snapshot { .. }
        | Subject::Restore { .. }
        | Subject::Schedule { .. }
        | Subject::Undo { .. } => false,
    };
    let mut learned = Learned::default();
    if !is_new && !ledger.tracks_links()? {
        return Ok(learned);
    }
    let mut tracker = Tracker::new(None);
    if let Subject::Link {
        link,
        target,
        hard: true,
        ..
    } = &plan.subject
    {
        learned.tracked.extend(tracker.hard(link, target.as_ref()));
        return Ok(learned);
    }
    let is_undone_repair = matches!(
        &plan.subject,
        Subject::Undo { of, .. } if matches!(**of, Subject::Repair { .. })
    );
    // These were known by themselves, perhaps at another path.
    let mended: HashSet<&Path> = plan
        .notices
        .iter()
        .filter_map(|notice| match notice {
            Notice::Mended { link, .. } => Some(link.as_path()),
            _ => None,
        })
        .collect();
    ledger.read_at_once(|ledger| {
        for path in plan.touches() {
            let known = ledger.tracked_at(path)?;
            if !is_new && known.is_none() && !mended.contains(path) {
                continue;
            }
            if let Some(tracked) = tracker.symbolic(path) {
                learned.tracked.push(with_digests(tracked, known));
            } else if let Some(known) = known {
                if !is_link(path) {
                    learned.forgotten.push(path.to_path_buf());
                } else if is_undone_repair {
                    // It is broken again, and what it is to lead to is what it led to in between.
                    learned.tracked.extend(with_own_text(path, known));
                }
            }
        }
        Ok(())
    })?;
    Ok(learned)
}

/// Returns the same memory for the link as it is now.
fn with_own_text(link: &Path, known: Tracked) -> Option<Tracked> {
    Some(Tracked {
        link_identity: look::entry(link).ok()?.identity,
        form: Form::Symbolic(look::read_link(link).ok()?),
        ..known
    })
}

/// Returns whether there is a link, as far as can be seen.
fn is_link(path: &Path) -> bool {
    let found = look::entry_if_any(path);
    found.map_or(true, |found| {
        found.is_some_and(|entry| entry.kind.is_link())
    })
}

/// Takes over what was read of the same content before.
pub fn with_digests(tracked: Tracked, known: Option<Tracked>) -> Tracked {
    let same = known.filter(|known| {
        known.identity.is_same(&tracked.identity)
            && (known.size_bytes, known.modified_ns) == (tracked.size_bytes, tracked.modified_ns)
    });
    match same {
        Some(known) => Tracked {
            sample: tracked.sample.or(known.sample),
            digest: tracked.digest.or(known.digest),
            ..tracked
        },
        None => tracked,
    }
}
