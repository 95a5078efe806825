//! Descriptions of private folders: what they name lies in the folder, and only our own are taken for ours.

use std::path::Path;

use lw_core::run::{described, is_our_description};

/// The beginning that each of our descriptions has.
const BEGINNING: &[u8] = b"{\n  \"made_by\": \"linkwright\",";

/// Takes a description.
pub(super) fn holds(bytes: &[u8]) {
    let slot = Path::new("/state/quarantine/slot");
    for displaced in described(slot, bytes) {
        assert_eq!(displaced.item.parent(), Some(slot), "{displaced:?}");
    }
    let value = serde_json::from_slice::<serde_json::Value>(bytes).ok();
    let maker = value.as_ref().and_then(|value| value.get("made_by"));
    let is_whole = maker.is_some_and(|maker| maker == "linkwright");
    let is_beginning =
        value.is_none() && (bytes.starts_with(BEGINNING) || BEGINNING.starts_with(bytes));
    if is_our_description(bytes) {
        assert!(is_whole || is_beginning);
        // However much of it reached the disk.
        if value.is_some() && bytes.starts_with(BEGINNING) {
            let end = bytes.iter().rposition(|byte| *byte == b'}').unwrap();
            for length in [0, 1, end / 3, end / 2, end] {
                assert!(is_our_description(&bytes[..length]), "{length}");
            }
        }
    }
}
