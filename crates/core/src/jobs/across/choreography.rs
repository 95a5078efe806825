//! The order of the steps in which a copy on another volume takes over.

use std::path::{Path, PathBuf};

use crate::jobs::new_link::NewLink;
use crate::jobs::replace::Exchange;
use crate::plan::{CopyOptions, Lasting, PathText, Shape, Step, Trace, Unit};
use crate::run::item_numbered;

/// How long programs that are half-way through the old path are waited for.
const GRACE_MS: u64 = 100;

/// What is copied, and where the copy is built.
pub(super) struct Both {
    pub(super) from: PathBuf,
    pub(super) what: Trace,
    pub(super) copy: Trace,
    pub(super) stage: PathBuf,
    pub(super) item: PathBuf,
    pub(super) options: CopyOptions,
    /// Whether all of the old tree stays.
    pub(super) keep: bool,
}

/// The link that is left behind.
#[derive(Debug, Clone)]
pub(in crate::jobs) enum LinkOut {
    /// A new one.
    New(NewLink),
    /// One that lies in quarantine on the volume of the old place.
    FromQuarantine { item: PathBuf, link: Trace },
}

impl Both {
    fn stage_step(&self) -> Step {
        Step::Stage {
            source: self.from.clone(),
            what: self.what.clone(),
            item: self.item.clone(),
            copy: self.copy.clone(),
            options: self.options.clone(),
        }
    }

    fn retire_step(&self, old: &Path, new: &Path) -> Step {
        let durable = [Some(new), Some(self.from.as_path())]
            .into_iter()
            .flatten()
            .filter_map(Path::parent)
            .map(|folder| PathText(folder.to_path_buf()))
            .collect();
        Step::Retire {
            old: old.to_path_buf(),
            what: self.what.clone(),
            new: new.to_path_buf(),
            stage: self.stage.clone(),
            durable,
            keep: self.keep,
            options: self.options.clone(),
        }
    }
}

fn sync(folders: &[&Path]) -> Step {
    let folders = folders.iter().map(|folder| PathText(folder.to_path_buf()));
    Step::Sync {
        folders: folders.collect(),
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// What brings the things of a folder at DEST into the copy, and what remains of that folder into quarantine.
pub(super) struct Merging {
    pub(super) steps: Vec<Step>,
    /// The private folder for what remains.
    pub(super) remains: PathBuf,
}

/// Moving out: the copy is published at DEST, durably, and a link to it changes places with SOURCE; then the old tree
/// lies in quarantine and is cleared.
pub(super) fn out(
    both: &Both,
    (dest, slot, old): (&Path, &Path, &Path),
    link: LinkOut,
    (exchange, merging): (&Exchange, Option<Merging>),
) -> Unit {
    let source = &both.from;
    let mut steps = vec![both.stage_step()];
    let remains = merging.map(|merging| {
        steps.extend(merging.steps);
        merging.remains
    });
    steps.extend([
        Step::Rename {
            from: both.item.clone(),
            to: dest.to_path_buf(),
            what: both.copy.clone(),
        },
        // The link may reach the disk first otherwise, and lead nowhere after a power cut.
        sync(&[parent(dest), &both.stage]),
    ]);
    let waiting = match exchange {
        Exchange::Yes => old.to_path_buf(),
        Exchange::No { .. } => slot.join("link-out"),
    };
    let published = |waiting: &Path, what: &Trace| Step::Rename {
        from: waiting.to_path_buf(),
        to: source.clone(),
        what: what.clone(),
    };
    let (link, publish) = match link {
        LinkOut::New(new) => {
            steps.push(new.step(waiting.clone(), Lasting::Scratch));
            let publish = new.publish(waiting.clone(), source.clone(), Lasting::Scratch);
            (new.trace(), publish)
        }
        LinkOut::FromQuarantine { item, link } => {
            steps.push(Step::Rename {
                from: item,
                to: waiting.clone(),
                what: link.clone(),
            });
            let publish = vec![published(&waiting, &link)];
            (link, publish)
        }
    };
    match exchange {
        Exchange::Yes => steps.push(Step::Exchange {
            a: waiting,
            b: source.clone(),
            at_a: link,
            at_b: both.what.clone(),
        }),
        Exchange::No { .. } => {
            steps.push(Step::Quarantine {
                path: source.clone(),
                item: old.to_path_buf(),
                what: both.what.clone(),
            });
            steps.extend(publish);
        }
    }
    let go_on_from = steps.len();
    steps.push(Step::Grace { wait_ms: GRACE_MS });
    steps.push(both.retire_step(old, dest));
    let core = 0..steps.len();
    let mut unit = Unit::plain(steps, slot.to_path_buf());
    unit.go_on_from = go_on_from;
    unit.use_folder(both.stage.clone());
    if let Some(remains) = remains {
        unit.use_folder(remains);
    }
    unit.shape = Shape::Relocation {
        source: source.clone(),
        dest: dest.to_path_buf(),
        core,
    };
    unit
}

/// Bringing back: the copy changes places with the link at SOURCE, and after a while what is at DEST goes to quarantine
/// and is cleared. Whoever has read the link until then still finds DEST.
pub(super) fn back(
    both: &Both,
    (source, slot, link): (&Path, &Path, &Trace),
    old: &Path,
    exchange: &Exchange,
) -> Unit {
    let dest = &both.from;
    let old_link = item_numbered(slot, source, 1);
    let waiting = match exchange {
        Exchange::Yes => old_link.clone(),
        Exchange::No { .. } => slot.join("incoming"),
    };
    let mut steps = vec![
        both.stage_step(),
        Step::Rename {
            from: both.item.clone(),
            to: waiting.clone(),
            what: both.copy.clone(),
        },
        sync(&[slot, &both.stage]),
    ];
    match exchange {
        Exchange::Yes => steps.push(Step::Exchange {
            a: waiting,
            b: source.to_path_buf(),
            at_a: both.copy.clone(),
            at_b: link.clone(),
        }),
        Exchange::No { .. } => steps.extend([
            Step::Quarantine {
                path: source.to_path_buf(),
                item: old_link.clone(),
                what: link.clone(),
            },
            Step::Rename {
                from: waiting,
                to: source.to_path_buf(),
                what: both.copy.clone(),
            },
        ]),
    }
    let go_on_from = steps.len();
    steps.extend([
        // What was at DEST must not go before SOURCE is there for good.
        sync(&[parent(source)]),
        Step::Grace { wait_ms: GRACE_MS },
        Step::Quarantine {
            path: dest.clone(),
            item: old.to_path_buf(),
            what: both.what.clone(),
        },
        both.retire_step(old, source),
    ]);
    let core = 0..steps.len();
    let mut unit = Unit::plain(steps, slot.to_path_buf());
    unit.go_on_from = go_on_from;
    unit.use_folder(both.stage.clone());
    unit.use_folder(parent(old).to_path_buf());
    unit.shape = Shape::BringBack {
        source: source.to_path_buf(),
        dest: dest.clone(),
        old_link,
        core,
    };
    unit
}

/// A copy in place of a link: it is built in the private folder, where the link lies afterwards.
pub(super) fn in_place(both: &Both, path: &Path, link: &Trace, exchange: &Exchange) -> Unit {
    let slot = &both.stage;
    let mut steps = vec![both.stage_step(), sync(&[slot])];
    match exchange {
        Exchange::Yes => steps.push(Step::Exchange {
            a: both.item.clone(),
            b: path.to_path_buf(),
            at_a: both.copy.clone(),
            at_b: link.clone(),
        }),
        Exchange::No { .. } => steps.extend([
            Step::Quarantine {
                path: path.to_path_buf(),
                item: item_numbered(slot, path, 2),
                what: link.clone(),
            },
            Step::Rename {
                from: both.item.clone(),
                to: path.to_path_buf(),
                what: both.copy.clone(),
            },
        ]),
    }
    Unit::plain(steps, slot.clone())
}
