//! `lw check --security`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lw_core::jobs::inventory::security::{self, Hazard, SecurityReport};
use lw_core::jobs::inventory::{Names, Roots};
use lw_fs::look::walk::Mounts;
use serde_json::{Value, json};

use super::{MOST_LISTED, PROBLEMS, arrow};
use crate::arguments::Check;
use crate::commands::{changing, searched};
use crate::edge::Edge;
use crate::ui::{self, LongAnswer, Style};

pub(super) fn run(
    arguments: &Check,
    edge: &Edge,
    roots: &Roots,
    names: &Names,
    style: Style,
) -> ExitCode {
    let fence = match fence(arguments, edge, style) {
        Ok(fence) => fence,
        Err(exit) => return exit,
    };
    let report = match security::check_security(roots, names, fence.as_deref()) {
        Ok(report) => report,
        Err(refused) => return changing::refuse("check", &refused, style),
    };
    let mut answer = LongAnswer::begin();
    if arguments.null {
        for path in links(&report) {
            answer.null_ended(lw_fs::path_bytes(&roots.named(path)));
        }
    } else if style == Style::Json {
        let hazards = report.hazards.iter();
        hazards.for_each(|hazard| answer.line(object(hazard)));
        answer.line(summary(&report, fence.as_deref()));
    } else {
        let most = match arguments.verbose {
            true => usize::MAX,
            false => MOST_LISTED,
        };
        lines(&report, roots, most, &mut answer);
    }
    answer.end();
    let end = searched::end(&report.unseen, style);
    match report.hazards.is_empty() {
        true => end,
        false => ExitCode::from(PROBLEMS),
    }
}

/// Finds the folder that links are not to leave.
fn fence(arguments: &Check, edge: &Edge, style: Style) -> Result<Option<PathBuf>, ExitCode> {
    let Some(root) = &arguments.root else {
        return Ok(None);
    };
    let found = Roots::find(&edge.around, std::slice::from_ref(root), Mounts::Stay)
        .map_err(|refused| changing::refuse("check", &refused, style))?;
    Ok(found.real().first().cloned())
}

/// Returns the links with a reason, each once.
fn links(report: &SecurityReport) -> BTreeSet<&PathBuf> {
    report.hazards.iter().map(|hazard| &hazard.path).collect()
}

fn lines(report: &SecurityReport, roots: &Roots, most: usize, answer: &mut LongAnswer) {
    let alike = |a: &Hazard, b: &Hazard| a.danger.rank() == b.danger.rank();
    for group in report.hazards.chunk_by(alike) {
        let links = ui::count(group.len() as u64, "link", "links");
        let heading = ui::danger_heading(&group[0].danger);
        answer.line(format_args!("{links}, {heading}"));
        for hazard in group.iter().take(most) {
            let shown = arrow(&hazard.path, &hazard.text, roots);
            let words = ui::danger_words(&hazard.danger, |path: &Path| roots.named(path));
            answer.line(format_args!("  {shown}   ({words})"));
        }
        if group.len() > most {
            let more = ui::count((group.len() - most) as u64, "more", "more");
            answer.line(format_args!("  and {more}; -v lists them"));
        }
    }
    let all = ui::count(report.link_count, "link", "links");
    answer.line(match links(report).len() {
        0 => format!("{all}, none that can do harm"),
        harmful => format!("{all}, {harmful} that can do harm"),
    });
}

fn object(hazard: &Hazard) -> Value {
    let mut fields = ui::path_fields("path", &hazard.path);
    fields.extend(ui::path_fields("target", hazard.text.as_ref()));
    fields.extend(ui::danger_fields(&hazard.danger));
    Value::Object(ui::typed_object("hazard", fields))
}

fn summary(report: &SecurityReport, fence: Option<&Path>) -> Value {
    let mut fields = ui::unseen_fields(&report.unseen);
    match fence {
        Some(fence) => fields.extend(ui::path_fields("root", fence)),
        None => {
            fields.insert("root".into(), Value::Null);
        }
    }
    fields.insert("links".into(), json!(report.link_count));
    fields.insert("problems".into(), json!(links(report).len()));
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for hazard in &report.hazards {
        *counts.entry(hazard.danger.word()).or_default() += 1;
    }
    fields.insert("dangers".into(), json!(counts));
    Value::Object(ui::typed_object("checked-security", fields))
}
