//! The words of what is found about links.

use std::path::{Path, PathBuf};

use lw_core::jobs::inventory::{Finding, FollowedBy, Unseen};
use serde_json::{Map, Value, json};

use super::{bare_path, count, path_fields, paths_fields, quote, quote_path};

/// Returns what the links of one finding have in common: "they lead in a circle".
pub(crate) fn finding_heading(finding: &Finding) -> &'static str {
    match finding {
        Finding::Loop { .. } => "loop: they lead in a circle",
        Finding::TooDeep => "too deep: more links follow each other than the system follows",
        Finding::Dangling { .. } => "dangling: what they lead to does not exist",
        Finding::ThroughFile { .. } => "dangling: they lead through something that is no folder",
        Finding::Recursive { .. } => {
            "recursive: they lead to a folder that contains them, so whoever follows them goes round for ever"
        }
        Finding::Replaced { .. } => {
            "replaced: they were links when they were last seen, and are none now"
        }
        Finding::Split { .. } => {
            "split: they were names of the same file as another one, and now each is a file of its own"
        }
        Finding::WrongKind { .. } => {
            "wrong kind: Windows does not follow them, as what they lead to is not what they say"
        }
        Finding::Damaged { .. } => "damaged: what Windows would read of them makes no sense",
        Finding::OtherDrive { .. } => {
            "other drive: they lead to a drive or share that only Windows reaches"
        }
        Finding::NoLink { .. } => {
            "no links: files that Windows keeps in another way, which look like links here"
        }
        Finding::NotForWindows { .. } => {
            "not for Windows: they are sound here, and Windows does not follow them ('lw convert --to native' makes that it does)"
        }
        Finding::EmptyPrintName => {
            "empty print name: Windows follows them, and some programs there show no target"
        }
        Finding::NotMounted { .. } => "not mounted: they lead to a volume that is not there now",
        Finding::CannotTell { .. } => "cannot tell: where they lead may not be seen",
        Finding::Synced { .. } => {
            "synced: they are sound here, and stand in a folder that a cloud client syncs, which treats them in its own way"
        }
        Finding::InCloudOnly { .. } => {
            "in the cloud: they are sound, and reading what they lead to would fetch it"
        }
        Finding::Messy { .. } => "messy: they are sound, and their text could be shorter",
        Finding::Sound => "sound",
    }
}

/// Returns what is found about one link, for the end of its line.
pub(crate) fn finding_words(finding: &Finding, named: impl Fn(&Path) -> PathBuf) -> String {
    let quoted = |path: &Path| quote_path(&named(path));
    match finding {
        Finding::Loop { cycle } => {
            let mut links: Vec<String> = cycle.iter().map(|link| bare_path(&named(link))).collect();
            links.extend(links.first().cloned());
            links.join(" -> ")
        }
        Finding::TooDeep => format!("more than {} links", lw_fs::look::MAX_HOPS),
        Finding::Dangling { first_missing } => format!("{} does not exist", quoted(first_missing)),
        Finding::ThroughFile { at } => format!("{} is no folder", quoted(at)),
        Finding::Recursive { folder } => format!("{} contains it", quoted(folder)),
        Finding::Replaced { kind, .. } => format!("it is now a {}", kind.words()),
        Finding::Split { other } => format!("no longer the same file as {}", quoted(other)),
        Finding::NotMounted {
            mount_point,
            source: Some(source),
        } => format!(
            "{} would be mounted at {}",
            quote(source.as_ref()),
            quote_path(mount_point)
        ),
        Finding::NotMounted { mount_point, .. } => {
            format!("nothing is mounted at {}", quote_path(mount_point))
        }
        Finding::WrongKind { kind } => format!("it leads to a {}", kind.words()),
        Finding::Damaged { why } => why.clone(),
        Finding::OtherDrive { name } => quote(name.as_ref()),
        Finding::NoLink { what } => (*what).to_owned(),
        Finding::NotForWindows {
            followed_by: FollowedBy::Interix,
        } => "a plain link of this system".to_owned(),
        Finding::NotForWindows {
            followed_by: FollowedBy::Wsl,
        } => "a link of the Windows Subsystem for Linux".to_owned(),
        Finding::EmptyPrintName => "it shows nothing".to_owned(),
        Finding::CannotTell { at, kind } => format!("{}: {}", quoted(at), kind.words()),
        Finding::Synced {
            client,
            habit,
            leads_out: true,
        } => format!(
            "it leads out of the folder; {} {}",
            client.name(),
            habit.words()
        ),
        Finding::Synced { client, habit, .. } => format!("{} {}", client.name(), habit.words()),
        Finding::InCloudOnly { at } => format!("{} is in the cloud alone", quoted(at)),
        Finding::Messy { shorter } => format!("{} would do", quote(shorter)),
        Finding::Sound => String::new(),
    }
}

/// Returns what is found about one link as fields of an object.
pub(crate) fn finding_fields(finding: &Finding) -> Map<String, Value> {
    let mut fields = match finding {
        Finding::Loop { cycle } => paths_fields("cycle", cycle.iter().map(PathBuf::as_path)),
        Finding::Dangling { first_missing } => path_fields("first_missing", first_missing),
        Finding::ThroughFile { at } | Finding::InCloudOnly { at } => path_fields("at", at),
        Finding::Recursive { folder } => path_fields("folder", folder),
        Finding::Replaced { kind, target } => {
            let mut fields = path_fields("led_to", target);
            fields.insert("now".into(), json!(kind));
            fields
        }
        Finding::Split { other } => path_fields("other", other),
        Finding::NotMounted {
            mount_point,
            source,
        } => {
            let mut fields = path_fields("mount_point", mount_point);
            fields.insert("source".into(), json!(source));
            fields
        }
        Finding::CannotTell { at, kind } => {
            let mut fields = path_fields("at", at);
            fields.insert("cause".into(), json!(kind.words()));
            fields
        }
        Finding::Synced {
            client,
            habit,
            leads_out,
        } => Map::from_iter([
            ("client".to_owned(), json!(client.word())),
            ("treatment".to_owned(), json!(habit.treatment.word())),
            ("evidence".to_owned(), json!(habit.evidence.word())),
            ("leads_out".to_owned(), json!(leads_out)),
        ]),
        Finding::Messy { shorter } => path_fields("shorter", shorter.as_ref()),
        Finding::WrongKind { kind } => Map::from_iter([("leads_to".to_owned(), json!(kind))]),
        Finding::Damaged { why } => Map::from_iter([("cause".to_owned(), json!(why))]),
        Finding::OtherDrive { name } => Map::from_iter([("drive".to_owned(), json!(name))]),
        Finding::NoLink { what } => Map::from_iter([("what".to_owned(), json!(what))]),
        Finding::NotForWindows { followed_by } => {
            let word = match followed_by {
                FollowedBy::Interix => "interix",
                FollowedBy::Wsl => "wsl",
            };
            Map::from_iter([("followed_by".to_owned(), json!(word))])
        }
        Finding::TooDeep | Finding::EmptyPrintName | Finding::Sound => Map::new(),
    };
    fields.insert("finding".into(), json!(finding.word()));
    fields.insert("problem".into(), json!(finding.is_problem()));
    fields
}

/// Returns what is to be said of what was not seen.
pub(crate) fn unseen_notes(unseen: &Unseen, names_mounts: bool) -> Vec<String> {
    const MOST_NAMED: usize = 10;
    let mut lines = Vec::new();
    if unseen.unreadable_count > 0 {
        let folders = count(unseen.unreadable_count, "folder", "folders");
        lines.push(format!("{folders} could not be read:"));
        for (path, kind) in unseen.unreadable.iter().take(MOST_NAMED) {
            lines.push(format!("  {}: {}", quote_path(path), kind.words()));
        }
        let more = unseen.unreadable_count.saturating_sub(MOST_NAMED as u64);
        if more > 0 {
            lines.push(format!("  and {more} more; --json lists up to 1,000"));
        }
    }
    let mut name_places = |why: &str, places: &[PathBuf]| {
        if places.is_empty() {
            return;
        }
        lines.push(why.to_owned());
        let first = places.iter().take(MOST_NAMED);
        lines.extend(first.map(|path| format!("  {}", quote_path(path))));
        if places.len() > MOST_NAMED {
            lines.push(format!("  and {} more", places.len() - MOST_NAMED));
        }
    };
    if names_mounts {
        name_places(
            "not entered, as another volume is mounted there (--cross-mounts does):",
            &unseen.other_mounts,
        );
    }
    name_places(
        "not entered, as it is a store of snapshots (named itself, it is searched):",
        &unseen.stores,
    );
    lines
}

/// Returns what was not seen as fields of an object.
pub(crate) fn unseen_fields(unseen: &Unseen) -> Map<String, Value> {
    let unreadable = unseen.unreadable.iter().map(|(path, kind)| {
        let mut fields = path_fields("path", path);
        fields.insert("cause".into(), json!(kind.words()));
        Value::Object(fields)
    });
    let mut fields = Map::new();
    fields.insert("unreadable".into(), unreadable.collect());
    fields.insert("unreadable_count".into(), json!(unseen.unreadable_count));
    let mounts = unseen.other_mounts.iter().map(PathBuf::as_path);
    fields.extend(paths_fields("other_mounts", mounts));
    let quarantines = unseen.quarantines.iter().map(PathBuf::as_path);
    fields.extend(paths_fields("quarantines", quarantines));
    let stores = unseen.stores.iter().map(PathBuf::as_path);
    fields.extend(paths_fields("stores", stores));
    fields
}
