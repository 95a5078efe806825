//! The system's numbers as classes: winerror.h.

use std::io;

use windows_sys::Win32::Foundation as code;

use crate::FsErrorKind;

/// Returns the class of an answer of the system.
pub(crate) fn kind(error: &io::Error) -> FsErrorKind {
    let Some(number) = error.raw_os_error() else {
        return FsErrorKind::of_word(error.kind());
    };
    match number.cast_unsigned() {
        code::ERROR_FILE_NOT_FOUND | code::ERROR_PATH_NOT_FOUND | code::ERROR_INVALID_DRIVE => {
            FsErrorKind::NotFound
        }
        code::ERROR_FILE_EXISTS | code::ERROR_ALREADY_EXISTS => FsErrorKind::AlreadyExists,
        code::ERROR_ACCESS_DENIED => FsErrorKind::PermissionDenied,
        code::ERROR_PRIVILEGE_NOT_HELD => FsErrorKind::NotPermitted,
        code::ERROR_WRITE_PROTECT => FsErrorKind::ReadOnly,
        code::ERROR_NOT_SAME_DEVICE => FsErrorKind::CrossVolume,
        code::ERROR_DISK_FULL | code::ERROR_HANDLE_DISK_FULL | code::ERROR_DISK_QUOTA_EXCEEDED => {
            FsErrorKind::NoSpace
        }
        code::ERROR_TOO_MANY_LINKS => FsErrorKind::TooManyLinks,
        code::ERROR_FILENAME_EXCED_RANGE | code::ERROR_BUFFER_OVERFLOW => FsErrorKind::NameTooLong,
        code::ERROR_DIRECTORY => FsErrorKind::NotADirectory,
        code::ERROR_DIRECTORY_NOT_SUPPORTED => FsErrorKind::IsADirectory,
        code::ERROR_DIR_NOT_EMPTY => FsErrorKind::NotEmpty,
        code::ERROR_CANT_RESOLVE_FILENAME | code::ERROR_STOPPED_ON_SYMLINK => FsErrorKind::Loop,
        code::ERROR_SHARING_VIOLATION
        | code::ERROR_LOCK_VIOLATION
        | code::ERROR_BUSY
        | code::ERROR_DELETE_PENDING
        | code::ERROR_USER_MAPPED_FILE => FsErrorKind::Busy,
        code::ERROR_INVALID_FUNCTION
        | code::ERROR_NOT_SUPPORTED
        | code::ERROR_SYMLINK_NOT_SUPPORTED
        | code::ERROR_INVALID_PARAMETER => FsErrorKind::Unsupported,
        code::ERROR_TOO_MANY_OPEN_FILES => FsErrorKind::TooManyOpenFiles,
        code::ERROR_IO_DEVICE | code::ERROR_CRC => FsErrorKind::Io,
        code::ERROR_UNTRUSTED_MOUNT_POINT => FsErrorKind::UntrustedMountPoint,
        code::ERROR_SYMLINK_CLASS_DISABLED => FsErrorKind::LinkClassDisabled,
        code::ERROR_CANT_ACCESS_FILE
        | code::ERROR_INVALID_REPARSE_DATA
        | code::ERROR_REPARSE_TAG_INVALID => FsErrorKind::UnknownTag,
        code::ERROR_NOT_A_REPARSE_POINT
        | code::ERROR_REPARSE_TAG_MISMATCH
        | code::ERROR_REPARSE_ATTRIBUTE_CONFLICT => FsErrorKind::Changed,
        _ => FsErrorKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_people_meet() {
        let class = |number| kind(&io::Error::from_raw_os_error(number));
        for (numbers, expected) in [
            (&[2, 3][..], FsErrorKind::NotFound),
            (&[80, 183], FsErrorKind::AlreadyExists),
            (&[5], FsErrorKind::PermissionDenied),
            (&[1314], FsErrorKind::NotPermitted),
            (&[19], FsErrorKind::ReadOnly),
            (&[17], FsErrorKind::CrossVolume),
            (&[112, 39], FsErrorKind::NoSpace),
            (&[1142], FsErrorKind::TooManyLinks),
            (&[206, 111], FsErrorKind::NameTooLong),
            (&[267], FsErrorKind::NotADirectory),
            (&[145], FsErrorKind::NotEmpty),
            (&[1921], FsErrorKind::Loop),
            (&[32, 33], FsErrorKind::Busy),
            (&[1, 50], FsErrorKind::Unsupported),
            (&[4], FsErrorKind::TooManyOpenFiles),
            (&[1117, 23], FsErrorKind::Io),
            (&[448], FsErrorKind::UntrustedMountPoint),
            (&[1463], FsErrorKind::LinkClassDisabled),
            (&[1920, 4392, 4393], FsErrorKind::UnknownTag),
            (&[4390, 4391, 4394], FsErrorKind::Changed),
        ] {
            for number in numbers {
                assert_eq!(class(*number), expected, "{number}");
            }
        }
    }
}
