//! Why a plan is not made: things the user can act on, with numbers.
#![allow(
    missing_docs,
    reason = "the fields are the paths and numbers that the variant's own line speaks of"
)]

use std::path::{Path, PathBuf};

use lw_fs::look::in_use::User;
use lw_fs::look::{Kind, PlaceError};
use lw_fs::{FsError, FsErrorKind};

use super::apply::{Conflict, Standing};
use super::snapshot::{Incomplete, NoSnapshot, NoStore};
use crate::import::ImportError;
use crate::ledger::{LedgerError, OperationState};
use crate::manifest::ManifestError;
use crate::plan::{State, Trace};

/// All the reasons against a plan, found in one look.
#[derive(Debug)]
pub struct Refused(pub Vec<Refusal>);

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(vec![refusal])
    }
}

impl From<FsError> for Refused {
    fn from(error: FsError) -> Self {
        Refusal::System(error).into()
    }
}

impl From<LedgerError> for Refused {
    fn from(error: LedgerError) -> Self {
        Refusal::Ledger(error).into()
    }
}

/// What a folder holds that must not be moved with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// linkwright's ledger.
    Ledger,
    /// The running program.
    Program,
    /// A quarantine.
    Quarantine,
    /// The store of snapshots that is restored from.
    Store,
}

/// One reason against a plan.
#[derive(Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// The path names nothing that could be changed.
    BadPath { path: PathBuf, source: PlaceError },
    /// Nothing is there.
    Missing { path: PathBuf },
    /// What should be moved is a link already.
    AlreadyLink { path: PathBuf, leads_to: PathBuf },
    /// What should be a link is none.
    NotALink { path: PathBuf, kind: Kind },
    /// NTFS shows it as a link, and it is none, or damaged.
    OnlyLooksLikeLink { path: PathBuf },
    /// What should be a folder is none.
    NotAFolder { path: PathBuf, kind: Kind },
    /// It is the only name of its file, so it is no link.
    LastName { path: PathBuf },
    /// The name is taken.
    Exists { path: PathBuf, kind: Kind },
    /// The name is taken by a folder that could be merged with.
    ExistsFolder { path: PathBuf },
    /// Merging needs two folders.
    CannotMerge { path: PathBuf, kind: Kind },
    /// DEST lies inside SOURCE.
    Inside { outer: PathBuf, inner: PathBuf },
    /// Both names stand for one thing.
    SameThing { a: PathBuf, b: PathBuf },
    /// A mount begins there.
    MountPoint { path: PathBuf },
    /// The system needs it where it is.
    SystemFolder { path: PathBuf },
    /// It is the home folder, or holds it.
    HomeFolder { path: PathBuf },
    /// The system or a cloud puts it back where it is.
    PutBack { path: PathBuf, why: &'static str },
    /// It holds something that must stay where it is.
    Holds {
        path: PathBuf,
        held: Held,
        at: PathBuf,
    },
    /// Names in the folder may not be changed.
    NotWritable { folder: PathBuf, kind: FsErrorKind },
    /// The folder itself may not be written, so its parent cannot change.
    OwnFolderNotWritable { path: PathBuf, mode: u32 },
    /// The sticky bit of the folder keeps others' things in it.
    Sticky { path: PathBuf, folder: PathBuf },
    /// It is immutable or append-only.
    Locked { path: PathBuf },
    /// The two places are on different volumes.
    OtherVolume {
        from: PathBuf,
        to: PathBuf,
        from_volume: PathBuf,
        to_volume: PathBuf,
    },
    /// Another volume is mounted inside what would be copied.
    MountInside { path: PathBuf, mount: PathBuf },
    /// Sockets and devices cannot be copied.
    CannotCopy { first: PathBuf, count: u64 },
    /// Something inside is immutable or append-only, so it could not be cleared.
    LockedInside { first: PathBuf, count: u64 },
    /// The content of something inside lies in the cloud alone.
    InCloudOnly { first: PathBuf, count: u64 },
    /// Something inside may not be read.
    UnreadableInside { first: PathBuf, count: u64 },
    /// Files inside have names outside, which would keep the old files.
    NamesElsewhere { first: PathBuf, count: u64 },
    /// Programs work in it.
    InUse { path: PathBuf, users: Vec<User> },
    /// The new volume has too little room.
    NotEnoughSpace {
        folder: PathBuf,
        needed_bytes: u64,
        free_bytes: u64,
    },
    /// The new volume has too few inodes.
    NotEnoughInodes {
        folder: PathBuf,
        needed: u64,
        free: u64,
    },
    /// The new volume cannot keep something of it.
    WouldLose {
        path: PathBuf,
        folder: PathBuf,
        file_system: String,
        what: String,
    },
    /// The file system has no symbolic links.
    NoLinks {
        folder: PathBuf,
        file_system: String,
    },
    /// The name is too long for the volume.
    NameTooLong {
        path: PathBuf,
        bytes: usize,
        limit_bytes: u64,
    },
    /// The target text is too long.
    TextTooLong {
        link: PathBuf,
        bytes: usize,
        limit_bytes: usize,
    },
    /// The link would lead nowhere.
    Dangling { link: PathBuf, missing: PathBuf },
    /// The links lead in a circle.
    Loop { link: PathBuf, cycle: Vec<PathBuf> },
    /// More links follow each other than a system follows.
    TooDeep { link: PathBuf },
    /// The link leads through something that is no folder.
    NoFolder { link: PathBuf, at: PathBuf },
    /// The link would lead to a folder that contains it.
    Recursive { link: PathBuf, folder: PathBuf },
    /// What the link leads to is a link itself.
    TargetIsLink { link: PathBuf, target: PathBuf },
    /// Displacing what stands there would take the target along.
    DisplacesTarget { link: PathBuf, target: PathBuf },
    /// What the link leads to is neither a file nor a folder.
    NotAFile { path: PathBuf, kind: Kind },
    /// A name of a file is to become a symbolic link, and it was not said which other name it is to lead to.
    NeedsTarget { path: PathBuf },
    /// Two paths that should be names of one file are not.
    OtherFile { path: PathBuf, target: PathBuf },
    /// Folders have no hard links.
    HardLinkToFolder { target: PathBuf },
    /// The file has as many names as its file system allows.
    TooManyLinks { target: PathBuf, link_count: u64 },
    /// Junctions exist on NTFS only.
    NoJunctions {
        folder: PathBuf,
        file_system: String,
    },
    /// A junction leads to folders only.
    JunctionToFile { target: PathBuf },
    /// A junction leads to folders of this computer only.
    JunctionToShare { target: PathBuf },
    /// This user may not make symbolic links, and nothing else is the same.
    MayNotMakeLinks {
        link: PathBuf,
        target: PathBuf,
        /// Whether it is a file on the volume of the link, which could get another name.
        is_file_beside: bool,
    },
    /// A relative text leads to the same drive or share only.
    NoRelativeText { link: PathBuf, target: PathBuf },
    /// Windows names a drive by a letter, and the one of this volume is not known.
    NoDriveLetter {
        target: PathBuf,
        mount_point: PathBuf,
    },
    /// The link cannot get that text and stay what it is.
    CannotReAim { link: PathBuf, why: String },
    /// Windows could not follow a link to a path with such names.
    NotForWindows { target: PathBuf },
    /// Links that Windows follows exist on NTFS only, and not every driver makes them.
    NoNativeLinks {
        folder: PathBuf,
        file_system: String,
    },
    /// No cloud of that name was found.
    NoSuchCloud { path: PathBuf, names: Vec<String> },
    /// Several folders of a cloud client could be meant.
    SeveralClouds { path: PathBuf, names: Vec<String> },
    /// The folder of a cloud is not there.
    CloudNotThere {
        name: String,
        folder: PathBuf,
        kind: FsErrorKind,
    },
    /// The ledger has no such operation.
    NoSuchOperation { id: i64 },
    /// There is nothing left to take back.
    NothingToUndo,
    /// It has been taken back already.
    AlreadyUndone { id: i64, by: i64 },
    /// It did not end as done, so there is nothing of it to take back.
    NotDone { id: i64, state: OperationState },
    /// What the operation left is not there any more.
    ChangedSince {
        id: i64,
        path: PathBuf,
        expected: State,
        found: State,
    },
    /// What the operation displaced was purged.
    Purged { id: i64, item: PathBuf },
    /// The file is no manifest.
    NoManifest { path: PathBuf, error: ManifestError },
    /// The file is no set of snapshots.
    NoSet { path: PathBuf, error: ManifestError },
    /// The set file does not say how often it is to be run.
    NoSchedule { path: PathBuf },
    /// A scheduler cannot be told this.
    CannotSchedule { path: PathBuf, why: &'static str },
    /// The file or folder is nothing that can be imported.
    NoImport { path: PathBuf, error: ImportError },
    /// An entry of a manifest makes no sense here.
    Entry {
        manifest: PathBuf,
        line: usize,
        path: PathBuf,
        conflict: Conflict,
    },
    /// Something is in the way of what a manifest lists.
    InTheWay {
        manifest: PathBuf,
        line: usize,
        path: PathBuf,
        standing: Box<Standing>,
    },
    /// What an operation wrote or made holds something else by now.
    EditedSince { id: i64, path: PathBuf },
    /// Two things would have one name.
    SameName {
        a: PathBuf,
        b: PathBuf,
        dest: PathBuf,
    },
    /// Names cannot be exchanged there, and it cannot be done without.
    NoExchange {
        folder: PathBuf,
        file_system: String,
    },
    /// It lies in a store of snapshots, in which other commands change nothing.
    InStore { path: PathBuf, store: PathBuf },
    /// That is no store of snapshots.
    NoStore { path: PathBuf, found: NoStore },
    /// This user may not read what makes it a store.
    ClosedStore { path: PathBuf },
    /// What is not in the snapshot would be deleted behind a link that stands where a source was.
    DeletesBehindLink { link: PathBuf, leads_to: PathBuf },
    /// Nothing was taken into the store yet.
    EmptyStore { path: PathBuf },
    /// That is no snapshot.
    NoSnapshotAt { path: PathBuf, found: NoSnapshot },
    /// A part of the snapshot is damaged or missing.
    SnapshotLacks(Box<Incomplete>),
    /// None was taken before it.
    FirstSnapshot { path: PathBuf },
    /// The store was made by a newer version.
    NewerStore { path: PathBuf },
    /// The folder that is to be a store holds something else.
    StoreTaken { path: PathBuf },
    /// What is to be taken lies in the store.
    SourceInStore { source: PathBuf, store: PathBuf },
    /// Two sources would have one name in the snapshot.
    SameSourceName {
        name: PathBuf,
        a: PathBuf,
        b: PathBuf,
    },
    /// The volume has no hard links.
    NoHardLinks {
        folder: PathBuf,
        file_system: String,
    },
    /// What is to be imported lies on another volume than the store.
    ImportAcross { folder: PathBuf, store: PathBuf },
    /// What is to be imported is what the snapshots would be of, or holds it.
    ImportOfSource { folder: PathBuf, source: PathBuf },
    /// What is to be imported was not made later than what comes before it.
    ImportOrder {
        folder: PathBuf,
        taken_us: i64,
        before: PathBuf,
        before_us: i64,
    },
    /// There are times for some of what is to be imported.
    ImportTimes { folders: usize, times: usize },
    /// Files of the volume cannot share blocks.
    NoReflinks {
        folder: PathBuf,
        file_system: String,
    },
    /// There is no such set file.
    NoSetFile { path: PathBuf },
    /// The store has no such snapshot.
    NoSnapshot { store: PathBuf, word: String },
    /// Several snapshots begin so.
    ManySnapshots {
        word: String,
        first: String,
        second: String,
    },
    /// The snapshot does not hold that.
    NotInSnapshot { id: String, path: PathBuf },
    /// A store was named among snapshots.
    StoreAmongSnapshots { path: PathBuf },
    /// Nothing was said that keeps a snapshot.
    NothingKept { path: PathBuf },
    /// Snapshots of several stores were named.
    OtherStore { path: PathBuf },
    /// The newest snapshot always stays.
    NewestSnapshot { path: PathBuf },
    /// So does the newest in which nothing may be missed.
    NewestWholeSnapshot { path: PathBuf },
    /// This system has no permission bits that could be taken from what is in a store.
    NoGuard,
    /// Where each thing is taken once, all links are looked at together.
    FollowOnceForAll,
    /// A pattern cannot be understood.
    BadPattern { why: String },
    /// The system refused to be looked at.
    System(FsError),
    /// The ledger cannot be used.
    Ledger(LedgerError),
}

impl From<FsError> for Refusal {
    fn from(error: FsError) -> Self {
        Self::System(error)
    }
}

/// Returns what stands at `path`, which must be there.
pub(super) fn trace_at(path: &Path) -> Result<Trace, Refusal> {
    match State::of(path)? {
        State::Present(trace) => Ok(trace),
        State::Absent | State::AtMost(_) => Err(Refusal::Missing {
            path: path.to_path_buf(),
        }),
    }
}
