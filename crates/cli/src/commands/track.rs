//! `lw track`.

use std::process::ExitCode;

use lw_core::jobs::inventory::list::{self, Link, ListRequest};
use lw_core::jobs::inventory::{Names, Roots};
use lw_core::ledger::{Learned, LedgerError};
use lw_core::run::{self, Session};
use lw_core::track::{self, Tracker};
use lw_fs::Witness;
use lw_fs::look::content::Extent;
use serde_json::json;

use super::{changing, searched};
use crate::arguments::{Hash, Track};
use crate::edge::Edge;
use crate::ui::{self, Style};

/// How many links are written down at once.
const BATCH: usize = 4096;

pub(super) fn run(arguments: &Track, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let (roots, names) = match searched::find("track", &arguments.searched, &edge, style) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let mut session = match run::open(edge.context, witness) {
        Ok(session) => session,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    if let Err(exit) = changing::settle(&mut session, style) {
        return exit;
    }
    if arguments.forget {
        return match forget(&mut session, &roots, &names) {
            Ok(links) => {
                say(arguments, "forgotten", links, 0);
                ExitCode::SUCCESS
            }
            Err(error) => ui::fail(&ui::ledger_message(&error), style),
        };
    }
    let request = ListRequest {
        symbolic: true,
        names,
        ..ListRequest::default()
    };
    let listing = match list::list(&edge.around, &roots, &request) {
        Ok(listing) => listing,
        Err(refused) => return changing::refuse("track", &refused, style),
    };
    let mut tracker = Tracker::new(arguments.hash.map(|hash| match hash {
        Hash::Sample => Extent::Sample,
        Hash::Full => Extent::Whole,
    }));
    let mut remembered = 0;
    for links in listing.links.chunks(BATCH) {
        match remember(&mut session, &mut tracker, links) {
            Ok(number) => remembered += number,
            Err(error) => return ui::fail(&ui::ledger_message(&error), style),
        }
    }
    say(
        arguments,
        "remembered",
        remembered,
        listing.links.len() - remembered,
    );
    searched::end(&listing.unseen, style)
}

/// Returns how many of the links lead somewhere.
fn remember(
    session: &mut Session<'_>,
    tracker: &mut Tracker,
    links: &[Link],
) -> Result<usize, LedgerError> {
    let mut learned = Learned::default();
    for link in links {
        if let Some(now) = tracker.symbolic(&link.path) {
            let known = session.ledger().tracked_at(&link.path)?;
            learned.tracked.push(track::with_digests(now, known));
        }
    }
    run::remember(session, &learned)?;
    Ok(learned.tracked.len())
}

fn forget(session: &mut Session<'_>, roots: &Roots, names: &Names) -> Result<usize, LedgerError> {
    let mut learned = Learned::default();
    for root in roots.real() {
        let known = session.ledger().tracked_below(root)?.links;
        let links = known.into_iter().map(|tracked| tracked.link);
        let meant = links.filter(|link| names.would_mean(roots, link));
        learned.forgotten.extend(meant);
    }
    run::remember(session, &learned)?;
    Ok(learned.forgotten.len())
}

fn say(arguments: &Track, done: &str, links: usize, left_out: usize) {
    if arguments.json {
        ui::print_json(&json!({
            "type": "tracked",
            "schema": 1,
            done: links,
            "left_out": left_out,
        }));
        return;
    }
    if arguments.quiet {
        return;
    }
    let number = ui::count(links as u64, "link", "links");
    match done {
        "forgotten" => ui::print(format_args!("Forgot what {number} led to.")),
        _ if links == 1 => ui::print("Remembered what 1 link leads to."),
        _ => ui::print(format_args!("Remembered what {number} lead to.")),
    }
    if left_out > 0 {
        let links = ui::count(left_out as u64, "link leads", "links lead");
        ui::note(format_args!(
            "note: {links} nowhere that can be seen; 'lw check' says why"
        ));
    }
}
