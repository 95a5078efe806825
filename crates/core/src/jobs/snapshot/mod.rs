//! `lw snapshot`: what stores hold, and the plans that take snapshots and give back what is in them.

pub mod against;
pub mod diff;
pub mod retention;
pub mod schedule;

mod basis;
mod import;
mod incomplete;
mod list;
mod patterns;
mod repair;
mod restore;
mod restore_away;
mod restore_facts;
mod restore_in_place;
mod restore_names;
mod restore_places;
mod restore_reasons;
mod restore_units;
mod restore_untouched;
mod set;
mod store_of;
mod take;

pub use import::{ImportWish, plan as plan_import};
pub use incomplete::{Incomplete, Lack, apart, named as named_incomplete};
pub use list::{Header, Listing, Snapshot, Unreadable, choose, list, list_to_go_on_from};
pub(crate) use patterns::{LeftOut, LinkRules};
pub use repair::members;
pub use restore::{Restored, Whereto, plan as plan_restore};
pub use set::{SetFile, Taken, read_set, retention_of_set};
pub use store_of::{
    Named, NoSnapshot, NoStore, existing_store, named, no_store, store_at, why_not_there,
};
pub(super) use take::latest_aside;
pub use take::{TakeWish, plan as plan_take};
