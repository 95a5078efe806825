//! `lw move --merge`: two folders of one name become one, file by file, and nothing is lost.
//!
//! DEST's things come to SOURCE, which is in use and stays whole at every moment; what remains of DEST goes to
//! quarantine, and the merged folder then moves as any other.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Entry, Kind};

use super::Refusal;
use super::refusal::trace_at;
use super::replace::Exchange;
use crate::plan::{Compared, MergeCounts, Step, Trace};
use crate::run::item_numbered;

/// Item number of what remains of DEST.
const REMAINS_NUMBER: usize = 2;

/// Item numbers of what gives way to something newer begin here, where names cannot be exchanged; links that are
/// re-aimed have lower ones.
const GIVEN_WAY_NUMBER: usize = 1_000_000;

/// The steps of a merge.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) counts: MergeCounts,
    pub(super) steps: Vec<Step>,
    compared: Vec<Compared>,
    /// What at SOURCE gave way to something newer from DEST.
    pub(super) replaced: BTreeSet<PathBuf>,
}

/// Returns the steps that bring all of the folder `dest` into the folder `source` and what remains of it away.
pub(super) fn plan(
    source: &Path,
    dest: &Path,
    slot: &Path,
    exchange: &Exchange,
) -> Result<Merged, Refusal> {
    let mut merged = Merged::default();
    // First of all, looks whether what was compared still is what it was.
    merged.steps.push(Step::Check {
        compared: Vec::new(),
    });
    let mut waiting = vec![PathBuf::new()];
    while let Some(folder) = waiting.pop() {
        let pair = Pair {
            source: source.join(&folder),
            dest: dest.join(&folder),
        };
        merged
            .compared
            .push(compared(&pair.dest, &look::entry(&pair.dest)?));
        let (ours, theirs) = (sorted_names(&pair.source)?, sorted_names(&pair.dest)?);
        merged.counts.only_source += ours.difference(&theirs).count() as u64;
        for name in &theirs {
            let pair = Pair {
                source: pair.source.join(name),
                dest: pair.dest.join(name),
            };
            if !ours.contains(name) {
                merged.counts.only_dest += 1;
                let what = trace_at(&pair.dest)?;
                merged.steps.push(Step::Rename {
                    from: pair.dest,
                    to: pair.source,
                    what,
                });
            } else if both(&mut merged, pair, (&ours, &theirs), (slot, exchange))? == Both::Folders
            {
                waiting.push(folder.join(name));
            }
        }
    }
    merged.steps[0] = Step::Check {
        compared: std::mem::take(&mut merged.compared),
    };
    merged.steps.push(Step::Quarantine {
        path: dest.to_path_buf(),
        item: item_numbered(slot, dest, REMAINS_NUMBER),
        what: trace_at(dest)?,
    });
    Ok(merged)
}

impl Merged {
    /// Lets a copy at `copy` stand for the folder `source` that it will be made of: what is there is known by its
    /// kind and text alone. What was compared is still looked for where it was.
    pub(super) fn in_copy(mut self, source: &Path, copy: &Path) -> Self {
        let moved = |path: PathBuf| match path.strip_prefix(source) {
            Ok(below) => copy.join(below),
            Err(_) => path,
        };
        self.steps = self
            .steps
            .into_iter()
            .map(|step| match step {
                Step::Exchange { a, b, at_a, at_b } if b.starts_with(source) => Step::Exchange {
                    a,
                    b: moved(b),
                    at_a,
                    at_b: Trace {
                        identity: None,
                        ..at_b
                    },
                },
                Step::Quarantine { path, item, what } if path.starts_with(source) => {
                    Step::Quarantine {
                        path: moved(path),
                        item,
                        what: Trace {
                            identity: None,
                            ..what
                        },
                    }
                }
                step => step.map_paths(moved),
            })
            .collect();
        self
    }
}

struct Pair {
    source: PathBuf,
    dest: PathBuf,
}

#[derive(PartialEq, Eq)]
enum Both {
    Folders,
    Dealt,
}

/// Decides about one name that both folders have.
fn both(
    merged: &mut Merged,
    pair: Pair,
    (ours, theirs): (&BTreeSet<OsString>, &BTreeSet<OsString>),
    (slot, exchange): (&Path, &Exchange),
) -> Result<Both, Refusal> {
    let (a, b) = (look::entry(&pair.source)?, look::entry(&pair.dest)?);
    if a.kind == Kind::Directory && b.kind == Kind::Directory {
        return Ok(Both::Folders);
    }
    merged.compared.push(compared(&pair.source, &a));
    merged.compared.push(compared(&pair.dest, &b));
    if same(&pair, &a, &b)? {
        merged.counts.same += 1;
        return Ok(Both::Dealt);
    }
    let comparable = a.kind == b.kind && matches!(a.kind, Kind::File | Kind::SymbolicLink);
    if comparable && a.modified_ns > b.modified_ns {
        merged.counts.newer_source += 1;
    } else if comparable && b.modified_ns > a.modified_ns {
        merged.counts.newer_dest += 1;
        let (newer, older) = (trace_at(&pair.dest)?, trace_at(&pair.source)?);
        merged.replaced.insert(pair.source.clone());
        match exchange {
            Exchange::Yes => merged.steps.push(Step::Exchange {
                a: pair.dest,
                b: pair.source,
                at_a: newer,
                at_b: older,
            }),
            Exchange::No { .. } => {
                let number = GIVEN_WAY_NUMBER + merged.replaced.len();
                merged.steps.push(Step::Quarantine {
                    item: item_numbered(slot, &pair.source, number),
                    path: pair.source.clone(),
                    what: older,
                });
                merged.steps.push(Step::Rename {
                    from: pair.dest,
                    to: pair.source,
                    what: newer,
                });
            }
        }
    } else {
        merged.counts.both_kept += 1;
        let to = free_name(&pair.source, ours, theirs);
        let what = trace_at(&pair.dest)?;
        merged.steps.push(Step::Rename {
            from: pair.dest,
            to,
            what,
        });
    }
    Ok(Both::Dealt)
}

fn same(pair: &Pair, a: &Entry, b: &Entry) -> Result<bool, Refusal> {
    Ok(match (a.kind, b.kind) {
        (Kind::File, Kind::File) => {
            a.size_bytes == b.size_bytes
                && (a.identity.is_same_now(&b.identity)
                    || look::content::same_content(&pair.source, &pair.dest)?)
        }
        (Kind::SymbolicLink, Kind::SymbolicLink) => {
            look::read_link(&pair.source)? == look::read_link(&pair.dest)?
        }
        _ => false,
    })
}

/// A name beside `path` that neither folder has.
fn free_name(path: &Path, ours: &BTreeSet<OsString>, theirs: &BTreeSet<OsString>) -> PathBuf {
    let own = path.file_name().unwrap_or_default();
    let mut number = 1_u64;
    loop {
        let mut name = own.to_os_string();
        name.push(format!(".from-dest-{number}"));
        if !ours.contains(&name) && !theirs.contains(&name) {
            return path.with_file_name(name);
        }
        number += 1;
    }
}

fn sorted_names(folder: &Path) -> Result<BTreeSet<OsString>, Refusal> {
    Ok(look::content::names(folder)?.into_iter().collect())
}

/// What the content of `path` is known by, as looked at before it was read. A folder's tells of the names in it.
fn compared(path: &Path, entry: &Entry) -> Compared {
    Compared {
        path: path.to_path_buf(),
        size_bytes: entry.size_bytes,
        modified_ns: entry.modified_ns,
    }
}
