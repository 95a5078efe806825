//! Symbolic links that become names of files, and names of files that become symbolic links.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::Path;

use lw_fs::look::{self, End, Entry, Kind, Place};

use crate::jobs::link::hard_link_refusals;
use crate::jobs::new_link::{self, Fitting};
use crate::jobs::refusal::trace_at;
use crate::jobs::replace::Replacement;
use crate::jobs::target_text::{self, Doubtful};
use crate::jobs::{Allowance, Refusal, Surroundings, TextForm};
use crate::plan::LinkForm;

/// What a symbolic link leads to, where that is a file.
pub(super) struct LedTo {
    pub(super) place: Place,
    pub(super) entry: Entry,
}

/// Returns where the link leads to; fails if it leads nowhere.
pub(super) fn led_to(link: &Place, text: &OsStr) -> Result<LedTo, Refusal> {
    let path = link.path();
    match look::resolve_from(&link.parent, text).end {
        End::Found { path: end, entry } => Ok(LedTo {
            place: Place {
                parent: end.parent().unwrap_or(&end).to_path_buf(),
                name: end.file_name().unwrap_or_default().to_os_string(),
            },
            entry: *entry,
        }),
        End::Missing { first_missing } => Err(Refusal::Dangling {
            link: path,
            missing: first_missing,
        }),
        End::Loop { cycle } => Err(Refusal::Loop { link: path, cycle }),
        End::TooDeep => Err(Refusal::TooDeep { link: path }),
        End::NotADirectory { at } => Err(Refusal::NoFolder { link: path, at }),
        End::Unreadable(error) => Err(error.into()),
    }
}

/// How many names files are going to get, by device and inode number.
#[derive(Debug, Default)]
pub(super) struct NamesToCome(HashMap<(u64, u64), u64>);

impl NamesToCome {
    /// Returns the further name of a file that comes in place of the link.
    pub(super) fn hard(&mut self, link: &Place, text: &OsStr) -> Result<Replacement, Refusal> {
        let LedTo { place, mut entry } = led_to(link, text)?;
        let path = place.path();
        if !matches!(entry.kind, Kind::File | Kind::Directory) {
            let kind = entry.kind;
            return Err(Refusal::NotAFile { path, kind });
        }
        let identity = (entry.identity.device, entry.identity.inode);
        let to_come = self.0.entry(identity).or_default();
        entry.link_count = entry.link_count.saturating_add(*to_come);
        if let Some(refusal) = hard_link_refusals(&place, &entry, link)?.into_iter().next() {
            return Err(refusal);
        }
        *to_come += 1;
        Ok(Replacement::Hard {
            file: trace_at(&path)?,
            target: path,
        })
    }
}

/// Returns the symbolic link to `target`, another name of the same file, that comes in place of the name `name`.
pub(super) fn symbolic(
    around: &Surroundings,
    name: &Place,
    file: &Entry,
    target: &Path,
    to: LinkForm,
) -> Result<Replacement, Refusal> {
    let (path, other) = (name.path(), around.existing_place(target)?);
    let there = look::entry_if_any(&other.path())?;
    let is_same = there.is_some_and(|there| {
        there.kind == Kind::File && there.identity.is_same_now(&file.identity)
    });
    if !is_same {
        let target = other.path();
        return Err(Refusal::OtherFile { path, target });
    }
    if is_one_name(name, &other)? {
        return Err(Refusal::SameThing {
            a: path,
            b: other.path(),
        });
    }
    let form = match to {
        LinkForm::Relative => TextForm::Relative,
        LinkForm::Absolute => TextForm::Absolute,
        _ => TextForm::Fitting,
    };
    let text = target_text::text_for(around, name, &other, target, form);
    let doubtful = Doubtful {
        dangling: Allowance::Refuse,
        recursive: Allowance::Refuse,
    };
    target_text::check(name, &text, doubtful)?;
    let (new, _notice) = new_link::fitting(
        around,
        Fitting {
            link: name,
            text: &text,
            form,
            leads_to: Some(Kind::File),
        },
    );
    Ok(Replacement::Link(new))
}

/// Returns whether two paths of one file are one and the same name: a folder may have two paths by a bind mount, and
/// where the volume folds case a name has many spellings.
fn is_one_name(a: &Place, b: &Place) -> Result<bool, Refusal> {
    let (here, there) = (look::entry(&a.parent)?, look::entry(&b.parent)?);
    if !here.identity.is_same_now(&there.identity) {
        return Ok(false);
    }
    let names = look::content::names(&a.parent)?;
    Ok(a.name == b.name || !(names.contains(&a.name) && names.contains(&b.name)))
}
