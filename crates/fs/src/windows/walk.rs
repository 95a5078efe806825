//! Reading folders: not written yet.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::PathBuf;

use crate::look::walk::Mounts;
use crate::look::{Entry, Kind};
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
        _visit: impl FnMut(&OsStr, Kind, u64),
    ) -> io::Result<()> {
        super::not_yet()
    }

    pub(crate) fn status_of(&self, _name: &OsStr) -> io::Result<Status> {
        super::not_yet()
    }

    pub(crate) fn identity(&self) -> io::Result<(u64, u64)> {
        super::not_yet()
    }

    pub(crate) fn entry_at(&self, _name: &OsStr) -> io::Result<Entry> {
        super::not_yet()
    }

    pub(crate) fn followed(&self, _name: &OsStr) -> io::Result<Entry> {
        super::not_yet()
    }

    pub(crate) fn with_link_text<R>(
        &self,
        _name: &OsStr,
        _visit: impl FnOnce(&OsStr) -> R,
    ) -> io::Result<R> {
        super::not_yet()
    }

    pub(crate) fn open_to_read(&self, _name: &OsStr) -> io::Result<File> {
        super::not_yet()
    }
}

#[derive(Clone)]
pub(crate) struct ParentHandle;

#[allow(dead_code, reason = "nothing is opened yet")]
pub(crate) enum Opened {
    Folder(OpenFolder),
    OtherMount,
}

pub(crate) struct Parents;

impl Parents {
    pub(crate) fn open_roots(
        _roots: &[PathBuf],
        _mounts: Mounts,
    ) -> Result<Self, (usize, io::Error)> {
        super::not_yet().map_err(|error| (0, error))
    }

    pub(crate) fn root(&self, _index: usize) -> OpenFolder {
        OpenFolder
    }

    pub(crate) fn keep(&self, _folder: &OpenFolder) -> ParentHandle {
        ParentHandle
    }

    pub(crate) fn open<'a>(
        &self,
        _root: usize,
        _parent: &ParentHandle,
        _above: impl FnOnce() -> Vec<&'a OsStr>,
        _name: &OsStr,
    ) -> io::Result<Opened> {
        super::not_yet()
    }
}
