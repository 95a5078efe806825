//! What links there are below some folders, what is wrong with them, and what leads where.

pub mod check;
pub mod links_to;
pub mod list;

mod finding;
mod names;
mod roots;

pub use finding::Finding;
pub use names::{BadPattern, Names};
pub use roots::{Roots, Unseen};
