//! What a private folder says of itself: by whom it was made, and what lies in it.

use std::path::{Path, PathBuf};

use lw_fs::act::Durable;
use lw_fs::look::{self, Kind};
use lw_fs::{FsError, Hand, act};
use serde::{Deserialize, Serialize};

use crate::ledger::{Purpose, Slot};
use crate::plan::PathText;

/// Name of the description in a slot.
pub(crate) const CONTENTS: &str = "contents.json";

/// Name, in a slot that no ledger knows, of the lock that is held as long as the slot is being filled.
pub(super) const FILLING: &str = "filling";

/// What the description says of who made it.
const MADE_BY: &str = "linkwright";

/// The longest description that is read.
const LONGEST_BYTES: u64 = 64 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
pub(super) struct Contents {
    made_by: String,
    about: String,
    /// None for what keeps no record: the look-alikes of other programs' commands.
    operation: Option<i64>,
    job: String,
    time_us: i64,
    items: Vec<Item>,
}

/// What the description says of the operation.
pub(super) struct About<'a> {
    pub(super) operation_id: i64,
    pub(super) job: &'a str,
    pub(super) time_us: i64,
}

impl Contents {
    /// Returns the description of what an operation displaces, or copies; `words` say which.
    pub(super) fn recorded(about: &About<'_>, words: &str, items: Vec<Item>) -> Self {
        Self {
            made_by: MADE_BY.to_owned(),
            about: words.to_owned(),
            operation: Some(about.operation_id),
            job: about.job.to_owned(),
            time_us: about.time_us,
            items,
        }
    }

    /// Returns the description of what a command displaces that keeps no record.
    pub(super) fn unrecorded(job: &str, time_us: i64, items: Vec<Item>) -> Self {
        Self {
            made_by: MADE_BY.to_owned(),
            about: "What this command displaced, the last name of its content. No ledger knows of it: 'mv' brings it back."
                .to_owned(),
            operation: None,
            job: job.to_owned(),
            time_us,
            items,
        }
    }

    /// Writes the description into `folder`, for good.
    pub(super) fn write(
        &self,
        hand: &mut Hand<'_>,
        folder: &Path,
        durable: Durable,
    ) -> Result<(), FsError> {
        let json = serde_json::to_vec_pretty(self).expect("the description holds no maps");
        act::write_record_for(hand, &folder.join(CONTENTS), &json, durable)?;
        match durable {
            Durable::Now => act::sync_folder(hand, folder),
            Durable::Later => Ok(()),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Item {
    pub(super) name: PathText,
    pub(super) was: PathText,
    pub(super) kind: Kind,
}

/// Something that lies in a private folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Displaced {
    /// Where it lies.
    pub item: PathBuf,
    /// Where it was.
    pub was: PathBuf,
    /// What it is.
    pub kind: Kind,
}

/// Returns the private folders below `root` that a command filled which keeps no record; those that are being filled right
/// now are left out.
pub fn unrecorded_below(root: &Path) -> Vec<Slot> {
    let names = look::content::names(root).unwrap_or_default();
    let slots = names.into_iter().filter_map(|name| {
        let path = root.join(name);
        let bytes = look::content::read_small(&path.join(CONTENTS), LONGEST_BYTES).ok()?;
        let contents: Contents = serde_json::from_slice(&bytes).ok()?;
        let is_it = contents.made_by == MADE_BY && contents.operation.is_none();
        // The lock was there before the description. What a running command may need is not there to be purged.
        let is_finished = || !act::is_lock_held(&path.join(FILLING));
        (is_it && is_finished()).then_some(Slot {
            path,
            operation_id: None,
            made_us: contents.time_us,
            purpose: Purpose::Quarantine,
        })
    });
    slots.collect()
}

/// Returns what lies in the private folder `slot`, as far as its own description tells.
pub fn displaced(slot: &Path) -> Vec<Displaced> {
    let read = look::content::read_small(&slot.join(CONTENTS), LONGEST_BYTES);
    // Without a description that can be read, nothing is known of what lies there.
    let described = read.map_or_else(|_| Vec::new(), |bytes| described(slot, &bytes));
    described
        .into_iter()
        .filter(|displaced| matches!(look::entry_if_any(&displaced.item), Ok(Some(_))))
        .collect()
}

/// Returns what a description says of what lies in the private folder `slot`.
///
/// Looks at nothing but the bytes, and takes any. Each item lies right in the folder: what is said of something elsewhere
/// is passed over.
pub fn described(slot: &Path, description: &[u8]) -> Vec<Displaced> {
    // What cannot be read says nothing.
    let contents = serde_json::from_slice::<Contents>(description);
    let items = contents.map_or_else(|_| Vec::new(), |contents| contents.items);
    items
        .into_iter()
        .filter(|item| is_plain_name(&item.name.0))
        .map(|item| Displaced {
            item: slot.join(item.name.0),
            was: item.was.0,
            kind: item.kind,
        })
        .collect()
}

fn is_plain_name(name: &Path) -> bool {
    name.file_name() == Some(name.as_os_str())
}

/// Returns whether the folder holds linkwright's own description: no other folder is ever removed.
///
/// A description that was cut off while it was written, by a kill or a power cut, is one too: it has nothing, or begins
/// as each does and has no end.
pub(super) fn is_described_by_us(slot: &Path) -> bool {
    let read = look::content::read_small(&slot.join(CONTENTS), LONGEST_BYTES);
    read.is_ok_and(|bytes| is_our_description(&bytes))
}

/// Returns whether the bytes are a description that linkwright wrote, or the beginning of one.
///
/// Looks at nothing but the bytes, and takes any.
pub fn is_our_description(bytes: &[u8]) -> bool {
    // First as any JSON: a reader that knows what it wants skips what it does not know without looking at it.
    match serde_json::from_slice::<serde_json::Value>(bytes) {
        Ok(value) => serde_json::from_value::<Contents>(value)
            .is_ok_and(|contents| contents.made_by == MADE_BY),
        Err(error) => error.is_eof() && begins_like_ours(bytes),
    }
}

fn begins_like_ours(bytes: &[u8]) -> bool {
    let beginning = format!("{{\n  \"made_by\": \"{MADE_BY}\",");
    let length = bytes.len().min(beginning.len());
    bytes[..length] == beginning.as_bytes()[..length]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_that_was_cut_off_is_ours_and_what_others_wrote_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(CONTENTS);
        let contents = Contents {
            made_by: MADE_BY.to_owned(),
            about: "about".to_owned(),
            operation: Some(1),
            job: "move".to_owned(),
            time_us: 1,
            items: Vec::new(),
        };
        let whole = serde_json::to_vec_pretty(&contents).unwrap();
        assert!(!is_described_by_us(folder.path()));
        for length in 0..=whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert!(is_described_by_us(folder.path()), "{length}");
        }
        for foreign in [
            "x",
            "{}",
            "{\n  \"made_by\": \"me",
            "{\n  \"made_by\": \"linkwright\", 7",
        ] {
            std::fs::write(&path, foreign).unwrap();
            assert!(!is_described_by_us(folder.path()), "{foreign}");
        }
    }

    #[test]
    fn what_is_being_filled_is_not_there_to_be_purged() {
        let folder = tempfile::tempdir().unwrap();
        let slot = folder.path().join("slot");
        std::fs::create_dir(&slot).unwrap();
        let contents = Contents::unrecorded("ln", 1, Vec::new());
        let json = serde_json::to_vec(&contents).unwrap();
        std::fs::write(slot.join(CONTENTS), json).unwrap();
        let mut nobody = lw_fs::NoWitness;
        let mut hand = Hand::grant(&mut nobody);
        let lock = act::hold_lock(&mut hand, &slot.join(FILLING)).unwrap();
        assert!(lock.is_some());
        assert_eq!(unrecorded_below(folder.path()), []);
        // As of a process that was killed: its file stays.
        drop(lock);
        assert_eq!(unrecorded_below(folder.path()).len(), 1);
    }

    #[test]
    fn what_a_description_names_outside_of_its_folder_is_passed_over() {
        let slot = Path::new("/slot");
        let outside = ["/etc/passwd", "../x", "a/b", "a/", "./a", "..", ".", ""];
        for name in outside.into_iter().chain(["0001-x"]) {
            let contents = Contents {
                made_by: MADE_BY.to_owned(),
                about: String::new(),
                operation: Some(1),
                job: String::new(),
                time_us: 1,
                items: vec![Item {
                    name: PathText(name.into()),
                    was: PathText("/x".into()),
                    kind: Kind::File,
                }],
            };
            let found = described(slot, &serde_json::to_vec(&contents).unwrap());
            let items: Vec<&Path> = found.iter().map(|found| found.item.as_path()).collect();
            match name {
                "0001-x" => assert_eq!(items, [Path::new("/slot/0001-x")]),
                _ => assert!(items.is_empty(), "{name}"),
            }
        }
    }
}
