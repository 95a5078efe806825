//! What the program learns from its environment, once.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use etcetera::BaseStrategy as _;
use lw_core::jobs::Surroundings;
use lw_core::run::Context;

use crate::ui::Message;

/// What the environment says.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) around: Surroundings,
    pub(crate) context: Context,
}

impl Edge {
    pub(crate) fn from_environment() -> Result<Self, Message> {
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
                    .cause("neither LW_HOME nor HOME is set")
                    .help("LW_HOME=/some/folder lw …")
            })?;
        let pid = std::process::id();
        let token = format!("{:x}-{pid:x}", now_us());
        let around = Surroundings {
            working_folder,
            home,
            state_folder: state_folder.clone(),
            program: std::env::current_exe().ok(),
            fstab: fstab(),
            drives: Vec::new(),
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
        })
    }
}

/// The table that mount(8) reads, and the variable by which libmount lets it be another one.
fn fstab() -> PathBuf {
    let named = std::env::var_os("LIBMOUNT_FSTAB").filter(|path| !path.is_empty());
    named.map_or_else(|| PathBuf::from("/etc/fstab"), PathBuf::from)
}

/// `LW_HOME` above all, else the platform's folder for state.
fn state_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("LW_HOME").filter(|folder| !folder.is_empty()) {
        return Some(PathBuf::from(folder));
    }
    let strategy = etcetera::choose_base_strategy().ok()?;
    let base = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
    Some(base.join("linkwright"))
}

/// Microseconds since 1970; a clock before that counts as 1970.
pub(crate) fn now_us() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
