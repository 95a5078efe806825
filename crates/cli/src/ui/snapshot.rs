//! Snapshots in words and for programs.

use std::path::Path;

use lw_core::jobs::snapshot::Snapshot;
use lw_core::plan::Subject;
use lw_core::run::RunError;
use lw_fs::snapshot::{Guard, LinkPolicy, Store, Totals};
use serde_json::{Value, json};

use super::{
    Message, bytes, count, local_time, path_fields, paths_fields, quote_path, typed_object,
};

/// Returns a snapshot as one object.
pub(crate) fn snapshot_object(store: &Path, snapshot: &Snapshot) -> Value {
    let (header, totals) = (&snapshot.header, &snapshot.totals);
    let mut object = typed_object("snapshot", path_fields("path", &store.join(&snapshot.id)));
    object.extend(path_fields("store", store));
    object.extend(paths_fields(
        "sources",
        snapshot
            .source_paths()
            .map(std::path::PathBuf::as_path)
            .collect::<Vec<_>>()
            .into_iter(),
    ));
    let fields = json!({
        "id": snapshot.id,
        "sequence": header.sequence,
        "taken_us": header.taken_us,
        "links_policy": header.links,
        "links_at": header.links_at,
        "cross_mounts": header.cross_mounts,
        "guard": header.guard,
        "basis": header.basis,
        "tags": header.tags,
        "note": header.note,
        "excluded": header.excluded,
        "folders": totals.folders,
        "files": totals.files,
        "links": totals.links,
        "pipes": totals.pipes,
        "bytes": totals.bytes,
        "linked": totals.linked,
        "names": totals.names,
        "cloned": totals.cloned,
        "copied": totals.copied,
        "copied_bytes": totals.copied_bytes,
        "not_linked": totals.not_linked,
        "torn": totals.torn,
        "left_out": totals.left_out,
        "lessened": totals.lessened,
    });
    if let Value::Object(fields) = fields {
        object.extend(fields);
    }
    object.into()
}

/// Returns a snapshot as one line of a list.
pub(crate) fn snapshot_line(snapshot: &Snapshot) -> String {
    let (header, totals) = (&snapshot.header, &snapshot.totals);
    let mut line = format!(
        "{}  {}  {}, {}, {} new",
        snapshot.id,
        local_time(header.taken_us),
        count(totals.files, "file", "files"),
        bytes(totals.bytes),
        bytes(totals.copied_bytes),
    );
    if totals.left_out + totals.torn > 0 {
        line.push_str(", incomplete");
    }
    if !header.tags.is_empty() {
        line.push_str(&format!("  [{}]", header.tags.join(", ")));
    }
    if let Some(note) = &header.note {
        line.push_str(&format!("  {}", note.escape_debug()));
    }
    line
}

/// Returns what is known of a snapshot, line by line.
pub(crate) fn snapshot_lines(store: &Path, snapshot: &Snapshot) -> Vec<String> {
    let header = &snapshot.header;
    let mut lines = vec![
        format!("{}", quote_path(&store.join(&snapshot.id))),
        format!(
            "taken   {} by {}",
            local_time(header.taken_us),
            header.program
        ),
    ];
    for source in &header.sources {
        let given = match &source.given {
            Some(given) => format!(" (given as {})", quote_path(&given.0)),
            None => String::new(),
        };
        lines.push(format!("of      {}{given}", quote_path(&source.path)));
    }
    if let Some(basis) = &header.basis {
        lines.push(format!("after   {basis}"));
    }
    for pattern in &header.excluded {
        lines.push(format!("without {}", pattern.escape_debug()));
    }
    if header.cross_mounts {
        lines.push("with    what is mounted in it".to_owned());
    }
    lines.push(format!("links   {}", links_words(header.links)));
    for rule in &header.links_at {
        let (pattern, links) = (rule.pattern.escape_debug(), links_words(rule.links));
        lines.push(format!("        {pattern}: {links}"));
    }
    let guard = match header.guard {
        Guard::None => "nothing is guarded against being written",
        Guard::Dirs => "folders are guarded against being written",
        Guard::Ro => "folders and files are guarded against being written",
    };
    lines.push(format!("guard   {guard}"));
    lines.extend(totals_lines(&snapshot.totals));
    lines
}

/// Says how much a snapshot holds and what it took.
pub(crate) fn totals_lines(totals: &Totals) -> Vec<String> {
    let mut lines = vec![format!(
        "holds   {}, {}, {}: {}",
        count(totals.files, "file", "files"),
        count(totals.folders, "folder", "folders"),
        count(totals.links, "link", "links"),
        bytes(totals.bytes)
    )];
    let mut parts = vec![format!("{} linked", totals.linked + totals.names)];
    if totals.cloned > 0 {
        parts.push(format!("{} cloned", totals.cloned));
    }
    parts.push(format!("{} copied", totals.copied));
    lines.push(format!(
        "took    {} ({} new)",
        parts.join(", "),
        bytes(totals.copied_bytes)
    ));
    for (number, what) in [
        (totals.not_linked, "copied for want of a hard link"),
        (totals.torn, "changed while they were read"),
        (totals.left_out, "left out"),
        (
            totals.lessened,
            "without all that belongs to them, which the manifest keeps",
        ),
    ] {
        if number > 0 {
            lines.push(format!("        {number} {what}"));
        }
    }
    lines
}

/// Returns the message for what was left out since the store does not hold what was recorded.
pub(crate) fn damaged_message(verb: &str, damaged: u64) -> Message {
    let files = count(damaged, "file", "files");
    Message::new(format!("cannot {verb} all of it: {files} left out"))
        .cause("what the store holds of them is not what was recorded")
        .state("everything else is there")
        .help("another snapshot may have them: 'lw snapshot verify --full' names what is damaged")
        .exit_code(3)
}

/// Says what interrupted runs have left in a store, and what becomes of it.
pub(crate) fn leftovers_line(store: &Store) -> Option<String> {
    // No more than a remark: what is wrong there is said by what needs it.
    let left = store.leftovers().ok()?;
    let first = left.first()?;
    Some(format!(
        "what was copied before an interruption is kept in {}: the next snapshot goes on with what is whole of it, \
         'lw snapshot forget --unfinished {}' removes it",
        quote_path(first.parent().unwrap_or(first)),
        quote_path(store.root())
    ))
}

/// Adds to what is said of a snapshot that could not be taken what was copied of it, and what becomes of that.
pub(crate) fn with_leftovers(message: Message, error: &RunError, subject: &Subject) -> Message {
    let (
        RunError::Unfinished(unfinished),
        Subject::Snapshot {
            store, imported, ..
        },
    ) = (error, subject)
    else {
        return message;
    };
    let store = Store::new(store.clone());
    // What cannot be told is not; the failure is.
    let left = store.leftovers().unwrap_or_default();
    if unfinished.stuck.is_some() || unfinished.done_units > 0 || left.is_empty() {
        return message;
    }
    let root = quote_path(store.root());
    let mut message = message.state(format!(
        "no snapshot was made, and all is as it was before; what was copied so far is kept in {}",
        quote_path(&store.all_staging())
    ));
    if imported.is_empty() {
        message = message.help("the same command again goes on with what is whole of it");
    }
    message.help(format!(
        "lw snapshot forget --unfinished {root}   (removes it)"
    ))
}

/// Warns where much less was linked than before: a lost link chain fills disks.
pub(crate) fn collapse_line(before: &Snapshot, now: &Snapshot) -> Option<String> {
    /// Of fewer files nothing can be said.
    const LEAST: u64 = 20;
    let share = |totals: &Totals| {
        let all = totals.files.max(1);
        // Of a hundred.
        (totals.linked.saturating_add(totals.names)).saturating_mul(100) / all
    };
    let (then, now_share) = (share(&before.totals), share(&now.totals));
    let has_basis = before.header.basis.is_some();
    (has_basis && now.totals.files >= LEAST && now_share < then / 2).then(|| {
        format!("only {now_share} % of the files were linked, {then} % the last time: is it the same source?")
    })
}

fn links_words(links: LinkPolicy) -> &'static str {
    match links {
        LinkPolicy::Preserve => "keep their text",
        LinkPolicy::Rebase => "lead to what is in the snapshot, where they led into a source",
        LinkPolicy::Follow => "give way to what they lead to",
        LinkPolicy::FollowOnce => {
            "lead to what is in the snapshot; what lies outside is taken once"
        }
        LinkPolicy::Skip => "are left out",
    }
}
