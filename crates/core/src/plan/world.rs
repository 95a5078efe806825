//! How far a unit has come, read off the disk alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lw_fs::FsError;

use super::{Fact, State, Unit};

/// How far a unit has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// This many steps are done, and nothing of the others.
    Done(usize),
    /// The disk is in no state that the unit passes through.
    Diverged {
        /// What stands where something else should: the path, what was expected last, what is there.
        at: Vec<(PathBuf, State, State)>,
    },
}

/// Returns how far `unit` has come, by comparing the disk with every state the unit passes through.
///
/// After `k` steps each path the unit names is in a known state. The position is the largest `k` for which the disk
/// fits. A path that only later steps touch may hold something foreign without hindering, as long as it cannot have
/// come from the unit itself. A path below another one of the unit counts only while that one is what it was when
/// the path was spoken of: once a folder has moved, `folder/link` means something else.
pub fn position(unit: &Unit) -> Result<Position, FsError> {
    let worlds = worlds(unit);
    let mut disk = Disk::default();
    for done in (0..worlds.len()).rev() {
        if fits(unit, &worlds, done, &mut disk)? {
            return Ok(Position::Done(done));
        }
    }
    let (first, last) = (&worlds[0], &worlds[worlds.len() - 1]);
    let mut at = Vec::new();
    for (path, said) in last {
        if !is_visible(last, path, said, &worlds) {
            continue;
        }
        let found = disk.state(path)?;
        if !said.state.fits(&found) && !first[path].state.fits(&found) {
            at.push((path.to_path_buf(), said.state.clone(), found));
        }
    }
    Ok(Position::Diverged { at })
}

/// What is said of a path, and after how many steps it was said.
#[derive(Debug, Clone)]
struct Said {
    state: State,
    after: usize,
}

type World<'a> = BTreeMap<&'a Path, Said>;

/// The disk, each path looked at no more than once.
#[derive(Default)]
struct Disk(BTreeMap<PathBuf, State>);

impl Disk {
    fn state(&mut self, path: &Path) -> Result<State, FsError> {
        if let Some(known) = self.0.get(path) {
            return Ok(known.clone());
        }
        let state = State::of(path)?;
        self.0.insert(path.to_path_buf(), state.clone());
        Ok(state)
    }
}

/// The state of every named path after 0, 1, … steps.
fn worlds(unit: &Unit) -> Vec<World<'_>> {
    let mut names: BTreeMap<PathBuf, &Path> = BTreeMap::new();
    for step in &unit.steps {
        for path in step.touches() {
            names.entry(path.to_path_buf()).or_insert(path);
        }
    }
    let mut first: World<'_> = BTreeMap::new();
    for (index, step) in unit.steps.iter().enumerate() {
        for Fact { path, state } in step.requires() {
            if let Some(path) = names.get(&path) {
                first.entry(path).or_insert(Said {
                    state,
                    after: index,
                });
            }
        }
    }
    let mut all = vec![first];
    for (index, step) in unit.steps.iter().enumerate() {
        let mut next = all[index].clone();
        for Fact { path, state } in step.ensures() {
            if let Some(path) = names.get(&path) {
                next.insert(
                    path,
                    Said {
                        state,
                        after: index + 1,
                    },
                );
            }
        }
        all.push(next);
    }
    all
}

/// Returns whether every named path above `path` is in `world` what it was when `path` was spoken of.
fn is_visible(world: &World<'_>, path: &Path, said: &Said, worlds: &[World<'_>]) -> bool {
    path.ancestors().skip(1).all(
        |above| match (world.get(above), worlds[said.after].get(above)) {
            (Some(now), Some(then)) => now.state == then.state,
            _ => true,
        },
    )
}

fn fits(unit: &Unit, worlds: &[World<'_>], done: usize, disk: &mut Disk) -> Result<bool, FsError> {
    let touched: Vec<&Path> = unit.steps[..done]
        .iter()
        .flat_map(super::Step::touches)
        .collect();
    for (path, said) in &worlds[done] {
        if !is_visible(&worlds[done], path, said, worlds) {
            continue;
        }
        let found = disk.state(path)?;
        if said.state.fits(&found) {
            continue;
        }
        let is_ours = worlds.iter().any(|world| world[path].state.fits(&found));
        if is_ours || touched.contains(path) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::super::{Lasting, Step, Trace};
    use super::*;

    fn trace(path: &Path) -> Trace {
        match State::of(path).unwrap() {
            State::Present(trace) => trace,
            State::Absent => panic!("nothing at {}", path.display()),
        }
    }

    fn relocation(top: &Path) -> Unit {
        let (source, dest) = (top.join("source"), top.join("dest"));
        fs::create_dir(&source).unwrap();
        let what = trace(&source);
        let steps = vec![
            Step::CreateSymbolicLink {
                link: dest.clone(),
                text: dest.clone().into_os_string(),
                lasting: Lasting::Scratch,
            },
            Step::Exchange {
                a: dest.clone(),
                b: source,
                at_a: Trace::link(&dest),
                at_b: what,
            },
        ];
        Unit::plain(steps, top.join("slot"))
    }

    #[test]
    fn settling_believes_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let unit = relocation(&top);
        let (source, dest) = (top.join("source"), top.join("dest"));
        assert_eq!(position(&unit).unwrap(), Position::Done(0));
        symlink(&dest, &dest).unwrap();
        assert_eq!(position(&unit).unwrap(), Position::Done(1));
        fs::rename(&source, top.join("aside")).unwrap();
        fs::rename(&dest, &source).unwrap();
        fs::rename(top.join("aside"), &dest).unwrap();
        assert_eq!(position(&unit).unwrap(), Position::Done(2));
    }

    #[test]
    fn what_fits_no_state_of_the_unit_is_diverged() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let unit = relocation(&top);
        let (source, dest) = (top.join("source"), top.join("dest"));
        fs::rename(&source, &dest).unwrap();
        fs::write(&source, "an editor saved here").unwrap();
        let Position::Diverged { at } = position(&unit).unwrap() else {
            panic!()
        };
        assert_eq!(at.len(), 1);
        assert_eq!(at[0].0, source);
    }

    #[test]
    fn something_foreign_at_an_untouched_name_does_not_hinder() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let unit = relocation(&top);
        fs::write(top.join("dest"), "someone else's").unwrap();
        assert_eq!(position(&unit).unwrap(), Position::Done(0));
    }
}
