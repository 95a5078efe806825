//! `lw snapshot`.

mod against;
mod diff;
mod forget;
mod import;
mod list;
mod repair;
mod restore;
mod run_set;
mod schedule;
mod show;
mod take;
mod unfinished;
mod verify;

use std::path::Path;
use std::process::ExitCode;

use lw_core::jobs::snapshot::{Listing, Named, Snapshot, choose, list, named, why_not_there};
use lw_core::jobs::{Refused, Surroundings};
use lw_fs::Witness;
use lw_fs::snapshot::Store;

use crate::arguments::{self, SnapshotCommand};
use crate::edge::Edge;

pub(super) fn run(
    arguments: arguments::Snapshot,
    edge: Edge,
    witness: &mut dyn Witness,
) -> ExitCode {
    match arguments.command {
        SnapshotCommand::Take(arguments) => take::run(arguments, edge, witness),
        SnapshotCommand::List(arguments) => list::run(&arguments, &edge),
        SnapshotCommand::Show(arguments) => show::run(&arguments, &edge),
        SnapshotCommand::Diff(arguments) => diff::run(&arguments, &edge),
        SnapshotCommand::Restore(arguments) => restore::run(&arguments, edge, witness),
        SnapshotCommand::Verify(arguments) => verify::run(&arguments, &edge),
        SnapshotCommand::Repair(arguments) => repair::run(&arguments, edge, witness),
        SnapshotCommand::Import(arguments) => import::run(arguments, edge, witness),
        SnapshotCommand::Forget(arguments) if arguments.unfinished => {
            unfinished::run(&arguments, edge, witness)
        }
        SnapshotCommand::Forget(arguments) => forget::run(&arguments, edge, witness),
        SnapshotCommand::Run(arguments) => run_set::run(&arguments, edge, witness),
        SnapshotCommand::Schedule(arguments) => schedule::run(&arguments, edge, witness),
    }
}

/// A store with what it holds, and one of its snapshots.
struct Chosen {
    store: Store,
    listing: Listing,
    /// Its place in the listing.
    place: usize,
}

impl Chosen {
    fn snapshot(&self) -> &Snapshot {
        &self.listing.snapshots[self.place]
    }
}

/// Returns the snapshot at a path.
fn chosen(around: &Surroundings, path: &Path) -> Result<Chosen, Refused> {
    let Named { store, word } = named(around, path)?;
    let listing = list(&store)?;
    let chosen = choose(&store, &listing, &word).map_err(why_not_there)?;
    let id = chosen.id.clone();
    let mut ids = listing.snapshots.iter();
    let place = ids
        .position(|snapshot| snapshot.id == id)
        .unwrap_or_default();
    Ok(Chosen {
        store,
        listing,
        place,
    })
}
