//! The whole program on Windows, run under Wine by `cargo xtask cross wine`.
//!
//! Wine 8 makes no link but hard ones: it answers that a symbolic link was made and makes none, and refuses junctions.
//! So what is shown of those here is that nothing is lost by it, and that what is said is true.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

#[cfg(windows)]
mod ground;
#[cfg(windows)]
mod hard_links;
#[cfg(windows)]
mod interrupted;
#[cfg(windows)]
mod names;
#[cfg(windows)]
mod no_links;
#[cfg(windows)]
mod questions;
#[cfg(windows)]
mod snapshots;
#[cfg(windows)]
mod volumes;

#[cfg(not(windows))]
#[test]
fn the_program_on_windows() {
    println!("skipped: windows: `cargo xtask cross wine` runs this suite, under Wine");
}
