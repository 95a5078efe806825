//! What links there are below some folders, what is wrong with them, and what leads where.

pub mod backup;
pub mod check;
pub mod links_to;
pub mod list;
pub mod security;
pub mod shortcut;

mod changeable;
mod danger;
mod drift;
mod finding;
mod followed;
mod names;
mod on_ntfs;
mod rights;
mod roots;
mod rounds;
mod synced;
mod system;
mod tidy_text;

pub use changeable::By;
pub use danger::Danger;
pub use finding::{Finding, FollowedBy};
pub(super) use names::glob;
pub use names::{BadPattern, Names};
pub use roots::{Roots, Unseen};
pub use rounds::Copies;
pub(in crate::jobs) use tidy_text::shortened;
