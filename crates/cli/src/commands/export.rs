//! `lw export`.

use std::path::Path;
use std::process::ExitCode;

use lw_core::jobs::known::{AllKnown, Known, Made, all_known};
use lw_core::ledger::Ledger;
use lw_core::manifest::{Entry, When, Wish, WishForm, WishKind, with_entries, written};
use lw_core::plan::State;

use crate::arguments::{Export, ExportFormat};
use crate::edge::Edge;
use crate::ui::{self, LongAnswer, Style, quote_path};

pub(super) fn run(arguments: &Export, edge: &Edge) -> ExitCode {
    let style = Style::from_flag(arguments.format == ExportFormat::Json);
    let known = Ledger::open_to_read(&edge.context.state_folder).and_then(|ledger| {
        ledger.map_or(Ok(AllKnown::default()), |ledger| {
            all_known(&ledger, Path::to_path_buf)
        })
    });
    let known = match known {
        Ok(known) => known,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    let folders: Vec<_> = arguments
        .folders
        .iter()
        .map(|folder| edge.around.leading_to(folder).unwrap_or(folder.clone()))
        .collect();
    // What somebody has changed or removed since is not theirs to be made again.
    let stands = |path: &Path, known: &Known| {
        let expected = State::Present(known.made.trace().clone());
        State::of(path).is_ok_and(|now| expected.fits(&now))
    };
    let mut gone = 0_u64;
    let mut links = Vec::new();
    for (path, known) in &known.links {
        if !folders.is_empty() && !folders.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        match stands(path, known) {
            true => links.push((path.as_path(), known)),
            false => gone += 1,
        }
    }
    match arguments.format {
        ExportFormat::Toml => toml(edge, &links),
        ExportFormat::Json => links
            .iter()
            .for_each(|(path, known)| ui::print_json(&ui::known_object(path, known))),
        ExportFormat::Markdown => table(&links),
        ExportFormat::Csv => csv(&links),
    }
    if gone > 0 {
        let links = ui::count(gone, "link", "links");
        ui::note(format_args!(
            "note: left out: {links} that lw made and others changed or removed since"
        ));
    }
    ExitCode::SUCCESS
}

fn toml(edge: &Edge, links: &[(&Path, &Known)]) {
    let mut entries = Vec::new();
    let home = edge.around.home.as_deref();
    for (path, known) in links {
        let target = ui::known_target(path, known);
        let (Some(link), Some(target)) = (
            written(home, path),
            target.as_deref().and_then(|target| written(home, target)),
        ) else {
            ui::note(format_args!(
                "note: {} is left out: TOML has no way to write its name",
                quote_path(path)
            ));
            continue;
        };
        let (kind, form) = match &known.made {
            Made::Hard { .. } => (WishKind::Hard, WishForm::Fitting),
            Made::Link(trace) if trace.native.as_ref().is_some_and(|link| link.is_junction()) => {
                (WishKind::Junction, WishForm::Fitting)
            }
            Made::Link(trace) => {
                let is_relative = trace
                    .text
                    .as_ref()
                    .is_some_and(|text| Path::new(text).is_relative());
                let form = match is_relative {
                    true => WishForm::Relative,
                    false => WishForm::Absolute,
                };
                (WishKind::Symbolic, form)
            }
        };
        entries.push(Entry {
            what: Wish::Link {
                link,
                target,
                kind,
                form,
            },
            when: When::default(),
            note: known.note.clone(),
            line: 0,
        });
    }
    match with_entries("", &entries) {
        Ok(text) => {
            let mut answer = LongAnswer::begin();
            text.lines().for_each(|line| answer.line(line));
            answer.end();
        }
        Err(error) => ui::note(format_args!("note: {error}")),
    }
}

fn table(links: &[(&Path, &Known)]) {
    let mut answer = LongAnswer::begin();
    answer.line("| link | leads to | kind | since | operation | note |");
    answer.line("|---|---|---|---|---:|---|");
    for (path, known) in links {
        let cells = ui::known_cells(path, known).map(|cell| ui::in_markdown(&cell));
        answer.line(format_args!("| {} |", cells.join(" | ")));
    }
    answer.end();
}

fn csv(links: &[(&Path, &Known)]) {
    let mut answer = LongAnswer::begin();
    answer.line("link,target,kind,since,operation,note");
    for (path, known) in links {
        let cells = ui::known_cells(path, known).map(|cell| in_csv(&cell));
        answer.line(cells.join(","));
    }
    answer.end();
}

/// RFC 4180: quoted if it must be. What a spreadsheet would take for a formula is kept from it by a leading quote.
fn in_csv(text: &str) -> String {
    let text = match text.starts_with(['=', '+', '-', '@']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    };
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}
