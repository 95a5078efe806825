//! The whole way of a copy, from nothing, or from what an interrupted run left, to a name that can be published.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};

use super::confirm::confirm;
use super::copy_entry::{CopyOptions, Copying};
use super::finish::finish_folders;
use super::handles::Side;
use super::manifest::{self, Manifest};
use super::mirror::mirror;
use super::record::Tree;
use super::{Amount, Monitor, NewTexts, Phase, StageError, resume};
use crate::hand::SharedHand;
use crate::look::Identity;
use crate::{FsError, FsErrorKind, Hand, look, sys};

/// Name, in the private folder of a stage, of a copy that is not finished.
pub const BUILDING: &str = "building";

/// The most passes over a tree that others go on changing. What changes after the last one is carried over later.
const MAX_LIVE_PASSES: usize = 8;

/// The most passes over a tree in which nobody should be at work.
const MAX_QUIET_PASSES: usize = 3;

/// How often a file that does not read back as it was written is written anew.
const MAX_REWRITES: usize = 2;

/// How much of a copy is read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verify {
    /// All of it.
    Full,
    /// One file of twenty.
    Sample,
    /// Nothing; sizes are looked at.
    None,
}

/// What is copied, whereto, and how.
#[derive(Debug, Clone, Copy)]
pub struct BuildRequest<'a> {
    /// The file or folder.
    pub source: &'a Path,
    /// The private folder to build in, on the volume where the copy is to be; it must exist.
    pub folder: &'a Path,
    /// The name, in that folder, of the finished copy.
    pub item: &'a Path,
    /// Links that get another text: their paths below SOURCE, and the text.
    pub re_aims: &'a NewTexts,
    /// How much is read back.
    pub verify: Verify,
    /// Whether others may write to SOURCE meanwhile.
    pub live: bool,
    /// Whether what the volume cannot keep may be lost.
    pub lossy: bool,
}

/// Builds a copy of `request.source` at `request.item`, and returns its identity.
///
/// Goes on with what an interrupted run left in `request.folder`. When it returns, all of the copy is on the device, was
/// read back as `request.verify` says, and SOURCE was as the copy is when it was last looked at; with `live`, what
/// changed later than that is left for [`super::retire`]. SOURCE is not changed. After a failure the stage can be gone
/// on with.
pub fn build(
    hand: &mut Hand<'_>,
    request: &BuildRequest<'_>,
    monitor: &dyn Monitor,
) -> Result<Identity, StageError> {
    let hand = &hand.shared();
    let wrap = |error| FsError::new("open", request.folder, error);
    let from = Side::open(request.source)
        .map_err(|error| FsError::new("open the folder of", request.source, error))?;
    // Opened before anything is written: syncing reports what could not be written since.
    let to = Side {
        container: Arc::new(sys::tree::open_folder(request.folder).map_err(wrap)?),
        root_name: OsString::from(BUILDING),
        root: request.folder.join(BUILDING),
    };
    hand.effect(
        "close folder",
        || request.folder.to_path_buf(),
        || sys::keep::forget_inherited(&to.container),
    )
    .map_err(wrap)?;
    let tree = match manifest::read(request.folder).map_err(wrap)? {
        Some(tree) => {
            resume::take_over(hand, &tree, &to).map_err(wrap)?;
            tree
        }
        None => Tree::new(),
    };
    let record = Manifest::write(hand, &to.container, request.folder, &tree).map_err(wrap)?;
    let options = CopyOptions {
        lossy: request.lossy,
        live: request.live,
    };
    let copying = Copying::new(hand, &tree, (&from, &to), request.re_aims, options, monitor);
    copy_until_it_agrees(&copying, &record, request.verify)?;
    finish_folders(&copying)?;
    drop(copying);
    // The next record takes its name, and Windows before 10 1607 does not replace a file that is open.
    drop(record);
    publish(hand, request, (&to, &tree), monitor)
}

fn copy_until_it_agrees(
    copying: &Copying<'_>,
    record: &Manifest,
    verify: Verify,
) -> Result<(), StageError> {
    let monitor = copying.monitor;
    let passes = if copying.options.live {
        MAX_LIVE_PASSES
    } else {
        MAX_QUIET_PASSES
    };
    let mut rewrites = 0;
    let mut pass = 0;
    loop {
        monitor.begin(
            if pass == 0 { Phase::Copy } else { Phase::Look },
            Amount::default(),
        );
        let changes = mirror(copying, record)?;
        if pass > 0 && changes.count() == 0 {
            return Ok(());
        }
        pass += 1;
        monitor.begin(Phase::Sync, Amount::default());
        sync(copying.hand, copying.to)?;
        monitor.begin(Phase::Verify, Amount::default());
        let confirmed = confirm(copying, verify)?;
        if confirmed.wrong.load(Ordering::Relaxed) > 0 {
            rewrites += 1;
            if rewrites > MAX_REWRITES {
                let first = confirmed.first_wrong.into_inner();
                let path = first.unwrap_or_else(std::sync::PoisonError::into_inner);
                return Err(StageError::NotAsWritten {
                    path: path.unwrap_or_else(|| copying.to.root.clone()),
                });
            }
            continue;
        }
        if pass - rewrites.min(pass) >= passes {
            if copying.options.live {
                return Ok(());
            }
            let path = changes
                .into_first()
                .unwrap_or_else(|| copying.from.root.clone());
            return Err(StageError::KeepsChanging { path });
        }
    }
}

fn sync(hand: &SharedHand<'_>, to: &Side) -> Result<(), FsError> {
    hand.effect(
        "sync volume",
        || to.root.clone(),
        || sys::pages::sync_volume(&to.container),
    )
    .map_err(|error| FsError::new("make durable", &to.root, error))
}

/// Makes all of it durable, writes down what the copy is known by, and gives it its own name.
fn publish(
    hand: &SharedHand<'_>,
    request: &BuildRequest<'_>,
    (to, tree): (&Side, &Tree),
    monitor: &dyn Monitor,
) -> Result<Identity, StageError> {
    let wrap = |error| FsError::new("finish the stage in", request.folder, error);
    monitor.begin(Phase::Sync, Amount::default());
    sync(hand, to)?;
    Manifest::write(hand, &to.container, request.folder, tree).map_err(wrap)?;
    let name = request.item.file_name().unwrap_or_default();
    rename(hand, to, (OsStr::new(BUILDING), name)).map_err(wrap)?;
    let found = look::entry(request.item)?;
    Ok(found.identity)
}

/// Gives a finished copy that was not published the name back under which it can be gone on with.
///
/// Does nothing if there is no such copy.
pub fn unready(hand: &mut Hand<'_>, folder: &Path, item: &Path) -> Result<(), FsError> {
    if look::entry_if_any(item)?.is_none() {
        return Ok(());
    }
    let wrap = |error| FsError::new("go on with the stage in", folder, error);
    let hand = &hand.shared();
    let to = Side::open(item).map_err(wrap)?;
    let name = item.file_name().unwrap_or_default();
    rename(hand, &to, (name, OsStr::new(BUILDING))).map_err(wrap)
}

/// Removes a copy that was not finished from its private folder; it is no error if there is none.
pub fn discard(hand: &mut Hand<'_>, folder: &Path) -> Result<(), FsError> {
    let wrap = |error| FsError::new("remove the stage in", folder, error);
    let building = OsStr::new(BUILDING);
    let hand = &hand.shared();
    let container = match sys::tree::open_folder(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        opened => opened.map_err(wrap)?,
    };
    super::remove_staged(hand, &container, building, || folder.join(BUILDING)).map_err(wrap)
}

/// Renames within the private folder; where the system cannot rename without replacing, nobody else changes names there.
pub(crate) fn rename(
    hand: &SharedHand<'_>,
    to: &Side,
    (old, new): (&OsStr, &OsStr),
) -> std::io::Result<()> {
    rename_only(hand, to, (old, new))?;
    hand.effect(
        "sync folder",
        || to.root.with_file_name(old),
        || sys::dir::sync_opened(&to.container),
    )
}

/// Does [`rename`] and leaves it to others to make it durable.
pub(crate) fn rename_only(
    hand: &SharedHand<'_>,
    to: &Side,
    (old, new): (&OsStr, &OsStr),
) -> std::io::Result<()> {
    let dir = &to.container;
    hand.effect(
        "rename",
        || to.root.with_file_name(old),
        || match sys::rename::rename_no_replace(dir, old, dir, new) {
            Err(error) if sys::errno::kind(&error) == FsErrorKind::Unsupported => {
                match sys::tree::status_at(dir, new) {
                    Ok(_) => Err(std::io::ErrorKind::AlreadyExists.into()),
                    Err(_) => sys::rename::rename(dir, old, dir, new),
                }
            }
            other => other,
        },
    )
}
