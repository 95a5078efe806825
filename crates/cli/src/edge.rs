//! What the program learns from its environment, once.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use etcetera::BaseStrategy as _;
use lw_core::jobs::cloud::{ONE_DRIVE_ACCOUNTS, Places};
use lw_core::jobs::{Drive, Surroundings};
use lw_core::manifest::Machine;
use lw_core::run::Context;
use lw_core::settings::{self, SETTINGS, Settings};
use lw_fs::look;
use lw_fs::path_form::{FAMILY, Family};

use crate::ui::shell::another_home;
use crate::ui::{Message, quote_path};

/// What the environment says.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) around: Surroundings,
    pub(crate) context: Context,
    /// The drives of the command line that the settings do not have.
    pub(crate) new_drives: Vec<Drive>,
}

impl Edge {
    /// `drives` are those of the command line.
    pub(crate) fn from_environment(drives: &[(String, PathBuf)]) -> Result<Self, Message> {
        let working_folder = std::env::current_dir().map_err(|error| {
            let why = lw_fs::FsError::new("reach the folder", ".".as_ref(), error);
            Message::new("cannot tell the folder you are in")
                .cause(why.cause())
                .help("cd to another folder")
        })?;
        let home = etcetera::home_dir().ok();
        let state_folder = state_folder()
            .map(|folder| working_folder.join(folder))
            .ok_or_else(|| {
                Message::new("cannot tell where to keep the ledger")
                    .cause(match FAMILY {
                        Family::Unix => "neither LW_HOME nor HOME is set",
                        Family::Windows => {
                            "neither LW_HOME nor LOCALAPPDATA nor USERPROFILE is set"
                        }
                    })
                    .help(another_home("lw …"))
            })?;
        let pid = std::process::id();
        let token = token(now_us());
        let (settings, new_drives) = settings(&state_folder, &working_folder, drives)?;
        let places = places(home.as_deref());
        let around = Surroundings {
            working_folder,
            home,
            state_folder: state_folder.clone(),
            program: std::env::current_exe().ok(),
            fstab: fstab(),
            drives: settings.drives().to_vec(),
            places,
            quotas: settings.quotas().to_vec(),
            token: token.clone(),
        };
        Ok(Self {
            around,
            context: Context {
                state_folder,
                pid,
                token,
                now_us,
            },
            new_drives,
        })
    }

    /// Returns what the paths of a manifest may depend on.
    pub(crate) fn machine(&self) -> Machine {
        let host = look::system::host_name()
            .or_else(|| std::env::var("COMPUTERNAME").ok())
            .unwrap_or_default();
        Machine {
            os: std::env::consts::OS.to_owned(),
            host: host.split('.').next().unwrap_or_default().to_owned(),
            home: self.around.home.clone(),
            environment: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
        }
    }
}

/// The settings with what the command line adds to them, and what that is.
fn settings(
    state_folder: &Path,
    working_folder: &Path,
    drives: &[(String, PathBuf)],
) -> Result<(Settings, Vec<Drive>), Message> {
    let mut settings = Settings::read(state_folder).map_err(|error| {
        let path = state_folder.join(SETTINGS);
        Message::new(format!("cannot use the settings in {}", quote_path(&path)))
            .cause(error.to_string())
            .help("mend the file, or move it away")
    })?;
    let mut new_drives = Vec::new();
    for (letter, folder) in drives {
        let bad = |cause: String| {
            let folder = quote_path(folder);
            Message::new(format!("cannot take {folder} for drive {letter}"))
                .cause(cause)
                .help("--drive C=/mnt/win names the folder that the drive is mounted at")
                .exit_code(2)
        };
        let real = look::real_folder(&working_folder.join(folder));
        let real = real.map_err(|error| bad(error.cause()))?;
        let drive = settings::drive(letter, real).map_err(bad)?;
        if !look::entry(&drive.folder).is_ok_and(|entry| entry.is_mount_root) {
            return Err(bad("no volume is mounted there".to_owned()));
        }
        if !settings.drives().contains(&drive) {
            settings.set_drive(drive.clone());
            new_drives.push(drive);
        }
    }
    Ok((settings, new_drives))
}

/// Where the clients of clouds keep what they know.
fn places(home: Option<&Path>) -> Places {
    let named = |name: &str| {
        let value = std::env::var_os(name).map(PathBuf::from);
        value.filter(|path| path.is_absolute())
    };
    let below_home = |below: &str| Some(home?.join(below));
    Places {
        home: home.map(Path::to_path_buf),
        config: named("XDG_CONFIG_HOME").or_else(|| below_home(".config")),
        state: named("XDG_STATE_HOME").or_else(|| below_home(".local/state")),
        roaming: named("APPDATA"),
        local: named("LOCALAPPDATA"),
        one_drive_consumer: named("OneDriveConsumer"),
        one_drive_commercial: named("OneDriveCommercial"),
        one_drive: named("OneDrive"),
        one_drive_accounts: one_drive_accounts(),
        syncthing: named("STCONFDIR").or_else(|| named("STHOMEDIR")),
    }
}

/// A private account, and as many at work as the client takes.
fn one_drive_accounts() -> Vec<(String, PathBuf)> {
    let at_work = (1..=9).map(|number| format!("Business{number}"));
    let accounts = std::iter::once("Personal".to_owned()).chain(at_work);
    accounts
        .filter_map(|account| {
            let key = format!(r"{ONE_DRIVE_ACCOUNTS}\{account}");
            let folder = PathBuf::from(lw_fs::look::system::setting(&key, "UserFolder")?);
            folder.is_absolute().then_some((account, folder))
        })
        .collect()
}

/// The table that mount(8) reads, and the variable by which libmount lets it be another one.
fn fstab() -> PathBuf {
    let named = std::env::var_os("LIBMOUNT_FSTAB").filter(|path| !path.is_empty());
    named.map_or_else(|| PathBuf::from("/etc/fstab"), PathBuf::from)
}

/// `LW_HOME` above all, else the platform's folder for state: by the XDG rules, `~/Library/Application Support` on macOS.
pub(crate) fn state_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("LW_HOME").filter(|folder| !folder.is_empty()) {
        return Some(PathBuf::from(folder));
    }
    Some(base_folder()?.join("linkwright"))
}

fn base_folder() -> Option<PathBuf> {
    match FAMILY {
        Family::Unix => {
            let strategy = etcetera::base_strategy::choose_native_strategy().ok()?;
            Some(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()))
        }
        // What roams with a profile would be copied between machines, and speak of files of another.
        Family::Windows => {
            let local = std::env::var_os("LOCALAPPDATA").filter(|folder| !folder.is_empty());
            local
                .map(PathBuf::from)
                .or_else(|| Some(etcetera::home_dir().ok()?.join(r"AppData\Local")))
        }
    }
}

/// Returns a word that no other session has, which began at this time.
pub(crate) fn token(now_us: i64) -> String {
    format!("{now_us:x}-{:x}", std::process::id())
}

/// Microseconds since 1970; a clock before that counts as 1970.
pub(crate) fn now_us() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
