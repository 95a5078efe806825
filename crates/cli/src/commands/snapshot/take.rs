//! `lw snapshot take`.

use std::path::Path;
use std::process::ExitCode;

use jiff::Timestamp;
use lw_core::jobs::snapshot::{Snapshot, TakeWish, existing_store, list, plan_take};
use lw_fs::Witness;
use lw_fs::snapshot::{Guard, LinkPolicy, Share};

use super::super::changing::{self, Question, Task};
use crate::arguments::{Changing, GuardWish, Links, ShareWish, Take};
use crate::edge::{self, Edge};
use crate::ui::{self, Message, Style, quote_path};

/// What a manifest names as the program that took its snapshot.
pub(super) const PROGRAM: &str = concat!("linkwright ", env!("CARGO_PKG_VERSION"));

pub(super) fn run(mut arguments: Take, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let Some(store) = arguments.paths.pop() else {
        return ExitCode::from(2);
    };
    let now_us = edge::now_us();
    let wish = TakeWish {
        sources: arguments.paths,
        store,
        makes_store: true,
        now_us,
        stamp: stamp(now_us),
        program: PROGRAM.to_owned(),
        links: match arguments.links {
            Links::Preserve => LinkPolicy::Preserve,
            Links::Rebase => LinkPolicy::Rebase,
            Links::Follow => LinkPolicy::Follow,
            Links::FollowOnce => LinkPolicy::FollowOnce,
            Links::Skip => LinkPolicy::Skip,
        },
        links_at: arguments.links_at,
        cross_mounts: arguments.cross_mounts,
        guard: arguments.guard.map(|guard| match guard {
            GuardWish::None => Guard::None,
            GuardWish::Dirs => Guard::Dirs,
            GuardWish::Ro => Guard::Ro,
        }),
        share: match arguments.share {
            ShareWish::Hardlink => Share::Hardlink,
            ShareWish::Reflink => Share::Reflink,
            ShareWish::Auto => Share::Auto,
        },
        compares_all: arguments.checksum,
        allows_empty: arguments.allow_empty,
        resumes: !arguments.discard,
        excluded: arguments.exclude,
        tags: arguments.tag,
        note: arguments.changing.note.clone(),
    };
    take(&wish, &arguments.changing, edge, witness)
}

/// Takes a snapshot, and says what it took; exit code 3 if it lacks something.
pub(super) fn take(
    wish: &TakeWish,
    flags: &Changing,
    edge: Edge,
    witness: &mut dyn Witness,
) -> ExitCode {
    let style = Style::from_flag(flags.json);
    let task = Task {
        verb: "snapshot",
        flags,
        question: Question::Never,
        limit: None,
    };
    let around = edge.around.clone();
    let ended = changing::run(&task, edge, witness, |around, _| plan_take(around, wish));
    if ended != ExitCode::SUCCESS || flags.dry_run {
        return ended;
    }
    let newest = existing_store(&around, &wish.store).and_then(|store| {
        let listing = list(&store)?;
        Ok((store, listing))
    });
    match newest {
        Ok((store, listing)) => report(store.root(), &listing.snapshots, style, flags.quiet),
        Err(refused) => changing::refuse("show the snapshot in", &refused, style),
    }
}

/// Returns the time as a name: `2026-11-27T081500Z`.
pub(super) fn stamp(now_us: i64) -> String {
    let time = Timestamp::from_microsecond(now_us).unwrap_or(Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%dT%H%M%SZ").to_string()
}

/// Says what the new snapshot took; exit code 3 if something of the source may be missed in it.
fn report(store: &Path, snapshots: &[Snapshot], style: Style, is_quiet: bool) -> ExitCode {
    let Some((newest, before)) = snapshots.split_last() else {
        return ExitCode::SUCCESS;
    };
    match style {
        Style::Json => ui::print_json(&ui::snapshot_object(store, newest)),
        Style::Text if is_quiet => {}
        Style::Text => ui::totals_lines(&newest.totals)
            .into_iter()
            .for_each(ui::print),
    }
    let is_basis = |before: &&Snapshot| newest.header.basis.as_ref() == Some(&before.id);
    let basis = before.iter().rfind(is_basis);
    if let Some(line) = basis.and_then(|basis| ui::collapse_line(basis, newest)) {
        ui::note(format_args!("note: {line}"));
    }
    match lacking(store, newest) {
        Some(message) => ui::fail(&message, style),
        None => ExitCode::SUCCESS,
    }
}

/// Returns what is to be said of a snapshot in which something of the source may be missed.
pub(super) fn lacking(store: &Path, snapshot: &Snapshot) -> Option<Message> {
    let totals = &snapshot.totals;
    if !snapshot.lacks() {
        return None;
    }
    let path = store.join(&snapshot.id);
    let mut causes = Vec::new();
    if totals.left_out > 0 {
        let things = ui::count(totals.left_out, "thing", "things");
        causes.push(format!(
            "{things} could not be read, or the store cannot hold them"
        ));
    }
    if totals.torn > 0 {
        let files = ui::count(totals.torn, "file", "files");
        causes.push(format!("{files} went on changing while they were read"));
    }
    let message = Message::new(format!(
        "the snapshot {} lacks something",
        quote_path(&path)
    ))
    .cause(causes.join("; "))
    .state("everything else is in it")
    .help(format!("lw snapshot show {}", quote_path(&path)))
    .exit_code(3);
    Some(message)
}
