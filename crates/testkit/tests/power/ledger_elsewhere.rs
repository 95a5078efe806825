//! The ledger is on a volume that the tree is not on: nothing that it flushes makes a change of the tree durable by
//! the way, nor the other way round.

use lw_testkit::volumes::FileSystem::{self, Btrfs, Ext4, Xfs};

use crate::ground::Places;
use crate::trial::{Deed, Trial, survives};

/// The most cuts of one command.
const CUTS: usize = 25;

#[test]
fn ext4_with_the_ledger_on_btrfs() {
    moved_and_brought_back(&[Ext4, Btrfs]);
}

#[test]
fn xfs_with_the_ledger_on_ext4() {
    moved_and_brought_back(&[Xfs, Ext4]);
}

#[test]
fn btrfs_with_the_ledger_on_xfs() {
    moved_and_brought_back(&[Btrfs, Xfs]);
}

#[test]
fn ext4_to_xfs_where_the_ledger_is() {
    let trial = Trial {
        file_systems: &[Ext4, Xfs],
        places: Places { store: 1, state: 1 },
        cuts: CUTS,
    };
    survives(&trial, &[Deed::Move, Deed::BringBack]);
}

fn moved_and_brought_back(file_systems: &'static [FileSystem]) {
    let trial = Trial {
        file_systems,
        places: Places { store: 0, state: 1 },
        cuts: CUTS,
    };
    survives(&trial, &[Deed::Move, Deed::BringBack]);
}
