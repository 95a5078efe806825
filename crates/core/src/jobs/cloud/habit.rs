//! What each client does with links inside the folders it syncs, as far as that is known.
//!
//! A client may change its ways with any version; so each row names where it was read, and how sure it is. The table is as of
//! November 2026. docs/design/clouds.md says what it was made from.

use lw_fs::path_form::{FAMILY, Family};

use super::Client;

/// When the table was made.
pub const AS_OF: &str = "2026-11";

/// What stands inside a synced folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// A symbolic link.
    Symbolic,
    /// A junction of Windows.
    Junction,
    /// A name of a file that has others.
    Hard,
}

/// What a client does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// The link itself is uploaded, with its text.
    KeptAsLink,
    /// It is left out: other devices do not get it.
    LeftOut,
    /// What it leads to is uploaded in its place.
    Followed,
    /// It is uploaded as a file of its own.
    OwnFile,
    /// It hinders the client.
    Trouble,
    /// That is not known.
    Unknown,
}

/// How sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The maker of the client says so.
    Documented,
    /// Users of the client have reported it.
    Reported,
    /// Nobody was found who says so; it is what such clients do.
    Assumed,
}

/// What a client does with one sort of link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habit {
    /// What it does.
    pub treatment: Treatment,
    /// How sure that is.
    pub evidence: Evidence,
    /// Where it was read.
    pub source: &'static str,
}

impl Habit {
    const fn new(treatment: Treatment, evidence: Evidence, source: &'static str) -> Self {
        Self {
            treatment,
            evidence,
            source,
        }
    }

    /// Returns what the client does, as the end of a sentence that begins with its name.
    pub fn words(self) -> &'static str {
        match self.treatment {
            Treatment::KeptAsLink => {
                "uploads such a link as a link, which leads nowhere on devices that have nothing there"
            }
            Treatment::LeftOut => "leaves such links out: other devices do not get them",
            Treatment::Followed => {
                "uploads what such a link leads to in its place, and may not notice when that changes"
            }
            Treatment::OwnFile => "uploads each name of such a file as a file of its own",
            Treatment::Trouble => "may stop syncing because of such links",
            Treatment::Unknown => "does with such links what nobody has written down",
        }
    }
}

impl Treatment {
    /// Returns the word that stands for it in answers for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::KeptAsLink => "kept-as-link",
            Self::LeftOut => "left-out",
            Self::Followed => "followed",
            Self::OwnFile => "own-file",
            Self::Trouble => "trouble",
            Self::Unknown => "unknown",
        }
    }
}

impl Evidence {
    /// Returns the word that stands for it in answers for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Reported => "reported",
            Self::Assumed => "assumed",
        }
    }
}

impl Client {
    /// Returns what the client does on this system with a link in its folder.
    pub fn habit(self, inside: Inside) -> Habit {
        habit_on(FAMILY, self, inside)
    }
}

const DROPBOX: &str = "help.dropbox.com/installs-integrations/sync-uploads/symlinks";
const ONEDRIVE: &str = "logancyang/obsidian-copilot#2920, ktheod/OneDriveBully#45";
const ONEDRIVE_LINUX: &str = "abraunegg/onedrive docs/application-config-options.md, skip_symlinks";
const GOOGLE: &str = "help.insynchq.com, using symlinks on Google Drive with Insync";
const ICLOUD: &str = "eclecticlight.co/2019/08/07/living-with-desktop-documents-in-icloud";
const NEXTCLOUD: &str = "nextcloud/desktop#605, #58, #7157";
const OWNCLOUD: &str = "owncloud/client#5019, #6189";
const SYNCTHING: &str = "docs.syncthing.net/users/faq, syncthing/syncthing#7422, #9791";
const RESILIO: &str = "help.resilio.com/hc/en-us/articles/205504529";
const MEGA: &str = "meganz/MEGAsync#1000, #568, #1092";
const BOX: &str = "support.box.com/hc/en-us/articles/360044195433";
const NOWHERE: &str = "no source found";

/// The table: one row a client.
fn habit_on(family: Family, client: Client, inside: Inside) -> Habit {
    use Evidence::{Assumed, Documented, Reported};
    use Inside::{Hard, Junction, Symbolic};
    use Treatment::{Followed, KeptAsLink, LeftOut, OwnFile, Trouble, Unknown};
    let is_windows = family == Family::Windows;
    let (treatment, evidence, source) = match (client, inside) {
        (Client::Dropbox, Symbolic) if !is_windows => (KeptAsLink, Documented, DROPBOX),
        (Client::Dropbox, Symbolic | Junction) => (LeftOut, Documented, DROPBOX),
        (Client::Dropbox, Hard) => (OwnFile, Assumed, NOWHERE),
        (Client::OneDrive, Symbolic) if !is_windows => (LeftOut, Assumed, NOWHERE),
        (Client::OneDrive, Symbolic | Junction) => (Trouble, Reported, ONEDRIVE),
        (Client::OneDriveLinux, Symbolic) => (Followed, Documented, ONEDRIVE_LINUX),
        (Client::OneDriveLinux, Junction) => (Unknown, Assumed, NOWHERE),
        (Client::OneDrive | Client::OneDriveLinux, Hard) => (OwnFile, Assumed, NOWHERE),
        (Client::GoogleDrive, Symbolic) => (LeftOut, Reported, GOOGLE),
        (Client::GoogleDrive, Junction) => (LeftOut, Assumed, NOWHERE),
        (Client::GoogleDrive, Hard) => (OwnFile, Assumed, NOWHERE),
        (Client::ICloud, Symbolic) if !is_windows => (KeptAsLink, Reported, ICLOUD),
        (Client::ICloud, Symbolic | Junction) => (LeftOut, Assumed, NOWHERE),
        (Client::ICloud, Hard) => (OwnFile, Assumed, NOWHERE),
        (Client::Nextcloud, Symbolic) => (LeftOut, Documented, NEXTCLOUD),
        (Client::Nextcloud, Junction) => (LeftOut, Reported, NEXTCLOUD),
        (Client::Nextcloud, Hard) => (OwnFile, Reported, NEXTCLOUD),
        (Client::OwnCloud, Symbolic) => (LeftOut, Documented, OWNCLOUD),
        (Client::OwnCloud, Junction) => (Unknown, Reported, OWNCLOUD),
        (Client::OwnCloud, Hard) => (OwnFile, Reported, OWNCLOUD),
        (Client::Syncthing, Symbolic) if !is_windows => (KeptAsLink, Documented, SYNCTHING),
        (Client::Syncthing, Symbolic | Junction) => (LeftOut, Documented, SYNCTHING),
        (Client::Syncthing, Hard) => (OwnFile, Assumed, NOWHERE),
        (Client::Resilio, Symbolic) if !is_windows => (KeptAsLink, Documented, RESILIO),
        (Client::Resilio, Symbolic | Junction | Hard) => (Trouble, Documented, RESILIO),
        (Client::Mega, Symbolic | Junction | Hard) => (LeftOut, Reported, MEGA),
        (Client::Box, Symbolic | Hard) => (LeftOut, Documented, BOX),
        (Client::Box, Junction) => (LeftOut, Assumed, NOWHERE),
        (Client::PCloud, Symbolic) => (LeftOut, Assumed, NOWHERE),
        (Client::PCloud, Junction | Hard) => (Unknown, Assumed, NOWHERE),
    };
    Habit::new(treatment, evidence, source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_says_has_a_source() {
        for client in Client::ALL {
            for family in [Family::Unix, Family::Windows] {
                for inside in [Inside::Symbolic, Inside::Junction, Inside::Hard] {
                    let habit = habit_on(family, client, inside);
                    assert_eq!(
                        habit.evidence == Evidence::Assumed,
                        habit.source == NOWHERE,
                        "{client:?} {inside:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn systems_differ() {
        let dropbox = |family| habit_on(family, Client::Dropbox, Inside::Symbolic).treatment;
        assert_eq!(dropbox(Family::Unix), Treatment::KeptAsLink);
        assert_eq!(dropbox(Family::Windows), Treatment::LeftOut);
    }
}
