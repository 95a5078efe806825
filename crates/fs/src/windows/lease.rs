//! Leases by sharing: whoever opens a file without letting others write fails while somebody has it open for writing, and
//! keeps others from that as long as it is open.

use std::fs::File;
use std::io;
use std::os::windows::io::AsHandle as _;

use windows_sys::Win32::Storage::FileSystem::{FILE_READ_DATA, FILE_SHARE_DELETE, FILE_SHARE_READ};

use crate::FsErrorKind;
use crate::nt::open::{self, How};
use crate::stage::{Held, LeaseAnswer};

/// Opens the file once more so that nobody may write to it, and keeps it open.
///
/// A program that has mapped the file to be written and closed it is not found so; the system itself does not let a file be
/// removed that is mapped, and its content is hashed once more before. While the lease is held, an open for writing fails,
/// where on Linux it waits.
pub(crate) fn take(file: &File) -> io::Result<LeaseAnswer> {
    let how = How {
        share: FILE_SHARE_READ | FILE_SHARE_DELETE,
        ..How::existing(FILE_READ_DATA)
    };
    match open::again(file.as_handle(), how) {
        Ok(held) => Ok(LeaseAnswer::Granted(Held::by(File::from(held)))),
        Err(error) => match super::errno::kind(&error) {
            FsErrorKind::Busy => Ok(LeaseAnswer::OpenForWriting),
            FsErrorKind::PermissionDenied | FsErrorKind::Unsupported => Ok(LeaseAnswer::Unknown),
            _ => Err(error),
        },
    }
}

/// One that was granted stands as long as it is held.
pub(crate) fn stands(_file: &File) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_is_found_and_kept_out_while_it_is_held() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, "x").unwrap();
        let file = File::open(&path).unwrap();
        let open_for_writing = || File::options().append(true).open(&path);
        let writer = open_for_writing().unwrap();
        assert!(matches!(take(&file).unwrap(), LeaseAnswer::OpenForWriting));
        drop(writer);
        let held = take(&file).unwrap();
        assert!(matches!(held, LeaseAnswer::Granted(_)));
        assert!(File::open(&path).is_ok());
        assert_eq!(open_for_writing().unwrap_err().raw_os_error(), Some(32));
        drop(held);
        assert!(open_for_writing().is_ok());
    }
}
