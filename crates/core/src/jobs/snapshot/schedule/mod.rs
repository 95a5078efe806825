//! What runs a set file regularly: files for the system's own scheduler, and the plan that puts them there.
//!
//! Nothing is started: that takes one command more, which is the user's.

mod launchd;
mod systemd;
mod task_scheduler;
mod xml;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Kind, Place};

use super::{SetFile, existing_store};
use crate::jobs::link::refuse_if_any;
use crate::jobs::refusal::trace_at;
use crate::jobs::replace::{ChangeOfPlaces, exchange_in, folder_refusals, gap, leaving_refusals};
use crate::jobs::{Allowance, Refusal, Refused, Surroundings, quarantine};
use crate::manifest::{Machine, names_in};
use crate::plan::{PathText, Plan, Step, Subject, Trace, Unit};
use crate::run::item_numbered;
use crate::snapshot_set::Schedule;

/// A wish for a schedule.
#[derive(Debug, Clone)]
pub struct ScheduleWish<'a> {
    /// What is to be run.
    pub file: &'a SetFile,
    /// The machine on which.
    pub machine: &'a Machine,
    /// What the schedule is called, if not after the file.
    pub name: Option<&'a str>,
    /// Whether files of another content give way.
    pub replaces: Allowance,
}

/// A text file for a scheduler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// Where it belongs.
    pub path: PathBuf,
    /// What stands in it.
    pub text: String,
}

/// What a scheduler is to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// The files.
    pub files: Vec<TextFile>,
    /// The command that lets it begin.
    pub command: String,
    /// The path that the command ends with, if it does with one.
    pub command_path: Option<PathBuf>,
}

/// What a scheduler has to run, and when; every text can stand in each of their files.
#[derive(Debug, Clone)]
struct Job {
    /// `lw-snapshot-NAME`.
    name: String,
    program: String,
    set: String,
    schedule: Schedule,
    environment: BTreeMap<String, String>,
}

/// The longest name, in bytes: with what is around it, it is the name of a file.
const LONGEST_NAME: usize = 100;

/// Returns what this system's scheduler is to be given.
pub fn scheduled(around: &Surroundings, wish: &ScheduleWish<'_>) -> Result<Scheduled, Refused> {
    let job = job(around, wish)?;
    let no_folder = || cannot(&wish.file.path, "the home folder is not known");
    Ok(match wish.machine.os.as_str() {
        "windows" => task_scheduler::scheduled(&job, &around.state_folder),
        "macos" => {
            let home = around.home.as_deref().ok_or_else(no_folder)?;
            launchd::scheduled(&job, home)
        }
        _ => {
            let config = around.places.config.as_deref().ok_or_else(no_folder)?;
            systemd::scheduled(&job, config)
        }
    })
}

/// Returns the plan that writes the files; an empty one if they are there.
pub fn plan_schedule(around: &Surroundings, wish: &ScheduleWish<'_>) -> Result<Plan, Refused> {
    // What runs unattended makes no store, so there must be one.
    existing_store(around, &wish.file.store)?;
    let scheduled = scheduled(around, wish)?;
    let mut plan = Plan::new(Subject::Schedule {
        set: wish.file.path.clone(),
        files: scheduled
            .files
            .iter()
            .map(|file| PathText(file.path.clone()))
            .collect(),
    });
    let mut refusals = Vec::new();
    let mut steps = Vec::new();
    let mut slot = None;
    for (file, number) in scheduled.files.iter().zip(1..) {
        let place = around.target_place(&file.path)?;
        let above = nearest(&place.parent);
        let slot = match &slot {
            Some(slot) => slot,
            None => slot.insert(quarantine::slot_for(around, above, 0)?),
        };
        let path = place.path();
        let item = item_numbered(slot, &path, number);
        let what = Trace::any(Kind::File);
        let Some(entry) = look::entry_if_any(&path)? else {
            // All files lie in one folder, which is told once.
            if steps.is_empty() && refusals.is_empty() {
                let first = Place {
                    parent: above.to_path_buf(),
                    name: place.name.clone(),
                };
                refusals.extend(folder_refusals(&first));
            }
            make_folders(&place.parent, above, &mut steps);
            steps.push(written(item.clone(), &file.text));
            steps.push(Step::Rename {
                from: item,
                to: path,
                what,
            });
            continue;
        };
        if entry.kind == Kind::File && is_as_wished(&path, &file.text) {
            continue;
        }
        if wish.replaces == Allowance::Refuse || entry.kind == Kind::Directory {
            let kind = entry.kind;
            refusals.push(Refusal::Exists { path, kind });
            continue;
        }
        refusals.extend(leaving_refusals(around, &place, &entry));
        let exchange = exchange_in(&place.parent);
        plan.notices.extend(gap(&path, &exchange));
        let change = ChangeOfPlaces {
            path: &path,
            old: &trace_at(&path)?,
            item,
            fresh: slot.join(format!("{number:04}-new")),
        };
        steps.push(written(change.fresh(&exchange), &file.text));
        steps.extend(change.steps(what, &exchange));
    }
    refuse_if_any(refusals)?;
    if let Some(slot) = slot.filter(|_| !steps.is_empty()) {
        plan.units.push(Unit::plain(steps, slot));
    }
    Ok(plan)
}

fn written(file: PathBuf, text: &str) -> Step {
    Step::WriteFile {
        file,
        text: text.to_owned(),
        mode: 0o644,
    }
}

fn is_as_wished(path: &Path, text: &str) -> bool {
    const LONGEST_BYTES: u64 = 1024 * 1024;
    let now = look::content::read_small(path, LONGEST_BYTES);
    now.is_ok_and(|now| now == text.as_bytes())
}

/// The nearest folder above that is there.
fn nearest(folder: &Path) -> &Path {
    let mut all = folder.ancestors();
    let there = all.find(|above| look::entry(above).is_ok());
    there.unwrap_or(folder)
}

/// Adds the steps that make the folders below `above`, outer ones first, unless they are made already.
fn make_folders(folder: &Path, above: &Path, steps: &mut Vec<Step>) {
    let missing = folder.ancestors().take_while(|one| *one != above);
    let mut missing: Vec<&Path> = missing.collect();
    missing.reverse();
    for folder in missing {
        let step = Step::CreateFolder {
            folder: folder.to_path_buf(),
            mode: None,
        };
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
}

fn job(around: &Surroundings, wish: &ScheduleWish<'_>) -> Result<Job, Refused> {
    let file = wish.file;
    let Some(schedule) = file.set.schedule else {
        let path = file.path.clone();
        return Err(Refusal::NoSchedule { path }.into());
    };
    let program = around.program.as_deref();
    let program =
        program.ok_or_else(|| cannot(&file.path, "this program's own path is not known"))?;
    let mut environment = BTreeMap::new();
    for written in file.set.sources.iter().chain([&file.set.store]) {
        for name in names_in(&written.text) {
            if let Some(value) = wish.machine.environment.get(name) {
                environment.insert(name.to_owned(), plain(Path::new(value))?);
            }
        }
    }
    // The ledger is the same one, wherever this user's shell keeps it.
    environment.insert("LW_HOME".to_owned(), plain(&around.state_folder)?);
    Ok(Job {
        name: format!(
            "lw-snapshot-{}",
            wish.name.map_or_else(|| name_of(&file.path), str::to_owned)
        ),
        program: plain(program)?,
        set: plain(&file.path)?,
        schedule,
        environment,
    })
}

/// Returns a text that can stand in a unit of systemd and in XML.
fn plain(path: &Path) -> Result<String, Refusal> {
    match path.to_str() {
        Some(text) if !text.chars().any(char::is_control) => Ok(text.to_owned()),
        _ => Err(cannot(path, "schedulers do not take such letters")),
    }
}

fn cannot(path: &Path, why: &'static str) -> Refusal {
    Refusal::CannotSchedule {
        path: path.to_path_buf(),
        why,
    }
}

/// Returns what a set is called: as its file, or as its folder if the file is called as they all are.
fn name_of(set: &Path) -> String {
    let stem = set.file_stem().filter(|stem| *stem != "snapshot");
    let folder = || set.parent().and_then(Path::file_name);
    let name = stem.or_else(folder).unwrap_or_default().to_string_lossy();
    let name: String = name
        .chars()
        .map(|letter| match fits(letter) {
            true => letter,
            false => '-',
        })
        .take(LONGEST_NAME)
        .collect();
    match name.is_empty() {
        true => "set".to_owned(),
        false => name,
    }
}

/// Returns whether a letter can stand in the name of a schedule, on each system.
fn fits(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.')
}

/// Returns whether a schedule can be called so.
pub fn is_schedule_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot_set::TimeOfDay;

    /// A job whose texts hold what means something to each scheduler.
    pub(super) fn odd_job() -> Job {
        Job {
            name: "lw-snapshot-home".to_owned(),
            program: "/opt/a \"b\" 100% $HOME \\n & <c>/lw".to_owned(),
            set: "/home/ann/it's 5% ${x} \\ \"q\" & <d> \u{e9}.toml".to_owned(),
            schedule: Schedule::Daily(TimeOfDay { hour: 7, minute: 5 }),
            environment: BTreeMap::from([
                ("DATA".to_owned(), "/d \"1\" %h $x \\".to_owned()),
                (
                    "LW_HOME".to_owned(),
                    "/home/ann/.local/state/linkwright".to_owned(),
                ),
            ]),
        }
    }

    #[test]
    fn names_come_from_the_file_or_its_folder() {
        for (set, name) in [
            ("/home/ann/snapshot.toml", "ann"),
            ("/home/ann/my photos.toml", "my-photos"),
            ("/home/ann/b\u{fc}ro.set.toml", "b-ro.set"),
            ("/snapshot.toml", "set"),
        ] {
            assert_eq!(name_of(Path::new(set)), name, "{set}");
            assert!(is_schedule_name(name));
        }
        for wrong in ["", "a b", "a/b", "a%", "\u{e9}"] {
            assert!(!is_schedule_name(wrong), "{wrong}");
        }
        assert!(is_schedule_name(&name_of(Path::new(&"x".repeat(300)))));
    }
}
