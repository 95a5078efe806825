//! Replacing a name by something new without a moment in which it is missing.

use std::path::{Path, PathBuf};

use lw_fs::FsError;
use lw_fs::look::{self, Place, ReAim, Support};

use super::new_link::NewLink;
use super::{Refusal, Surroundings, staying};
use crate::plan::{Lasting, Notice, Step, Trace};
use crate::run::item_numbered;

/// Whether names on the volume of a folder can change places in one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Exchange {
    /// They can.
    Yes,
    /// They cannot, or it is not known; `file_system` is to blame.
    No {
        /// Its name.
        file_system: String,
    },
}

/// Returns whether names in `folder` can change places in one step, as far as the file system's name tells.
pub(super) fn exchange_in(folder: &Path) -> Exchange {
    match look::volume_of(folder) {
        Ok(volume) if look::exchange_support(&volume.file_system) == Support::Yes => Exchange::Yes,
        Ok(volume) => Exchange::No {
            file_system: volume.file_system,
        },
        Err(_) => Exchange::No {
            file_system: "unknown".to_owned(),
        },
    }
}

/// What is put in place of something else.
#[derive(Debug, Clone)]
pub(super) enum Replacement {
    /// A link that leads somewhere.
    Link(NewLink),
    /// One more name of a file.
    Hard {
        /// A name it has.
        target: PathBuf,
        /// The file.
        file: Trace,
    },
}

/// What is displaced, by what, and where the new and then the old thing lie in the private folder.
#[derive(Debug)]
pub(super) struct Displacement<'a> {
    pub(super) path: &'a Path,
    pub(super) old: &'a Trace,
    pub(super) new: Replacement,
    pub(super) slot: &'a Path,
    pub(super) number: usize,
}

/// Returns the steps: the new thing is made in the private folder and changes places with the old one, which then
/// lies there. Without exchange the old one goes first, and the name is missing for a moment.
pub(super) fn steps(displacement: Displacement<'_>, exchange: &Exchange) -> Vec<Step> {
    let Displacement {
        path,
        old,
        new,
        slot,
        number,
    } = displacement;
    let change = ChangeOfPlaces {
        path,
        old,
        item: item_numbered(slot, path, number),
        fresh: slot.join(format!("{number:04}-new")),
    };
    let fresh = change.fresh(exchange);
    match new {
        Replacement::Link(new) => {
            let publish = new.publish(fresh.clone(), path.to_path_buf(), Lasting::Yes);
            let create = new.step(fresh, Lasting::Yes);
            let change = match exchange {
                Exchange::Yes => change.steps(new.trace(), exchange),
                Exchange::No { .. } => std::iter::once(change.make_way()).chain(publish).collect(),
            };
            std::iter::once(create).chain(change).collect()
        }
        Replacement::Hard { target, file } => {
            let create = Step::CreateHardLink {
                target,
                link: fresh,
                file: file.clone(),
            };
            let change = change.steps(file, exchange);
            std::iter::once(create).chain(change).collect()
        }
    }
}

/// Returns the step that leads the link at `path` elsewhere by writing into it, where names cannot be exchanged: the path is
/// not missing then, and nothing is displaced.
///
/// None if it is another sort of link then, or what is written in it could not be written again to the byte.
pub(super) fn in_place(
    path: &Path,
    old: &Trace,
    new: &NewLink,
    exchange: &Exchange,
) -> Result<Option<Step>, FsError> {
    let (Some(was), Some(becomes), Exchange::No { .. }) = (&old.native, &new.native, exchange)
    else {
        return Ok(None);
    };
    let entry = look::entry(path)?;
    if !look::can_be_re_aimed(path, &entry, ReAim { was, becomes })? {
        return Ok(None);
    }
    Ok(Some(Step::ReAim {
        link: path.to_path_buf(),
        was: old.clone(),
        becomes: Trace {
            kind: old.kind,
            identity: old.identity,
            ..new.trace()
        },
    }))
}

/// Something that is made in a private folder and changes places with what is at a name.
pub(super) struct ChangeOfPlaces<'a> {
    pub(super) path: &'a Path,
    pub(super) old: &'a Trace,
    /// Where the old thing lies in the end.
    pub(super) item: PathBuf,
    /// Where the new one is made if that is another place.
    pub(super) fresh: PathBuf,
}

impl ChangeOfPlaces<'_> {
    /// Returns where the new thing is made.
    pub(super) fn fresh(&self, exchange: &Exchange) -> PathBuf {
        match exchange {
            Exchange::Yes => self.item.clone(),
            Exchange::No { .. } => self.fresh.clone(),
        }
    }

    /// Returns the steps by which what was made gets the name.
    pub(super) fn steps(&self, new: Trace, exchange: &Exchange) -> Vec<Step> {
        let path = self.path.to_path_buf();
        match exchange {
            Exchange::Yes => vec![Step::Exchange {
                a: self.item.clone(),
                b: path,
                at_a: new,
                at_b: self.old.clone(),
            }],
            Exchange::No { .. } => vec![
                self.make_way(),
                Step::Rename {
                    from: self.fresh.clone(),
                    to: path,
                    what: new,
                },
            ],
        }
    }

    fn make_way(&self) -> Step {
        Step::Quarantine {
            path: self.path.to_path_buf(),
            item: self.item.clone(),
            what: self.old.clone(),
        }
    }
}

/// Returns what the user should know where a replacement cannot be seamless.
pub(super) fn gap(path: &Path, exchange: &Exchange) -> Option<Notice> {
    match exchange {
        Exchange::Yes => None,
        Exchange::No { file_system } => Some(Notice::Gap {
            path: path.to_path_buf(),
            file_system: file_system.clone(),
        }),
    }
}

/// Returns every reason why names in the folder of `place` cannot be changed.
pub(super) fn folder_refusals(place: &Place) -> Vec<Refusal> {
    let mut found = Vec::new();
    if look::entry(&place.parent).is_ok_and(|folder| folder.is_locked) {
        found.push(Refusal::Locked {
            path: place.parent.clone(),
        });
    } else if let Err(error) = look::access::may_change_names(&place.parent) {
        found.push(Refusal::NotWritable {
            folder: place.parent.clone(),
            kind: error.kind,
        });
    }
    found
}

/// Returns every reason why what stands at `place` cannot be renamed away from there.
pub(super) fn leaving_refusals(
    around: &Surroundings,
    place: &Place,
    entry: &look::Entry,
) -> Vec<Refusal> {
    let path = place.path();
    let mut found = staying::refusals(around, &path, entry.kind);
    if matches!(found.as_slice(), [Refusal::SystemFolder { .. }]) {
        // Whether this user could, does not matter then.
        return found;
    }
    found.extend(folder_refusals(place));
    if entry.is_mount_root {
        found.push(Refusal::MountPoint { path });
        return found;
    }
    if entry.is_locked {
        found.push(Refusal::Locked { path: path.clone() });
    } else if !look::access::may_change_parent(&path, entry) {
        found.push(Refusal::OwnFolderNotWritable {
            path: path.clone(),
            mode: entry.mode,
        });
    }
    if let Ok(folder) = look::entry(&place.parent)
        && !look::access::sticky_allows(&folder, entry)
    {
        found.push(Refusal::Sticky {
            path,
            folder: place.parent.clone(),
        });
    }
    found
}

/// Returns the slot for the `number`-th unit that displaces something at `place`.
pub(super) fn slot_at(
    around: &Surroundings,
    place: &Place,
    number: usize,
) -> Result<PathBuf, Refusal> {
    Ok(super::quarantine::slot_for(around, &place.parent, number)?)
}
