//! The folders of a copy get what belongs to them when nothing in them changes any more: their times come last.

use super::StageError;
use super::confirm::children;
use super::copy_entry::Copying;
use super::crew::each_folder;
use super::handles::Handles;
use super::mirror::is_gone;
use super::record::{CONTAINER, NodeId};
use crate::sys;

/// Gives each folder of the copy owner, mode, attributes and times of its original.
pub(super) fn finish_folders(copying: &Copying<'_>) -> Result<(), StageError> {
    each_folder(
        copying.monitor,
        vec![CONTAINER],
        |_| {
            let from = Handles::new(copying.from, copying.tree);
            (from, Handles::new(copying.to, copying.tree))
        },
        |(from, to), id, found| {
            // Its own mode may close it, so the folders in it come first to be opened.
            found.extend(children(&copying.tree.node(id).folder()));
            if id == CONTAINER {
                return Ok(());
            }
            finish_folder(copying, (from, to), id)
        },
    )
}

fn finish_folder(
    copying: &Copying<'_>,
    (from, to): (&mut Handles<'_>, &mut Handles<'_>),
    id: NodeId,
) -> Result<(), StageError> {
    let node = copying.tree.node(id);
    let here = (node.parent, &*node.name);
    let wrap = |error| copying.failed("finish the copy of", here, error);
    let original = match from.open(id) {
        // Whoever works in the tree has moved it away; it stays as it was made.
        Err(error) if is_gone(&error) && copying.options.live => return Ok(()),
        other => other.map_err(wrap)?,
    };
    let copy = to.open(id).map_err(wrap)?;
    let status = sys::tree::folder_status(&original).map_err(wrap)?;
    let lost = copying
        .hand
        .effect(
            "finish folder",
            || copying.path_in_new(node.parent, &node.name),
            || {
                let has = sys::keep::has_when_new(0o700, 0);
                sys::keep::give(&*original, &status, &*copy, has)
            },
        )
        .map_err(wrap)?;
    copying.note_losses(here, &lost)
}
