//! Reading folders: not written yet.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use crate::look::Kind;
use crate::stage::Status;

/// Room for one call.
pub(crate) type Buffer = Vec<u8>;

pub(crate) fn buffer() -> Buffer {
    Vec::new()
}

pub(crate) struct OpenFolder;

impl OpenFolder {
    pub(crate) fn each_entry(
        &self,
        _buffer: &mut Buffer,
        _visit: impl FnMut(&OsStr, Kind),
    ) -> io::Result<()> {
        super::not_yet()
    }

    pub(crate) fn each_numbered_entry(
        &self,
        _buffer: &mut Buffer,
        _visit: impl FnMut(&OsStr, Kind, u64),
    ) -> io::Result<()> {
        super::not_yet()
    }

    pub(crate) fn status_of(&self, _name: &OsStr) -> io::Result<Status> {
        super::not_yet()
    }

    pub(crate) fn with_link_text(&self, _name: &OsStr, _visit: impl FnOnce(&OsStr)) {}
}

#[derive(Clone)]
pub(crate) struct ParentHandle;

pub(crate) struct Parents;

impl Parents {
    pub(crate) fn open_root(_root: &Path) -> io::Result<Self> {
        super::not_yet()
    }

    pub(crate) fn root(&self) -> ParentHandle {
        ParentHandle
    }

    pub(crate) fn keep(&self, _folder: &OpenFolder) -> ParentHandle {
        ParentHandle
    }

    pub(crate) fn open(
        &self,
        _parent: &ParentHandle,
        _path: &Path,
    ) -> io::Result<Option<OpenFolder>> {
        super::not_yet()
    }
}
