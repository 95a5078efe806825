//! Bad input: each has its message, its exit code, and the proof that nothing was changed.
//!
//! A test writes down what it asked and what it was answered; the transcripts in `snapshots` are what people read.
//! After each refusal the files are compared, once as `find` sees them (with the times of every change) and once as
//! a [`Picture`](lw_testkit::Picture).
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

mod dry_run;
mod ledgers;
mod links;
mod mounts;
mod names;
mod places;
mod since;
mod streams;
mod transcript;
mod users;

use transcript::{Transcript, words};
