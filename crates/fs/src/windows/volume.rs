//! Volumes: drives, volumes mounted in folders, shares.

use std::io;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, BorrowedHandle};
use std::path::{Path, PathBuf};
use std::ptr;

use windows_sys::Win32::Foundation::{
    ERROR_MORE_DATA, ERROR_NO_MORE_FILES, HANDLE, INVALID_HANDLE_VALUE,
};
use windows_sys::Win32::Storage::FileSystem::{
    FindFirstVolumeW, FindNextVolumeW, FindVolumeClose, GetDiskFreeSpaceExW, GetLogicalDrives,
    GetVolumeInformationByHandleW, GetVolumeNameForVolumeMountPointW, GetVolumePathNameW,
    GetVolumePathNamesForVolumeNameW,
};
use windows_sys::Win32::System::SystemServices::FILE_READ_ONLY_VOLUME;

use crate::look::{Unmounted, Volume};
use crate::nt::ask;
use crate::nt::open::{self, How};
use crate::nt::path::{plain, text, wide};

/// The longest path, and its NUL.
const PATH_UNITS: usize = 32_768;

/// `Volume{…}` with what stands around it: MAX_VOLUME_NAME of the documentation of `GetVolumeNameForVolumeMountPointW`.
const VOLUME_NAME_UNITS: usize = 64;

/// The most volumes that are listed; a computer has a few.
const MAX_VOLUMES: usize = 1024;

/// Returns the volume that holds `path`: `GetVolumePathNameW`.
pub(crate) fn volume_of(path: &Path) -> io::Result<Volume> {
    let opened = open::at(path, How::existing(0))?;
    let facts = ask::facts(opened.as_handle())?;
    let about = about(opened.as_handle())?;
    // A link is on the volume of its folder, wherever it leads.
    let within = match path.parent() {
        Some(parent) if facts.kind.is_link() => parent,
        _ => path,
    };
    let mount_point = mount_point(within)?;
    Ok(Volume {
        mount_id: facts.id.volume,
        source: source(&mount_point),
        mount_point,
        file_system: about.file_system,
        is_read_only: about.flags & FILE_READ_ONLY_VOLUME != 0,
    })
}

/// What a volume says of its file system.
pub(super) struct About {
    /// Its name: `NTFS`.
    pub(super) file_system: String,
    /// What it can do: the flags of `GetVolumeInformationW`.
    pub(super) flags: u32,
    /// The longest name, in units of UTF-16.
    pub(super) name_units: u32,
}

/// Returns what the volume can do on which a handle is open.
pub(super) fn flags(handle: BorrowedHandle<'_>) -> io::Result<u32> {
    Ok(about(handle)?.flags)
}

/// Returns what the volume on which a handle is open says of its file system: `GetVolumeInformationByHandleW`.
pub(super) fn about(handle: BorrowedHandle<'_>) -> io::Result<About> {
    let mut name = [0_u16; 261];
    let (mut flags, mut name_units) = (0, 0);
    // SAFETY: the handle is open for the whole call, which writes to the two numbers and the name alone.
    let answer = unsafe {
        GetVolumeInformationByHandleW(
            handle.as_raw_handle(),
            ptr::null_mut(),
            0,
            ptr::null_mut(),
            &raw mut name_units,
            &raw mut flags,
            name.as_mut_ptr(),
            name.len() as u32,
        )
    };
    if answer == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(About {
        file_system: text(&name).to_string_lossy().into_owned(),
        flags,
        name_units,
    })
}

pub(super) fn mount_point(path: &Path) -> io::Result<PathBuf> {
    let path = wide(path)?;
    let mut room = vec![0_u16; PATH_UNITS];
    // SAFETY: the path ends in NUL, and the call writes to the room alone.
    let answer = unsafe { GetVolumePathNameW(path.as_ptr(), room.as_mut_ptr(), room.len() as u32) };
    if answer == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(as_mount_point(PathBuf::from(text(&room))))
}

/// Returns a mount point as other paths are written: without the prefix, and without `\` at the end unless it is a drive.
fn as_mount_point(path: PathBuf) -> PathBuf {
    plain(path).components().collect()
}

/// Returns the name that stays with a volume, or its path where it has none, as a share.
fn source(mount_point: &Path) -> String {
    let name = || -> io::Result<String> {
        let mut path = wide(mount_point)?;
        path.pop();
        if path.last() != Some(&u16::from(b'\\')) {
            path.push(u16::from(b'\\'));
        }
        path.push(0);
        let mut room = [0_u16; VOLUME_NAME_UNITS];
        // SAFETY: the path ends in NUL, and the call writes to the room alone.
        let answer = unsafe {
            GetVolumeNameForVolumeMountPointW(path.as_ptr(), room.as_mut_ptr(), room.len() as u32)
        };
        if answer == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(text(&room).to_string_lossy().into_owned())
    };
    name().unwrap_or_else(|_| mount_point.display().to_string())
}

/// Returns the drives, and the folders in which volumes are mounted.
pub(crate) fn mount_points() -> io::Result<Vec<PathBuf>> {
    let mut points = drives();
    for volume in volumes()? {
        // A volume that vanishes meanwhile is mounted nowhere.
        for point in paths_of(&volume).unwrap_or_default() {
            if !points.contains(&point) {
                points.push(point);
            }
        }
    }
    Ok(points)
}

fn drives() -> Vec<PathBuf> {
    // SAFETY: takes nothing and returns a number, one bit a letter.
    let letters = unsafe { GetLogicalDrives() };
    (0..26_u8)
        .filter(|number| letters >> number & 1 == 1)
        .map(|number| PathBuf::from(format!("{}:\\", char::from(b'A' + number))))
        .collect()
}

/// A search for volumes, closed when it goes.
struct Search(HANDLE);

impl Drop for Search {
    fn drop(&mut self) {
        // SAFETY: the search is open and nobody else has it. A failure leaves nothing to be done.
        let _closed = unsafe { FindVolumeClose(self.0) };
    }
}

fn volumes() -> io::Result<Vec<[u16; VOLUME_NAME_UNITS]>> {
    let mut room = [0_u16; VOLUME_NAME_UNITS];
    // SAFETY: the call writes to the room alone.
    let search = unsafe { FindFirstVolumeW(room.as_mut_ptr(), room.len() as u32) };
    if search == INVALID_HANDLE_VALUE {
        let error = io::Error::last_os_error();
        return match error.raw_os_error().map(i32::cast_unsigned) {
            Some(ERROR_NO_MORE_FILES) => Ok(Vec::new()),
            _ => Err(error),
        };
    }
    let search = Search(search);
    let mut found = vec![room];
    while found.len() < MAX_VOLUMES {
        // SAFETY: the search is open, and the call writes to the room alone.
        let answer = unsafe { FindNextVolumeW(search.0, room.as_mut_ptr(), room.len() as u32) };
        if answer == 0 {
            break;
        }
        found.push(room);
    }
    Ok(found)
}

fn paths_of(volume: &[u16; VOLUME_NAME_UNITS]) -> io::Result<Vec<PathBuf>> {
    let mut room = vec![0_u16; PATH_UNITS];
    let mut length = 0;
    // SAFETY: the name ends in NUL, and the call writes to the room and the length alone.
    let answer = unsafe {
        GetVolumePathNamesForVolumeNameW(
            volume.as_ptr(),
            room.as_mut_ptr(),
            room.len() as u32,
            &raw mut length,
        )
    };
    if answer == 0 {
        let error = io::Error::last_os_error();
        return match error.raw_os_error().map(i32::cast_unsigned) {
            Some(ERROR_MORE_DATA) => Ok(Vec::new()),
            _ => Err(error),
        };
    }
    let names = room
        .split(|unit| *unit == 0)
        .take_while(|name| !name.is_empty());
    Ok(names
        .map(|name| as_mount_point(PathBuf::from(text(name))))
        .collect())
}

/// Returns the free bytes for this user; NTFS makes room for more files as they come.
pub(crate) fn free(folder: &Path) -> io::Result<(u64, Option<u64>)> {
    let folder = wide(folder)?;
    let mut free_bytes = 0;
    // SAFETY: the path ends in NUL, and the call writes to the number alone.
    let answer = unsafe {
        GetDiskFreeSpaceExW(
            folder.as_ptr(),
            &raw mut free_bytes,
            ptr::null_mut(),
            ptr::null_mut(),
        )
    };
    if answer == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok((free_bytes, None))
}

/// Returns the serial number of the volume, which stays until it is formatted.
pub(crate) fn file_system_id(folder: &Path) -> io::Result<u64> {
    let opened = open::followed(folder, 0)?;
    Ok(ask::id(opened.as_handle())?.volume)
}

/// Windows has no table of what could be mounted.
pub(crate) fn unmounted(_fstab: &Path) -> io::Result<Vec<Unmounted>> {
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_drive_is_a_volume_and_listed() {
        let folder = tempfile::tempdir().unwrap();
        let real = crate::look::real_folder(folder.path()).unwrap();
        let volume = volume_of(&real).unwrap();
        assert!(real.starts_with(&volume.mount_point), "{volume:?}");
        assert!(volume.mount_point.ends_with("\\"), "{volume:?}");
        assert!(mount_points().unwrap().contains(&volume.mount_point));
        assert!(!volume.file_system.is_empty() && !volume.is_read_only);
        assert!(free(&real).unwrap().0 > 0);
        assert_eq!(file_system_id(&real).unwrap(), volume.mount_id);
    }
}

/// Not asked yet.
pub(crate) fn is_case_sensitive(_folder: &Path) -> Option<bool> {
    None
}
