//! How what a manifest asks for stands on the disk.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, End, Entry, Kind, Place};
use lw_fs::path_form::{FAMILY, Family};

use super::chains::{Aim, Chains};
use super::no_folder::blocked;
use super::places::Places;
use super::replaced::{Replaced, compared, is_file};
use super::wanted::{Moved, Wanted, place_of};
use crate::jobs::drive::nearest;
use crate::jobs::known::{Known, Made};
use crate::jobs::link::{self, LinkKind};
use crate::jobs::new_link::{self, Fitting, NewLink};
use crate::jobs::replace::Replacement;
use crate::jobs::target_text::{self, Doubtful};
use crate::jobs::{Allowance, Refusal, Surroundings, TextForm};
use crate::plan::{MergeCounts, Notice, State, Trace};

/// How one entry stands.
#[derive(Debug)]
pub enum Standing {
    /// It is as listed.
    InStep,
    /// Nothing is there yet.
    Missing,
    /// A link is there that leads elsewhere.
    Elsewhere {
        /// Its text.
        text: OsString,
        /// For which manifests it was made, as far as it was not changed since.
        whose: Whose,
    },
    /// A folder is there with nothing in it but links of this manifest, for all of which one link can stand.
    Foldable,
    /// A hard link is there that leads where it should, and is to be a link of another kind.
    OtherKind {
        /// For which manifests it was made.
        whose: Whose,
    },
    /// A file stands where a link was made for this manifest: a program saved by way of a new file.
    Replaced(Replaced),
    /// Something else is there that this manifest knows nothing of.
    Foreign {
        /// What.
        kind: Kind,
    },
    /// It is there, and not moved yet.
    NotMoved,
    /// It is at both ends.
    AtBoth {
        /// How the two compare, file by file, where that was looked at.
        counts: Option<MergeCounts>,
    },
    /// It cannot be as listed, and why.
    Refused(Box<Refusal>),
}

impl Standing {
    /// Returns whether everything leads where it should, be it by one link more or less.
    pub fn is_in_step(&self) -> bool {
        matches!(self, Self::InStep | Self::Foldable)
    }
}

/// Whose link it is that leads elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// This manifest's alone.
    Ours,
    /// This one's, and this other one's.
    Shared(PathBuf),
    /// This other one's.
    Others(PathBuf),
    /// No manifest's.
    Nobodys,
}

impl Whose {
    /// Returns whose link it is that stands there now.
    pub(super) fn of(manifest: &Path, known: Option<&Known>, now: &Trace) -> Self {
        let Some(known) = known.filter(|known| is_still(known, now)) else {
            return Self::Nobodys;
        };
        match (known.is_of(manifest), known.other_than(manifest)) {
            (true, None) => Self::Ours,
            (true, Some(other)) => Self::Shared(other.clone()),
            (false, Some(other)) => Self::Others(other.clone()),
            (false, None) => Self::Nobodys,
        }
    }
}

/// One link with how it stands, and what it is to become.
#[derive(Debug)]
pub(super) struct Seen {
    /// Its link-free path.
    pub(super) path: PathBuf,
    /// The link-free path of its target.
    pub(super) target: PathBuf,
    pub(super) standing: Standing,
    pub(super) line: usize,
    /// What stands there now.
    pub(super) now: State,
    /// What is to stand there; none if that cannot be.
    pub(super) new: Option<Replacement>,
    pub(super) notices: Vec<Notice>,
    /// How many links of the manifest it leads over.
    pub(super) depth: usize,
}

impl Seen {
    fn refused(wanted: &Wanted, path: &Path, refusal: Refusal) -> Self {
        Self {
            path: path.to_path_buf(),
            target: wanted.target.clone(),
            standing: Standing::Refused(Box::new(refusal)),
            line: wanted.line,
            now: State::Absent,
            new: None,
            notices: Vec::new(),
            depth: 0,
        }
    }
}

/// What looking at many links takes.
pub(super) struct Looker<'a> {
    around: &'a Surroundings,
    places: &'a mut Places,
    manifest: &'a Path,
    known: &'a BTreeMap<PathBuf, Known>,
    chains: &'a Chains<'a>,
}

impl<'a> Looker<'a> {
    pub(super) fn new(
        (around, places): (&'a Surroundings, &'a mut Places),
        manifest: &'a Path,
        known: &'a BTreeMap<PathBuf, Known>,
        chains: &'a Chains<'a>,
    ) -> Self {
        Self {
            around,
            places,
            manifest,
            known,
            chains,
        }
    }

    /// Looks at one link.
    pub(super) fn look(&mut self, wanted: &Wanted) -> Seen {
        let link = match self.places.of(self.around, &wanted.link) {
            Ok(place) => place,
            Err(refusal) => {
                let why = self.no_folder(wanted.line, &wanted.link);
                return Seen::refused(wanted, &wanted.link, why.err().unwrap_or(refusal));
            }
        };
        let looked = State::of(&link.path())
            .map_err(Refusal::from)
            .and_then(|now| self.look_with(wanted, &link, now));
        looked.unwrap_or_else(|refusal| Seen::refused(wanted, &link.path(), refusal))
    }

    /// Looks at a link that is to take the place of a folder with links.
    pub(super) fn look_as_foldable(mut self, wanted: &Wanted) -> Seen {
        let mut seen = self.look(wanted);
        if let Standing::Foreign { .. } = seen.standing {
            seen.standing = Standing::Foldable;
        }
        seen
    }

    /// Looks at a link in a folder that is only going to be there, whatever its name leads to now.
    pub(super) fn look_as_new(&mut self, wanted: &Wanted) -> Seen {
        let link = Place {
            parent: wanted
                .link
                .parent()
                .map(Path::to_path_buf)
                .unwrap_or_default(),
            name: wanted
                .link
                .file_name()
                .map(OsString::from)
                .unwrap_or_default(),
        };
        let looked = self.look_with(wanted, &link, State::Absent);
        looked.unwrap_or_else(|refusal| Seen::refused(wanted, &link.path(), refusal))
    }

    fn look_with(&mut self, wanted: &Wanted, link: &Place, now: State) -> Result<Seen, Refusal> {
        let aim = &self.chains.aim(self.around, self.places, wanted)?;
        let (path, target_path) = (link.path(), aim.place.path());
        let mut seen = Seen {
            path: path.clone(),
            target: target_path.clone(),
            standing: Standing::InStep,
            line: wanted.line,
            now,
            new: None,
            notices: Vec::new(),
            depth: aim.depth,
        };
        if wanted.kind == LinkKind::Hard {
            let target = self.places.of(self.around, &aim.end())?;
            let target_path = target.path();
            let Some(file) = look::entry_if_any(&target_path)? else {
                return Err(Refusal::Missing { path: target_path });
            };
            if is_name_of(&seen.now, &file) {
                return Ok(seen);
            }
            if let Some(refusal) = link::hard_link_refusals(&target, &file, &there(link))?
                .into_iter()
                .next()
            {
                return Err(refusal);
            }
            let file = crate::jobs::refusal::trace_at(&target_path)?;
            seen.new = Some(Replacement::Hard {
                target: target_path,
                file,
            });
        } else {
            let (new, notices) = self.new_link(wanted, link, aim)?;
            if is_in_step(wanted, link, &seen.now, &new, &target_path) {
                return Ok(seen);
            }
            let is_plain = aim.end.is_none() && is_plain_way(&seen.now, link, &new);
            if !is_plain && !self.chains.is_coming(&aim.end()) {
                let doubtful = Doubtful {
                    dangling: Allowance::Refuse,
                    recursive: Allowance::Refuse,
                };
                let text = aim.end.as_ref().map(|end| end.as_os_str().to_os_string());
                target_text::check(link, text.as_ref().unwrap_or(&new.text), doubtful)?;
            }
            seen.notices = notices;
            seen.new = Some(Replacement::Link(new));
        }
        seen.standing = match self.hard_link_instead(wanted, aim, &seen) {
            Some(standing) => standing,
            None => self.standing(&seen)?,
        };
        Ok(seen)
    }

    /// How it stands, if a hard link to the right file was made there and now another kind is asked for.
    fn hard_link_instead(&self, wanted: &Wanted, aim: &Aim, seen: &Seen) -> Option<Standing> {
        let (State::Present(now), false) = (&seen.now, wanted.kind == LinkKind::Hard) else {
            return None;
        };
        if now.kind != Kind::File || !is_name_of(&seen.now, &look::entry(&aim.end()).ok()?) {
            return None;
        }
        match Whose::of(self.manifest, self.known.get(&seen.path), now) {
            Whose::Nobodys => None,
            whose => Some(Standing::OtherKind { whose }),
        }
    }

    /// How it stands, where it is not in step.
    fn standing(&mut self, seen: &Seen) -> Result<Standing, Refusal> {
        let now = match &seen.now {
            State::Absent => {
                self.no_folder(seen.line, &seen.path)?;
                return Ok(Standing::Missing);
            }
            State::Present(now) | State::AtMost(now) => now,
        };
        let known = self.known.get(&seen.path);
        if now.kind.is_link() {
            return Ok(Standing::Elsewhere {
                text: now.text.clone().unwrap_or_default(),
                whose: Whose::of(self.manifest, known, now),
            });
        }
        match known.filter(|known| known.is_of(self.manifest)) {
            // What is no file cannot have been saved in place of it.
            Some(_) if now.kind == Kind::File && is_file(&seen.target) => {
                Ok(Standing::Replaced(compared(&seen.path, &seen.target)?))
            }
            _ => Ok(Standing::Foreign { kind: now.kind }),
        }
    }

    /// Fails if the folder of a link cannot be there.
    fn no_folder(&mut self, line: usize, link: &Path) -> Result<(), Refusal> {
        let folder = link.parent().unwrap_or(link);
        if !self.places.blocked.contains_key(folder) {
            let found = blocked(folder)?;
            self.places.blocked.insert(folder.to_path_buf(), found);
        }
        match &self.places.blocked[folder] {
            None => Ok(()),
            Some(conflict) => Err(Refusal::Entry {
                manifest: self.manifest.to_path_buf(),
                line,
                path: link.to_path_buf(),
                conflict: conflict.clone(),
            }),
        }
    }

    fn new_link(
        &mut self,
        wanted: &Wanted,
        link: &Place,
        aim: &Aim,
    ) -> Result<(NewLink, Vec<Notice>), Refusal> {
        let target = &aim.place;
        let target_path = target.path();
        if wanted.kind == LinkKind::Junction {
            let (new, notice) = new_link::junction(self.around, &link.parent, &target_path)?;
            return Ok((new, notice.into_iter().collect()));
        }
        target_text::check_roots(wanted.form, link, target)?;
        let form = self.places.form(self.around, link, target, wanted.form);
        let text = target_text::text_for(self.around, link, target, &wanted.target, form);
        if !self.is_native(&link.parent) {
            return Ok((NewLink::plain(text), Vec::new()));
        }
        let fitting = Fitting {
            link,
            text: &text,
            form: wanted.form,
            leads_to: aim
                .end
                .as_ref()
                .and_then(|end| Some(look::followed(end).ok()?.kind)),
        };
        new_link::chosen(self.around, fitting)
    }

    fn is_native(&mut self, folder: &Path) -> bool {
        if FAMILY == Family::Windows {
            return true;
        }
        if let Some(known) = self.places.native.get(folder) {
            return *known;
        }
        let nearest = nearest(folder);
        let is_native = look::volume_of(nearest)
            .is_ok_and(|volume| volume.file_system.starts_with("fuse"))
            || self
                .around
                .drives
                .iter()
                .any(|drive| nearest.starts_with(&drive.folder));
        self.places.native.insert(folder.to_path_buf(), is_native);
        is_native
    }
}

/// Returns how something that is to move stands, or that only its link is left to be looked at.
pub(super) fn of_move(
    around: &Surroundings,
    manifest: &Path,
    moved: &Moved,
) -> Result<Option<Standing>, Refusal> {
    let source = place_of(around, &moved.source);
    let dest = place_of(around, &moved.dest);
    for end in [&source, &dest] {
        if let Some(conflict) = blocked(end.parent().unwrap_or(end))? {
            return Err(Refusal::Entry {
                manifest: manifest.to_path_buf(),
                line: moved.line,
                path: end.clone(),
                conflict,
            });
        }
    }
    match look::entry_if_any(&source)? {
        Some(entry) if !entry.kind.is_link() => Ok(Some(match look::entry_if_any(&dest)? {
            Some(_) => Standing::AtBoth { counts: None },
            None => Standing::NotMoved,
        })),
        _ => Ok(None),
    }
}

/// A hard link stands in its folder, or in the nearest one above that is there: on that volume it will be.
fn there(link: &Place) -> Place {
    Place {
        parent: nearest(&link.parent).to_path_buf(),
        name: link.name.clone(),
    }
}

/// Whether a new link surely leads where it should: to a file, and nothing was at its name by which the way could go.
fn is_plain_way(now: &State, link: &Place, new: &NewLink) -> bool {
    *now == State::Absent
        && new.native.is_none()
        && look::followed(&link.parent.join(&new.text)).is_ok_and(|end| end.kind == Kind::File)
}

fn is_name_of(now: &State, file: &Entry) -> bool {
    match now {
        State::Present(trace) => trace
            .identity
            .is_some_and(|identity| identity.is_same_now(&file.identity)),
        State::Absent | State::AtMost(_) => false,
    }
}

/// A link is in step if it is as it would be made, or leads to the same and its form was not asked for.
fn is_in_step(wanted: &Wanted, link: &Place, now: &State, new: &NewLink, target: &Path) -> bool {
    let State::Present(trace) = now else {
        return false;
    };
    if State::Present(new.trace()).fits(now) {
        return true;
    }
    let (Some(text), TextForm::Fitting) = (&trace.text, wanted.form) else {
        return false;
    };
    if !matches!(wanted.kind, LinkKind::Fitting | LinkKind::Symbolic) {
        return false;
    }
    // Not where it leads in the end: that may be a link of its own.
    let named = look::place(&link.parent, Path::new(text)).map(|place| place.path());
    if named.is_ok_and(|named| named == *target) {
        return true;
    }
    match (
        look::resolve_from(&link.parent, text).end,
        look::followed(target),
    ) {
        (End::Found { entry, .. }, Ok(wanted)) => {
            wanted.identity.is_same_now(&entry.identity) && wanted.kind == Kind::Directory
        }
        _ => false,
    }
}

fn is_still(known: &Known, now: &Trace) -> bool {
    match &known.made {
        Made::Link(made) => made.text == now.text && made.kind == now.kind,
        Made::Hard { file, .. } => file.fits(now),
    }
}
