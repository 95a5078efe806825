//! What the user has told once and for all: the file `settings.toml` in the state folder.
//!
//! People write in it too, so it is changed in place, comments and order kept: docs/formats/settings.md.

use std::path::{Path, PathBuf};

use lw_fs::look::content::read_small;
use lw_fs::look::entry_if_any;
use lw_fs::{FsError, FsErrorKind};
use toml_edit::{DocumentMut, Item, Table, value};

use crate::jobs::Drive;
use crate::jobs::cloud::Quota;
use crate::size::parse_size;

/// Name of the file in the state folder.
pub const SETTINGS: &str = "settings.toml";
/// Name of a new version of the file, before it takes the place of the old one.
pub(crate) const SETTINGS_NEXT: &str = "settings.toml.new";

/// The longest file that is read.
const LONGEST_BYTES: u64 = 1024 * 1024;

/// The table of drives.
const DRIVES: &str = "drives";

/// The table of what accounts of clouds have room for.
const QUOTAS: &str = "quotas";

/// What is set.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    document: DocumentMut,
    drives: Vec<Drive>,
    quotas: Vec<Quota>,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] FsError),
    /// The file is not in the form it must have.
    #[error("{}: {why}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, with the line.
        why: String,
    },
}

impl Settings {
    /// Reads the settings; none are set if there is no file.
    pub fn read(state_folder: &Path) -> Result<Self, SettingsError> {
        // A new version may take the name of the old one between two looks.
        for name in [SETTINGS, SETTINGS_NEXT, SETTINGS] {
            let path = state_folder.join(name);
            match read_small(&path, LONGEST_BYTES) {
                Ok(bytes) => {
                    let form = |why| SettingsError::Form { path, why };
                    return Self::parse(&bytes).map_err(form);
                }
                // What is wrong with the folder, the ledger says.
                Err(error) if error.kind == FsErrorKind::NotFound || !is_there(&path) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Self::default())
    }

    /// Returns what a file of these bytes sets, or why it cannot be used.
    ///
    /// Looks at nothing but the bytes, and takes any.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        let document: DocumentMut = text.parse().map_err(|error| format!("{error}"))?;
        let mut drives: Vec<Drive> = Vec::new();
        if let Some(table) = document.get(DRIVES) {
            let table = table.as_table_like().ok_or("'drives' is no table")?;
            for (letter, folder) in table.iter() {
                let folder = folder.as_str().map(PathBuf::from);
                let drive = drive(letter, folder.unwrap_or_default())?;
                if drives.iter().any(|known| known.letter == drive.letter) {
                    return Err(format!("drive {}: is set twice", drive.letter));
                }
                drives.push(drive);
            }
        }
        let mut quotas: Vec<Quota> = Vec::new();
        if let Some(table) = document.get(QUOTAS) {
            let table = table.as_table_like().ok_or("'quotas' is no table")?;
            for (cloud, size) in table.iter() {
                let bytes = size.as_str().and_then(parse_size);
                let bytes = bytes.ok_or_else(|| {
                    format!("the quota of '{cloud}' is no size: it is written as \"2GB\"")
                })?;
                let cloud = cloud.to_owned();
                quotas.push(Quota { cloud, bytes });
            }
        }
        Ok(Self {
            document,
            drives,
            quotas,
        })
    }

    /// Returns the drives of Windows that are mounted here.
    pub fn drives(&self) -> &[Drive] {
        &self.drives
    }

    /// Sets where a drive is mounted.
    pub fn set_drive(&mut self, drive: Drive) {
        let table = self
            .document
            .entry(DRIVES)
            .or_insert(Item::Table(Table::new()));
        if let Some(table) = table.as_table_like_mut() {
            // However it is written there: `c` and `C:` are the same drive.
            let known = table
                .iter()
                .find(|(key, _)| letter_of(key) == Some(drive.letter))
                .map(|(key, _)| key.to_owned());
            let key = known.unwrap_or_else(|| drive.letter.to_string());
            table.insert(&key, value(drive.folder.to_string_lossy().as_ref()));
        }
        self.drives.retain(|known| known.letter != drive.letter);
        self.drives.push(drive);
    }

    /// Returns how much room accounts of clouds have.
    pub fn quotas(&self) -> &[Quota] {
        &self.quotas
    }

    /// Sets how much room an account of a cloud has, by a size as people write it; `None` if it is no size.
    pub fn set_quota(&mut self, cloud: &str, size: &str) -> Option<()> {
        let bytes = parse_size(size)?;
        let table = self
            .document
            .entry(QUOTAS)
            .or_insert(Item::Table(Table::new()));
        if let Some(table) = table.as_table_like_mut() {
            table.insert(cloud, value(size));
        }
        let cloud = cloud.to_owned();
        self.quotas.retain(|known| known.cloud != cloud);
        self.quotas.push(Quota { cloud, bytes });
        Some(())
    }

    /// Forgets how much room an account of a cloud has.
    pub fn forget_quota(&mut self, cloud: &str) {
        if let Some(table) = self.document.get_mut(QUOTAS)
            && let Some(table) = table.as_table_like_mut()
        {
            table.remove(cloud);
        }
        self.quotas.retain(|known| known.cloud != cloud);
    }

    /// Returns the text of the file as it is now.
    pub fn to_text(&self) -> String {
        self.document.to_string()
    }
}

fn is_there(path: &Path) -> bool {
    matches!(entry_if_any(path), Ok(Some(_)))
}

/// Returns the drive of this letter at this folder, or why there can be none.
pub fn drive(letter: &str, folder: PathBuf) -> Result<Drive, String> {
    let Some(letter) = letter_of(letter) else {
        return Err(format!("'{letter}' is no drive letter"));
    };
    if !folder.is_absolute() || folder.to_str().is_none() {
        return Err(format!("drive {letter}: needs the full path of a folder"));
    }
    Ok(Drive { letter, folder })
}

/// Returns the letter, a capital one, of `c`, `C` or `C:`.
fn letter_of(text: &str) -> Option<char> {
    let mut letters = text.strip_suffix(':').unwrap_or(text).chars();
    let letter = letters.next().filter(char::is_ascii_alphabetic)?;
    letters
        .next()
        .is_none()
        .then(|| letter.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    // Folders of another system, which is where drives have to be named.
    #[cfg(unix)]
    #[test]
    fn what_people_wrote_stays() {
        let text = "# mine\n[drives]\nD = \"/data\" # the big one\n\n[other]\nx = 1\n";
        let mut settings = Settings::parse(text.as_bytes()).unwrap();
        assert_eq!(settings.drives(), [drive("D", "/data".into()).unwrap()]);
        settings.set_drive(drive("c:", "/mnt/win".into()).unwrap());
        let text = settings.to_text();
        assert!(
            text.starts_with("# mine\n[drives]\nD = \"/data\" # the big one\nC = \"/mnt/win\"\n"),
            "{text}"
        );
        assert!(text.ends_with("[other]\nx = 1\n"), "{text}");
        assert_eq!(Settings::parse(text.as_bytes()).unwrap().drives().len(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_drive_that_moved_is_one_drive() {
        let mut settings = Settings::default();
        for folder in ["/a", "/b"] {
            settings.set_drive(drive("C", folder.into()).unwrap());
        }
        let again = Settings::parse(settings.to_text().as_bytes()).unwrap();
        assert_eq!(again.drives(), [drive("C", "/b".into()).unwrap()]);
        for key in ["c", "\"C:\""] {
            let written = format!("[drives]\n{key} = \"/a\" # mine\n");
            let mut settings = Settings::parse(written.as_bytes()).unwrap();
            settings.set_drive(drive("C", "/b".into()).unwrap());
            let again = Settings::parse(settings.to_text().as_bytes()).unwrap();
            assert_eq!(again.drives(), [drive("C", "/b".into()).unwrap()]);
        }
    }

    #[test]
    fn quotas_are_kept_by_the_clouds_name() {
        let text = "# mine\n[quotas]\n\"onedrive:Work\" = \"1TB\" # paid\n";
        let mut settings = Settings::parse(text.as_bytes()).unwrap();
        assert_eq!(settings.set_quota("dropbox", "much"), None);
        settings.set_quota("dropbox", "2GB").unwrap();
        settings.set_quota("dropbox", "3 GB").unwrap();
        let text = settings.to_text();
        assert!(text.starts_with("# mine\n[quotas]\n\"onedrive:Work\" = \"1TB\" # paid\n"));
        let again = Settings::parse(text.as_bytes()).unwrap();
        let quotas: Vec<_> = again
            .quotas()
            .iter()
            .map(|one| (&*one.cloud, one.bytes))
            .collect();
        assert_eq!(quotas, [("onedrive:Work", 1 << 40), ("dropbox", 3 << 30)]);
        settings.forget_quota("onedrive:Work");
        settings.forget_quota("nothing");
        assert_eq!(settings.quotas().len(), 1);
        assert_eq!(
            Settings::parse(settings.to_text().as_bytes())
                .unwrap()
                .quotas()
                .len(),
            1
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_setting_is_said() {
        for (text, why) in [
            ("drives = 7", "no table"),
            ("[drives]\nCD = \"/x\"", "no drive letter"),
            ("[drives]\nC = \"x\"", "full path"),
            ("[drives]\nC = 1", "full path"),
            ("[drives]\n\"C::\" = \"/x\"", "no drive letter"),
            ("[drives]\nc = \"/x\"\nC = \"/y\"", "twice"),
            ("[drives", "line 1"),
            ("quotas = 7", "no table"),
            ("[quotas]\ndropbox = \"much\"", "no size"),
            ("[quotas]\ndropbox = 7", "no size"),
        ] {
            let error = Settings::parse(text.as_bytes()).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
        assert!(Settings::parse(b"\xFF").is_err());
    }
}
