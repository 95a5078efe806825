//! `lw check`.

mod backup;
mod security;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::process::ExitCode;

use lw_core::jobs::Memory;
use lw_core::jobs::inventory::check::{self, Checked, Checkup};
use lw_core::jobs::inventory::{Finding, Roots};
use lw_core::ledger::Ledger;
use serde_json::{Value, json};

use super::{changing, searched};
use crate::arguments::Check;
use crate::edge::Edge;
use crate::ui::{self, LongAnswer, Style, bare, bare_path};

/// How many links of one sort are listed unless all are asked for.
const MOST_LISTED: usize = 20;

/// The exit code where something was found.
const PROBLEMS: u8 = 1;

/// How many of those that share their cause are listed unless all are asked for.
const MOST_OF_A_CAUSE: usize = 3;

pub(super) fn run(arguments: &Check, edge: &Edge) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let (roots, names) = match searched::find("check", &arguments.searched(), edge, style) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    if arguments.security {
        return security::run(arguments, edge, &roots, &names, style);
    }
    if arguments.backup {
        return backup::run(arguments, edge, &roots, &names, style);
    }
    let opened = Ledger::open_to_read(&edge.context.state_folder);
    let ledger = searched::or_without_memory(opened);
    let mut memory = Memory::new(ledger.as_ref());
    let checkup = match check::check(&edge.around, &mut memory, &roots, &names) {
        Ok(checkup) => checkup,
        Err(refused) => return changing::refuse("check", &refused, style),
    };
    let mut answer = LongAnswer::begin();
    if arguments.null {
        for checked in checkup.problems() {
            answer.null_ended(lw_fs::path_bytes(&roots.named(&checked.path)));
        }
    } else if style == Style::Json {
        checkup
            .findings
            .iter()
            .for_each(|checked| answer.line(object(checked)));
        answer.line(summary(&checkup));
    } else {
        let most = (!arguments.verbose).then_some(MOST_LISTED);
        lines(&checkup, &roots, most, &mut answer);
    }
    answer.end();
    searched::say_not_remembered(&memory);
    let end = searched::end(&checkup.unseen, style);
    match checkup.problems().next() {
        Some(_) => ExitCode::from(PROBLEMS),
        None => end,
    }
}

fn lines(checkup: &Checkup, roots: &Roots, most: Option<usize>, answer: &mut LongAnswer) {
    let groups = checkup
        .findings
        .chunk_by(|a, b| a.finding.rank() == b.finding.rank());
    for group in groups {
        let links = ui::count(group.len() as u64, "link", "links");
        answer.line(format_args!(
            "{links}, {}",
            ui::finding_heading(&group[0].finding)
        ));
        let mut room = most.unwrap_or(usize::MAX);
        let mut listed = 0;
        for (cause, alike) in by_cause(group) {
            if room == 0 {
                break;
            }
            let few = match most {
                Some(_) if alike.len() > MOST_OF_A_CAUSE => MOST_OF_A_CAUSE,
                _ => alike.len(),
            };
            if let Some(cause) = cause.filter(|_| alike.len() > 1) {
                let because = ui::finding_words(cause, |path: &Path| roots.named(path));
                let links = ui::count(alike.len() as u64, "link", "links");
                answer.line(format_args!("  {links}, as {because}:"));
                for checked in alike.iter().take(few) {
                    answer.line(format_args!(
                        "    {}",
                        arrow(&checked.path, checked.shown_text(), roots)
                    ));
                }
                if few < alike.len() {
                    let more = ui::count((alike.len() - few) as u64, "more", "more");
                    answer.line(format_args!("    and {more}"));
                }
                listed += alike.len();
                room = room.saturating_sub(few);
                continue;
            }
            for checked in alike.iter().take(room) {
                let words = ui::finding_words(&checked.finding, |path: &Path| roots.named(path));
                answer.line(format_args!(
                    "  {}   ({words})",
                    arrow(&checked.path, checked.shown_text(), roots)
                ));
                listed += 1;
            }
            room = room.saturating_sub(alike.len());
        }
        if listed < group.len() {
            let more = ui::count((group.len() - listed) as u64, "more", "more");
            answer.line(format_args!("  and {more}; -v lists them"));
        }
    }
    let problems = checkup.problems().count() as u64;
    let links = ui::count(checkup.link_count, "link", "links");
    answer.line(match problems {
        0 => format!("{links}, no problems"),
        _ => format!("{links}, {}", ui::count(problems, "problem", "problems")),
    });
}

/// Puts together what has one cause: what is missing, or not mounted. Most links first.
fn by_cause(group: &[Checked]) -> Vec<(Option<&Finding>, Vec<&Checked>)> {
    let mut causes: BTreeMap<&Path, Vec<&Checked>> = BTreeMap::new();
    let mut single = Vec::new();
    for checked in group {
        match &checked.finding {
            Finding::Dangling { first_missing: at }
            | Finding::ThroughFile { at }
            | Finding::NotMounted {
                mount_point: at, ..
            }
            | Finding::CannotTell { at, .. } => causes.entry(at).or_default().push(checked),
            _ => single.push(checked),
        }
    }
    let mut found: Vec<_> = causes
        .into_values()
        .map(|alike| (alike.first().map(|first| &first.finding), alike))
        .collect();
    found.sort_by_key(|(_, alike)| std::cmp::Reverse(alike.len()));
    if !single.is_empty() {
        found.push((None, single));
    }
    found
}

fn arrow(link: &Path, text: &OsStr, roots: &Roots) -> String {
    format!("{} -> {}", bare_path(&roots.named(link)), bare(text))
}

fn object(checked: &Checked) -> Value {
    let mut fields = ui::path_fields("path", &checked.path);
    fields.extend(ui::path_fields("target", checked.shown_text().as_ref()));
    fields.extend(ui::finding_fields(&checked.finding));
    Value::Object(ui::typed_object("finding", fields))
}

fn summary(checkup: &Checkup) -> Value {
    let mut fields = ui::unseen_fields(&checkup.unseen);
    fields.insert("links".into(), json!(checkup.link_count));
    fields.insert("problems".into(), json!(checkup.problems().count()));
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for checked in &checkup.findings {
        *counts.entry(checked.finding.word()).or_default() += 1;
    }
    fields.insert("findings".into(), json!(counts));
    Value::Object(ui::typed_object("checked", fields))
}
