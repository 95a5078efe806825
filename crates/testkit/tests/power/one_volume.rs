//! Moved and brought back on one volume, with the ledger on it too.

use lw_testkit::volumes::FileSystem::{self, Btrfs, Ext4, Xfs};

use crate::ground::Places;
use crate::trial::{Deed, Trial, survives};

/// The most cuts of one command.
const CUTS: usize = 25;

#[test]
fn ext4() {
    moved_and_brought_back(&[Ext4]);
}

#[test]
fn xfs() {
    moved_and_brought_back(&[Xfs]);
}

#[test]
fn btrfs() {
    moved_and_brought_back(&[Btrfs]);
}

fn moved_and_brought_back(file_systems: &'static [FileSystem]) {
    let trial = Trial {
        file_systems,
        places: Places { store: 0, state: 0 },
        cuts: CUTS,
    };
    survives(&trial, &[Deed::Move, Deed::BringBack]);
}
