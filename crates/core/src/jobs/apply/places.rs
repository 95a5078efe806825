//! Where many names stand, each folder looked at once.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use lw_fs::look::Place;

use super::Conflict;
use crate::jobs::target_text;
use crate::jobs::{Refusal, Surroundings, TextForm};

/// Remembers the folders of names: thousands lie side by side. Only for one look at a manifest.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The link-free paths of folders.
    real: HashMap<PathBuf, PathBuf>,
    /// Whether links in the first folder to the second one are relative, where that is not told.
    forms: HashMap<(PathBuf, PathBuf), TextForm>,
    /// Whether the volume of a folder takes links that Windows follows.
    pub(super) native: HashMap<PathBuf, bool>,
    /// What keeps folders from being there; see [`super::no_folder`].
    pub(super) blocked: HashMap<PathBuf, Option<Conflict>>,
    /// Where folders lead by way of links of the manifest, and how many; see [`super::chains`].
    pub(super) behind: HashMap<PathBuf, (Option<PathBuf>, usize)>,
}

impl Places {
    /// Returns where something stands or would stand, as [`Surroundings::target_place`] does.
    pub(super) fn of(&mut self, around: &Surroundings, path: &Path) -> Result<Place, Refusal> {
        let (Some(parent), Some(Component::Normal(name))) =
            (path.parent(), path.components().next_back())
        else {
            return around.target_place(path);
        };
        if let Some(real) = self.real.get(parent) {
            return Ok(Place {
                parent: real.clone(),
                name: name.to_os_string(),
            });
        }
        let place = around.target_place(path)?;
        if place.name == name {
            self.real.insert(parent.to_path_buf(), place.parent.clone());
        }
        Ok(place)
    }

    /// Returns the link-free path of a name, as far as its folders are there.
    pub(super) fn path_of(&mut self, around: &Surroundings, path: &Path) -> PathBuf {
        match self.of(around, path) {
            Ok(place) => place.path(),
            Err(_) => around.working_folder.join(path),
        }
    }

    /// Returns in which form a link is written whose form is not told.
    pub(super) fn form(
        &mut self,
        around: &Surroundings,
        link: &Place,
        target: &Place,
        told: TextForm,
    ) -> TextForm {
        if told != TextForm::Fitting {
            return told;
        }
        let key = (link.parent.clone(), target.parent.clone());
        *self
            .forms
            .entry(key)
            .or_insert_with(|| target_text::fitting_form(around, &link.parent, &target.path()))
    }
}
