//! The page cache and holes: not written yet.

use std::fs::File;
use std::io;
use std::ops::Range;

use super::dir::Dir;

pub(crate) fn clean(_file: &File) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn begin_writing(_file: &File) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn write_out(file: &File) -> io::Result<()> {
    file.sync_all()
}

pub(crate) fn forget(_file: &File) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn read_ahead(_file: &File, _bytes: u64) {}

pub(crate) fn next_data(
    _file: &File,
    _offset: u64,
    _size_bytes: u64,
) -> io::Result<Option<Range<u64>>> {
    super::not_yet()
}

pub(crate) fn sync_volume(_folder: &Dir) -> io::Result<()> {
    super::not_yet()
}

pub(crate) fn volume_sync_suffices(_folder: &Dir) -> bool {
    false
}

pub(crate) fn mapped_stores_are_stamped(_folder: &Dir) -> bool {
    false
}

pub(crate) fn holes_are_told(_folder: &Dir) -> bool {
    false
}

pub(crate) fn read_at(_file: &File, _room: &mut [u8], _offset: u64) -> io::Result<usize> {
    super::not_yet()
}

pub(crate) fn write_at(_file: &File, _bytes: &[u8], _offset: u64) -> io::Result<()> {
    super::not_yet()
}
