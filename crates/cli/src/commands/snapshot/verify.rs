//! `lw snapshot verify`.

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;

use lw_core::jobs::snapshot::against::Reads;
use lw_core::jobs::snapshot::{
    Incomplete, Named, Snapshot, apart, choose, list, named, store_at, why_not_there,
};
use lw_core::jobs::{Refusal, Refused, Surroundings};
use lw_fs::snapshot::{
    AlreadyRead, Depth, Fault, FaultKind, Manifest, Store, VerifyRequest, verify,
};
use lw_fs::stage::{Amount, StageError};
use serde_json::json;

use super::super::changing;
use super::against;
use crate::arguments::VerifySnapshots;
use crate::edge::{self, Edge};
use crate::ui::{self, Message, Progress, Stop, Style, path_fields, quote_path, typed_object};

pub(super) fn run(arguments: &VerifySnapshots, edge: &Edge) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let depth = match arguments.sample {
        _ if arguments.full => Depth::Full,
        Some(percent) => Depth::Sample {
            percent,
            seed: edge::now_us().unsigned_abs(),
        },
        None => Depth::Quick,
    };
    let mut worst = ExitCode::SUCCESS;
    for path in &arguments.paths {
        if arguments.against_source {
            let reads = match arguments.full {
                true => Reads::Content,
                false => Reads::Nothing,
            };
            let ended = against::run(path, reads, edge, style);
            if ended != ExitCode::SUCCESS {
                worst = ended;
            }
            continue;
        }
        let ended = match meant(&edge.around, path) {
            Ok(meant) => verify_all(&meant, depth, style),
            Err(refused) => changing::refuse("verify", &refused, style),
        };
        if ended != ExitCode::SUCCESS {
            worst = ended;
        }
    }
    worst
}

/// What is verified.
struct Meant {
    store: Store,
    snapshots: Vec<Snapshot>,
    /// What cannot be, as far as all of a store is meant.
    incomplete: Vec<Incomplete>,
}

/// Returns what a path means: all of a store, or one snapshot.
fn meant(around: &Surroundings, path: &Path) -> Result<Meant, Refused> {
    if let Some(itself) = store_at(around, path)? {
        let (snapshots, incomplete) = apart(&itself, list(&itself)?)?;
        return Ok(Meant {
            store: itself,
            snapshots,
            incomplete,
        });
    }
    let Named { store, word } = named(around, path)?;
    let mut listing = list(&store)?;
    let id = match choose(&store, &listing, &word).map_err(why_not_there) {
        Ok(snapshot) => snapshot.id.clone(),
        Err(Refusal::SnapshotLacks(incomplete)) => {
            return Ok(Meant {
                store,
                snapshots: Vec::new(),
                incomplete: vec![*incomplete],
            });
        }
        Err(refusal) => return Err(refusal.into()),
    };
    listing.snapshots.retain(|snapshot| snapshot.id == id);
    listing.unreadable.clear();
    let (snapshots, mut incomplete) = apart(&store, listing)?;
    incomplete.retain(|incomplete| incomplete.id == id);
    Ok(Meant {
        store,
        snapshots,
        incomplete,
    })
}

fn verify_all(meant: &Meant, depth: Depth, style: Style) -> ExitCode {
    let Meant {
        store,
        snapshots,
        incomplete,
    } = meant;
    let stop = Stop::listen();
    let progress = Progress::new(Amount::default(), None, style == Style::Json, stop);
    let read = AlreadyRead::default();
    let mut faults: Vec<(&Snapshot, Fault)> = Vec::new();
    for snapshot in snapshots {
        let verified = verify_one(store, snapshot, (depth, &read), &progress);
        if !matches!(&verified, Ok(found) if found.is_empty()) && is_gone(store, &snapshot.id) {
            let path = quote_path(&store.tree(&snapshot.id));
            ui::note(format_args!("note: {path} was removed meanwhile"));
            continue;
        }
        match verified {
            Ok(found) => faults.extend(found.into_iter().map(|fault| (snapshot, fault))),
            Err(StageError::System(error)) => {
                progress.finish();
                return changing::refuse("verify", &error.into(), style);
            }
            Err(_) => {
                progress.finish();
                let message = Message::new("the verification was interrupted")
                    .state("nothing was changed")
                    .exit_code(progress.stop_code());
                return ui::fail(&message, style);
            }
        }
    }
    progress.finish();
    incomplete
        .iter()
        .for_each(|one| tell_incomplete(one, style));
    if style == Style::Text && is_copied(snapshots, &faults) {
        let root = quote_path(store.root());
        ui::print(format_args!(
            "{root} is a copy: none of its files is the very one that was recorded. 'lw snapshot repair {root}' compares them, \
             and records those that hold the same."
        ));
    } else {
        tell(store, &faults, style);
    }
    let is_sound = faults.is_empty() && incomplete.is_empty();
    if style == Style::Text && is_sound {
        let snapshots = ui::count(snapshots.len() as u64, "snapshot is", "snapshots are");
        ui::print(format_args!("{snapshots} as recorded."));
    }
    ExitCode::from(u8::from(!is_sound))
}

/// Returns whether everything was replaced that can be, as it is where a store was copied.
fn is_copied(snapshots: &[Snapshot], faults: &[(&Snapshot, Fault)]) -> bool {
    let totals = snapshots.iter().map(|snapshot| &snapshot.totals);
    let held: u64 = totals
        .map(|totals| totals.files + totals.links + totals.pipes)
        .sum();
    faults.len() as u64 == held
        && held > 1
        && faults
            .iter()
            .all(|(_, fault)| fault.kind == FaultKind::Other)
}

/// Returns whether a snapshot that was there when all began is none any more: others may remove some at any time.
fn is_gone(store: &Store, id: &str) -> bool {
    let ids = store.ids();
    ids.is_ok_and(|ids| !ids.iter().any(|there| there == id))
}

fn tell_incomplete(incomplete: &Incomplete, style: Style) {
    let lack = &incomplete.lack;
    match style {
        Style::Json => {
            let mut object = typed_object("fault", path_fields("path", &incomplete.path));
            object.insert("snapshot".into(), json!(incomplete.id));
            object.insert("fault".into(), json!(lack.name()));
            object.insert("shared_by".into(), json!(null));
            ui::print_json(&object.into());
        }
        Style::Text => ui::print(format_args!(
            "{} {}",
            quote_path(&incomplete.path),
            lack.words()
        )),
    }
}

fn verify_one(
    store: &Store,
    snapshot: &Snapshot,
    (depth, read): (Depth, &AlreadyRead),
    progress: &Progress,
) -> Result<Vec<Fault>, StageError> {
    let manifest = Manifest::open(&store.manifest(&snapshot.id))?;
    let request = VerifyRequest {
        store,
        id: &snapshot.id,
        manifest: &manifest,
        guard: snapshot.header.guard,
        depth,
        read,
    };
    verify(&request, progress)
}

/// Says what is wrong; of a file that snapshots share, with all of them.
fn tell(store: &Store, faults: &[(&Snapshot, Fault)], style: Style) {
    let mut sharing: HashMap<u64, Vec<&str>> = HashMap::new();
    for (snapshot, fault) in faults {
        if let Some(inode) = fault.store_inode {
            let ids = sharing.entry(inode).or_default();
            if !ids.contains(&snapshot.id.as_str()) {
                ids.push(&snapshot.id);
            }
        }
    }
    for (snapshot, fault) in faults {
        let path = store.tree(&snapshot.id).join(&fault.path);
        match style {
            Style::Json => {
                let mut object = typed_object("fault", path_fields("path", &path));
                object.insert("snapshot".into(), json!(snapshot.id));
                object.insert("fault".into(), json!(fault.kind.name()));
                let shared = fault.store_inode.and_then(|inode| sharing.get(&inode));
                object.insert("shared_by".into(), json!(shared));
                ui::print_json(&object.into());
            }
            Style::Text => {
                let shared = fault.store_inode.and_then(|inode| sharing.get(&inode));
                let also = match shared {
                    Some(ids) if ids.len() > 1 => format!(" (shared by {})", ids.join(", ")),
                    _ => String::new(),
                };
                ui::print(format_args!(
                    "{} {}{also}",
                    quote_path(&path),
                    fault.kind.words()
                ));
            }
        }
    }
}
