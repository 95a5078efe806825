//! Snapshots: plain folders that look complete, in which what did not change is a hard link to the snapshot before.
//!
//! A [`Store`] is a folder of snapshots. [`take`] makes one in a private folder of the store, from which a few renames
//! publish it; its [`Manifest`] is what is known of it, and the truth for checking and restoring: the tree is for people.
//! docs/formats/snapshot.md is the format of both, docs/design/snapshots.md tells why they are so.

mod adopt;
mod against;
mod amount;
mod basis;
mod change;
mod closed;
mod content;
mod copy;
mod follow;
mod frame;
mod gone;
mod groups;
mod leftovers;
mod link;
mod manifest;
mod mounts;
mod one;
mod rebase;
mod recognized;
mod record;
mod remove;
mod repair;
mod request;
mod restore;
mod restore_names;
mod restore_one;
mod same;
mod special;
mod store;
mod take;
mod verify;
mod verify_content;
mod visit;

pub use against::{AgainstRequest, against_source};
pub use change::Change;
pub use groups::{FileKey, file_key};
pub use manifest::{FolderLink, Manifest, rewritten};
pub use recognized::{is_store, store_around};
pub use record::{
    ATTRIBUTES, Attribute, Digest, Entry, EntryKind, FROM_LINK, Facts, Folder, FolderId, KEPT_LINK,
    LESSENED, LINKED, LeftOut, MOUNT, NO_FOLDER, RACY, REBASED, SHARED, STORE, TORN, Totals,
    UNREADABLE,
};
pub use remove::remove;
pub use repair::{Diagnosis, Member, MendRequest, Remedy, Repair, diagnose, is_to_be_swept, mend};
pub use request::{Excluded, Guard, LinkPolicy, LinksAt, Share, Source, TakeRequest};
pub use restore::{LinksAs, RestoreRequest, restore};
pub use restore_names::StandingName;
pub use store::{CONTROL, LATEST, Store, StoreForm, is_id, is_whole_id};
pub use take::take;
pub use verify::{AlreadyRead, Depth, Fault, FaultKind, VerifyRequest, find, verify};
