//! `lw adopt`: what is there already moves into a managed folder, leaves a link, and is listed in a manifest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Entry, Kind};

use super::apply::{self, Conflict};
use super::link::refuse_if_any;
use super::refusal::trace_at;
use super::relocate::{self, MergeChoice, MoveRequest};
use super::replace::{ChangeOfPlaces, exchange_in};
use super::{AcrossWish, Refusal, Refused, Surroundings, TextForm, quarantine};
use crate::ledger::Ledger;
use crate::manifest::{
    EditError, Entry as Listed, MANIFEST, Manifest, When, Wish, WishForm, WishKind, with_entries,
    written, written_from_here,
};
use crate::plan::{Compared, Plan, Step, Subject, Trace, Unit};
use crate::run::item_numbered;

/// A wish to adopt.
#[derive(Debug, Clone)]
pub struct AdoptRequest {
    /// What moves.
    pub paths: Vec<PathBuf>,
    /// The folder it moves into, which must be there.
    pub into: PathBuf,
    /// The manifest that lists the links; `links.toml` in that folder, if none is told.
    pub manifest: Option<PathBuf>,
    /// The user's words, which stand with each entry.
    pub note: Option<String>,
}

/// Permission bits of a new manifest: whether others may read it is for its owner to say.
const NEW_MODE: u32 = 0o600;

/// Returns the plan, or every reason against it. The entries come first: what is interrupted is finished by `lw apply`.
pub fn plan(
    around: &Surroundings,
    request: &AdoptRequest,
    ledger: Option<&Ledger>,
) -> Result<Plan, Refused> {
    let into = folder(around, &request.into)?;
    let manifest = match &request.manifest {
        Some(manifest) => manifest.clone(),
        None => into.join(MANIFEST),
    };
    let old = Old::read(around, &manifest)?;
    let note = request.note.as_deref();
    let mut refusals = Vec::new();
    let mut moves = Vec::new();
    let mut entries = Vec::new();
    let mut taken: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    for (number, path) in request.paths.iter().enumerate() {
        let source = around.existing_place(path)?;
        let inside =
            |other: &PathBuf| source.path().starts_with(other) || other.starts_with(source.path());
        if let Some(other) = taken
            .values()
            .find(|other| **other != source.path() && inside(other))
        {
            let why = format!("it is in, or holds, {}", other.display());
            refusals.push(old.refused(&source.path(), &why));
            continue;
        }
        let dest = into.join(&source.name);
        if let Some(other) = taken.insert(dest.clone(), source.path()) {
            let (a, b) = (other, source.path());
            refusals.push(Refusal::SameName { a, b, dest });
            continue;
        }
        let wish = MoveRequest {
            source: source.path(),
            dest: into.clone(),
            form: TextForm::Fitting,
            merge: MergeChoice::Refuse,
            across: AcrossWish::CAREFUL,
        };
        match relocate::plan(&around.for_part(&format!("adopt{number}")), &wish, ledger) {
            Ok(plan) => moves.push(plan),
            Err(refused) => refusals.extend(refused.0),
        }
        let is_folder =
            look::entry(&source.path()).is_ok_and(|entry| entry.kind == Kind::Directory);
        match entry(
            around,
            &source.path(),
            (&dest, is_folder),
            (&old.path, note),
        ) {
            Some(entry) => entries.push(entry),
            None => refusals.push(old.refused(&dest, "TOML has no way to write its name")),
        }
    }
    refuse_if_any(refusals)?;
    let mut plan = Plan::new(Subject::Adopt {
        manifest: old.path.clone(),
        items: moves.len() as u64,
        first: request.paths.first().cloned().unwrap_or_default(),
    });
    plan.units.extend(old.replaced(around, entries)?);
    for part in moves {
        plan.notices.extend(part.notices);
        plan.units.extend(part.units);
    }
    Ok(plan)
}

/// Lists in a manifest what the plan of a move moves, as a step of that plan.
pub fn list_move(
    around: &Surroundings,
    mut plan: Plan,
    manifest: &Path,
    note: Option<&str>,
) -> Result<Plan, Refused> {
    let Subject::Move {
        source, dest, kind, ..
    } = &plan.subject
    else {
        return Ok(plan);
    };
    let old = Old::read(around, manifest)?;
    let is_folder = *kind == Kind::Directory;
    let Some(entry) = entry(around, source, (dest, is_folder), (&old.path, note)) else {
        return Err(old
            .refused(dest, "TOML has no way to write its name")
            .into());
    };
    let unit = old.replaced(around, vec![entry])?;
    plan.units.splice(0..0, unit);
    Ok(plan)
}

/// The link-free path of the folder that things move into.
fn folder(around: &Surroundings, into: &Path) -> Result<PathBuf, Refused> {
    let real = around.leading_to(into)?;
    match look::entry_if_any(&real)? {
        Some(entry) if entry.kind == Kind::Directory => Ok(real),
        Some(entry) => Err(Refusal::NotAFolder {
            path: real,
            kind: entry.kind,
        }
        .into()),
        None => Err(Refusal::Missing { path: real }.into()),
    }
}

/// The entry for a thing: its target is counted from the manifest where it lies below that. A folder that is there on the next
/// machine too can be merged, which only a move can.
fn entry(
    around: &Surroundings,
    source: &Path,
    (dest, is_folder): (&Path, bool),
    (manifest, note): (&Path, Option<&str>),
) -> Option<Listed> {
    let home = around.real_home();
    let beside = manifest
        .parent()
        .and_then(|folder| dest.strip_prefix(folder).ok());
    let target = match beside {
        Some(below) => written_from_here(below.to_str()?),
        None => written(home.as_deref(), dest)?,
    };
    let link = written(home.as_deref(), source)?;
    Some(Listed {
        what: match is_folder {
            true => Wish::Move {
                source: link,
                dest: target,
            },
            false => Wish::Link {
                link,
                target,
                kind: WishKind::Fitting,
                form: WishForm::Fitting,
            },
        },
        when: When::default(),
        note: note.map(str::to_owned),
        line: 0,
    })
}

/// The manifest as it is, or is not yet.
struct Old {
    path: PathBuf,
    text: String,
    manifest: Manifest,
    entry: Option<Entry>,
}

impl Old {
    fn read(around: &Surroundings, manifest: &Path) -> Result<Self, Refused> {
        let place = around.place(manifest)?;
        if look::entry_if_any(&place.path())?.is_none() {
            return Ok(Self {
                path: place.path(),
                text: String::new(),
                manifest: Manifest::default(),
                entry: None,
            });
        }
        let real = around.leading_to(manifest)?;
        // Before it is read: what is written into it from now on is seen when the plan is carried out.
        let entry = look::entry(&real)?;
        let (path, bytes) = apply::read_bytes(around, manifest)?;
        match Manifest::parse(&bytes) {
            Ok(manifest) => Ok(Self {
                path,
                // It is UTF-8, or it were no manifest.
                text: String::from_utf8_lossy(&bytes).into_owned(),
                manifest,
                entry: Some(entry),
            }),
            Err(error) => Err(Refusal::NoManifest { path, error }.into()),
        }
    }

    fn refused(&self, path: &Path, why: &str) -> Refusal {
        Refusal::Entry {
            manifest: self.path.clone(),
            line: 0,
            path: path.to_path_buf(),
            conflict: Conflict::Bad(why.to_owned()),
        }
    }

    /// Returns the unit that puts the manifest with these entries in its place, none if it has them all; the old one goes into
    /// quarantine.
    fn replaced(
        &self,
        around: &Surroundings,
        mut entries: Vec<Listed>,
    ) -> Result<Option<Unit>, Refused> {
        let of_one_name = |entry: &Listed| {
            let mut known = self.manifest.entries.iter();
            known.find(|known| name_of(known) == name_of(entry))
        };
        for entry in &entries {
            if let Some(known) = of_one_name(entry)
                && known.what != entry.what
            {
                return Err(Refusal::Entry {
                    manifest: self.path.clone(),
                    line: known.line,
                    path: name_of(entry).into(),
                    conflict: Conflict::Bad("it is listed there otherwise".to_owned()),
                }
                .into());
            }
        }
        entries.retain(|entry| of_one_name(entry).is_none());
        if entries.is_empty() {
            return Ok(None);
        }
        let text = with_entries(&self.text, &entries).map_err(|EditError::Form(error)| {
            Refusal::NoManifest {
                path: self.path.clone(),
                error,
            }
        })?;
        let parent = self.path.parent().unwrap_or(&self.path);
        let slot = quarantine::slot_for(&around.for_part("manifest"), parent, 0)?;
        let item = item_numbered(&slot, &self.path, 1);
        let file = Trace::any(Kind::File);
        let Some(entry) = &self.entry else {
            let steps = vec![
                Step::WriteFile {
                    file: item.clone(),
                    text,
                    mode: NEW_MODE,
                },
                Step::Rename {
                    from: item,
                    to: self.path.clone(),
                    what: file,
                },
            ];
            return Ok(Some(Unit::plain(steps, slot)));
        };
        let exchange = exchange_in(parent);
        let change = ChangeOfPlaces {
            path: &self.path,
            old: &trace_at(&self.path)?,
            item,
            fresh: slot.join("new"),
        };
        let mut steps = vec![
            Step::WriteFile {
                file: change.fresh(&exchange),
                text,
                mode: entry.mode & 0o777,
            },
            // What somebody has written into it since would be in quarantine, and missed.
            Step::Check {
                compared: vec![Compared {
                    path: self.path.clone(),
                    size_bytes: entry.size_bytes,
                    modified_ns: entry.modified_ns,
                }],
            },
        ];
        steps.extend(change.steps(file, &exchange));
        Ok(Some(Unit::plain(steps, slot)))
    }
}

/// Where the link of an entry stands, as written.
fn name_of(entry: &Listed) -> &str {
    match &entry.what {
        Wish::Link { link, .. } => link,
        Wish::Move { source, .. } => source,
        Wish::Tree { into, .. } => into,
    }
}
