//! The order of the steps that move a thing and its link past each other: docs/design/relocation.md says why.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::jobs::new_link::NewLink;
use crate::jobs::replace::Exchange;
use crate::plan::{Lasting, Step, Trace};
use crate::run::item_numbered;

/// Time for programs that are half-way through the path when the folder comes back.
const GRACE_MS: u64 = 100;

/// A thing that moves out and leaves a link.
#[derive(Debug, Clone)]
pub(in crate::jobs) struct Relocation {
    pub(in crate::jobs) source: PathBuf,
    pub(in crate::jobs) dest: PathBuf,
    pub(in crate::jobs) what: Trace,
    pub(in crate::jobs) link: LinkOut,
    pub(in crate::jobs) slot: PathBuf,
}

/// The link it leaves.
#[derive(Debug, Clone)]
pub(in crate::jobs) enum LinkOut {
    /// A new one.
    New(NewLink),
    /// An older one that lies in quarantine.
    FromQuarantine {
        /// Where.
        item: PathBuf,
        /// The link.
        link: Trace,
    },
}

/// Returns the steps of the move itself.
pub(in crate::jobs) fn relocation_core(relocation: &Relocation, exchange: &Exchange) -> Vec<Step> {
    let Relocation {
        source,
        dest,
        what,
        link,
        slot,
    } = relocation;
    let place_link = |at: PathBuf| match link {
        LinkOut::New(new) => (new.step(at, Lasting::Scratch), new.trace()),
        LinkOut::FromQuarantine { item, link } => (
            Step::Rename {
                from: item.clone(),
                to: at,
                what: link.clone(),
            },
            link.clone(),
        ),
    };
    match exchange {
        Exchange::Yes => {
            let (place, trace) = place_link(dest.clone());
            // This order of the two names: a watcher of DEST's folder hears "moved in" last.
            let swap = Step::Exchange {
                a: dest.clone(),
                b: source.clone(),
                at_a: trace,
                at_b: what.clone(),
            };
            vec![place, swap]
        }
        Exchange::No { .. } => {
            let waiting = slot.join("link-out");
            let (place, trace) = place_link(waiting.clone());
            let make_way = Step::Rename {
                from: source.clone(),
                to: dest.clone(),
                what: what.clone(),
            };
            let publish = match link {
                LinkOut::New(new) => new.publish(waiting, source.clone(), Lasting::Scratch),
                LinkOut::FromQuarantine { .. } => vec![Step::Rename {
                    from: waiting,
                    to: source.clone(),
                    what: trace,
                }],
            };
            [place, make_way].into_iter().chain(publish).collect()
        }
    }
}

/// A thing that comes back to where its link is.
#[derive(Debug, Clone)]
pub(in crate::jobs) struct WayBack {
    pub(in crate::jobs) source: PathBuf,
    pub(in crate::jobs) dest: PathBuf,
    /// The link at `source`.
    pub(in crate::jobs) link: Trace,
    /// The thing at `dest`.
    pub(in crate::jobs) what: Trace,
    pub(in crate::jobs) slot: PathBuf,
    /// A word no other session has.
    pub(in crate::jobs) token: String,
}

/// The steps of the way back, and from how many done ones on an interrupted one is finished.
#[derive(Debug)]
pub(in crate::jobs) struct BackCore {
    pub(in crate::jobs) steps: Vec<Step>,
    pub(in crate::jobs) go_on_from: usize,
    /// Where the old link lies afterwards.
    pub(in crate::jobs) old_link: PathBuf,
}

/// Returns the steps of the way back itself.
pub(in crate::jobs) fn bring_back_core(back: &WayBack, exchange: &Exchange) -> BackCore {
    let item = item_numbered(&back.slot, &back.source, 1);
    match exchange {
        Exchange::Yes if back.source.parent() != back.dest.parent() => with_hops(back, item),
        Exchange::Yes => in_one_folder(back, item),
        Exchange::No { .. } => by_two_renames(back, item),
    }
}

/// A relative text that means the thing from either place, so that whoever reads the link at any moment arrives.
fn with_hops(back: &WayBack, item: PathBuf) -> BackCore {
    let WayBack {
        source,
        dest,
        link,
        what,
        ..
    } = back;
    let hop_name = OsString::from(format!(".lw-hop-{}", back.token));
    let hop_at = |path: &Path| path.with_file_name(&hop_name);
    let (source_hop, dest_hop) = (hop_at(source), hop_at(dest));
    let scratch = |link: &Path, text: &Path| Step::CreateSymbolicLink {
        link: link.to_path_buf(),
        text: text.as_os_str().to_os_string(),
        lasting: Lasting::Scratch,
        native: None,
    };
    let remove = |link: &Path, text: &Path| Step::RemoveScratch {
        link: link.to_path_buf(),
        text: text.as_os_str().to_os_string(),
        native: None,
    };
    let hopping = Trace::link(&hop_name);
    let steps = vec![
        scratch(&source_hop, dest),
        scratch(&dest_hop, source),
        scratch(&item, Path::new(&hop_name)),
        Step::Exchange {
            a: item.clone(),
            b: source.clone(),
            at_a: hopping.clone(),
            at_b: link.clone(),
        },
        Step::Exchange {
            a: dest.clone(),
            b: source.clone(),
            at_a: what.clone(),
            at_b: hopping,
        },
        Step::Grace { wait_ms: GRACE_MS },
        remove(dest, Path::new(&hop_name)),
        remove(&source_hop, dest),
        remove(&dest_hop, source),
    ];
    BackCore {
        steps,
        go_on_from: 5,
        old_link: item,
    }
}

/// In one folder a relative text cannot tell the two places apart.
fn in_one_folder(back: &WayBack, item: PathBuf) -> BackCore {
    let WayBack {
        source,
        dest,
        link,
        what,
        ..
    } = back;
    let steps = vec![
        Step::Exchange {
            a: dest.clone(),
            b: source.clone(),
            at_a: what.clone(),
            at_b: link.clone(),
        },
        Step::Quarantine {
            path: dest.clone(),
            item: item.clone(),
            what: link.clone(),
        },
    ];
    BackCore {
        steps,
        go_on_from: 1,
        old_link: item,
    }
}

fn by_two_renames(back: &WayBack, item: PathBuf) -> BackCore {
    let WayBack {
        source,
        dest,
        link,
        what,
        ..
    } = back;
    let steps = vec![
        Step::Quarantine {
            path: source.clone(),
            item: item.clone(),
            what: link.clone(),
        },
        Step::Rename {
            from: dest.clone(),
            to: source.clone(),
            what: what.clone(),
        },
    ];
    BackCore {
        steps,
        go_on_from: 2,
        old_link: item,
    }
}
