//! Removing a tree of the store on several threads.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::hand::SharedHand;
use crate::look::Kind;
use crate::queue::{Queue, worker_count};
use crate::stage::MAX_WORKERS;
use crate::sys::dir::Dir;
use crate::{FsError, Hand, look, sys};

/// From so many levels on one thread goes on alone, and keeps a bounded number of folders open.
const MAX_LEVELS: usize = 64;

/// Removes for good what lies at `path`, a private folder of a store, with all below it; it is no error if nothing does.
///
/// Links are removed, never followed; fails where another mount begins. Files that other snapshots share stay under the
/// names they have there: no content, mode or time of them is changed. Stands on `unlinkat(2)` by handle.
pub fn remove(hand: &mut Hand<'_>, path: &Path) -> Result<(), FsError> {
    if look::entry_if_any(path)?.is_none() {
        return Ok(());
    }
    let wrap = |error| FsError::new("remove", path, error);
    let folder = path.parent().zip(path.file_name());
    let (folder, name) = folder.ok_or_else(|| wrap(io::ErrorKind::InvalidInput.into()))?;
    let opened = sys::tree::open_folder(folder).map_err(wrap)?;
    remove_tree(&hand.shared(), (&opened, name), path)
}

/// As [`remove`], for `name` in an opened folder.
pub(super) fn remove_tree(
    hand: &SharedHand<'_>,
    (folder, name): (&Dir, &OsStr),
    path: &Path,
) -> Result<(), FsError> {
    hand.effect("remove tree", || path.to_path_buf(), || all(folder, name))
        .map_err(|error| FsError::new("remove", path, error))
}

/// A folder that is being emptied.
struct Node {
    above: Option<Arc<Node>>,
    name: OsString,
    dir: Dir,
    levels: usize,
    /// The folders in it, and itself as long as it is being listed.
    remaining: AtomicUsize,
}

/// A folder that waits.
type Waiting = (Option<Arc<Node>>, OsString);

fn all(top: &Dir, name: &OsStr) -> io::Result<()> {
    let queue: Queue<Waiting> = Queue::new(vec![(None, name.to_os_string())]);
    let failure = Mutex::new(None);
    let work = || {
        let mut buffer = sys::tree::buffer();
        let mut found = Vec::new();
        while let Some((above, name)) = queue.next() {
            if let Err(error) = empty(top, (above, name), &mut buffer, &mut found) {
                let mut first = failure.lock().unwrap_or_else(PoisonError::into_inner);
                first.get_or_insert(error);
                queue.stop();
            }
            queue.finish(&mut found);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..worker_count(MAX_WORKERS) {
            scope.spawn(work);
        }
        work();
    });
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// Removes what is no folder from a folder, and the folder itself if it holds none.
fn empty(
    top: &Dir,
    (above, name): Waiting,
    buffer: &mut sys::tree::Buffer,
    found: &mut Vec<Waiting>,
) -> io::Result<()> {
    let folder = above.as_ref().map_or(top, |above| &above.dir);
    let levels = above.as_ref().map_or(0, |above| above.levels + 1);
    if levels >= MAX_LEVELS {
        crate::stage::remove_tree(folder, &name)?;
        return above.map_or(Ok(()), |above| left(top, above));
    }
    let status = sys::tree::status_at(folder, &name)?;
    if status.kind != Kind::Directory {
        return sys::link::unlink(folder, &name);
    }
    if status.mode & 0o700 != 0o700 {
        sys::dir::set_mode(folder, &name, 0o700)?;
    }
    let node = Arc::new(Node {
        dir: sys::tree::open_child(folder, &name)?,
        above,
        name,
        levels,
        remaining: AtomicUsize::new(1),
    });
    let mut files = Vec::new();
    sys::tree::list(&node.dir, buffer, |name, kind, inode| match kind {
        Kind::Directory => found.push((Some(Arc::clone(&node)), name.to_os_string())),
        _ => files.push((inode, name.to_os_string())),
    })?;
    node.remaining.fetch_add(found.len(), Ordering::Relaxed);
    // In the order in which their inodes lie on the disk.
    files.sort_unstable();
    for (_, name) in files {
        sys::link::unlink(&node.dir, &name)?;
    }
    left(top, node)
}

/// Notes that one thing in a folder is done; the last one removes the folder, and is one thing of the folder above.
fn left(top: &Dir, mut node: Arc<Node>) -> io::Result<()> {
    while node.remaining.fetch_sub(1, Ordering::AcqRel) == 1 {
        let folder = node.above.as_ref().map_or(top, |above| &above.dir);
        sys::dir::remove_dir(folder, &node.name)?;
        match &node.above {
            Some(above) => node = Arc::clone(above),
            None => break,
        }
    }
    Ok(())
}
