//! Two names change places.

use std::path::Path;

use crate::{FsError, Hand, sys};

/// Exchanges what stands at `a` and at `b` in one step; both must exist.
///
/// The order matters to whoever watches the folders: with the link at `a` and the folder at `b`, a watcher of `a`'s
/// folder hears "moved in" last. Stands on `renameat2(2)` `RENAME_EXCHANGE`; fails with `Unsupported` where the file
/// system has no such thing and with `CrossVolume` if the names are not on one volume. If one of
/// the two folders is moved away in the meantime it is taken back: `Changed`, or `LeftBehind` if that fails.
pub fn exchange(hand: &mut Hand<'_>, a: &Path, b: &Path) -> Result<(), FsError> {
    exchange_unless_seen(hand, a, b, || false)
}

/// As [`exchange`]; `are_seen` looks at both paths afterwards, and if it finds by them the very things that changed places, it is
/// not asked whether the folders are still where they were.
pub fn exchange_unless_seen(
    hand: &mut Hand<'_>,
    a: &Path,
    b: &Path,
    are_seen: impl FnOnce() -> bool,
) -> Result<(), FsError> {
    let wrap = |error| FsError::on_two("exchange", a, b, error);
    let (a_dir, a_name) = super::parent(hand, a).map_err(wrap)?;
    let (b_dir, b_name) = super::parent(hand, b).map_err(wrap)?;
    hand.effect("exchange", b, || {
        sys::rename::exchange(&a_dir, a_name, &b_dir, b_name)
    })
    .map_err(wrap)?;
    if are_seen()
        || super::is_still_in_place(hand, &a_dir, a) && super::is_still_in_place(hand, &b_dir, b)
    {
        return Ok(());
    }
    // By the handles, which still are the folders it was done in.
    match hand.effect("take back the exchange", b, || {
        sys::rename::exchange(&a_dir, a_name, &b_dir, b_name)
    }) {
        Ok(()) => Err(FsError::changed("exchange", b)),
        Err(_) => Err(FsError::left_behind("exchange", b)),
    }
}
