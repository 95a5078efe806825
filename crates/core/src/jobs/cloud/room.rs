//! How much room a cloud has: on the volume of its folder, and in the account.

use lw_fs::look::{self, Volume, measure};

use super::{CloudFolder, Clouds};
use crate::jobs::Surroundings;

/// How much room an account has, as the user has told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// What the cloud is called: `dropbox`, `onedrive:Contoso`.
    pub cloud: String,
    /// How much it holds.
    pub bytes: u64,
}

/// When a folder is measured, which means to look at all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measuring {
    /// If the room of the account is told.
    WithQuota,
    /// In any case.
    Always,
}

/// The room of a cloud, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Room {
    /// The volume of the folder.
    pub volume: Option<Volume>,
    /// What is free on it.
    pub free_bytes: Option<u64>,
    /// What the account has room for.
    pub quota_bytes: Option<u64>,
    /// What the folder holds, if it was measured.
    pub used_bytes: Option<u64>,
}

impl Room {
    /// Returns what is left of the account. What it holds beside this folder is not known.
    pub fn left_bytes(&self) -> Option<u64> {
        Some(self.quota_bytes?.saturating_sub(self.used_bytes?))
    }
}

impl Clouds {
    /// Returns what the account of the folder has room for, if the user has told: by its name, or by the client's word.
    pub fn quota_of(&self, cloud: &CloudFolder, quotas: &[Quota]) -> Option<u64> {
        let told = |name: &str| {
            let mut quotas = quotas.iter();
            let quota = quotas.find(|quota| quota.cloud.eq_ignore_ascii_case(name))?;
            Some(quota.bytes)
        };
        let word = cloud.client.word();
        told(&self.name_of(cloud)).or_else(|| {
            let of_account = cloud.account.as_deref();
            // Told while it was one of several, and it is the only one now.
            let is_only_one = self.of_word(word).count() == 1;
            of_account
                .filter(|_| is_only_one)
                .and_then(|account| told(&format!("{word}:{account}")))
        })
    }

    /// Returns the room of a folder.
    pub fn room(&self, around: &Surroundings, cloud: &CloudFolder, measuring: Measuring) -> Room {
        let quota_bytes = self.quota_of(cloud, &around.quotas);
        let Ok(real) = &cloud.place else {
            return Room {
                quota_bytes,
                ..Room::default()
            };
        };
        let is_measured = measuring == Measuring::Always || quota_bytes.is_some();
        let measure = is_measured.then(|| measure::measure(real).ok()).flatten();
        Room {
            volume: look::volume_of(real).ok(),
            free_bytes: look::free(real).ok().map(|free| free.bytes),
            quota_bytes,
            used_bytes: measure.map(|measure| measure.content_bytes),
        }
    }
}
