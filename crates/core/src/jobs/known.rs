//! The links that operations made, as the ledger tells: each with the operation that made it as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lw_fs::look::Kind;
use lw_fs::path_form;

use crate::ledger::{Ledger, LedgerError, Operation, OperationState, UnitRecord, UnitState};
use crate::plan::{Outcome, PathText, Shape, State, Step, Subject, Trace, Unit};

/// A link that an operation made.
#[derive(Debug, Clone)]
pub struct Known {
    /// What it was made as.
    pub made: Made,
    /// The operation.
    pub operation_id: i64,
    /// When it ended, microseconds since 1970.
    pub made_us: i64,
    /// The user's words.
    pub note: Option<String>,
    /// The manifests whose link it is: the one it was made for, and those that listed it when they were applied.
    pub manifests: Vec<PathBuf>,
}

impl Known {
    /// Returns whether it is a link of this manifest.
    pub fn is_of(&self, manifest: &Path) -> bool {
        self.manifests.iter().any(|one| one == manifest)
    }

    /// Returns the first manifest but this one whose link it is.
    pub fn other_than(&self, manifest: &Path) -> Option<&PathBuf> {
        self.manifests.iter().find(|one| *one != manifest)
    }

    /// What is made once more as it was stays the link of all whose it was.
    fn made_again(mut self, before: Option<Self>) -> Self {
        let is_same = |one: &Made, other: &Made| match (one, other) {
            (Made::Link(one), Made::Link(other)) => one.text == other.text,
            (Made::Hard { target: one, .. }, Made::Hard { target: other, .. }) => one == other,
            _ => false,
        };
        if let Some(before) = before
            && !self.manifests.is_empty()
            && is_same(&self.made, &before.made)
        {
            let others = before.manifests.into_iter();
            let others = others.filter(|one| !self.manifests.contains(one));
            self.manifests.extend(others.collect::<Vec<_>>());
        }
        self
    }
}

/// What a known link was made as.
#[derive(Debug, Clone)]
pub enum Made {
    /// A link with a text.
    Link(Trace),
    /// One more name of a file.
    Hard {
        /// A name it had.
        target: PathBuf,
        /// The file.
        file: Trace,
    },
}

impl Made {
    /// Returns what is looked for at its path.
    pub fn trace(&self) -> &Trace {
        match self {
            Self::Link(trace) | Self::Hard { file: trace, .. } => trace,
        }
    }
}

/// What operations left behind, by path.
#[derive(Debug, Clone, Default)]
pub struct AllKnown {
    /// Links.
    pub links: BTreeMap<PathBuf, Known>,
    /// Folders that were made for links of a manifest, with that manifest.
    pub folders: BTreeMap<PathBuf, PathBuf>,
}

/// Returns what operations left behind. What changed since by other hands is not looked at.
///
/// `now_at` says where a manifest is now that lay at this path.
pub fn all_known(
    ledger: &Ledger,
    mut now_at: impl FnMut(&Path) -> PathBuf,
) -> Result<AllKnown, LedgerError> {
    let mut known = AllKnown::default();
    let mut moves = Moves::default();
    let mut operations = ledger.operations(u32::MAX)?;
    operations.reverse();
    for operation in operations {
        let is_done = matches!(
            operation.state,
            OperationState::Done | OperationState::Partly
        );
        // What was taken back counts as if it had never been.
        if !is_done || operation.undone_by.is_some() || operation.undoes.is_some() {
            continue;
        }
        let manifest = match &operation.subject {
            Subject::Apply { manifest, .. } | Subject::Adopt { manifest, .. } => {
                Some(now_at(manifest))
            }
            _ => None,
        };
        for record in ledger.units(operation.id)? {
            if record.state == UnitState::Done {
                replay(
                    &operation,
                    manifest.as_deref(),
                    &record,
                    (&mut known, &moves),
                );
                moves.add(&record.unit.shape);
            }
        }
    }
    Ok(known)
}

/// What has moved and left a link, from where to where: a link in it stays known by its first path.
#[derive(Default)]
struct Moves(Vec<(PathBuf, PathBuf)>);

impl Moves {
    fn add(&mut self, shape: &Shape) {
        match shape {
            Shape::Relocation { source, dest, .. } => self.0.push((source.clone(), dest.clone())),
            Shape::BringBack { source, .. } => self.0.retain(|(from, _)| from != source),
            Shape::Plain | Shape::Links => {}
        }
    }

    /// Returns the path by which the link that is at `path` by now is known.
    fn known_by(&self, known: &BTreeMap<PathBuf, Known>, path: &Path) -> PathBuf {
        let mut first = path.to_path_buf();
        let mut moves = self.0.iter().rev();
        while !known.contains_key(&first)
            && let Some((from, to)) = moves.next()
        {
            first = path_form::moved(&first, to, from).unwrap_or(first);
        }
        match known.contains_key(&first) {
            true => first,
            false => path.to_path_buf(),
        }
    }
}

/// A link that gives way to one that leads to the same as before.
#[derive(Clone)]
struct Led {
    /// The path by which it is known.
    known_by: PathBuf,
    /// Whose it stays.
    manifests: Vec<PathBuf>,
}

/// Returns the link that a step leads anew because something else has moved or was mended: it stays whose it was, and nobody's if it
/// was nobody's.
fn led(
    unit: &Unit,
    subject: &Subject,
    step: &Step,
    (known, moves): (&mut BTreeMap<PathBuf, Known>, &Moves),
) -> Option<(PathBuf, Led)> {
    let is_in_moved = matches!(
        unit.shape,
        Shape::Relocation { .. } | Shape::BringBack { .. }
    );
    let (path, was) = match step {
        _ if !is_in_moved
            && !matches!(subject, Subject::Repair { .. } | Subject::Convert { .. }) =>
        {
            return None;
        }
        Step::Exchange {
            b: path, at_b: was, ..
        }
        | Step::Quarantine {
            path, what: was, ..
        }
        | Step::ReAim {
            link: path, was, ..
        } => (path, was),
        _ => return None,
    };
    let text = was.text.as_ref()?;
    let known_by = moves.known_by(known, path);
    let before = known.remove(&known_by);
    let before = before.filter(
        |before| matches!(&before.made, Made::Link(made) if made.text.as_ref() == Some(text)),
    );
    let manifests = before.map_or_else(Vec::new, |before| before.manifests);
    Some((
        path.clone(),
        Led {
            known_by,
            manifests,
        },
    ))
}

/// Gives the links in a tree that is copied the texts that they have in the copy.
fn led_in_copy(step: &Step, (known, moves): (&mut BTreeMap<PathBuf, Known>, &Moves)) {
    let Step::Stage {
        source, options, ..
    } = step
    else {
        return;
    };
    for re_aim in &options.re_aims {
        let known_by = moves.known_by(known, &source.join(&re_aim.path));
        if let Some(Known {
            made: Made::Link(made),
            ..
        }) = known.get_mut(&known_by)
            && made.text.as_ref() == Some(&re_aim.was)
        {
            *made = Trace::new_link(&re_aim.text, re_aim.native.as_ref());
        }
    }
}

/// Lets the steps of a unit happen once more, to names alone.
fn replay(
    operation: &Operation,
    manifest: Option<&Path>,
    record: &UnitRecord,
    (all, moves): (&mut AllKnown, &Moves),
) {
    let unit = &record.unit;
    let known = &mut all.links;
    // What still lies in a private folder, or in a folder there.
    let mut staged: BTreeMap<PathBuf, Made> = BTreeMap::new();
    let mut staged_folders: Vec<&PathBuf> = Vec::new();
    let new = |made| Known {
        made,
        operation_id: operation.id,
        made_us: operation.finished_us.unwrap_or(operation.started_us),
        note: operation.note.clone(),
        manifests: manifest.map(Path::to_path_buf).into_iter().collect(),
    };
    let mut leads_on: BTreeMap<PathBuf, Led> = BTreeMap::new();
    let put =
        |known: &mut BTreeMap<PathBuf, Known>, led: Option<Led>, path: PathBuf, made| match led {
            Some(led) => {
                let manifests = led.manifests;
                known.insert(
                    led.known_by,
                    Known {
                        manifests,
                        ..new(made)
                    },
                );
            }
            None => {
                let before = known.remove(&path);
                known.insert(path, new(made).made_again(before));
            }
        };
    for (index, step) in unit.steps.iter().enumerate() {
        if matches!(record.outcomes.get(index), Some(Outcome::Skipped) | None) {
            continue;
        }
        if let (Step::Share { links, .. }, Some(manifest)) = (step, manifest) {
            share(known, manifest, links);
        }
        // What moves elsewhere takes its links along, and is no folder that is folded.
        if let (Subject::Apply { .. }, Shape::Plain, Some(folder)) =
            (&operation.subject, &unit.shape, folded(step))
        {
            known.retain(|path, _| !path.starts_with(folder));
            all.folders.retain(|path, _| !path.starts_with(folder));
        }
        leads_on.extend(led(unit, &operation.subject, step, (known, moves)));
        led_in_copy(step, (known, moves));
        let arrived = arrivals(step, &mut staged);
        if let Step::CreateFolder { folder, .. } = step
            && unit.is_private(folder)
        {
            staged_folders.push(folder);
        } else if let (Subject::Apply { .. }, Some(manifest)) = (&operation.subject, manifest) {
            let carried = staged_folders.iter();
            let carried = carried.filter_map(|folder| step.carries(folder));
            let made = match step {
                Step::CreateFolder { folder, .. } => Some(folder.clone()),
                _ => None,
            };
            let there = carried.chain(made);
            all.folders
                .extend(there.map(|folder| (folder, manifest.to_path_buf())));
        }
        if let Step::RemoveFolder { folder, .. } = step {
            all.folders.remove(folder);
        }
        let touches = step.touches();
        for fact in step.ensures() {
            if !touches.contains(&fact.path.as_path()) {
                continue;
            }
            let made = match (step, &fact.state) {
                (Step::CreateHardLink { target, link, file }, _) if *link == fact.path => {
                    Some(Made::Hard {
                        target: target.clone(),
                        file: file.clone(),
                    })
                }
                (_, State::Present(trace)) if trace.kind.is_link() => {
                    Some(Made::Link(trace.clone()))
                }
                _ => None,
            };
            match (made, unit.is_private(&fact.path)) {
                (Some(made), true) => drop(staged.insert(fact.path, made)),
                (Some(made), false) => {
                    let led = leads_on.get(&fact.path).cloned();
                    put(known, led, fact.path, made);
                }
                (None, true) => {}
                (None, false) => drop(known.remove(&fact.path)),
            }
        }
        for (path, made) in arrived {
            match unit.is_private(&path) {
                true => drop(staged.insert(path, made)),
                false => {
                    let led = leads_on.get(&path).cloned();
                    put(known, led, path, made);
                }
            }
        }
    }
}

/// Lets these links be the manifest's too, and no others that are another's as well.
fn share(known: &mut BTreeMap<PathBuf, Known>, manifest: &Path, links: &[PathText]) {
    let links: BTreeSet<&Path> = links.iter().map(|path| path.0.as_path()).collect();
    for (path, link) in known {
        if link.other_than(manifest).is_none() {
            continue;
        }
        match (links.contains(path.as_path()), link.is_of(manifest)) {
            (true, false) => link.manifests.push(manifest.to_path_buf()),
            (false, true) => link.manifests.retain(|one| one != manifest),
            _ => {}
        }
    }
}

/// The folder that goes into quarantine with the links in it, since one link stands for all.
fn folded(step: &Step) -> Option<&Path> {
    match step {
        Step::Exchange {
            b: path,
            at_b: what,
            ..
        }
        | Step::Quarantine { path, what, .. }
            if what.kind == Kind::Directory =>
        {
            Some(path)
        }
        _ => None,
    }
}

/// Takes what goes along with the step out of what is staged, and returns it with its new paths.
fn arrivals(step: &Step, staged: &mut BTreeMap<PathBuf, Made>) -> Vec<(PathBuf, Made)> {
    let (Step::Exchange { a: from, .. } | Step::Rename { from, .. }) = step else {
        return Vec::new();
    };
    // There may be thousands that were displaced and stay.
    let going = staged.range(from.clone()..).map(|(path, _)| path);
    let going = going.take_while(|path| path.starts_with(from));
    let carried: Vec<(PathBuf, PathBuf)> = going
        .filter_map(|path| Some((path.clone(), step.carries(path)?)))
        .collect();
    let arrived = carried
        .into_iter()
        .filter_map(|(path, at)| Some((at, staged.remove(&path)?)));
    arrived.collect()
}
