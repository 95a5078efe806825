//! Stores of snapshots are changed by `lw snapshot` alone: what is linked in them is many snapshots' at once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use lw_fs::snapshot::{Store, StoreForm, is_store};

use super::Refusal;
use crate::plan::{Plan, Subject};

/// Returns why the plan is not carried out: of each store of snapshots below which it changes names, the first one.
///
/// What takes snapshots may, but for making a store in another one, and so may what takes something back.
pub fn refusals(plan: &Plan) -> Vec<Refusal> {
    let changed: Vec<&Path> = match &plan.subject {
        Subject::Undo { .. } => Vec::new(),
        Subject::Snapshot { store, .. } => match Store::new(store.clone()).form() {
            Ok(StoreForm::Known) => Vec::new(),
            _ => vec![store],
        },
        _ => plan.touches(),
    };
    let mut stores = Stores::default();
    let mut refusals: Vec<Refusal> = Vec::new();
    for path in changed {
        let Some(store) = path.parent().and_then(|folder| stores.around(folder)) else {
            continue;
        };
        let is_known = |known: &Refusal| matches!(known, Refusal::InStore { store: known, .. } if *known == store);
        if !refusals.iter().any(is_known) {
            refusals.push(Refusal::InStore {
                path: path.to_path_buf(),
                store,
            });
        }
    }
    refusals
}

/// The stores around folders, each folder asked once.
#[derive(Default)]
struct Stores {
    known: HashMap<PathBuf, Option<PathBuf>>,
}

impl Stores {
    /// Returns the nearest store that is the folder at a link-free path or lies above it.
    fn around(&mut self, folder: &Path) -> Option<PathBuf> {
        let mut asked = Vec::new();
        let mut found = None;
        for folder in folder.ancestors() {
            if let Some(known) = self.known.get(folder) {
                found.clone_from(known);
                break;
            }
            asked.push(folder);
            if is_store(folder) {
                found = Some(folder.to_path_buf());
                break;
            }
        }
        for folder in asked {
            self.known.insert(folder.to_path_buf(), found.clone());
        }
        found
    }
}
