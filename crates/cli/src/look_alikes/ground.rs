//! What the look-alikes learn from the environment; unlike other commands they get on without a home or a ledger.

use std::path::PathBuf;

use lw_core::jobs::Surroundings;
use lw_core::jobs::cloud::Places;
use lw_core::settings::Settings;

use crate::edge;

/// What the environment says.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    pub(super) around: Surroundings,
    pub(super) time_us: i64,
}

impl Ground {
    /// Asks the environment. Without a state folder what is displaced is kept on its own volume.
    pub(super) fn from_environment() -> Self {
        // Without a working folder the system itself refuses what is relative.
        let working_folder = std::env::current_dir().unwrap_or_default();
        let state_folder = edge::state_folder()
            .map(|folder| working_folder.join(folder))
            .unwrap_or_default();
        let time_us = edge::now_us();
        // Settings that cannot be read are the business of commands that keep a record.
        let drives = Settings::read(&state_folder)
            .map(|settings| settings.drives().to_vec())
            .unwrap_or_default();
        Self {
            around: Surroundings {
                working_folder,
                home: None,
                state_folder,
                program: None,
                fstab: PathBuf::new(),
                drives,
                places: Places::default(),
                quotas: Vec::new(),
                token: edge::token(time_us),
            },
            time_us,
        }
    }
}
