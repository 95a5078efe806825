//! Records of operations in the ledger: what is understood is written and read again as the same, and can be used.

use std::fmt::Debug;
use std::path::Path;

use lw_core::plan::{Outcome, Shape, Subject, Unit, inverse_of_step, position};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Takes the JSON of a unit, of what an operation is about, or of what became of steps.
pub(super) fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    comes_back::<Subject>(text);
    comes_back::<Vec<Outcome>>(text);
    if let Ok(unit) = Unit::from_record(text) {
        let written = serde_json::to_string(&unit).unwrap();
        assert_eq!(Unit::from_record(&written).unwrap(), unit);
        can_be_used(&unit);
    }
}

fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(text: &str) -> Option<T> {
    let read: T = serde_json::from_str(text).ok()?;
    let written = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<T>(&written).unwrap(), read);
    Some(read)
}

fn can_be_used(unit: &Unit) {
    if let Shape::Relocation { core, .. } | Shape::BringBack { core, .. } = &unit.shape {
        // Undoing goes through what lies before and behind.
        let _parts = (&unit.steps[..core.start], &unit.steps[core.end..]);
    }
    // Where nothing of it is on the disk, that is said one way or the other.
    let _position = position(unit);
    let touched = unit.touches();
    assert!(touched.iter().all(|path| !unit.is_private(path)));
    assert!(unit.own_folders().all(|folder| unit.is_private(folder)));
    for step in &unit.steps {
        let outcome = Outcome::Done { made: None };
        let back = inverse_of_step(step, outcome, unit.slot(), Path::to_path_buf);
        let skipped = inverse_of_step(step, Outcome::Skipped, unit.slot(), Path::to_path_buf);
        assert_eq!(skipped, Ok(None));
        if let Ok(Some(back)) = back {
            comes_back::<lw_core::plan::Step>(&serde_json::to_string(&back).unwrap()).unwrap();
        }
    }
}
