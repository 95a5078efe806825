//! `lw check --backup`.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lw_core::jobs::inventory::backup::{self, BackupReport, Held, Holding, Round};
use lw_core::jobs::inventory::check::Checked;
use lw_core::jobs::inventory::{Copies, Names, Roots};
use serde_json::{Value, json};

use super::{MOST_LISTED, MOST_OF_A_CAUSE, PROBLEMS, arrow};
use crate::arguments::Check;
use crate::commands::{changing, list, searched};
use crate::edge::Edge;
use crate::ui::{self, LongAnswer, Style, bare_path};

pub(super) fn run(
    arguments: &Check,
    edge: &Edge,
    roots: &Roots,
    names: &Names,
    style: Style,
) -> ExitCode {
    let report = match backup::check_backup(&edge.around, roots, names) {
        Ok(report) => report,
        Err(refused) => return changing::refuse("check", &refused, style),
    };
    let problems = report.problems();
    let mut answer = LongAnswer::begin();
    if arguments.null {
        for path in &problems {
            answer.null_ended(lw_fs::path_bytes(&roots.named(path)));
        }
    } else if style == Style::Json {
        objects(&report, &mut answer);
    } else {
        let most = match arguments.verbose {
            true => usize::MAX,
            false => MOST_LISTED,
        };
        let mut text = Text {
            roots,
            most,
            answer: &mut answer,
        };
        text.report(&report);
    }
    answer.end();
    let end = searched::end(&report.unseen, style);
    match problems.is_empty() {
        true => end,
        false => ExitCode::from(PROBLEMS),
    }
}

/// The answer for people.
struct Text<'a> {
    roots: &'a Roots,
    most: usize,
    answer: &'a mut LongAnswer,
}

impl Text<'_> {
    fn report(&mut self, report: &BackupReport) {
        let named = |path: &Path| self.roots.named(path);
        let unreachable: Vec<String> = report
            .unreachable
            .iter()
            .map(|checked| {
                let shown = arrow(&checked.path, checked.shown_text(), self.roots);
                let words = ui::finding_words(&checked.finding, named);
                format!("{shown}   ({words})")
            })
            .collect();
        let heading = "held by no tool: what they lead to cannot be reached now";
        self.section(("link", "links"), heading, &unreachable);
        let never_kept = self.held(report, Holding::NeverKept, |held| {
            let followed = copies_words(held.followed);
            format!("held {followed} by tools that follow links")
        });
        let heading =
            "never held by tools that keep links (tar, rsync -a, borg, restic): they lie outside";
        self.section(("target", "targets"), heading, &never_kept);
        let rounds: Vec<String> = report
            .rounds
            .iter()
            .map(|round| self.round(round))
            .collect();
        let heading =
            "round for ever: tools that follow links (rsync -L, most cloud clients) find no end";
        self.section(("link", "links"), heading, &rounds);
        let several = self.held(report, Holding::Several, |held| {
            format!("held {}", copies_words(held.followed))
        });
        let heading = "held more than once by tools that follow links";
        self.section(("target", "targets"), heading, &several);
        let parted: Vec<String> = report
            .parted
            .iter()
            .map(|file| {
                let paths = file.paths.iter().map(|path| bare_path(&named(path)));
                let shown = paths.collect::<Vec<_>>().join(", ");
                format!("{shown}   ({})", list::heading(file).trim_end_matches(':'))
            })
            .collect();
        let heading = "with names outside: restored as files of their own";
        self.section(("file", "files"), heading, &parted);
        self.answer.line(summary_words(report));
    }

    fn section(&mut self, of: (&str, &str), heading: impl Display, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        let count = ui::count(lines.len() as u64, of.0, of.1);
        self.answer.line(format_args!("{count}, {heading}"));
        for line in lines.iter().take(self.most) {
            self.answer.line(format_args!("  {line}"));
        }
        if lines.len() > self.most {
            let more = ui::count((lines.len() - self.most) as u64, "more", "more");
            self.answer
                .line(format_args!("  and {more}; -v lists them"));
        }
    }

    fn held(
        &self,
        report: &BackupReport,
        holding: Holding,
        words: impl Fn(&Held) -> String,
    ) -> Vec<String> {
        let held = report.targets.iter();
        let meant = held.filter(|held| held.holding() == holding);
        let lines = meant.map(|held| {
            let path = bare_path(&self.roots.named(&held.path));
            let size = held
                .size_bytes
                .map(|bytes| format!(", {}", ui::bytes(bytes)));
            let size = size.unwrap_or_default();
            format!(
                "{path}{size}: {}   ({})",
                words(held),
                self.links(&held.links)
            )
        });
        lines.collect()
    }

    fn links(&self, links: &[PathBuf]) -> String {
        let few = match self.most {
            usize::MAX => links.len(),
            _ => MOST_OF_A_CAUSE,
        };
        let shown = links.iter().take(few);
        let shown: Vec<String> = shown
            .map(|link| bare_path(&self.roots.named(link)))
            .collect();
        let shown = shown.join(", ");
        match links.len() {
            1 => format!("{shown} leads there"),
            all if all > few => format!("{shown} and {} more lead there", all - few),
            _ => format!("{shown} lead there"),
        }
    }

    fn round(&self, round: &Round) -> String {
        let shown = arrow(&round.path, &round.text, self.roots);
        let cycle = round.cycle.iter().skip(1);
        let others: Vec<String> = cycle
            .map(|link| bare_path(&self.roots.named(link)))
            .collect();
        let words = match others.is_empty() {
            true => {
                let folder = self.roots.named(&round.folder);
                format!("{} contains it", ui::quote_path(&folder))
            }
            false => format!("then {}, and round again", others.join(", ")),
        };
        format!("{shown}   ({words})")
    }
}

fn copies_words(copies: Copies) -> String {
    match copies {
        Copies::Times(1) => "once".to_owned(),
        Copies::Times(times) => ui::count(times, "time", "times"),
        Copies::Endless => "without end".to_owned(),
    }
}

/// How many targets there are of each sort.
struct Counts {
    kept: usize,
    followed_once: usize,
    followed_several: usize,
    followed_endlessly: usize,
}

impl Counts {
    fn of(report: &BackupReport) -> Self {
        let count = |is_meant: fn(&Held) -> bool| {
            let targets = report.targets.iter();
            targets.filter(|held| is_meant(held)).count()
        };
        Self {
            kept: count(|held| held.kept > 0),
            followed_once: count(|held| matches!(held.followed, Copies::Times(0 | 1))),
            followed_several: count(|held| matches!(held.followed, Copies::Times(2..))),
            followed_endlessly: count(|held| held.followed == Copies::Endless),
        }
    }
}

fn summary_words(report: &BackupReport) -> String {
    let counts = Counts::of(report);
    let links = ui::count(report.link_count, "link", "links");
    let targets = ui::count(report.targets.len() as u64, "target", "targets");
    let mut words = format!(
        "{links} to {targets}: {} kept; followed: {} once, {} more often, {} without end",
        counts.kept, counts.followed_once, counts.followed_several, counts.followed_endlessly
    );
    if report.nowhere_count > 0 {
        let nowhere = ui::count(report.nowhere_count, "link leads", "links lead");
        words.push_str(&format!("; {nowhere} nowhere (lw check tells)"));
    }
    words
}

fn objects(report: &BackupReport, answer: &mut LongAnswer) {
    let unreachable = report.unreachable.iter();
    unreachable.for_each(|checked| answer.line(unreachable_object(checked)));
    let targets = report.targets.iter();
    targets.for_each(|held| answer.line(held_object(held)));
    let rounds = report.rounds.iter();
    rounds.for_each(|round| answer.line(round_object(round)));
    let parted = report.parted.iter();
    parted.for_each(|file| answer.line(list::group_object(file)));
    answer.line(summary(report));
}

fn unreachable_object(checked: &Checked) -> Value {
    let mut fields = ui::path_fields("path", &checked.path);
    fields.extend(ui::path_fields("target", checked.shown_text().as_ref()));
    fields.extend(ui::finding_fields(&checked.finding));
    fields.insert("problem".into(), json!(true));
    Value::Object(ui::typed_object("unreachable", fields))
}

fn held_object(held: &Held) -> Value {
    let mut fields = ui::path_fields("path", &held.path);
    fields.extend(ui::paths_fields(
        "links",
        held.links.iter().map(PathBuf::as_path),
    ));
    let followed = match held.followed {
        Copies::Times(times) => json!(times),
        Copies::Endless => Value::Null,
    };
    fields.insert("kind".into(), json!(held.kind));
    fields.insert("size_bytes".into(), json!(held.size_bytes));
    fields.insert("kept".into(), json!(held.kept));
    fields.insert("followed".into(), followed);
    fields.insert("holding".into(), json!(held.holding().word()));
    Value::Object(ui::typed_object("held", fields))
}

fn round_object(round: &Round) -> Value {
    let mut fields = ui::path_fields("path", &round.path);
    fields.extend(ui::path_fields("target", round.text.as_ref()));
    fields.extend(ui::path_fields("folder", &round.folder));
    let cycle = round.cycle.iter().map(PathBuf::as_path);
    fields.extend(ui::paths_fields("cycle", cycle));
    Value::Object(ui::typed_object("round", fields))
}

fn summary(report: &BackupReport) -> Value {
    let counts = Counts::of(report);
    let mut fields = ui::unseen_fields(&report.unseen);
    fields.insert("links".into(), json!(report.link_count));
    fields.insert("links_to_nowhere".into(), json!(report.nowhere_count));
    fields.insert("problems".into(), json!(report.problems().len()));
    fields.insert("targets".into(), json!(report.targets.len()));
    fields.insert("kept".into(), json!(counts.kept));
    fields.insert("followed_once".into(), json!(counts.followed_once));
    fields.insert("followed_several".into(), json!(counts.followed_several));
    fields.insert(
        "followed_endlessly".into(),
        json!(counts.followed_endlessly),
    );
    Value::Object(ui::typed_object("checked-backup", fields))
}
