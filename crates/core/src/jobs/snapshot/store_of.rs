//! Which folder is a store, and why another one is not.

use std::path::Path;

use lw_fs::snapshot::{Store, StoreForm};

use crate::jobs::{Refusal, Refused, Surroundings};

/// Returns the store at a path that must be one.
pub fn existing_store(around: &Surroundings, path: &Path) -> Result<Store, Refused> {
    let store = Store::new(around.leading_to(path)?);
    let root = || store.root().to_path_buf();
    match store.form()? {
        StoreForm::Known => Ok(store),
        StoreForm::Newer => Err(Refusal::NewerStore { path: root() }.into()),
        StoreForm::Empty | StoreForm::Other => Err(Refusal::NoStore { path: root() }.into()),
    }
}

/// Returns the store at a path, which may have to be made there.
pub(super) fn store_to_be(around: &Surroundings, path: &Path) -> Result<Store, Refused> {
    let store = Store::new(around.leading_to(path)?);
    let root = || store.root().to_path_buf();
    match store.form()? {
        StoreForm::Known | StoreForm::Empty => Ok(store),
        StoreForm::Newer => Err(Refusal::NewerStore { path: root() }.into()),
        StoreForm::Other => Err(Refusal::StoreTaken { path: root() }.into()),
    }
}
