//! Snapshots: whole or not there, never changed afterwards, and given back as they were.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

mod against;
mod bases;
mod damaged;
mod followed;
mod forgotten;
mod ground;
mod how_far;
mod imported;
mod interrupted;
mod judged;
mod kept_out;
mod killed;
mod left_alone;
mod moved_away;
mod own_folders;
mod random;
mod random_kill;
mod refused;
mod repaired;
mod restored;
mod restored_in_place;
mod room;
mod rules;
mod schedule;
mod set;
mod swapped;
mod unchanged;
mod unfinished;
mod users;
mod volumes;
