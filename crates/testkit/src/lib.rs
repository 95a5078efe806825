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
//! Linux only.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests look at the real disk by other means than the product"
)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod lab;
mod picture;
mod switch;

pub mod laws;
pub mod recorder;
pub mod skip;
pub mod terminal;
pub mod volumes;

pub use lab::{Lab, Outcome};
pub use picture::{Picture, rsync_differences};
pub use switch::{Fault, Switch};
