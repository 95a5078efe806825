//! How many names files keep outside of quarantine while a plan takes names away.

use std::collections::HashMap;

use lw_fs::look::walk::{Found, Mounts, Visitor, walk};
use lw_fs::look::{self, Entry, Kind};

use super::Refused;
use crate::ledger::{Ledger, SlotAge};

/// The names of files that are in quarantine, or on their way there by this plan.
pub(super) struct NamesLeft<'a> {
    ledger: Option<&'a Ledger>,
    /// By device and inode number; looked for when first asked for.
    gone: Option<HashMap<(u64, u64), u64>>,
}

impl<'a> NamesLeft<'a> {
    pub(super) fn new(ledger: Option<&'a Ledger>) -> Self {
        Self { ledger, gone: None }
    }

    /// Takes a name of `file` away, and returns whether another one remains; if none would, nothing is taken.
    pub(super) fn take(&mut self, file: &Entry) -> Result<bool, Refused> {
        if file.link_count < 2 {
            return Ok(false);
        }
        let gone = match &mut self.gone {
            Some(gone) => gone,
            none => none.insert(in_quarantine(self.ledger)?),
        };
        let gone = gone.entry(inode(file)).or_default();
        if file.link_count.saturating_sub(*gone) < 2 {
            return Ok(false);
        }
        *gone += 1;
        Ok(true)
    }
}

fn in_quarantine(ledger: Option<&Ledger>) -> Result<HashMap<(u64, u64), u64>, Refused> {
    let mut names = Counted::default();
    let mut folders = Vec::new();
    for slot in ledger.map_or(Ok(Vec::new()), |ledger| ledger.present_slots(SlotAge::Any))? {
        for name in look::content::names(&slot.path)? {
            let path = slot.path.join(name);
            match look::entry_if_any(&path)? {
                Some(item) if item.kind == Kind::Directory => folders.push(path),
                Some(item) => names.count(&item),
                None => {}
            }
        }
    }
    if !folders.is_empty() {
        // What cannot be read there cannot be told by others either.
        let walked = walk(&folders, Mounts::Stay, Counted::default)?;
        for part in walked.visitors {
            for (file, count) in part.0 {
                *names.0.entry(file).or_default() += count;
            }
        }
    }
    Ok(names.0)
}

/// How many names of each file were met; those with one name alone are left out.
#[derive(Default)]
struct Counted(HashMap<(u64, u64), u64>);

impl Counted {
    fn count(&mut self, file: &Entry) {
        if file.kind == Kind::File && file.link_count > 1 {
            *self.0.entry(inode(file)).or_default() += 1;
        }
    }
}

impl Visitor for Counted {
    fn visit(&mut self, found: &Found<'_>) {
        // What vanishes meanwhile is no name any more.
        if found.kind == Kind::File
            && let Ok(file) = found.entry()
        {
            self.count(&file);
        }
    }
}

fn inode(file: &Entry) -> (u64, u64) {
    (file.identity.device, file.identity.inode)
}
