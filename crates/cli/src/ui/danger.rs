//! The words of the harm that links can do.

use std::path::{Path, PathBuf};

use lw_core::jobs::inventory::{By, Danger};
use lw_fs::look::Kind;
use serde_json::{Map, Value, json};

use super::{path_fields, quote_path};

/// Returns what the links with one danger have in common: "sticky folder: …".
pub(crate) fn danger_heading(danger: &Danger) -> &'static str {
    match danger {
        Danger::StickyFolder { .. } => {
            "sticky folder: anyone may make links there, and these belong neither to the folder's owner nor to you"
        }
        Danger::OpenFolder { .. } => {
            "open folder: anyone may put another link in the place of these"
        }
        Danger::LeavesRoot { .. } => "leaves root: they lead, or pass, outside of the root",
        Danger::SetId { .. } => {
            "set-id: they lead to a program that runs with the rights of its owner or group"
        }
        Danger::IntoSystem { .. } => {
            "into system: they lead to what the kernel shows of itself, of processes and of devices"
        }
        Danger::Changeable { .. } => {
            "changeable: somebody who cannot change them can change what they lead to"
        }
        Danger::Absolute { .. } => {
            "absolute: they stay in the root, and lead elsewhere where it is the root of a chroot"
        }
    }
}

/// Returns the reason for which one link can do harm, for the end of its line.
pub(crate) fn danger_words(danger: &Danger, named: impl Fn(&Path) -> PathBuf) -> String {
    let quoted = |path: &Path| quote_path(&named(path));
    match danger {
        Danger::StickyFolder {
            owner,
            folder_owner,
        } => format!("user {owner} owns it, the folder belongs to user {folder_owner}"),
        Danger::OpenFolder { folder } => format!("anyone may write in {}", quoted(folder)),
        Danger::LeavesRoot { at } => format!("by way of {}", quote_path(at)),
        Danger::SetId {
            program,
            user,
            group,
        } => {
            let program = quoted(program);
            match (user, group) {
                (Some(user), Some(group)) => {
                    format!("{program} runs as user {user} and group {group}")
                }
                (Some(user), None) => format!("{program} runs as user {user}"),
                (None, Some(group)) => format!("{program} runs as group {group}"),
                (None, None) => program,
            }
        }
        Danger::IntoSystem { at } => format!("by way of {}", quote_path(at)),
        Danger::Changeable { at, kind, by } => changeable_words(&quoted(at), *kind, *by),
        Danger::Absolute { in_chroot } => format!("there it leads to {}", quoted(in_chroot)),
    }
}

fn changeable_words(at: &str, kind: Option<Kind>, by: By) -> String {
    let who = match by {
        By::User(user) => format!("user {user}"),
        By::Group(group) => format!("group {group}"),
        By::Anyone => "anyone".to_owned(),
    };
    match (kind, by) {
        (None, _) => format!("{at} is missing, and {who} may make it"),
        (Some(_), By::User(_)) => format!("{who} owns {at}"),
        (Some(Kind::Directory), _) => format!("{who} may write in {at}"),
        (Some(_), _) => format!("{who} may write {at}"),
    }
}

/// Returns the reason for which one link can do harm as fields of an object.
pub(crate) fn danger_fields(danger: &Danger) -> Map<String, Value> {
    let mut fields = match danger {
        Danger::StickyFolder {
            owner,
            folder_owner,
        } => {
            let mut fields = Map::new();
            fields.insert("owner".into(), json!(owner));
            fields.insert("folder_owner".into(), json!(folder_owner));
            fields
        }
        Danger::OpenFolder { folder } => path_fields("folder", folder),
        Danger::LeavesRoot { at } | Danger::IntoSystem { at } => path_fields("at", at),
        Danger::SetId {
            program,
            user,
            group,
        } => {
            let mut fields = path_fields("program", program);
            fields.insert("runs_as_user".into(), json!(user));
            fields.insert("runs_as_group".into(), json!(group));
            fields
        }
        Danger::Changeable { at, kind, by } => {
            let mut fields = path_fields("at", at);
            let (user, group) = match by {
                By::User(user) => (Some(user), None),
                By::Group(group) => (None, Some(group)),
                By::Anyone => (None, None),
            };
            fields.insert("kind".into(), json!(kind));
            fields.insert("by_user".into(), json!(user));
            fields.insert("by_group".into(), json!(group));
            fields
        }
        Danger::Absolute { in_chroot } => path_fields("in_chroot", in_chroot),
    };
    fields.insert("danger".into(), json!(danger.word()));
    fields
}
