//! Finding, explaining and mending links, held against `find`, `readlink`, `realpath`, `symlinks` and a way of our own.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

mod chains;
mod changing;
mod checked;
mod deep;
mod drift;
mod filters;
mod ground;
mod grown;
mod hard;
mod links_to;
mod listed;
mod long;
mod mended;
mod mended_kill;
mod mended_many;
mod mounts;
mod oracle;
mod packages;
mod questions;
mod remembered;
mod remembered_content;
mod shortcuts;
mod unmounted;
mod users;
