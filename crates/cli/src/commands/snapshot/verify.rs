//! `lw snapshot verify`.

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;

use lw_core::jobs::snapshot::against::Reads;
use lw_core::jobs::snapshot::{Snapshot, choose, existing_store, list};
use lw_core::jobs::{Refused, Surroundings};
use lw_fs::snapshot::{
    AlreadyRead, Depth, Fault, Manifest, Store, StoreForm, VerifyRequest, verify,
};
use lw_fs::stage::{Amount, StageError};
use serde_json::json;

use super::super::changing;
use super::{against, split};
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
            Ok((store, snapshots)) => verify_all(&store, &snapshots, depth, style),
            Err(refused) => changing::refuse("verify", &refused, style),
        };
        if ended != ExitCode::SUCCESS {
            worst = ended;
        }
    }
    worst
}

/// Returns the store that a path means, and the snapshots: all of a store, or one.
fn meant(around: &Surroundings, path: &Path) -> Result<(Store, Vec<Snapshot>), Refused> {
    let itself = Store::new(around.leading_to(path)?);
    if itself.form()? == StoreForm::Known {
        let listing = list(&itself)?;
        if let Some(unreadable) = listing.unreadable.into_iter().next() {
            return Err(unreadable.error.into());
        }
        return Ok((itself, listing.snapshots));
    }
    let (store, word) = split(path);
    let store = existing_store(around, &store)?;
    let listing = list(&store)?;
    let snapshot = choose(&store, &listing, &word)?.clone();
    Ok((store, vec![snapshot]))
}

fn verify_all(store: &Store, snapshots: &[Snapshot], depth: Depth, style: Style) -> ExitCode {
    let stop = Stop::listen();
    let progress = Progress::new(Amount::default(), None, style == Style::Json, stop);
    let read = AlreadyRead::default();
    let mut faults: Vec<(&Snapshot, Fault)> = Vec::new();
    for snapshot in snapshots {
        match verify_one(store, snapshot, (depth, &read), &progress) {
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
    tell(store, snapshots.len(), &faults, style)
}

fn verify_one(
    store: &Store,
    snapshot: &Snapshot,
    (depth, read): (Depth, &AlreadyRead),
    progress: &Progress,
) -> Result<Vec<Fault>, StageError> {
    let manifest = Manifest::open(&store.manifest(&snapshot.id))?;
    if !manifest.check()? {
        let source =
            std::io::Error::new(std::io::ErrorKind::InvalidData, "a part of it is damaged");
        let error = lw_fs::FsError::new("read the manifest", manifest.path(), source);
        return Err(error.into());
    }
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
fn tell(store: &Store, snapshots: usize, faults: &[(&Snapshot, Fault)], style: Style) -> ExitCode {
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
    if style == Style::Text && faults.is_empty() {
        let snapshots = ui::count(snapshots as u64, "snapshot is", "snapshots are");
        ui::print(format_args!("{snapshots} as recorded."));
    }
    ExitCode::from(u8::from(!faults.is_empty()))
}
