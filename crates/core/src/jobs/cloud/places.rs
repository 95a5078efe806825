//! Where configurations are looked for: values that the environment gave.

use std::path::{Path, PathBuf};

/// Where clients keep what they know, as the environment says; what is not set is not looked for.
///
/// All places are looked at on all systems: what another system would have there is not there.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The home folder.
    pub home: Option<PathBuf>,
    /// Where configurations are on Linux: `XDG_CONFIG_HOME`, else `~/.config`.
    pub config: Option<PathBuf>,
    /// Where state is on Linux: `XDG_STATE_HOME`, else `~/.local/state`.
    pub state: Option<PathBuf>,
    /// The roaming folder of a profile of Windows: `APPDATA`.
    pub roaming: Option<PathBuf>,
    /// The local folder of a profile of Windows: `LOCALAPPDATA`.
    pub local: Option<PathBuf>,
    /// `OneDriveConsumer`: the folder of a private account.
    pub one_drive_consumer: Option<PathBuf>,
    /// `OneDriveCommercial`: the folder of an account at work or school.
    pub one_drive_commercial: Option<PathBuf>,
    /// `OneDrive`: one of the two, or that of an older client.
    pub one_drive: Option<PathBuf>,
    /// The accounts of OneDrive in the registry of Windows, each with its folder: `UserFolder` below [`ONE_DRIVE_ACCOUNTS`].
    pub one_drive_accounts: Vec<(String, PathBuf)>,
    /// `STCONFDIR` or `STHOMEDIR`: where Syncthing was told to keep its configuration.
    pub syncthing: Option<PathBuf>,
}

/// The key below which OneDrive keeps its accounts, of each user: `Personal`, `Business1` to `Business9`.
pub const ONE_DRIVE_ACCOUNTS: &str = r"Software\Microsoft\OneDrive\Accounts";

impl Places {
    /// Returns the paths at which a file of this name may stand, below each of these places.
    pub(super) fn below(&self, homes: &[(Base, &str)]) -> Vec<PathBuf> {
        let below = |(base, rest): &(Base, &str)| Some(self.base(*base)?.join(rest));
        homes.iter().filter_map(below).collect()
    }

    fn base(&self, base: Base) -> Option<&Path> {
        match base {
            Base::Home => self.home.as_deref(),
            Base::Config => self.config.as_deref(),
            Base::State => self.state.as_deref(),
            Base::Roaming => self.roaming.as_deref(),
            Base::Local => self.local.as_deref(),
        }
    }

    /// Returns a folder with the home folder in place of its tilde; `None` unless it is an absolute path of this system then.
    pub(super) fn expanded(&self, folder: &Path) -> Option<PathBuf> {
        let whole = match folder.strip_prefix("~") {
            Ok(below) => self.home.as_ref()?.join(below),
            Err(_) => folder.to_path_buf(),
        };
        // `G:` is the folder that drive G: is in; what is meant is its root.
        let mut text = whole.into_os_string();
        if matches!(text.as_encoded_bytes(), [_, b':']) {
            text.push(r"\");
        }
        let whole = PathBuf::from(text);
        // Without a slash at the end and other detours of letters.
        whole.is_absolute().then(|| whole.components().collect())
    }
}

/// A place below which a client keeps something.
#[derive(Debug, Clone, Copy)]
pub(super) enum Base {
    Home,
    Config,
    State,
    Roaming,
    Local,
}
