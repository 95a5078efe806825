//! Copies in place of links.

use std::collections::HashMap;
use std::ffi::OsStr;

use lw_fs::look::{self, Kind, Place};

use super::ConvertRequest;
use super::names::{LedTo, led_to};
use crate::jobs::across::plan_copy;
use crate::jobs::{Refusal, Refused, Surroundings, target_text};
use crate::ledger::Ledger;
use crate::plan::{Copied, Notice, Unit};

/// The copies of a plan, each a unit of its own.
#[derive(Default)]
pub(super) struct Copies {
    pub(super) units: Vec<Unit>,
    pub(super) notices: Vec<Notice>,
    pub(super) copied: Option<Copied>,
    /// How many bytes are to be copied to each volume, by device number.
    bytes_to: HashMap<u64, u64>,
}

impl Copies {
    /// Adds the unit that puts a copy of what the link leads to in its place.
    pub(super) fn add(
        &mut self,
        (around, ledger): (&Surroundings, Option<&Ledger>),
        request: &ConvertRequest,
        (link, text): (&Place, &OsStr),
    ) -> Result<(), Refused> {
        let LedTo { place, entry } = led_to(link, text)?;
        let path = place.path();
        match entry.kind {
            Kind::File => {}
            Kind::Directory if target_text::holds(&path, &entry, &link.parent) => {
                let (link, folder) = (link.path(), path);
                return Err(Refusal::Recursive { link, folder }.into());
            }
            Kind::Directory => {}
            kind => return Err(Refusal::NotAFile { path, kind }.into()),
        }
        let ends = (&place, &entry, link);
        let planned = plan_copy(around, ledger, ends, request.copying, self.units.len())?;
        let across = planned.across;
        let bytes_to = self
            .bytes_to
            .entry(look::entry(&link.parent)?.identity.device)
            .or_default();
        let needed_bytes = bytes_to.saturating_add(across.bytes);
        if needed_bytes > across.free_bytes {
            return Err(Refusal::NotEnoughSpace {
                folder: link.parent.clone(),
                needed_bytes,
                free_bytes: across.free_bytes,
            }
            .into());
        }
        *bytes_to = needed_bytes;
        let copied = self.copied.get_or_insert_default();
        copied.bytes += across.bytes;
        copied.files += (planned.counts.files + planned.counts.links).max(1);
        self.units.push(planned.unit);
        self.notices.extend(planned.notices);
        Ok(())
    }
}
