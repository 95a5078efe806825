//! What the ledger knows of links from when they were sound.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::Path;

use lw_fs::look;

use super::inventory::{Names, Roots};
use crate::ledger::{Form, Ledger, LedgerError, Tracked};

/// What the ledger knows of links.
///
/// It is a help and no more: what cannot be read counts as not known, and [`Memory::trouble`] says so.
#[derive(Debug, Default)]
pub struct Memory<'a> {
    /// None where nothing is known of any link.
    ledger: Option<&'a Ledger>,
    /// Keys of rows that could not be understood.
    damaged: HashSet<Vec<u8>>,
    trouble: Option<LedgerError>,
}

impl<'a> Memory<'a> {
    /// Takes what the ledger knows, if there is one.
    pub fn new(ledger: Option<&'a Ledger>) -> Self {
        let mut memory = Self {
            ledger,
            ..Self::default()
        };
        if memory.ask(Ledger::tracks_links) != Some(true) {
            memory.ledger = None;
        }
        memory
    }

    /// Returns the number of rows that could not be understood so far.
    pub fn damaged(&self) -> u64 {
        self.damaged.len() as u64
    }

    /// Returns why nothing could be read any more, if that was so.
    pub fn trouble(&self) -> Option<&LedgerError> {
        self.trouble.as_ref()
    }

    /// Returns what was known of this link with this text, also if it had another path then.
    pub(super) fn of(&mut self, link: &Path, text: &OsStr) -> Option<Tracked> {
        self.ledger?;
        let own = look::entry(link).ok()?.identity;
        let known = self.ask(|ledger| ledger.tracked(link, own.inode))?;
        self.damaged.extend(known.damaged);
        let is_itself = |tracked: &Tracked| tracked.link_identity.is_same(&own);
        let has_its_text =
            |tracked: &Tracked| matches!(&tracked.form, Form::Symbolic(known) if known == text);
        let fitting = known.links.into_iter().filter(|tracked| {
            has_its_text(tracked) && (tracked.link == link || is_itself(tracked))
        });
        fitting.max_by_key(is_itself)
    }

    /// Returns what is known of the links below the folders, by path.
    pub(super) fn below(&mut self, roots: &Roots, names: &Names) -> Vec<Tracked> {
        let mut all = Vec::new();
        for root in roots.real() {
            if let Some(known) = self.ask(|ledger| ledger.tracked_below(root)) {
                self.damaged.extend(known.damaged);
                all.extend(known.links);
            }
        }
        all.retain(|tracked| names.would_mean(roots, &tracked.link));
        // Folders on other mounts may lie inside each other.
        all.sort_by(|a, b| a.link.cmp(&b.link));
        all.dedup_by(|a, b| a.link == b.link);
        all
    }

    fn ask<T>(&mut self, question: impl FnOnce(&Ledger) -> Result<T, LedgerError>) -> Option<T> {
        match question(self.ledger?) {
            Ok(answer) => Some(answer),
            Err(error) => {
                self.ledger = None;
                self.trouble = Some(error);
                None
            }
        }
    }
}
