//! `lw check --backup`: how often a backup of some folders holds what their links lead to.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lw_fs::FsErrorKind;
use lw_fs::look::{self, End, Kind};

use super::check::Checked;
use super::finding::Examiner;
use super::followed::{Followed, Leads, Met, Target};
use super::list::HardLinks;
use super::rounds::{Arrow, Copies, Rounds};
use super::{Finding, Names, Roots, Unseen};
use crate::jobs::{Refused, Surroundings};

/// What links lead to, and how often a backup holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its link-free path.
    pub path: PathBuf,
    /// What it is: a file or a folder.
    pub kind: Kind,
    /// Size in bytes, for files.
    pub size_bytes: Option<u64>,
    /// The links in the folders that lead to it, sorted.
    pub links: Vec<PathBuf>,
    /// How often tools hold it that keep links as links: 0 or 1.
    pub kept: u64,
    /// How often tools hold it that follow links.
    pub followed: Copies,
}

/// What is said of how often something is held, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holding {
    /// Tools that keep links do not hold it.
    NeverKept,
    /// Tools that follow links come to it again and again.
    Endless,
    /// Tools that follow links hold it several times.
    Several,
    /// Each tool holds it once.
    Once,
}

impl Held {
    /// Returns what is to be said of it.
    pub fn holding(&self) -> Holding {
        match (self.kept, self.followed) {
            (0, _) => Holding::NeverKept,
            (_, Copies::Endless) => Holding::Endless,
            (_, Copies::Times(0 | 1)) => Holding::Once,
            _ => Holding::Several,
        }
    }
}

impl Holding {
    /// Returns the word that stands for it in answers for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::NeverKept => "never-kept",
            Self::Endless => "endless",
            Self::Several => "several",
            Self::Once => "once",
        }
    }
}

/// A link that sends who follows it round for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The link.
    pub path: PathBuf,
    /// Its target text.
    pub text: OsString,
    /// The folder it leads to.
    pub folder: PathBuf,
    /// The links of a shortest way round, beginning with this one.
    pub cycle: Vec<PathBuf>,
}

/// What was found.
#[derive(Debug)]
pub struct BackupReport {
    /// The links to what is there but cannot be reached now, so that no tool holds it, by path.
    pub unreachable: Vec<Checked>,
    /// What the links of the folders lead to, the worst first, then by path.
    pub targets: Vec<Held>,
    /// The links that send who follows them round for ever, by path; some of them may lie outside of the folders.
    pub rounds: Vec<Round>,
    /// Files with further names outside of the folders, by path.
    pub parted: Vec<HardLinks>,
    /// Number of links in the folders.
    pub link_count: u64,
    /// How many of them lead nowhere.
    pub nowhere_count: u64,
    /// What was not seen.
    pub unseen: Unseen,
}

impl BackupReport {
    /// Returns the links in which something is wrong, sorted, each once.
    pub fn problems(&self) -> Vec<&Path> {
        let unreachable = self.unreachable.iter().map(|checked| &checked.path);
        let never_kept = self
            .targets
            .iter()
            .filter(|held| held.holding() == Holding::NeverKept)
            .flat_map(|held| &held.links);
        let rounds = self.rounds.iter().map(|round| &round.path);
        let all = unreachable.chain(never_kept).chain(rounds);
        let mut all: Vec<&Path> = all.map(PathBuf::as_path).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Finds out how often a backup of the folders holds what their links lead to; each finding is looked at a second time
/// before it is returned.
pub fn check_backup(
    around: &Surroundings,
    roots: &Roots,
    names: &Names,
) -> Result<BackupReport, Refused> {
    let mut followed = Followed::search(around, roots, names)?;
    let numbers = Numbers::of(&followed.links);
    let arrows = arrows(&followed, &numbers);
    let of_links: Vec<Arrow> = arrows.iter().map(|(_, arrow)| arrow.clone()).collect();
    let rounds = Rounds::new(numbers.count, &of_links);
    let mut targets = targets(&followed, &numbers, &rounds);
    targets.retain_mut(|held| held.holding() == Holding::Once || still_linked(held));
    targets.sort_unstable_by(|a, b| {
        let worse = a.holding().cmp(&b.holding());
        worse.then_with(|| a.path.cmp(&b.path))
    });
    let cycles = rounds.cycles().into_iter();
    let mut rounds: Vec<Round> = cycles
        .filter_map(|(number, cycle)| {
            let link = |number: usize| &followed.links[arrows[number].0];
            let cycle: Vec<&Met> = cycle.into_iter().map(link).collect();
            let is_so = cycle.iter().all(|link| {
                let target = link.target();
                target.is_some_and(|target| still_leads(&link.path, &target.path))
            });
            is_so.then(|| round(link(number), &cycle)).flatten()
        })
        .collect();
    rounds.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let (unreachable, nowhere_count) = without_target(around, roots, &followed.links)?;
    let files = std::mem::take(&mut followed.files).into_sorted();
    let parted = files.into_iter().filter(is_parted).collect();
    let link_count = followed.links.iter().filter(|link| link.search == 0);
    Ok(BackupReport {
        unreachable,
        targets,
        rounds,
        parted,
        link_count: link_count.count() as u64,
        nowhere_count,
        unseen: followed.unseen,
    })
}

/// Numbers for the folders to which links lead: one a folder, by whatever path it is reached.
struct Numbers<'a> {
    by_identity: HashMap<(u64, u64), usize>,
    by_path: HashMap<&'a Path, usize>,
    count: usize,
}

impl<'a> Numbers<'a> {
    fn of(links: &'a [Met]) -> Self {
        let mut by_identity = HashMap::new();
        let mut by_path = HashMap::new();
        let targets = links.iter().filter_map(Met::target);
        for target in targets.filter(|target| target.kind == Kind::Directory) {
            let next = by_identity.len();
            let number = *by_identity.entry(target.identity).or_insert(next);
            by_path.insert(target.path.as_path(), number);
        }
        Self {
            count: by_identity.len(),
            by_identity,
            by_path,
        }
    }

    /// Returns the numbers of the folders that contain the link.
    fn above(&self, followed: &Followed<'_>, link: &Met) -> Vec<usize> {
        let above = followed.folders_above(link);
        distinct(above.filter_map(|identity| self.by_identity.get(&identity).copied()))
    }

    /// Returns the numbers of the folders that are at the path or above it.
    fn at_or_above(&self, path: &Path) -> Vec<usize> {
        let above = path.ancestors();
        distinct(above.filter_map(|folder| self.by_path.get(folder).copied()))
    }
}

fn distinct(numbers: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut numbers: Vec<usize> = numbers.collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Returns the links to folders: the number among the links, and the arrow.
fn arrows(followed: &Followed<'_>, numbers: &Numbers<'_>) -> Vec<(usize, Arrow)> {
    let links = followed.links.iter().enumerate();
    let arrows = links.filter_map(|(number, link)| {
        let target = link.target()?;
        let to = *numbers.by_path.get(target.path.as_path())?;
        let within = numbers.above(followed, link);
        let met = met(link);
        Some((number, Arrow { within, to, met }))
    });
    arrows.collect()
}

/// Returns how often a link is met without following any.
fn met(link: &Met) -> u64 {
    u64::from(link.search == 0)
}

/// Returns what the links of the folders themselves lead to.
fn targets(followed: &Followed<'_>, numbers: &Numbers<'_>, rounds: &Rounds<'_>) -> Vec<Held> {
    let mut linked: HashMap<&Path, (&Target, Vec<&Met>)> = HashMap::new();
    for link in &followed.links {
        if let Some(target) = link.target() {
            let entry = linked.entry(&target.path);
            entry.or_insert_with(|| (target, Vec::new())).1.push(link);
        }
    }
    let held = linked.into_values().filter_map(|(target, links)| {
        let inside = links.iter().filter(|link| link.search == 0);
        let mut paths: Vec<PathBuf> = inside.map(|link| link.path.clone()).collect();
        if paths.is_empty() {
            return None;
        }
        paths.sort_unstable();
        let lies_inside = followed.lies_inside(&target.path);
        let within = numbers.at_or_above(&target.path);
        let mut copies = rounds.copies(u64::from(lies_inside), &within);
        if target.kind == Kind::File {
            for link in links {
                let by_it = rounds.copies(met(link), &numbers.above(followed, link));
                copies = copies.and(by_it);
            }
        }
        let has_name_inside = followed.files.contain(target.identity);
        Some(Held {
            path: target.path.clone(),
            kind: target.kind,
            size_bytes: (target.kind == Kind::File).then_some(target.size_bytes),
            links: paths,
            kept: u64::from(lies_inside || has_name_inside),
            followed: copies,
        })
    });
    held.collect()
}

/// Looks a second time which links lead there; returns whether any does.
fn still_linked(held: &mut Held) -> bool {
    let path = &held.path;
    held.links.retain(|link| still_leads(link, path));
    !held.links.is_empty()
}

/// Looks a second time whether a file has more names than were found.
fn is_parted(file: &HardLinks) -> bool {
    let count_now = || match look::entry(file.paths.first()?) {
        Ok(entry) if entry.identity.inode == file.inode => Some(entry.link_count),
        Ok(_) => None,
        // Only a walk gets there.
        Err(error) => (error.kind == FsErrorKind::NameTooLong).then_some(file.link_count),
    };
    let found = file.paths.len() as u64;
    file.outside_count() > 0 && count_now().is_some_and(|count| count > found)
}

fn still_leads(link: &Path, target: &Path) -> bool {
    let text = match look::read_link(link) {
        Ok(text) => text,
        // Only a walk gets there.
        Err(error) => return error.kind == FsErrorKind::NameTooLong,
    };
    let folder = link.parent().unwrap_or(link);
    matches!(look::resolve_from(folder, &text).end, End::Found { path, .. } if path == target)
}

fn round(link: &Met, cycle: &[&Met]) -> Option<Round> {
    Some(Round {
        path: link.path.clone(),
        text: link.text.clone(),
        folder: link.target()?.path.clone(),
        cycle: cycle.iter().map(|link| link.path.clone()).collect(),
    })
}

/// Returns the links of the folders to what cannot be reached now, looked at a second time, and how many lead nowhere.
fn without_target(
    around: &Surroundings,
    roots: &Roots,
    links: &[Met],
) -> Result<(Vec<Checked>, u64), Refused> {
    let examiner = Examiner::new(around, roots)?;
    let mut nowhere_count = 0;
    let mut unreachable = Vec::new();
    for link in links.iter().filter(|link| link.search == 0) {
        let Leads::Nowhere(Some(suspect)) = &link.leads else {
            continue;
        };
        let Some(judged) = examiner.judge(&mut look::Resolver::default(), suspect) else {
            continue;
        };
        match judged.finding {
            Finding::NotMounted { .. }
            | Finding::CannotTell { .. }
            | Finding::Damaged { .. }
            | Finding::NoLink { .. }
            | Finding::OtherDrive { .. } => unreachable.push(Checked {
                path: link.path.clone(),
                text: judged.text,
                native: judged.native,
                finding: judged.finding,
            }),
            Finding::Loop { .. }
            | Finding::TooDeep
            | Finding::Dangling { .. }
            | Finding::ThroughFile { .. } => nowhere_count += 1,
            // It has come back meanwhile.
            Finding::Replaced { .. }
            | Finding::Split { .. }
            | Finding::Recursive { .. }
            | Finding::InCloudOnly { .. }
            | Finding::Messy { .. }
            | Finding::Synced { .. }
            | Finding::WrongKind { .. }
            | Finding::NotForWindows { .. }
            | Finding::EmptyPrintName
            | Finding::Sound => {}
        }
    }
    unreachable.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok((unreachable, nowhere_count))
}
