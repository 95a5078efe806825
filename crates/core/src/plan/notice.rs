//! What the user should know before saying yes.

use std::ffi::OsString;
use std::path::PathBuf;

use lw_fs::stage::Loss;

use super::{CloudNotice, MergeCounts};

/// What the user should know before saying yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// What a snapshot is of was given by a link.
    SourceIsLink {
        /// The link.
        link: PathBuf,
        /// What it leads to now.
        leads_to: PathBuf,
    },
    /// The store lies in what is taken, and is left out.
    StoreInSource {
        /// The store.
        store: PathBuf,
        /// What is taken.
        source: PathBuf,
    },
    /// The manifest of a snapshot is damaged: it is no basis for others.
    DamagedSnapshot {
        /// The snapshot.
        path: PathBuf,
        /// What is wrong with it, in words.
        why: String,
    },
    /// Snapshots are to share their files with another tool's store.
    SharesFiles {
        /// A folder of that store.
        folder: PathBuf,
    },
    /// When another tool's folders were made is taken from when they last changed.
    TimesOfFolders,
    /// No link is made that leads to the newest snapshot.
    NoLatest {
        /// Where it would be.
        link: PathBuf,
        /// Why, in words.
        why: String,
    },
    /// Two folders of one name are merged.
    Merged {
        /// The one that moves.
        path: PathBuf,
        /// How they compare, file by file.
        counts: MergeCounts,
    },
    /// Links that were made for a manifest are not listed in it any more, and stay.
    Unlisted {
        /// How many.
        links: u64,
    },
    /// Links are of another manifest too, which lists them or made them: they stay until neither does.
    Shared {
        /// The other one.
        manifest: PathBuf,
        /// How many.
        links: u64,
        /// The first of them.
        first: PathBuf,
    },
    /// Links that are not listed any more are of another manifest too, and stay.
    LeftTo {
        /// The other one.
        manifest: PathBuf,
        /// How many.
        links: u64,
        /// The first of them.
        first: PathBuf,
    },
    /// An empty folder is removed, and would be made again without this.
    MadeAgainWithout {
        /// The folder.
        folder: PathBuf,
        /// What it has.
        without: Vec<Loss>,
    },
    /// The kind of link that was chosen.
    KindChosen {
        /// In words, with the reason.
        why: String,
    },
    /// The volume cannot exchange two names, so the path is missing for a moment.
    Gap {
        /// The path.
        path: PathBuf,
        /// The file system that cannot.
        file_system: String,
    },
    /// Link and target lie in one folder, so a program that opens the path at that very instant may miss it once.
    SameFolder {
        /// The path.
        path: PathBuf,
    },
    /// A link inside leads outside by a relative text, and is re-aimed.
    ReAimed {
        /// The link as it is now.
        link: PathBuf,
        /// Its text until now.
        old_text: OsString,
        /// Its new text.
        new_text: OsString,
    },
    /// A link inside leads outside by a relative text, and gets another one in the copy.
    ReAimedCopy {
        /// The link as it is now.
        link: PathBuf,
        /// Its text until now.
        old_text: OsString,
        /// Its text in the copy.
        new_text: OsString,
    },
    /// A link inside gets the text back that it had before the move.
    ReAimedBack {
        /// The link as it will be.
        link: PathBuf,
        /// The text it gets back.
        text: OsString,
    },
    /// Folders inside could not be read, so links in them were not looked at.
    Unreadable {
        /// How many.
        count: u64,
        /// The first.
        first: PathBuf,
    },
    /// Other volumes are mounted inside.
    MountsInside {
        /// Their mount points.
        mount_points: Vec<PathBuf>,
    },
    /// Plain links of Linux on an NTFS volume are not followed by Windows.
    NotForWindows {
        /// The link.
        link: PathBuf,
    },
    /// Windows follows the new link, and this system only once a helping link is there.
    WindowsOnly {
        /// The letter of the drive it leads to.
        letter: char,
        /// Where the helping link must be.
        helper: PathBuf,
        /// Where that must lead.
        folder: PathBuf,
    },
    /// The system replaces a link there by a file of its own.
    Rewritten {
        /// The link.
        link: PathBuf,
    },
    /// The new link leads nowhere, as asked.
    Dangling {
        /// What is missing.
        missing: PathBuf,
    },
    /// The new link leads to a folder that contains it, as asked.
    Recursive {
        /// That folder.
        folder: PathBuf,
    },
    /// What an interrupted run has copied is gone on with.
    Resumed {
        /// The private folder that holds it.
        stage: PathBuf,
    },
    /// The old tree stays in quarantine, and why.
    KeepsOriginal {
        /// Where it will lie.
        item: PathBuf,
        /// Why, in words.
        why: String,
    },
    /// Two folders become one on another volume, and undo does not part them.
    StaysMerged,
    /// The new volume cannot keep something of what is moved; it was consented to.
    Lossy {
        /// What, in words.
        what: String,
    },
    /// The new volume may not show something as it was, which seldom matters.
    Nuisance {
        /// What, in words.
        what: String,
    },
    /// Programs are at work in what is moved.
    InUse {
        /// Who and where, in words.
        who: String,
    },
    /// Files have names outside what is moved; those keep the old file.
    SplitsHardLinks {
        /// How many files.
        count: u64,
        /// The first of them.
        first: PathBuf,
    },
    /// Broken links are mended by a rule: what was below one place is below another now.
    MendedByRule {
        /// The old place.
        from: PathBuf,
        /// The new place.
        to: PathBuf,
        /// How many links.
        links: u64,
        /// How many targets stand where the rule says; `None` where it was told.
        borne_out_by: Option<u64>,
    },
    /// A broken link is mended, for the reason in words.
    Mended {
        /// The link.
        link: PathBuf,
        /// Its new text.
        new_text: OsString,
        /// Why.
        why: String,
    },
    /// Links that are sound again once those are that they lead to.
    MendedAlong {
        /// How many.
        links: u64,
    },
    /// A broken link stays as it is.
    NotMended {
        /// The link.
        link: PathBuf,
        /// Its text.
        text: OsString,
        /// Why.
        why: NotMended,
    },
    /// A link elsewhere gets a text that leads past what changes.
    Fixed {
        /// The link.
        link: PathBuf,
        /// Its text until now.
        old_text: OsString,
        /// Its new text.
        new_text: OsString,
    },
    /// Links elsewhere that lead there by way of another link, and go on doing so.
    FixedAlong {
        /// How many.
        links: u64,
    },
    /// A link elsewhere will be broken, and is not fixed.
    NotFixed {
        /// The link.
        link: PathBuf,
        /// Its text.
        text: OsString,
        /// Why, in words.
        why: String,
    },
    /// A link gets another text that leads to the same.
    NewText {
        /// The link.
        link: PathBuf,
        /// Its text until now.
        old_text: OsString,
        /// Its new text.
        new_text: OsString,
    },
    /// A link stays as it is, for the reason in words, where others become something else.
    NotConverted {
        /// The link.
        link: PathBuf,
        /// Its text.
        text: OsString,
        /// Why.
        why: String,
    },
    /// Something cannot be restored, for the reason in words, where other things can.
    NotRestored {
        /// Where it was to be.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Something is restored where a link leads that was none when the snapshot was taken.
    RestoredBehind {
        /// Where it was.
        path: PathBuf,
        /// Where that leads now.
        leads_to: PathBuf,
    },
    /// Things are not touched, whatever a snapshot has in their places.
    NotTouched {
        /// How many.
        count: u64,
        /// The first of them.
        first: PathBuf,
        /// Why.
        why: Untouched,
    },
    /// A copy that took the place of a link goes to quarantine.
    CopyGoes {
        /// Where it is.
        path: PathBuf,
    },
    /// A cloud client has to do with it.
    Cloud(CloudNotice),
    /// What was changed since the operation stays as it is.
    LeftAlone {
        /// The path.
        path: PathBuf,
        /// Why, in words.
        why: String,
    },
}

/// Why a restore does not touch something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untouched {
    /// The ledger is in it, or a quarantine.
    OfLw,
    /// It is the store that is restored from.
    Store,
    /// It is another store: what is linked in it is many snapshots' at once.
    OtherStore,
    /// The snapshot was not to have it.
    LeftOut,
    /// Another volume is mounted there.
    Mount,
    /// It cannot be looked into.
    Unreadable,
}

/// Why a broken link stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotMended {
    /// Its target was not found.
    NothingFound,
    /// Its target was deleted.
    Deleted,
    /// Its target was thrown away, and lies here.
    ThrownAway(PathBuf),
    /// Something here has its name, but is not what it led to.
    OtherContent(PathBuf),
    /// Several places are equally good.
    Ambiguous {
        /// The first of them.
        candidates: Vec<PathBuf>,
        /// How many there are.
        count: u64,
    },
    /// It leads to this link, which is broken itself and is not mended.
    ByWayOf(PathBuf),
    /// It may not be changed, for the reason in words.
    CannotChange(String),
}
