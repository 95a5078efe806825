//! What cloud clients have to do with a change.

use std::path::PathBuf;

use crate::jobs::cloud::{Client, Habit};

/// What a cloud client has to do with a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloudNotice {
    /// It goes into a synced folder, and the link stays outside: as it should be.
    Into {
        /// What the cloud is called.
        name: String,
        /// The client.
        client: Client,
        /// The synced folder.
        folder: PathBuf,
        /// Bytes of content that go in.
        size_bytes: u64,
        /// What is free on the volume of the folder.
        free_bytes: Option<u64>,
        /// What is left of the account, if it was told how much that holds.
        left_bytes: Option<u64>,
    },
    /// Links go into a synced folder with it.
    LinksInside {
        /// The client.
        client: Client,
        /// What it does with them.
        habit: Habit,
        /// How many.
        count: u64,
        /// How many of them lead out of what is moved.
        outward_count: u64,
        /// The first of those, else of all.
        first: PathBuf,
    },
    /// The client refuses names inside.
    RefusedNames {
        /// The client.
        client: Client,
        /// How many.
        count: u64,
        /// The first.
        first: PathBuf,
    },
    /// A link stands in a synced folder.
    LinkInside {
        /// The client.
        client: Client,
        /// What it does with it.
        habit: Habit,
        /// The synced folder.
        folder: PathBuf,
        /// A move that puts what it leads to into the folder instead, if there is one: from where, to where.
        instead: Option<(PathBuf, PathBuf)>,
    },
    /// What is moved is the folder that a client syncs, or holds it.
    MovesCloud {
        /// The client.
        client: Client,
        /// The synced folder.
        folder: PathBuf,
    },
    /// It leaves a synced folder.
    Leaves {
        /// The client.
        client: Client,
        /// The synced folder.
        folder: PathBuf,
        /// What the client does with the link that is left behind, if there is one.
        habit: Option<Habit>,
    },
}
