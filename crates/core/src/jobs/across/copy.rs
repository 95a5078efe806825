//! A copy in place of a link: built as one that goes to another volume, but what is copied stays.

use lw_fs::look::{Entry, Place};

use super::choreography::in_place;
use super::{AcrossPlan, AcrossWish, Job, prepare};
use crate::jobs::refusal::trace_at;
use crate::jobs::replace;
use crate::jobs::{Refused, Surroundings};
use crate::ledger::Ledger;
use crate::plan::Notice;

/// Returns the `number`-th unit of a plan, which puts a copy of what is at `from` in place of `link`, or every reason
/// against it.
pub(in crate::jobs) fn plan_copy(
    around: &Surroundings,
    ledger: Option<&Ledger>,
    (from, entry, link): (&Place, &Entry, &Place),
    wish: AcrossWish,
    number: usize,
) -> Result<AcrossPlan, Refused> {
    let job = Job {
        around,
        ledger: match number {
            0 => ledger,
            // Of several copies only the first goes on with an interrupted one: two could be of the same file.
            _ => None,
        },
        from,
        entry,
        to: link,
        // The names elsewhere stay with the file, and so does the one that is copied.
        wish: AcrossWish {
            split_hard_links: true,
            ..wish
        },
        number,
    };
    let path = link.path();
    let mut prepared = prepare(&job, &[])?;
    let is_split = |notice: &Notice| matches!(notice, Notice::SplitsHardLinks { .. });
    prepared.notices.retain(|notice| !is_split(notice));
    let exchange = replace::exchange_in(&link.parent);
    prepared.notices.extend(replace::gap(&path, &exchange));
    let unit = in_place(&prepared.both, &path, &trace_at(&path)?, &exchange);
    Ok(prepared.into_plan(unit))
}
