//! Going on with a copy that was interrupted: what the record tells is taken over as far as it is there.

use std::ffi::OsString;
use std::io;

use super::handles::{Handles, Side};
use super::record::{CONFIRMED, CONTAINER, Folder, NodeId, RESUMED, Tree};
use super::remove_staged::remove_staged;
use crate::hand::SharedHand;
use crate::look::Kind;
use crate::sys;

/// Makes record and copy agree: what is recorded and not there counts as not copied, and what is there and not
/// recorded is removed.
///
/// All of it will be read back: what was written by a run that was cut off may not have reached the device.
pub(super) fn take_over(hand: &SharedHand<'_>, tree: &Tree, to: &Side) -> io::Result<()> {
    let mut handles = Handles::new(to, tree);
    let mut buffer = sys::tree::buffer();
    let mut waiting = vec![CONTAINER];
    while let Some(id) = waiting.pop() {
        let dir = handles.open(id)?;
        let there = list(to, id, &dir, &mut buffer)?;
        let node = tree.node(id);
        let old = std::mem::take(&mut *node.folder());
        for (name, _) in &there {
            if id != CONTAINER && old.find(crate::name_bytes(name)).is_none() {
                let path = || to.path(tree, id, crate::name_bytes(name));
                remove_staged(hand, &dir, name, path)?;
            }
        }
        let mut known = Folder::default();
        for entry in &old.entries {
            let name = old.name(entry);
            let own_name = to.name(id, name)?;
            let is_there = there
                .binary_search_by(|(there, _)| there.as_os_str().cmp(own_name))
                .is_ok_and(|at| there[at].1 == entry.kind);
            if !is_there {
                continue;
            }
            let mut entry = entry.clone();
            entry.flags = entry.flags & !CONFIRMED | RESUMED;
            if entry.kind == Kind::Directory {
                open_up(hand, (to, tree), (id, name), &dir)?;
                waiting.push(entry.child);
            }
            known.push(name, entry);
        }
        known.sort();
        *node.folder() = known;
    }
    Ok(())
}

/// The names in a folder of the copy, sorted.
fn list(
    to: &Side,
    id: NodeId,
    dir: &sys::dir::Dir,
    buffer: &mut sys::tree::Buffer,
) -> io::Result<Vec<(OsString, Kind)>> {
    let mut there = Vec::new();
    if id == CONTAINER {
        match sys::tree::status_at(dir, &to.root_name) {
            Ok(status) => there.push((to.root_name.clone(), status.kind)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        return Ok(there);
    }
    sys::tree::list(dir, buffer, |name, kind, _| {
        there.push((name.to_os_string(), kind))
    })?;
    there.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    Ok(there)
}

/// A folder that was finished already may be closed to its owner; it is opened, and finished again later.
fn open_up(
    hand: &SharedHand<'_>,
    (to, tree): (&Side, &Tree),
    (id, name): (NodeId, &[u8]),
    dir: &sys::dir::Dir,
) -> io::Result<()> {
    const PRIVATE: u32 = 0o700;
    let own_name = to.name(id, name)?;
    if sys::tree::status_at(dir, own_name)?.mode == PRIVATE {
        return Ok(());
    }
    hand.effect(
        "open staged folder",
        || to.path(tree, id, name),
        || sys::dir::set_mode(dir, own_name, PRIVATE),
    )
}
