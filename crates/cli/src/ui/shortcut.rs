//! The words of shortcuts, which say that they are no links.

use std::path::{Path, PathBuf};

use lw_core::jobs::inventory::Finding;
use lw_core::jobs::inventory::shortcut::{Named, Shortcut, ShortcutKind};
use serde_json::{Value, json};

use super::{bare, bare_path, finding_fields, finding_words, path_fields, typed_object};

/// Returns the line of one shortcut: `notes.lnk: shortcut (Windows) to C:\notes.txt`.
///
/// It has no `->`, which stands for what the system follows.
pub(crate) fn shortcut_line(shortcut: &Shortcut, named: impl Fn(&Path) -> PathBuf) -> String {
    let path = bare_path(&named(&shortcut.path));
    let kind = shortcut.kind.words();
    let target = match &shortcut.target {
        Err(unknown) => {
            return format!(
                "{path}: {kind}, its target cannot be read: {}",
                unknown.words()
            );
        }
        Ok(Named::Path(target)) => bare_path(target),
        Ok(Named::Foreign(target)) if shortcut.kind == ShortcutKind::FinderAlias => {
            format!("{} on its Mac", bare(target))
        }
        Ok(Named::Foreign(target) | Named::Address(target)) => bare(target),
    };
    match &shortcut.finding {
        Some(Finding::Sound) => format!("{path}: {kind} to {target}   (exists)"),
        Some(finding) => {
            let words = finding_words(finding, named);
            format!("{path}: {kind} to {target}   ({words})")
        }
        None => format!("{path}: {kind} to {target}"),
    }
}

/// Returns a shortcut as an object.
pub(crate) fn shortcut_object(shortcut: &Shortcut) -> Value {
    let mut fields = path_fields("path", &shortcut.path);
    fields.insert("kind".into(), json!(shortcut.kind.word()));
    let (target, sort) = match &shortcut.target {
        Ok(Named::Path(path)) => (Some(path.as_os_str()), Some("path")),
        Ok(Named::Foreign(path)) => (Some(path.as_os_str()), Some("foreign")),
        Ok(Named::Address(address)) => (Some(address.as_os_str()), Some("address")),
        Err(_) => (None, None),
    };
    match target {
        Some(target) => fields.extend(path_fields("target", Path::new(target))),
        None => {
            fields.insert("target".into(), Value::Null);
        }
    }
    fields.insert("target_sort".into(), json!(sort));
    let unknown = shortcut.target.as_ref().err().map(|unknown| unknown.word());
    fields.insert("unknown".into(), json!(unknown));
    match &shortcut.finding {
        Some(finding) => fields.extend(finding_fields(finding)),
        None => {
            fields.insert("finding".into(), Value::Null);
        }
    }
    Value::Object(typed_object("shortcut", fields))
}
