//! What stat(2) says, as far as both systems say it alike.

use std::io;
use std::os::fd::AsFd;

use rustix::fs::FileType;

use crate::look::Kind;

/// Returns device and inode number of something open: fstat(2).
pub(crate) fn identity(open: impl AsFd) -> io::Result<(u64, u64)> {
    let stat = rustix::fs::fstat(open)?;
    #[allow(
        clippy::useless_conversion,
        clippy::unnecessary_cast,
        reason = "the types differ between systems"
    )]
    Ok((stat.st_dev as u64, stat.st_ino as u64))
}

pub(crate) fn kind(file_type: FileType) -> Kind {
    match file_type {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::SymbolicLink,
        FileType::Fifo => Kind::Fifo,
        FileType::Socket => Kind::Socket,
        FileType::CharacterDevice | FileType::BlockDevice => Kind::Device,
        FileType::Unknown => Kind::Other,
    }
}
