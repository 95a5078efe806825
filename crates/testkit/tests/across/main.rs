//! Moving and bringing back across volumes, on real ones: what is kept, killed, failing, lied to, written to meanwhile.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

mod failing;
mod fidelity;
mod ground;
mod judge;
mod judges;
mod kill;
mod lies;
mod live;
mod mapped;
mod merge;
mod random_kill;
mod refused;
mod resume;
mod rich;
mod users;
mod wide;
mod writers;
