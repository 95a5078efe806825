//! The folders that cloud clients keep in step: where they are, what they are called, and what that means for links.
//!
//! docs/design/clouds.md says what is read, and what nobody has tried.

mod advice;
mod client;
mod clouds;
mod discover;
mod drive_fs;
mod dropbox;
mod google_drive;
mod habit;
mod named;
mod one_drive_linux;
mod own_cloud;
mod places;
mod refused_name;
mod room;
mod syncthing;
mod told;
mod write_ahead_log;

#[cfg(test)]
mod tests;

pub(super) use advice::{Linking, Moving, of_link, of_move, of_return};
pub use client::Client;
pub use clouds::{CloudFolder, Clouds, Unread};
pub use discover::{found, known, marked_above};
pub use habit::{AS_OF, Evidence, Habit, Inside, Treatment};
pub use named::{called, meant};
pub use places::{ONE_DRIVE_ACCOUNTS, Places};
pub use room::{Measuring, Quota, Room};
pub use told::{MOST_FOLDERS, NotRead, Telling, Told};

/// Which sort of configuration it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// `info.json` of Dropbox.
    Dropbox,
    /// `config` of the Linux client of OneDrive.
    OneDriveLinux,
    /// `root_preference_sqlite.db` of Google Drive.
    GoogleDrive,
    /// `nextcloud.cfg`, `owncloud.cfg`.
    OwnCloud,
    /// `config.xml` of Syncthing.
    Syncthing,
}

/// Returns what the database of Google Drive tells with the write-ahead log that lies beside it.
///
/// Looks at nothing but the bytes, and takes any.
pub fn parse_with_log(database: Vec<u8>, log: &[u8]) -> Telling {
    let limit_bytes = discover::MOST_BYTES as usize;
    drive_fs::told(&write_ahead_log::with_log(database, log, limit_bytes))
}

/// Returns what a configuration of these bytes tells.
///
/// Looks at nothing but the bytes, and takes any.
pub fn parse(sort: Sort, bytes: &[u8]) -> Telling {
    match sort {
        Sort::Dropbox => dropbox::told(bytes),
        Sort::OneDriveLinux => one_drive_linux::told(bytes),
        Sort::GoogleDrive => drive_fs::told(bytes),
        Sort::OwnCloud => own_cloud::told(bytes),
        Sort::Syncthing => syncthing::told(bytes),
    }
}
