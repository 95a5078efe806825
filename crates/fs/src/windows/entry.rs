//! Entries by handle: attributes, tag and id.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::windows::io::AsHandle as _;
use std::path::Path;

use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_OFFLINE, FILE_ATTRIBUTE_READONLY, FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS,
    FILE_ATTRIBUTE_RECALL_ON_OPEN, READ_CONTROL,
};

use crate::look::{Entry, Identity, Kind};
use crate::nt::ask::{self, Facts};
use crate::nt::open::{self, How};
use crate::nt::security::Security;
use crate::nt::token;
use crate::path_form;

/// Returns what stands at `path`, not followed.
///
/// It has no birth time, as any program may set that of creation; the id, in whose upper part NTFS counts how often its
/// place in the table of files was used, tells things apart without it. The owner is a number as
/// [`super::user::effective_user_id`] is, and asked for here alone: what is met on a walk is taken to be of this user.
pub(crate) fn entry(path: &Path) -> io::Result<Entry> {
    let opened = open::at(path, How::existing(READ_CONTROL));
    let is_readable = opened.is_ok();
    let opened = opened.or_else(|_| open::at(path, How::existing(0)))?;
    let mut entry = from_facts(&ask::facts(opened.as_handle())?);
    if is_readable
        && let Ok(security) = Security::of(opened.as_handle())
        && let Some(owner) = security.owner()
        && !token::is_own(owner)
    {
        entry.user_id = token::last_number(owner).unwrap_or(entry.user_id);
    }
    Ok(entry)
}

/// Returns what stands at `path`, not followed, its birth time left out.
pub(crate) fn glance(path: &Path) -> io::Result<Entry> {
    let opened = open::at(path, How::existing(0))?;
    Ok(without_birth(from_facts(&ask::facts(opened.as_handle())?)))
}

/// Returns what `path` leads to, its birth time left out.
pub(crate) fn followed(path: &Path) -> io::Result<Entry> {
    let opened = open::followed(path, 0)?;
    Ok(without_birth(from_facts(&ask::facts(opened.as_handle())?)))
}

pub(crate) fn without_birth(mut entry: Entry) -> Entry {
    entry.identity.birth_ns = None;
    entry
}

/// The attributes of what would have to be fetched to be read.
pub(super) const ELSEWHERE: u32 =
    FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS | FILE_ATTRIBUTE_RECALL_ON_OPEN | FILE_ATTRIBUTE_OFFLINE;

/// Returns an entry as the other platforms describe it: the serial number of the volume is device and mount in one.
pub(crate) fn from_facts(facts: &Facts) -> Entry {
    Entry {
        kind: facts.kind,
        identity: Identity {
            device: facts.id.volume,
            inode: facts.id.folded(),
            // Any program may set the time of creation, and one that copies times does: the file would be another one.
            birth_ns: None,
        },
        link_count: facts.link_count.into(),
        size_bytes: facts.size_bytes,
        mode: mode(facts),
        user_id: super::user::effective_user_id(),
        group_id: 0,
        modified_ns: facts.modified_ns,
        changed_ns: facts.changed_ns,
        mount_id: facts.id.volume,
        is_mount_root: facts.is_volume,
        is_locked: false,
        is_in_cloud_only: facts.attributes & ELSEWHERE != 0,
    }
}

/// Returns the bits that say what Windows knows: a read-only file is not written to; to a folder the attribute means nothing.
pub(crate) fn mode(facts: &Facts) -> u32 {
    match facts.kind {
        Kind::Directory => 0o700,
        _ if facts.attributes & FILE_ATTRIBUTE_READONLY != 0 => 0o400,
        _ => 0o600,
    }
}

/// Returns the name as the folder spells it: capitals do not matter on Windows.
pub(crate) fn kept_name(folder: &Path, name: &OsStr) -> io::Result<Option<OsString>> {
    let opened = open::at(&folder.join(name), open::How::existing(0))?;
    let path = ask::path(opened.as_handle())?;
    // What was opened may say the name of something else: a volume that is mounted there, another name of a file.
    let wanted = path_form::folded(Path::new(name));
    let is_same = |spelled: &&OsStr| path_form::folded(Path::new(spelled)) == wanted;
    let spelled = path.file_name().filter(is_same);
    Ok(spelled.map(OsStr::to_os_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_here_is_ours() {
        let folder = tempfile::tempdir().unwrap();
        let found = crate::look::entry(&crate::look::real_folder(folder.path()).unwrap()).unwrap();
        assert_eq!(found.user_id, super::super::user::effective_user_id());
        assert_ne!(found.user_id, u32::MAX);
        assert_eq!((found.kind, found.mode), (Kind::Directory, 0o700));
    }
}
