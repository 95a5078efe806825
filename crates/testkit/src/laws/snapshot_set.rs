//! Set files: whatever the bytes, a mistake has its place in the text, and what is understood keeps something.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lw_core::manifest::{Machine, Paths};
use lw_core::snapshot_set::{Schedule, SnapshotSet};

/// Takes the file.
pub(super) fn holds(bytes: &[u8]) {
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    let set = match SnapshotSet::parse(bytes) {
        Ok(set) => set,
        Err(error) => {
            if let Some(at) = &error.at {
                assert!((1..=lines).contains(&at.line) && at.column > 0, "{at:?}");
            }
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    // Retention never begins from rules that keep nothing.
    assert!(set.keep.as_ref().is_none_or(|keep| !keep.is_nothing()));
    assert!(!set.sources.is_empty());
    if let Some(Schedule::Daily(time) | Schedule::Weekly(time)) = set.schedule {
        assert!(time.hour < 24 && time.minute < 60, "{time:?}");
    }
    let machine = Machine {
        os: "linux".to_owned(),
        host: "desk".to_owned(),
        home: Some(PathBuf::from("/home/ann")),
        environment: BTreeMap::new(),
    };
    let paths = Paths::of_environment(&machine, Path::new("/etc/sets"));
    for written in set.sources.iter().chain([&set.store]) {
        assert!((1..=lines).contains(&written.line), "{written:?}");
        assert!(!written.text.is_empty() && !written.text.contains('\0'));
        if let Ok(whole) = paths.whole(&written.text) {
            assert!(whole.is_absolute() || written.text.contains(':'));
        }
    }
}
