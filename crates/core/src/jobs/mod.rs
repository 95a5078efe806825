//! What each command decides: look at the disk, return a plan or every reason against it.

pub mod adopt;
pub mod apply;
pub mod bring_back;
pub mod cloud;
pub mod convert;
pub mod doctor;
pub mod fix_links;
pub mod import;
pub mod in_store;
pub mod inventory;
pub mod known;
pub mod link;
pub mod look_alike;
pub mod relocate;
pub mod remove;
pub mod repair;
pub mod retarget;
pub mod show;
pub mod snapshot;
pub mod undo;

mod across;
mod drive;
mod folder_gone;
mod inner_links;
mod many_links;
mod memory;
mod merge;
mod names_left;
mod new_link;
mod quarantine;
mod refusal;
mod replace;
mod spread;
mod staying;
mod surroundings;
mod target_text;

pub use across::AcrossWish;
pub use drive::{Drive, NotForWindows};
pub use memory::Memory;
pub use quarantine::{QUARANTINE, unrecorded_slots};
pub use refusal::{Held, Refusal, Refused};
pub use surroundings::Surroundings;
pub use target_text::{Allowance, TextForm};
