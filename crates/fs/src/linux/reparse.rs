//! Reparse points of NTFS by ntfs-3g, which hands them out as the attribute `system.ntfs_reparse_data`.
//!
//! After the attribute is set or removed the kernel still believes that the entry is what it was before, until somebody looks
//! (`statx_anew` in the module of entries).

use std::cell::Cell;
use std::ffi::{CStr, OsStr};
use std::io;
use std::os::fd::{AsFd, AsRawFd as _, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, StatxFlags, XattrFlags};
use rustix::io::Errno;

use super::dir::Dir;
use super::keep::named;
use crate::look::{Entry, NativeForm, Raw, Volume};
use crate::reparse::{BUFFER_LIMIT_BYTES, ReparsePoint, Target};

const REPARSE_DATA: &CStr = c"system.ntfs_reparse_data";
const ATTRIBUTES: &CStr = c"system.ntfs_attrib";

/// What the record of a file, mostly 1 KiB, has room for beside what every one holds: its name, and a reparse point that
/// then is written with it. A longer one lies in a cluster of its own, and is written in several steps.
const RECORD_ROOM_BYTES: usize = 512;

/// `FILE_ATTRIBUTE_DIRECTORY`.
const FOLDER: u32 = 0x10;

pub(crate) fn read(path: &Path, entry: &Entry) -> io::Result<Option<Raw>> {
    thread_local! {
        /// The last mount that turned out not to be of ntfs-3g: what follows each other mostly lies on one volume.
        static ELSEWHERE: Cell<Option<(u64, u64)>> = const { Cell::new(None) };
    }
    let mount = (entry.mount_id, entry.identity.device);
    if entry.mount_id != 0 && ELSEWHERE.get() == Some(mount) {
        return Ok(None);
    }
    let found = read_by_name(path)?;
    if found.is_none() {
        ELSEWHERE.set(Some(mount));
    }
    Ok(found)
}

pub(crate) fn read_at(dir: &Dir, name: &OsStr) -> io::Result<Option<Raw>> {
    read_by_name(&named(dir, name))
}

fn read_by_name(path: &Path) -> io::Result<Option<Raw>> {
    let Some(attributes) = attributes(path)? else {
        return Ok(None);
    };
    let mut room = vec![0; BUFFER_LIMIT_BYTES];
    match rustix::fs::lgetxattr(path, REPARSE_DATA, &mut room) {
        Ok(length) => {
            room.truncate(length);
            Ok(Some(Raw::Point {
                bytes: room,
                is_folder: attributes & FOLDER != 0,
            }))
        }
        Err(Errno::NODATA) => Ok(Some(Raw::None)),
        Err(Errno::OPNOTSUPP) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The flags of NTFS, `None` where there are none.
fn attributes(path: &Path) -> io::Result<Option<u32>> {
    let mut room = [0; 4];
    match rustix::fs::lgetxattr(path, ATTRIBUTES, &mut room) {
        Ok(4) => Ok(Some(u32::from_le_bytes(room))),
        Ok(_) | Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::PERM | Errno::NOSYS) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Returns the text of a relative symbolic link of Windows, with slashes.
pub(super) fn relative_text(path: &Path) -> Option<Vec<u8>> {
    let Ok(Some(Raw::Point { bytes, .. })) = read_by_name(path) else {
        return None;
    };
    let Some(Target::Relative(text)) = ReparsePoint::decode(&bytes).ok()?.target() else {
        return None;
    };
    let slash = |byte: u8| if byte == b'\\' { b'/' } else { byte };
    Some(text.to_wtf8().into_iter().map(slash).collect())
}

/// As [`relative_text`], by the handle of the folder.
pub(super) fn relative_text_at(folder: impl AsFd, name: &OsStr) -> Option<Vec<u8>> {
    relative_text(&named(folder, name))
}

/// Returns the device numbers of the volumes that ntfs-3g has mounted.
pub(crate) fn volumes() -> io::Result<Option<Vec<u64>>> {
    let is_ntfs = |volume: &Volume| {
        matches!(volume.file_system.as_str(), "fuse" | "fuseblk")
            && takes_native_links(&volume.mount_point)
    };
    let mounts = super::volume::mounts()?;
    let devices = mounts
        .iter()
        .filter(|volume| is_ntfs(volume))
        .filter_map(|volume| {
            let entry = super::entry::glance(&volume.mount_point).ok()?;
            Some(entry.identity.device)
        });
    Ok(Some(devices.collect()))
}

/// Returns whether the folder is on a volume of ntfs-3g, which alone shows the attribute `system.ntfs_attrib`.
pub(crate) fn takes_native_links(folder: &Path) -> bool {
    matches!(attributes(folder), Ok(Some(_)))
}

/// Links are written by way of a carrier: an empty file or folder that gets a reparse point.
pub(crate) fn needs_carrier(_form: NativeForm) -> bool {
    true
}

/// Makes the empty file or folder that is to become a link.
pub(crate) fn create_carrier(dir: &Dir, name: &OsStr, form: NativeForm) -> io::Result<()> {
    if form.is_folder() {
        return super::dir::create_dir(dir, name, 0o777);
    }
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(dir, name, flags, Mode::from_raw_mode(0o666))?;
    Ok(())
}

/// Gives an empty file or folder its reparse point; until [`refresh`] the kernel believes that it is what
/// it was.
pub(crate) fn write(dir: &Dir, name: &OsStr, bytes: &[u8]) -> io::Result<()> {
    let path: PathBuf = named(dir, name);
    Ok(rustix::fs::lsetxattr(
        &path,
        REPARSE_DATA,
        bytes,
        XattrFlags::empty(),
    )?)
}

/// Returns whether the kernel takes the name for a folder, by what it remembers: statx(2) with `AT_STATX_DONT_SYNC`.
pub(crate) fn passes_for_folder(dir: &Dir, name: &OsStr) -> io::Result<bool> {
    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::STATX_DONT_SYNC | AtFlags::NO_AUTOMOUNT;
    match rustix::fs::statx(dir, name, flags, StatxFlags::TYPE) {
        Ok(stat) => Ok(FileType::from_raw_mode(stat.stx_mode.into()) == FileType::Directory),
        // What it remembered is too old, and what it asked for instead does not fit it.
        Err(Errno::IO) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whatever stands at a name, held: what is read and written by it is that very thing, wherever it is by now.
pub(crate) type Held = OwnedFd;

/// Holds what stands at a name; a link is not followed.
pub(crate) fn hold(dir: &Dir, name: &OsStr) -> io::Result<Held> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::openat(dir, name, flags, Mode::empty())?)
}

/// The way to a held thing: proc(5) leads to the thing itself, also if that is a link.
fn way_to(held: &Held) -> String {
    format!("/proc/self/fd/{}", held.as_raw_fd())
}

/// Returns how many names a held thing has: fstat(2).
pub(crate) fn name_count(held: &Held) -> io::Result<u64> {
    // Its type differs between the architectures.
    #[allow(clippy::useless_conversion)]
    Ok(rustix::fs::fstat(held)?.st_nlink.into())
}

/// Returns the reparse point of a held thing.
pub(crate) fn read_held(held: &Held) -> io::Result<Vec<u8>> {
    let mut room = vec![0; BUFFER_LIMIT_BYTES];
    let length = rustix::fs::getxattr(way_to(held), REPARSE_DATA, &mut room)?;
    room.truncate(length);
    Ok(room)
}

/// Gives a held link another reparse point. What has none is refused.
///
/// The driver answers one request after the other, so others see the old one or the new one.
pub(crate) fn rewrite(held: &Held, bytes: &[u8]) -> io::Result<()> {
    let flags = XattrFlags::REPLACE;
    Ok(rustix::fs::setxattr(
        way_to(held),
        REPARSE_DATA,
        bytes,
        flags,
    )?)
}

/// Returns whether a link can be given another target where it stands, in one write to the disk.
pub(crate) fn can_be_rewritten(_form: NativeForm, name: &OsStr, longest_bytes: usize) -> bool {
    // A letter of a name takes two bytes.
    2 * name.len() + longest_bytes <= RECORD_ROOM_BYTES
}

/// Makes the kernel see what a name has become by [`write`].
pub(crate) fn refresh(dir: &Dir, name: &OsStr) -> io::Result<()> {
    super::tree::status_at(dir, name).map(drop)
}

/// Makes a link in one call, where the form needs no carrier.
pub(crate) fn create_directly(
    _form: NativeForm,
    _text: &str,
    _dir: &Dir,
    _name: &OsStr,
) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
