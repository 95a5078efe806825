//! Plans, the ledger, the one runner, and what each command decides.
//!
//! # Purpose
//! [`jobs`] look at the disk and return a [`plan::Plan`]; [`run`] carries it out, settles what was interrupted, and
//! records both in the [`ledger`]; [`track`] is what it writes down about links on the way. Nothing here talks to the terminal, the environment or the clock: those enter as
//! values.
//!
//! # Invariants
//! - Only [`run`] makes a hand, so that planning cannot write (`cargo xtask tidy`).
//! - A unit is recorded durably before its first effect and after its last one
//!   (test `killed_at_every_effect_then_settled`).
//! - Settling believes the disk, never the record (test `settling_believes_the_disk`).
//!
//! # Limitations
//! What was merged on another volume is not parted again by an undo.
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        reason = "tests look at the real disk by other means than the product"
    )
)]

pub mod import;
pub mod jobs;
pub mod ledger;
pub mod manifest;
pub mod plan;
pub mod run;
pub mod settings;
pub mod size;
pub mod snapshot_set;
pub mod track;
