//! The folders that were found, and what each is called.

use std::path::{Path, PathBuf};

use lw_fs::FsErrorKind;
use lw_fs::path_form;

use super::{Client, NotRead};

/// A folder that a client keeps in step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudFolder {
    /// The client.
    pub client: Client,
    /// What tells it from others of the client: an account, a label.
    pub account: Option<String>,
    /// The folder as it was told.
    pub folder: PathBuf,
    /// Its link-free path, or why there is none; `NotFound` also if no folder stands there.
    pub place: Result<PathBuf, FsErrorKind>,
    /// What tells of it: a configuration, a mark, a variable.
    pub told_by: PathBuf,
}

/// A configuration that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Whose it is.
    pub client: Client,
    /// The file.
    pub path: PathBuf,
    /// Why not.
    pub why: NotRead,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clouds {
    /// The folders, in the order of their clients.
    pub folders: Vec<CloudFolder>,
    /// Configurations that were not read.
    pub unread: Vec<Unread>,
}

impl Clouds {
    /// Adds a folder, unless it is there already; what is told of its account is kept.
    pub(super) fn add(&mut self, new: CloudFolder) {
        let known = self.folders.iter_mut().find(|known| {
            known.client.word() == new.client.word()
                && match (&known.place, &new.place) {
                    (Ok(a), Ok(b)) => a == b,
                    _ => known.folder == new.folder,
                }
        });
        match known {
            Some(known) => {
                if known.account.is_none() {
                    known.account = new.account;
                }
            }
            None => self.folders.push(new),
        }
    }

    /// Puts them in order.
    pub(super) fn settle(&mut self) {
        self.folders.sort_by(|a, b| {
            let client = a.client.cmp(&b.client);
            client
                .then_with(|| a.account.cmp(&b.account))
                .then_with(|| a.folder.cmp(&b.folder))
        });
    }

    /// Returns the innermost folder that is the link-free path or holds it.
    pub fn holding(&self, path: &Path) -> Option<&CloudFolder> {
        let holding = self.folders.iter().filter_map(|cloud| {
            let real = cloud.place.as_ref().ok()?;
            path_form::lies_in(path, real).then_some((cloud, real))
        });
        let innermost = holding.max_by_key(|(_, real)| real.as_os_str().len());
        innermost.map(|(cloud, _)| cloud)
    }

    /// Returns the folders that lie below the link-free path, itself left out.
    pub fn inside(&self, path: &Path) -> impl Iterator<Item = &CloudFolder> {
        self.folders.iter().filter(move |cloud| {
            let real = cloud.place.as_ref();
            real.is_ok_and(|real| real != path && path_form::lies_in(real, path))
        })
    }

    /// Returns all folders of the client's word.
    pub(super) fn of_word(&self, word: &str) -> impl Iterator<Item = &CloudFolder> {
        self.folders
            .iter()
            .filter(move |cloud| cloud.client.word() == word)
    }

    /// Returns what a folder is called: `dropbox`, or `onedrive:Contoso` where the client has several.
    pub fn name_of(&self, cloud: &CloudFolder) -> String {
        let word = cloud.client.word();
        match self.label_of(cloud) {
            Some(label) => format!("{word}:{label}"),
            None => word.to_owned(),
        }
    }

    /// Returns what tells a folder from the others of its client, or `None` if nothing need.
    pub(super) fn label_of(&self, cloud: &CloudFolder) -> Option<String> {
        let others = || {
            let of_word = self.of_word(cloud.client.word());
            of_word.filter(|other| *other != cloud)
        };
        others().next()?;
        if cloud.account.is_none() && others().all(|other| other.account.is_some()) {
            return None;
        }
        let last_name = |cloud: &CloudFolder| {
            let name = cloud.folder.file_name()?;
            Some(name.to_string_lossy().into_owned())
        };
        let account = cloud.account.clone().filter(|account| {
            !account.contains(['/', '\\'])
                && !others().any(|other| other.account.as_ref() == Some(account))
        });
        let by_name = || {
            last_name(cloud).filter(|name| {
                !others().any(|other| last_name(other).as_ref() == Some(name))
                    && !others().any(|other| other.account.as_ref() == Some(name))
            })
        };
        let whole = || cloud.folder.to_string_lossy().into_owned();
        account.or_else(by_name).or_else(|| Some(whole()))
    }
}
