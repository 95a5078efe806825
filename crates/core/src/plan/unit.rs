//! Units, what became of them, and whole plans.

use std::ops::Range;
use std::path::{Path, PathBuf};

use lw_fs::look::Identity;
use serde::{Deserialize, Serialize};

use super::path_text::{self, PathText};
use super::{FactsChange, Notice, Step, Subject};

/// What is taken back as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// What the steps amount to, where undoing them takes more than the reverse of each.
    pub shape: Shape,
    /// From how many done steps on an interrupted unit is finished rather than taken back.
    pub go_on_from: usize,
    /// The private folder for what it displaces or removes; made when needed.
    pub(crate) slot: PathText,
    /// Further private folders of its own, on other volumes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) elsewhere: Vec<PathText>,
    /// Private folders of earlier operations that it takes something from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) borrowed: Vec<PathText>,
}

/// What the steps of a unit amount to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "shape", rename_all = "snake_case")]
pub enum Shape {
    /// No more than the steps.
    Plain,
    /// Links that change independently of each other: on the way back, what was changed since is left alone.
    Links,
    /// Something moved and left a link; `core` are the steps that did it.
    Relocation {
        /// Where the link is now.
        #[serde(with = "path_text::path")]
        source: PathBuf,
        /// Where the moved thing is now.
        #[serde(with = "path_text::path")]
        dest: PathBuf,
        /// The steps that make up the move itself.
        core: Range<usize>,
    },
    /// Something came back to where its link was.
    BringBack {
        /// Where the link was and the thing is now.
        #[serde(with = "path_text::path")]
        source: PathBuf,
        /// Where the thing was.
        #[serde(with = "path_text::path")]
        dest: PathBuf,
        /// Where in quarantine the old link lies.
        #[serde(with = "path_text::path")]
        old_link: PathBuf,
        /// The steps that make up the way back itself.
        core: Range<usize>,
    },
}

impl Unit {
    /// Makes a plain unit that is taken back if it is interrupted before its last step.
    pub fn plain(steps: Vec<Step>, slot: PathBuf) -> Self {
        let go_on_from = steps.len();
        Self {
            steps,
            shape: Shape::Plain,
            go_on_from,
            slot: PathText(slot),
            elsewhere: Vec::new(),
            borrowed: Vec::new(),
        }
    }

    /// Reads what [`serde_json`] wrote of a unit; takes any text.
    ///
    /// Fails if it speaks of steps that are not there, as no unit of ours does: nothing is to be undone by it then.
    pub fn from_record(record: &str) -> Result<Self, serde_json::Error> {
        let unit: Self = serde_json::from_str(record)?;
        let core = match &unit.shape {
            Shape::Plain | Shape::Links => 0..0,
            Shape::Relocation { core, .. } | Shape::BringBack { core, .. } => core.clone(),
        };
        match unit.steps.get(core) {
            Some(_) if unit.go_on_from <= unit.steps.len() => Ok(unit),
            _ => Err(serde::de::Error::custom(
                "it speaks of steps that are not there",
            )),
        }
    }

    /// Returns the private folder for what the unit displaces or removes.
    pub fn slot(&self) -> &Path {
        &self.slot.0
    }

    /// Returns the private folders of its own, on whatever volume.
    pub fn own_folders(&self) -> impl Iterator<Item = &Path> {
        std::iter::once(self.slot()).chain(self.elsewhere.iter().map(|folder| folder.0.as_path()))
    }

    /// Returns whether it ends with clearing what it replaced: then it is gone on with, whatever happens after that has
    /// been replaced.
    pub fn is_cleared_in_the_end(&self) -> bool {
        let clears = |step: &Step| matches!(step, Step::Retire { .. });
        self.steps.iter().any(clears)
    }

    /// Returns the stages in which it builds something.
    pub fn stages(&self) -> impl Iterator<Item = &Path> {
        self.steps.iter().filter_map(|step| match step {
            Step::Stage { item, .. } | Step::StageRestore { item, .. } => item.parent(),
            _ => None,
        })
    }

    /// Returns whether it copies content, which may take long.
    pub fn copies(&self) -> bool {
        self.steps.iter().any(|step| step.builds().is_some())
    }

    /// Returns what it gives to a folder, if that is all that it does.
    pub fn gives_facts(&self) -> Option<(&Path, &FactsChange)> {
        match self.steps.as_slice() {
            [Step::GiveFacts { folder, facts, .. }] => Some((folder, facts)),
            _ => None,
        }
    }

    /// Notes in all steps what makes itself what a stage has built at `item`, and further names that it gets.
    pub fn learn(&mut self, item: &Path, identity: Identity) {
        let mut names = vec![item.to_path_buf()];
        for step in &mut self.steps {
            if let Step::CreateHardLink { target, link, file } = step
                && names.contains(target)
            {
                file.identity = Some(identity);
                names.push(link.clone());
            }
            for name in &names {
                step.learn(name, identity);
            }
        }
    }

    /// Notes a further private folder of its own.
    pub(crate) fn use_folder(&mut self, folder: PathBuf) {
        if !self.own_folders().any(|own| own == folder) {
            self.elsewhere.push(PathText(folder));
        }
    }

    /// Notes the private folders of earlier operations that it may take something from.
    pub(crate) fn borrow_from<'a>(&mut self, folders: impl Iterator<Item = &'a Path>) {
        self.borrowed = folders
            .map(|folder| PathText(folder.to_path_buf()))
            .collect();
    }

    /// Returns its own private folders and those it takes something from.
    pub fn private_folders(&self) -> impl Iterator<Item = &Path> {
        self.own_folders()
            .chain(self.borrowed.iter().map(|folder| folder.0.as_path()))
    }

    /// Returns whether `path` lies in one of [`Unit::private_folders`].
    pub fn is_private(&self, path: &Path) -> bool {
        self.private_folders()
            .any(|folder| path.starts_with(folder))
    }

    /// Returns whether things are at `path` only on their way: in a private folder, or where a snapshot is made. Undo brings
    /// nothing back there, where the next run would go on with what it finds.
    pub fn is_passed_through(&self, path: &Path) -> bool {
        let mut staged = self.steps.iter().filter_map(|step| match step {
            Step::StageSnapshot { item, .. } => Some(item),
            _ => None,
        });
        self.is_private(path) || staged.any(|item| path.starts_with(item))
    }

    /// Returns every path whose name the unit changes, private folders left out.
    pub fn touches(&self) -> Vec<&Path> {
        let mut paths: Vec<&Path> = self.steps.iter().flat_map(Step::touches).collect();
        paths.dedup();
        paths.retain(|path| !self.is_private(path));
        paths.sort_unstable_by_key(|path| path.as_os_str());
        paths.dedup();
        paths
    }
}

/// What became of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done; `made` is what it made, where it made something.
    Done {
        /// The identity of the new entry.
        made: Option<Identity>,
    },
    /// It was so already; never undone.
    Skipped,
    /// An old tree was retired.
    Retired {
        /// How much of it stays in quarantine unplanned.
        kept: u64,
    },
}

/// What is going to be done, as data: shown, recorded, run, settled and undone from this one table.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What it is about.
    pub subject: Subject,
    /// What the user should know before saying yes.
    pub notices: Vec<Notice>,
    /// What is done, in order.
    pub units: Vec<Unit>,
    /// The operation that this plan takes back.
    pub undoes: Option<i64>,
    /// The user's own words, kept with the operation.
    pub note: Option<String>,
    /// What becomes of the other units after one that cannot be done.
    pub after_failure: AfterFailure,
}

/// What becomes of the other units of a plan after one that cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    /// None is begun any more.
    Stop,
    /// They are done: they have nothing to do with it.
    GoOn,
}

impl Plan {
    /// Makes a plan that does nothing yet.
    pub fn new(subject: Subject) -> Self {
        Self {
            subject,
            notices: Vec::new(),
            units: Vec::new(),
            undoes: None,
            note: None,
            after_failure: AfterFailure::Stop,
        }
    }

    /// Returns whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Returns every path whose name the plan changes.
    pub fn touches(&self) -> Vec<&Path> {
        let mut paths: Vec<&Path> = self.units.iter().flat_map(Unit::touches).collect();
        paths.sort_unstable_by_key(|path| path.as_os_str());
        paths.dedup();
        paths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_speaks_of_steps_that_are_not_there_is_refused() {
        let record = |core: &str, go_on_from: usize| {
            format!(
                r#"{{"steps":[{{"step":"grace","wait_ms":1}}],"shape":{{"shape":"relocation","source":"/a",
                "dest":"/b","core":{core}}},"go_on_from":{go_on_from},"slot":"/s"}}"#
            )
        };
        let read = |core: &str, go_on_from| Unit::from_record(&record(core, go_on_from)).is_ok();
        assert!(read(r#"{"start":0,"end":1}"#, 1));
        assert!(!read(r#"{"start":0,"end":2}"#, 1));
        assert!(!read(r#"{"start":1,"end":0}"#, 1));
        assert!(!read(r#"{"start":0,"end":1}"#, 2));
        assert!(Unit::from_record("{}").is_err());
    }
}
