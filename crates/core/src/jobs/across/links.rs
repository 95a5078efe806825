//! Links inside that get another text in the copy.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, NativeLink};
use lw_fs::path_from_bytes;
use lw_fs::reparse::Target;

use super::Job;
use crate::jobs::Refused;
use crate::jobs::inner_links::ReAim;
use crate::jobs::new_link;
use crate::jobs::refusal::trace_at;
use crate::ledger::{Ledger, UnitState};
use crate::plan::{Notice, ReAimedCopy, Shape, Step};

/// Returns the links of Windows whose text is counted from the root of their volume, each with the text that says the
/// same from anywhere: from another volume their own would mean that one's root.
pub(super) fn by_root(from: &Path, below: &[PathBuf]) -> Result<Vec<ReAim>, Refused> {
    let mut found = Vec::new();
    for path in below {
        let link = from.join(path);
        let native = look::native_link(&link, &look::entry(&link)?)?;
        let Some(text) = native.map(|native| native.text) else {
            continue;
        };
        if let Some(new_text) = from_root(&link, &text)? {
            found.push(ReAim {
                link,
                old_text: text.into(),
                new_text,
            });
        }
    }
    Ok(found)
}

fn from_root(link: &Path, text: &str) -> Result<Option<OsString>, Refused> {
    let Ok(Target::FromRoot(text)) = Target::from_text(text) else {
        return Ok(None);
    };
    // The driver finds the names also where they are written with other capitals.
    if look::followed(link).is_ok() {
        let shown = look::read_link(link)?;
        if Path::new(&shown).is_absolute() {
            return Ok(Some(shown));
        }
    }
    let mut whole = look::volume_of(link.parent().unwrap_or(link))?.mount_point;
    let bytes = text.to_wtf8();
    let names = bytes.split(|byte| *byte == b'\\');
    // Every name of Windows is one here.
    let names = names.filter(|name| !name.is_empty());
    whole.extend(names.filter_map(path_from_bytes));
    Ok(Some(whole.into_os_string()))
}

/// Returns the links that get another text in the copy: those that lead to something else from there, and those that an
/// earlier move had changed.
pub(super) fn re_aims(
    job: &Job<'_>,
    leading: impl Iterator<Item = ReAim>,
    restored: &[ReAimedCopy],
    notices: &mut Vec<Notice>,
) -> Result<Vec<ReAimedCopy>, Refused> {
    let from = job.from.path();
    let is_to_ntfs = look::takes_native_links(&job.to.parent);
    let mut all = Vec::new();
    for re_aim in leading {
        let Ok(below) = re_aim.link.strip_prefix(&from) else {
            continue;
        };
        let old = trace_at(&re_aim.link)?;
        let (around, folder) = (job.around, &job.to.parent);
        let native = match old.native.is_some() && is_to_ntfs {
            // Where Windows could not follow it, a plain one stands in, and that is said.
            true => new_link::like(around, &old, folder, &re_aim.new_text)
                .ok()
                .and_then(|new| new.native),
            false => None,
        };
        notices.push(Notice::ReAimedCopy {
            link: re_aim.link.clone(),
            old_text: re_aim.old_text.clone(),
            new_text: re_aim.new_text.clone(),
        });
        if old.native.is_some() && is_to_ntfs && native.is_none() {
            let link = job.to.path().join(below);
            notices.push(Notice::NotForWindows { link });
        }
        all.push(ReAimedCopy {
            path: below.to_path_buf(),
            was: re_aim.old_text,
            text: re_aim.new_text,
            was_native: old.native.map(|native| *native),
            native: native.map(|native| *native),
        });
    }
    for re_aim in restored {
        let link = from.join(&re_aim.path);
        if !still_says(&link, re_aim) {
            let why = "it was changed since the move re-aimed it".to_owned();
            notices.push(Notice::LeftAlone { path: link, why });
            continue;
        }
        notices.push(Notice::ReAimedBack {
            link,
            text: re_aim.was.clone(),
        });
        all.push(ReAimedCopy {
            path: re_aim.path.clone(),
            was: re_aim.text.clone(),
            text: re_aim.was.clone(),
            was_native: re_aim.native.clone(),
            native: re_aim.was_native.clone(),
        });
    }
    Ok(all)
}

/// Returns whether a link is what the move that re-aimed it made of it.
fn still_says(link: &Path, re_aim: &ReAimedCopy) -> bool {
    let native = look::entry(link).and_then(|entry| look::native_link(link, &entry));
    let native: Option<NativeLink> = native.ok().flatten();
    match &re_aim.native {
        Some(_) => native == re_aim.native,
        None => native.is_none() && look::read_link(link).ok().as_ref() == Some(&re_aim.text),
    }
}

/// Returns the links inside that the move that made the link had given another text.
pub(super) fn restored(
    ledger: &Ledger,
    source: &Path,
    dest: &Path,
) -> Result<Vec<ReAimedCopy>, Refused> {
    for operation in ledger.operations_on(source)? {
        if operation.undone_by.is_some() {
            continue;
        }
        for record in ledger.units(operation.id)? {
            let is_that_move = record.state == UnitState::Done
                && matches!(&record.unit.shape, Shape::Relocation { source: moved, dest: to, .. }
                    if moved == source && to == dest);
            if !is_that_move {
                continue;
            }
            let copied = record.unit.steps.into_iter().find_map(|step| match step {
                Step::Stage { options, .. } => Some(options.re_aims),
                _ => None,
            });
            return Ok(copied.unwrap_or_default());
        }
    }
    Ok(Vec::new())
}
