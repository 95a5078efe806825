//! Trying what a volume can do.

use std::path::Path;

use lw_fs::act::Probe;
use lw_fs::{FsError, Hand, Witness, act, look};

/// Tries what the volume of `folder` can do, in a private folder made there and removed again.
///
/// `token` makes its name one that no other session uses.
pub fn probe(witness: &mut dyn Witness, folder: &Path, token: &str) -> Result<Probe, FsError> {
    let scratch = folder.join(format!("{}probe-{token}", look::tree::PRIVATE_PREFIX));
    act::probe(&mut Hand::grant(witness), &scratch)
}
