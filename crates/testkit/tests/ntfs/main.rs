//! Links of Windows on real NTFS volumes: made, found, mended, moved, killed in between; the volume is looked through by
//! `ntfsresize` and mounted anew between writing and reading.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

mod across;
mod drives;
mod found;
mod ground;
mod in_place;
mod killed;
mod look_alikes;
mod made;
mod moved;
mod no_links;
