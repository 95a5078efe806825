//! `lw snapshot show`.

use std::path::PathBuf;
use std::process::ExitCode;

use lw_core::jobs::Refused;
use lw_fs::snapshot::{EntryKind, KEPT_LINK, MOUNT, Manifest, STORE, TORN, UNREADABLE};
use serde_json::json;

use super::super::changing;
use super::{Chosen, chosen};
use crate::arguments::ShowSnapshot;
use crate::edge::Edge;
use crate::ui::{self, LongAnswer, Style, path_fields, quote_path, typed_object};

pub(super) fn run(arguments: &ShowSnapshot, edge: &Edge) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let found = chosen(&edge.around, &arguments.snapshot).and_then(|chosen| {
        let lacking = lacking(&chosen)?;
        Ok((chosen, lacking))
    });
    let (chosen, lacking) = match found {
        Ok(found) => found,
        Err(refused) => return changing::refuse("show", &refused, style),
    };
    let (store, snapshot) = (chosen.store.root(), chosen.snapshot());
    match style {
        Style::Json => {
            ui::print_json(&ui::snapshot_object(store, snapshot));
            for (path, why) in &lacking {
                let mut object = typed_object("lacking", path_fields("path", path));
                object.insert("why".into(), json!(why));
                ui::print_json(&object.into());
            }
        }
        Style::Text => {
            let mut answer = LongAnswer::begin();
            ui::snapshot_lines(store, snapshot)
                .into_iter()
                .for_each(|line| answer.line(line));
            for (path, why) in &lacking {
                answer.line(format!("  {}: {why}", quote_path(path)));
            }
            answer.end();
        }
    }
    ExitCode::SUCCESS
}

/// Returns what of the sources the snapshot does not have, or not whole, and why.
fn lacking(chosen: &Chosen) -> Result<Vec<(PathBuf, String)>, Refused> {
    let manifest = Manifest::open(&chosen.store.manifest(&chosen.snapshot().id))?;
    let mut lacking = Vec::new();
    for id in manifest.folder_ids() {
        let Some(folder) = manifest.folder(id)? else {
            continue;
        };
        let here = || -> Result<PathBuf, Refused> {
            let way = manifest.way_to(id)?;
            let names = way.iter().filter_map(|name| lw_fs::name_from_bytes(name));
            Ok(names.collect())
        };
        for (flag, why) in [
            (UNREADABLE, "may not be read"),
            (MOUNT, "another volume is mounted there"),
            (STORE, "it is the store, or lw's own"),
            (TORN, "it went away meanwhile"),
        ] {
            if folder.flags & flag != 0 {
                lacking.push((here()?, why.to_owned()));
            }
        }
        for entry in &folder.entries {
            let why = match entry.kind {
                EntryKind::LeftOut(why) => why.words(),
                EntryKind::File if entry.has(TORN) => "it changed while it was read",
                EntryKind::SymbolicLink if entry.has(KEPT_LINK) => {
                    "the link stays: it leads in a circle or nowhere"
                }
                _ => continue,
            };
            let name = lw_fs::name_from_bytes(&entry.name).unwrap_or_default();
            lacking.push((here()?.join(name), why.to_owned()));
        }
    }
    lacking.sort_unstable();
    Ok(lacking)
}
