//! The power is cut at each flush: the disks are restarted as they were then, and `lw recover` has to settle it.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

mod ground;
mod tally;
mod trial;

mod across;
mod ledger_elsewhere;
mod one_volume;
mod snapshot;
