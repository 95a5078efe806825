//! `lw ln`, held against GNU ln, and what it does better: nothing is lost, and the name is never missing.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

mod bench;
mod calls;
mod kept;
mod kept_beside;
mod kill;
mod names;
mod random;
mod reader;
mod table;
mod without_exchange;
