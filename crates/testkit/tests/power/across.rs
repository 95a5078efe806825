//! Moved from one volume to another and brought back; the ledger is on the one the tree comes from.

use lw_testkit::volumes::FileSystem::{self, Btrfs, Ext4, Xfs};

use crate::ground::Places;
use crate::trial::{Deed, Trial, survives};

/// The most cuts of one command.
const CUTS: usize = 40;

#[test]
fn ext4_to_xfs() {
    moved_across_and_brought_back(&[Ext4, Xfs]);
}

#[test]
fn xfs_to_btrfs() {
    moved_across_and_brought_back(&[Xfs, Btrfs]);
}

#[test]
fn btrfs_to_ext4() {
    moved_across_and_brought_back(&[Btrfs, Ext4]);
}

fn moved_across_and_brought_back(file_systems: &'static [FileSystem]) {
    let trial = Trial {
        file_systems,
        places: Places { store: 1, state: 0 },
        cuts: CUTS,
    };
    survives(&trial, &[Deed::Move, Deed::BringBack]);
}
