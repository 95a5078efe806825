//! The plan for a new snapshot: staged in private, published by a few renames.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lw_fs::FsError;
use lw_fs::look::{self, Kind, Place};
use lw_fs::path_form;
use lw_fs::snapshot::{Guard, LATEST, LinkPolicy, Share, Store, StoreForm};

use super::basis::basis;
use super::list::{Header, Listing, Snapshot, list_to_go_on_from};
use super::patterns::{LeftOut, LinkRules};
use super::store_of::{existing_store, store_to_be};
use crate::jobs::link::refuse_if_any;
use crate::jobs::new_link::{self, Fitting};
use crate::jobs::refusal::trace_at;
use crate::jobs::replace::{self, Exchange};
use crate::jobs::{Refusal, Refused, Surroundings, TextForm};
use crate::plan::{
    Lasting, LinkRule, Notice, PathText, Plan, SnapshotSource, SnapshotWish, Step, Subject, Trace,
    Unit,
};

/// A wish for a snapshot.
#[derive(Debug, Clone)]
pub struct TakeWish {
    /// What is taken.
    pub sources: Vec<PathBuf>,
    /// Whereto.
    pub store: PathBuf,
    /// Whether the store may have to be made.
    pub makes_store: bool,
    /// The time, microseconds since 1970.
    pub now_us: i64,
    /// The time as the beginning of a name.
    pub stamp: String,
    /// The program and its version.
    pub program: String,
    /// What becomes of links.
    pub links: LinkPolicy,
    /// What becomes of some of them instead; the first rule that means one counts.
    pub links_at: Vec<LinkRule>,
    /// Whether other volumes that are mounted in a source are taken along.
    pub cross_mounts: bool,
    /// What may not be written in the store; as in the snapshot before, if not told.
    pub guard: Option<Guard>,
    /// What a file that did not change shares with the snapshot before.
    pub share: Share,
    /// Whether content is compared where size and times say that it is the same.
    pub compares_all: bool,
    /// Whether nothing may come of something.
    pub allows_empty: bool,
    /// Whether what an interrupted run has left is gone on with.
    pub resumes: bool,
    /// Patterns of what is left out.
    pub excluded: Vec<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The user's own words.
    pub note: Option<String>,
}

/// Returns the plan that takes a snapshot.
pub fn plan(around: &Surroundings, wish: &TakeWish) -> Result<Plan, Refused> {
    let store = match wish.makes_store {
        true => store_to_be(around, &wish.store)?,
        false => existing_store(around, &wish.store)?,
    };
    let sources = sources(around, wish, &store)?;
    let understood = LeftOut::new(&wish.excluded).and(LinkRules::new(&wish.links_at));
    if let Err(error) = understood {
        let why = error.to_string();
        return Err(Refusal::BadPattern { why }.into());
    }
    let mut refusals = store_refusals(&store)?;
    if wish.links == LinkPolicy::FollowOnce && !wish.links_at.is_empty() {
        refusals.push(Refusal::FollowOnceForAll);
    }
    if !Guard::IS_POSSIBLE && wish.guard.is_some_and(|guard| guard != Guard::None) {
        refusals.push(Refusal::NoGuard);
    }
    if wish.share == Share::Reflink {
        refusals.extend(no_clones(&store)?);
    }
    refuse_if_any(refusals)?;
    let listing = listed(&store)?;
    let newest = listing.snapshots.last();
    let basis = basis(&store, &listing, &sources);
    let header = Header {
        id: free_id(&store, &wish.stamp, &[])?,
        sequence: listing.last_sequence.saturating_add(1),
        taken_us: wish.now_us,
        program: wish.program.clone(),
        sources,
        links: wish.links,
        links_at: wish.links_at.clone(),
        cross_mounts: wish.cross_mounts,
        guard: wish.guard.unwrap_or_else(|| usual_guard(newest)),
        excluded: wish.excluded.clone(),
        basis: basis.map(|basis| basis.id.clone()),
        tags: wish.tags.clone(),
        note: wish.note.clone(),
    };
    let mut plan = Plan::new(Subject::Snapshot {
        store: store.root().to_path_buf(),
        id: header.id.clone(),
        sources: header.source_texts(),
        basis: header.basis.clone(),
        imported: Vec::new(),
    });
    plan.notices.extend(notices(&header, &store));
    plan.notices.extend(passed_over(&listing, &store));
    let (latest, notice) = latest_steps(around, &store, &header.id)?;
    plan.notices.extend(notice);
    let slot = replace::slot_at(around, &place_in(&store), 0)?;
    plan.units
        .push(unit(around, &store, &header, wish, latest, slot)?);
    Ok(plan)
}

/// Returns the guard that a snapshot has where nothing is said of it: that of the one before.
pub(super) fn usual_guard(newest: Option<&Snapshot>) -> Guard {
    match newest {
        _ if !Guard::IS_POSSIBLE => Guard::None,
        Some(newest) => newest.header.guard,
        None => Guard::Dirs,
    }
}

/// Returns what a store holds that may still have to be made, or may have been begun by a first run that was interrupted.
pub(super) fn listed(store: &Store) -> Result<Listing, FsError> {
    match store.form()? {
        StoreForm::Known => list_to_go_on_from(store),
        StoreForm::Newer | StoreForm::Empty | StoreForm::Other => Ok(Listing::default()),
    }
}

/// Returns a place in the store's folder, or beside it where that is still to be made.
pub(super) fn place_in(store: &Store) -> Place {
    let root = store.root();
    let is_there = matches!(look::entry_if_any(root), Ok(Some(_)));
    let parent = if is_there {
        root
    } else {
        root.parent().unwrap_or(root)
    };
    Place {
        parent: parent.to_path_buf(),
        name: OsString::from("new"),
    }
}

fn unit(
    around: &Surroundings,
    store: &Store,
    header: &Header,
    wish: &TakeWish,
    latest: Vec<Step>,
    slot: PathBuf,
) -> Result<Unit, Refused> {
    let staged = SnapshotWish {
        store: store.root().to_path_buf(),
        id: header.id.clone(),
        sources: header.sources.clone(),
        header: text_of(header)?,
        basis: header.basis.clone(),
        links: header.links,
        links_at: header.links_at.clone(),
        cross_mounts: header.cross_mounts,
        guard: header.guard,
        share: wish.share,
        compares_all: wish.compares_all,
        allows_empty: wish.allows_empty,
        resumes: wish.resumes,
        excluded: header.excluded.clone(),
        closed: vec![PathText(around.state_folder.clone())],
        adopts: false,
    };
    Ok(published(store, staged, latest, slot))
}

/// Returns what a manifest says of its snapshot.
pub(super) fn text_of(header: &Header) -> Result<String, Refused> {
    let text = serde_json::to_string(header);
    Ok(text.map_err(|error| Refusal::BadPattern {
        why: error.to_string(),
    })?)
}

/// Returns the steps that make a snapshot and give it its name, and then those with which `latest` leads to it.
pub(super) fn published(
    store: &Store,
    staged: SnapshotWish,
    latest: Vec<Step>,
    slot: PathBuf,
) -> Unit {
    let id = staged.id.clone();
    let id = &id;
    let tree = Trace::any(Kind::Directory);
    let mut steps = vec![
        Step::StageSnapshot {
            snapshot: Box::new(staged),
            item: store.staged(id),
            copy: tree.clone(),
        },
        Step::Rename {
            from: store.staged_manifest(id),
            to: store.manifest(id),
            what: Trace::any(Kind::File),
        },
        // What is seen in the store is whole: the manifest is there for good before the tree is.
        Step::Sync {
            folders: vec![PathText(store.manifests())],
        },
        Step::Rename {
            from: store.staged_tree(id),
            to: store.tree(id),
            what: tree,
        },
    ];
    let published = steps.len();
    steps.extend(latest);
    let mut unit = Unit::plain(steps, slot);
    unit.go_on_from = published;
    unit
}

/// Returns the steps that let `latest` lead to the new snapshot, or why there are none.
pub(super) fn latest_steps(
    around: &Surroundings,
    store: &Store,
    id: &str,
) -> Result<(Vec<Step>, Option<Notice>), Refused> {
    let link = store.latest();
    let place = Place {
        parent: place_in(store).parent,
        name: link.file_name().unwrap_or_default().to_os_string(),
    };
    let wish = Fitting {
        link: &place,
        text: id.as_ref(),
        form: TextForm::Relative,
        leads_to: Some(Kind::Directory),
    };
    let none = |why: String| Notice::NoLatest {
        link: link.clone(),
        why,
    };
    let Ok((new, _)) = new_link::chosen(around, wish) else {
        let why = "this user may not make links there".to_owned();
        return Ok((Vec::new(), Some(none(why))));
    };
    let volume = look::volume_of(&place.parent)?;
    if !look::keeping(&volume).links {
        let why = format!("{} has no symbolic links", volume.file_system);
        return Ok((Vec::new(), Some(none(why))));
    }
    let Some(entry) = look::entry_if_any(&link)? else {
        return Ok((vec![new.step(link, Lasting::Yes)], None));
    };
    if !entry.kind.is_link() {
        return Ok((Vec::new(), Some(none("something else is there".to_owned()))));
    }
    // By its text alone: the way back makes it anew.
    let old = Trace {
        identity: None,
        ..trace_at(&link)?
    };
    let Some(old_text) = old.text.clone() else {
        return Ok((Vec::new(), Some(none("something else is there".to_owned()))));
    };
    // By a name of its own, so that nothing that was left by another one is in the way.
    let aside = latest_aside(store, id);
    let remove = |at: &Path| Step::RemoveScratch {
        link: at.to_path_buf(),
        text: old_text.clone(),
        native: old.native.clone(),
    };
    let steps = match replace::exchange_in(store.root()) {
        Exchange::Yes => vec![
            new.step(aside.clone(), Lasting::Scratch),
            Step::Exchange {
                a: aside.clone(),
                b: link,
                at_a: new.trace(),
                at_b: old.clone(),
            },
            remove(&aside),
        ],
        Exchange::No { .. } => vec![
            Step::Rename {
                from: link.clone(),
                to: aside.clone(),
                what: old.clone(),
            },
            new.step(link, Lasting::Yes),
            remove(&aside),
        ],
    };
    Ok((steps, None))
}

/// Returns where the link to the snapshot before is on its way out.
pub(in crate::jobs) fn latest_aside(store: &Store, id: &str) -> PathBuf {
    store.control().join(format!("{LATEST}-{id}"))
}

/// Returns a name that no snapshot of the store has, nor one of `others`.
pub(super) fn free_id(store: &Store, stamp: &str, others: &[String]) -> Result<String, Refused> {
    const MOST: u32 = 10_000;
    for number in 1..MOST {
        let id = match number {
            1 => stamp.to_owned(),
            number => format!("{stamp}-{number}"),
        };
        // What is on its way out by that name would take the manifest of the new one along.
        let places = [
            store.tree(&id),
            store.manifest(&id),
            store.staging(&id),
            store.trash().join(&id),
            store.trash().join(format!("{id}.idx")),
        ];
        let mut is_free = !others.contains(&id);
        for place in places {
            is_free &= look::entry_if_any(&place)?.is_none();
        }
        if is_free {
            return Ok(id);
        }
    }
    let path = store.tree(stamp);
    let kind = Kind::Directory;
    Err(Refusal::Exists { path, kind }.into())
}

/// Returns what is taken, each under a name of its own.
fn sources(
    around: &Surroundings,
    wish: &TakeWish,
    store: &Store,
) -> Result<Vec<SnapshotSource>, Refused> {
    let mut refusals = Vec::new();
    let mut sources: Vec<SnapshotSource> = Vec::new();
    for given in &wish.sources {
        match source(around, given) {
            Ok(source) if path_form::lies_in(&source.path, store.root()) => {
                refusals.push(Refusal::SourceInStore {
                    source: source.path,
                    store: store.root().to_path_buf(),
                });
            }
            Ok(source) => {
                let same = sources.iter().find(|other| other.name == source.name);
                match same {
                    Some(other) => refusals.push(Refusal::SameSourceName {
                        name: PathBuf::from(&source.name),
                        a: other.path.clone(),
                        b: source.path,
                    }),
                    None => sources.push(source),
                }
            }
            Err(refusal) => refusals.push(refusal),
        }
    }
    refuse_if_any(refusals)?;
    Ok(sources)
}

/// Returns what is taken for a path that was given.
pub(super) fn source(around: &Surroundings, given: &Path) -> Result<SnapshotSource, Refusal> {
    let place = around.shown_place(given)?;
    let path = place.path();
    let Some(entry) = look::entry_if_any(&path)? else {
        return Err(Refusal::Missing { path });
    };
    let name = match place.name.is_empty() {
        true => OsString::from("root"),
        false => place.name.clone(),
    };
    if !entry.kind.is_link() {
        return match entry.kind {
            Kind::Directory | Kind::File => Ok(SnapshotSource {
                name,
                path,
                given: None,
            }),
            kind => Err(Refusal::NotAFolder { path, kind }),
        };
    }
    // Resolved once: what the link leads to now is what is taken.
    let real = look::real_folder(&path)?;
    Ok(SnapshotSource {
        name,
        path: real,
        given: Some(PathText(path)),
    })
}

pub(super) fn store_refusals(store: &Store) -> Result<Vec<Refusal>, Refused> {
    let place = place_in(store);
    let volume = look::volume_of(&place.parent)?;
    let mut refusals = replace::folder_refusals(&place);
    if !look::keeping(&volume).hard_links {
        refusals.push(Refusal::NoHardLinks {
            folder: store.root().to_path_buf(),
            file_system: volume.file_system,
        });
    }
    Ok(refusals)
}

/// Returns why files of the store cannot share their blocks, if its file system is not known to let them.
fn no_clones(store: &Store) -> Result<Option<Refusal>, Refused> {
    const CLONING: [&str; 3] = ["btrfs", "xfs", "bcachefs"];
    let file_system = look::volume_of(&place_in(store).parent)?.file_system;
    let folder = store.root().to_path_buf();
    let can = CLONING.contains(&file_system.as_str());
    Ok((!can).then_some(Refusal::NoReflinks {
        folder,
        file_system,
    }))
}

/// Returns what is to be known of snapshots that nothing can go on from.
fn passed_over(listing: &Listing, store: &Store) -> impl Iterator<Item = Notice> {
    let unreadable = listing.unreadable.iter();
    unreadable.map(|unreadable| Notice::DamagedSnapshot {
        path: store.tree(&unreadable.id),
        why: unreadable.error.cause(),
    })
}

fn notices(header: &Header, store: &Store) -> Vec<Notice> {
    let mut notices = Vec::new();
    for source in &header.sources {
        if let Some(given) = &source.given {
            notices.push(Notice::SourceIsLink {
                link: given.0.clone(),
                leads_to: source.path.clone(),
            });
        }
        if path_form::lies_in(store.root(), &source.path) {
            notices.push(Notice::StoreInSource {
                store: store.root().to_path_buf(),
                source: source.path.clone(),
            });
        }
    }
    notices
}
