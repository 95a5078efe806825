//! Numbers, times and what was done, in words.

use jiff::{Timestamp, tz::TimeZone};
use lw_core::ledger::{Operation, OperationState};
use lw_core::plan::{ApplyCounts, LinkForm, MergeCounts, Subject};
use lw_fs::look::Kind;

use super::{quote, quote_path};

/// Returns "1 file", "2 files", with separators in the thousands.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped} {}", if number == 1 { one } else { many })
}

/// Returns how two folders of one name compare.
pub(super) fn merge_words(merge: &MergeCounts) -> String {
    format!(
        "{} only here, {} only there, {} the same, {} newer here, {} newer there, {} kept side by side",
        merge.only_source,
        merge.only_dest,
        merge.same,
        merge.newer_source,
        merge.newer_dest,
        merge.both_kept
    )
}

/// Returns what is done for a manifest, part by part.
pub(super) fn apply_parts(counts: &ApplyCounts) -> Vec<String> {
    let parts = [
        (counts.made, "link made", "links made"),
        (counts.changed, "link changed", "links changed"),
        (
            counts.moved,
            "file or folder moved",
            "files and folders moved",
        ),
        (counts.absorbed, "file absorbed", "files absorbed"),
        (counts.removed, "link removed", "links removed"),
        (
            counts.folded,
            "folder folded into a link",
            "folders folded into links",
        ),
        (
            counts.shared,
            "link shared with another manifest",
            "links shared with other manifests",
        ),
        (
            counts.left,
            "link left to another manifest",
            "links left to other manifests",
        ),
    ];
    let some = parts.into_iter().filter(|(number, ..)| *number > 0);
    let mut words: Vec<String> = some
        .map(|(number, one, many)| count(number, one, many))
        .collect();
    if words.is_empty() {
        words.push("empty folders removed".to_owned());
    }
    words
}

/// Returns a size in binary units.
pub(crate) fn bytes(size_bytes: u64) -> String {
    const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut value = size_bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 {
        format!("{size_bytes} B")
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

/// Returns a time as the user's clock shows it.
pub(crate) fn local_time(time_us: i64) -> String {
    local("%Y-%m-%d %H:%M:%S", time_us).unwrap_or_else(|| "an unknown time".to_owned())
}

/// Returns the day on which a time is by the user's clock.
pub(crate) fn local_day(time_us: i64) -> String {
    local("%Y-%m-%d", time_us).unwrap_or_else(|| "an unknown day".to_owned())
}

fn local(form: &str, time_us: i64) -> Option<String> {
    let time = Timestamp::from_microsecond(time_us).ok()?;
    let here = time.to_zoned(TimeZone::system());
    Some(here.strftime(form).to_string())
}

/// Returns what was done, in the past tense.
pub(crate) fn done_sentence(subject: &Subject) -> String {
    match subject {
        Subject::Link {
            link,
            native: Some(native),
            ..
        } => {
            format!(
                "Made the {} {} to {}",
                native.form.words(),
                quote_path(link),
                quote(native.text.as_ref())
            )
        }
        Subject::Link {
            link,
            target,
            hard: false,
            ..
        } => {
            format!(
                "Made the symbolic link {} to {}",
                quote_path(link),
                quote(target)
            )
        }
        Subject::Link {
            link,
            target,
            hard: true,
            ..
        } => {
            format!(
                "Made {} another name of {}",
                quote_path(link),
                quote(target)
            )
        }
        Subject::Move {
            source, dest, kind, ..
        } => format!(
            "Moved the {} {} to {} and left a link",
            kind_word(*kind),
            quote_path(source),
            quote_path(dest)
        ),
        Subject::BringBack {
            link, dest, kind, ..
        } => format!(
            "Brought the {} {} back to {}",
            kind_word(*kind),
            quote_path(dest),
            quote_path(link)
        ),
        Subject::Remove { links } => {
            let all: Vec<_> = links.iter().collect();
            match all.as_slice() {
                [one] => format!("Removed the link {}", quote_path(one)),
                many => format!("Removed {}", count(many.len() as u64, "link", "links")),
            }
        }
        Subject::Adopt {
            manifest, items, ..
        } => format!(
            "Adopted {}, listed in {}",
            count(*items, "file or folder", "files and folders"),
            quote_path(manifest)
        ),
        Subject::Apply { manifest, counts } => {
            let parts = apply_parts(counts);
            format!("Applied {}: {}", quote_path(manifest), parts.join(", "))
        }
        Subject::Retarget { link, new_text, .. } => {
            format!("{} now leads to {}", quote_path(link), quote(new_text))
        }
        Subject::Convert {
            to,
            links: 1,
            first,
            ..
        } => format!(
            "Converted the link {}: {}",
            quote_path(first),
            form_words(*to)
        ),
        Subject::Convert { to, links, .. } => format!(
            "Converted {}: {}",
            count(*links, "link", "links"),
            form_words(*to)
        ),
        Subject::Repair { links: 1, first } => {
            format!("Mended the link {}", quote_path(first))
        }
        Subject::Repair { links, .. } => {
            format!("Mended {}", count(*links, "link", "links"))
        }
        Subject::Snapshot {
            store, imported, ..
        } if !imported.is_empty() => format!(
            "Imported {} into {}",
            count(imported.len() as u64, "snapshot", "snapshots"),
            quote_path(store)
        ),
        Subject::Snapshot { store, id, .. } => {
            format!("Took the snapshot {}", quote_path(&store.join(id)))
        }
        Subject::Restore {
            store,
            id,
            items: 1,
            first,
            ..
        } => format!(
            "Restored {} from {}",
            quote_path(first),
            quote_path(&store.join(id))
        ),
        Subject::Restore {
            store, id, items, ..
        } => format!(
            "Restored {} from {}",
            count(*items, "thing", "things"),
            quote_path(&store.join(id))
        ),
        Subject::Schedule { set, .. } => format!("Wrote a schedule for {}", quote_path(set)),
        Subject::Undo { operation_id, of } => {
            format!("Took back {operation_id}: {}", done_sentence(of))
        }
    }
}

/// Returns what links become.
pub(crate) fn form_words(form: LinkForm) -> &'static str {
    match form {
        LinkForm::Shorter => "shorter text",
        LinkForm::Relative => "relative text",
        LinkForm::Absolute => "absolute text",
        LinkForm::Symbolic => "symbolic instead of hard",
        LinkForm::Hard => "hard instead of symbolic",
        LinkForm::Junction => "junction",
        LinkForm::Native => "link that Windows follows",
        LinkForm::Copy => "copy instead of link",
    }
}

/// Returns what is to be said of how an operation ended, which is nothing where it simply ended as done.
pub(crate) fn ending_words(operation: &Operation) -> impl Iterator<Item = String> {
    let state = match operation.state {
        OperationState::Done => None,
        OperationState::Running => Some("running, or interrupted: lw recover"),
        OperationState::Partly => Some("in part"),
        OperationState::WentBack => Some("failed; nothing changed"),
        OperationState::Diverged => Some("needs a look: lw recover"),
        OperationState::Accepted => Some("interrupted; accepted as it is"),
    };
    let taken_back = operation.undone_by.map(|by| format!("taken back by {by}"));
    state.map(str::to_owned).into_iter().chain(taken_back)
}

/// Returns the same behind a line, each part in brackets.
pub(crate) fn ending_in_brackets(operation: &Operation) -> String {
    let words = ending_words(operation);
    words.map(|words| format!("  [{words}]")).collect()
}

pub(crate) fn kind_word(kind: Kind) -> &'static str {
    kind.words()
}
