//! The clients that keep folders in step with a cloud or with other computers.

/// A client that keeps folders in step with a cloud or with other computers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Client {
    /// Dropbox.
    Dropbox,
    /// Microsoft's OneDrive for Windows and macOS.
    OneDrive,
    /// The client for OneDrive that Linux has: github.com/abraunegg/onedrive.
    OneDriveLinux,
    /// Google Drive for desktop.
    GoogleDrive,
    /// iCloud Drive.
    ICloud,
    /// Nextcloud.
    Nextcloud,
    /// ownCloud.
    OwnCloud,
    /// Syncthing.
    Syncthing,
    /// Resilio Sync.
    Resilio,
    /// MEGA.
    Mega,
    /// Box Drive.
    Box,
    /// pCloud Drive.
    PCloud,
}

impl Client {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 12] = [
        Self::Dropbox,
        Self::OneDrive,
        Self::OneDriveLinux,
        Self::GoogleDrive,
        Self::ICloud,
        Self::Nextcloud,
        Self::OwnCloud,
        Self::Syncthing,
        Self::Resilio,
        Self::Mega,
        Self::Box,
        Self::PCloud,
    ];

    /// Returns the word before the colon of `dropbox:Projects`; it also stands for the client in answers for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dropbox => "dropbox",
            Self::OneDrive | Self::OneDriveLinux => "onedrive",
            Self::GoogleDrive => "googledrive",
            Self::ICloud => "icloud",
            Self::Nextcloud => "nextcloud",
            Self::OwnCloud => "owncloud",
            Self::Syncthing => "syncthing",
            Self::Resilio => "resilio",
            Self::Mega => "mega",
            Self::Box => "box",
            Self::PCloud => "pcloud",
        }
    }

    /// Returns its name as it calls itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dropbox => "Dropbox",
            Self::OneDrive => "OneDrive",
            Self::OneDriveLinux => "OneDrive (Linux client)",
            Self::GoogleDrive => "Google Drive",
            Self::ICloud => "iCloud Drive",
            Self::Nextcloud => "Nextcloud",
            Self::OwnCloud => "ownCloud",
            Self::Syncthing => "Syncthing",
            Self::Resilio => "Resilio Sync",
            Self::Mega => "MEGA",
            Self::Box => "Box",
            Self::PCloud => "pCloud",
        }
    }

    /// Returns whether the word names this client; capitals do not matter, and people say `gdrive` too.
    pub fn has_word(self, word: &str) -> bool {
        let others: &[&str] = match self {
            Self::GoogleDrive => &["gdrive", "google-drive"],
            Self::ICloud => &["iclouddrive"],
            _ => &[],
        };
        word.eq_ignore_ascii_case(self.word())
            || others.iter().any(|other| word.eq_ignore_ascii_case(other))
    }

    /// Returns whether it refuses names that Windows does not take, on any system: OneDrive and SharePoint do
    /// (support.microsoft.com, "Restrictions and limitations in OneDrive and SharePoint").
    pub fn refuses_names(self) -> bool {
        matches!(self, Self::OneDrive | Self::OneDriveLinux)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_long_enough_to_be_no_drive_letter() {
        for client in Client::ALL {
            assert!(client.word().len() > 1);
            assert!(client.has_word(&client.word().to_uppercase()));
        }
        assert!(Client::GoogleDrive.has_word("GDrive"));
        assert!(!Client::Box.has_word("boxes"));
    }
}
