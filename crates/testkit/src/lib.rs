//! What the tests of linkwright share.
//!
//! # Purpose
//! [`Lab`] is a world of its own for the program: a home, a state folder, a scratch folder. [`Switch`] sits at the
//! choke point of all changes and kills, fails or interferes at the N-th one. [`Picture`] compares trees.
//! [`volumes`] makes real file systems in loop images. [`recorder`] records what disks are asked for and cuts their power.
//! [`laws`] are what readers of foreign bytes must keep, whatever they are given.
//! [`skip`] says why a test cannot run here.
//!
//! # Limitations
//! Linux only, but for the lab and the switch, which the suite `windows` uses too.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at the real disk by other means than the product"
)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod lab;
#[cfg(unix)]
mod picture;
mod switch;

#[cfg(unix)]
pub mod laws;
#[cfg(unix)]
pub mod recorder;
pub mod skip;
#[cfg(unix)]
pub mod terminal;
#[cfg(unix)]
pub mod volumes;

pub use lab::{Lab, Outcome};
#[cfg(unix)]
pub use picture::{Picture, rsync_differences};
pub use switch::{Fault, Switch};
