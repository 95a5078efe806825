//! `lw snapshot run`.

use std::process::ExitCode;

use jiff::tz::TimeZone;
use lw_core::jobs::Refused;
use lw_core::jobs::snapshot::retention::{Keep, Reason};
use lw_core::jobs::snapshot::{
    SetFile, TakeWish, Taken, existing_store, read_set, retention_of_set,
};
use lw_fs::Witness;
use lw_fs::snapshot::StoreForm;

use super::super::changing;
use super::forget::{self, Fate, Telling};
use super::take;
use crate::arguments::RunSet;
use crate::edge::{self, Edge};
use crate::ui::{self, Style};

pub(super) fn run(arguments: &RunSet, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let flags = &arguments.changing;
    let style = Style::from_flag(flags.json);
    let file = match read_set(&edge.around, &edge.machine(), &arguments.file) {
        Ok(file) => file,
        Err(refused) => return changing::refuse("run", &refused, style),
    };
    let ended = take::take(&wish(&file, arguments), flags, edge.clone(), witness);
    let Some(keep) = &file.set.keep else {
        return ended;
    };
    if ended == ExitCode::from(3) {
        ui::note("note: no snapshot was removed: that is done after one that lacks nothing");
    }
    if ended != ExitCode::SUCCESS {
        return ended;
    }
    let taken = match flags.dry_run {
        true => Taken::Coming,
        false => Taken::Already,
    };
    let fate = match fate(&edge, &file, keep, taken) {
        Ok(Some(fate)) => fate,
        Ok(None) => return ended,
        Err(refused) => return changing::refuse("forget", &refused, style),
    };
    if flags.dry_run {
        fate.show(style, false);
        return ended;
    }
    let others = fate.reasons.iter();
    let others = others.filter(|why| why.contains(&Reason::NotOfSet));
    let others = others.count() as u64;
    if others > 0 && !flags.quiet {
        let snapshots = ui::count(others, "snapshot stays", "snapshots stay");
        ui::note(format_args!(
            "note: {snapshots} of other sources or with other excludes"
        ));
    }
    let telling = Telling {
        style,
        is_quiet: flags.quiet,
    };
    match fate.has_something_to_do() {
        Ok(true) => forget::carry_out(&fate, edge, witness, telling),
        Ok(false) => ended,
        Err(error) => changing::refuse("forget", &error.into(), style),
    }
}

fn wish(file: &SetFile, arguments: &RunSet) -> TakeWish {
    let now_us = edge::now_us();
    TakeWish {
        sources: file.sources.clone(),
        store: file.store.clone(),
        makes_store: !arguments.no_new_store,
        now_us,
        stamp: take::stamp(now_us),
        program: take::PROGRAM.to_owned(),
        links: file.set.links,
        links_at: file.set.links_at.clone(),
        cross_mounts: file.set.cross_mounts,
        guard: file.set.guard,
        share: file.set.share,
        compares_all: false,
        allows_empty: false,
        resumes: true,
        excluded: file.set.exclude.clone(),
        tags: file.set.tags.clone(),
        note: arguments.changing.note.clone(),
    }
}

/// Returns what is to become of the snapshots; none if the store is still to be made.
fn fate(edge: &Edge, file: &SetFile, keep: &Keep, taken: Taken) -> Result<Option<Fate>, Refused> {
    let store = lw_fs::snapshot::Store::new(edge.around.leading_to(&file.store)?);
    if taken == Taken::Coming && store.form()? != StoreForm::Known {
        return Ok(None);
    }
    let store = existing_store(&edge.around, &file.store)?;
    let now = (edge::now_us(), &TimeZone::system());
    let (listing, reasons) = retention_of_set(&edge.around, (file, &store), keep, taken, now)?;
    Ok(Some(Fate {
        store,
        listing,
        reasons,
        incomplete: Vec::new(),
        until_free_bytes: None,
    }))
}
