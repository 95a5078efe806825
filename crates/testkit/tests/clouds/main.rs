//! Folders that cloud clients sync, in made-up homes: what is found, what it is called, and what is said before a change.
//!
//! No client was run for these: its files are made as its documentation says that they are.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

mod ground;
mod listed;
mod names;
mod said;
