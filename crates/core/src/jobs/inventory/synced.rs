//! Links in folders that cloud clients sync.

use std::path::{Path, PathBuf};

use lw_fs::look::walk::Found;
use lw_fs::look::{self, Kind};
use lw_fs::path_form;

use super::{Finding, Roots};
use crate::jobs::Surroundings;
use crate::jobs::cloud::{Client, Inside, Treatment, known, marked_above};

/// The synced folders that a search can come to.
pub(super) struct SyncedFolders {
    folders: Vec<(PathBuf, Client)>,
    /// For each root of the search, whether all of it lies in one of them.
    is_root_in: Vec<bool>,
}

impl SyncedFolders {
    pub(super) fn among(around: &Surroundings, roots: &Roots) -> Self {
        let clouds = known(&around.places);
        let marked = roots.real().iter().filter_map(|root| marked_above(root));
        let all = clouds.folders.iter().cloned().chain(marked);
        let folders: Vec<(PathBuf, Client)> = all
            .filter_map(|cloud| Some((cloud.place.ok()?, cloud.client)))
            .filter(|(folder, _)| {
                roots.real().iter().any(|root| {
                    path_form::lies_in(root, folder) || path_form::lies_in(folder, root)
                })
            })
            .collect();
        let is_in = |root: &PathBuf| {
            let mut folders = folders.iter();
            folders.any(|(folder, _)| path_form::lies_in(root, folder))
        };
        Self {
            is_root_in: roots.real().iter().map(is_in).collect(),
            folders,
        }
    }

    /// Returns whether a link that was met on a walk stands in one.
    pub(super) fn hold(&self, link: &Found<'_>) -> bool {
        !self.folders.is_empty()
            && (self.is_root_in[link.folder.root()] || self.holding(&link.folder.path()).is_some())
    }

    /// Returns what is to be said of a sound link, by its link-free path: nothing where it means the same on all devices.
    pub(super) fn finding(&self, link: &Path) -> Option<Finding> {
        let (folder, client) = self.holding(link)?;
        let inside = match look::entry(link).ok()?.kind {
            Kind::Junction => Inside::Junction,
            _ => Inside::Symbolic,
        };
        let habit = client.habit(inside);
        let text = look::read_link(link).ok()?;
        let leads_to = look::real_folder(link).ok();
        let leads_out = !leads_to.is_some_and(|end| path_form::lies_in(&end, folder));
        let stays_true = !leads_out && !Path::new(&text).is_absolute();
        if habit.treatment == Treatment::KeptAsLink && stays_true {
            return None;
        }
        Some(Finding::Synced {
            client: *client,
            habit,
            leads_out,
        })
    }

    fn holding(&self, path: &Path) -> Option<&(PathBuf, Client)> {
        let holding = self
            .folders
            .iter()
            .filter(|(folder, _)| path_form::lies_in(path, folder));
        holding.max_by_key(|(folder, _)| folder.as_os_str().len())
    }
}
