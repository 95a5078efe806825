//! The links that are broken themselves, and those that only lead to such.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use lw_fs::look::{self, End, Resolution, Resolver};

use super::Unmended;
use crate::jobs::inventory::Finding;
use crate::jobs::inventory::check::Checked;
use crate::jobs::memory::Memory;
use crate::jobs::spread;
use crate::ledger::Tracked;
use crate::plan::NotMended;

/// A link that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) link: PathBuf,
    pub(super) text: OsString,
    /// Where its target should be, links on the way resolved as far as there is a way.
    pub(super) wanted: PathBuf,
    /// What was known of it while it was sound.
    pub(super) known: Option<Tracked>,
}

impl Broken {
    /// Returns the name its target had.
    pub(super) fn wanted_name(&self) -> Option<&OsStr> {
        self.wanted.file_name()
    }
}

/// Links that lead nowhere, by what is to blame.
pub(super) struct Sorted {
    pub(super) broken: Vec<Broken>,
    pub(super) unmended: Vec<Unmended>,
}

/// Takes the links that lead nowhere out of what was found about links.
pub(super) fn sort_out(findings: Vec<Checked>, memory: &mut Memory<'_>) -> Sorted {
    let dead = |checked: &Checked| {
        matches!(
            checked.finding,
            Finding::Dangling { .. } | Finding::ThroughFile { .. }
        )
    };
    let dead: Vec<Checked> = findings.into_iter().filter(dead).collect();
    let ways = spread::map(
        &dead,
        || Resolver::remembering(None),
        |resolver, checked| {
            let folder = checked.path.parent().unwrap_or(&checked.path);
            let way = resolver.resolve(folder, &checked.text);
            blamed(&way).map_or_else(|| Ok(way.wanted()), Err)
        },
    );
    let mut sorted = Sorted {
        broken: Vec::new(),
        unmended: Vec::new(),
    };
    for (checked, way) in dead.into_iter().zip(ways) {
        let (link, text) = (checked.path, checked.text);
        match way {
            Err(blamed) => sorted.unmended.push(Unmended {
                link,
                text,
                why: NotMended::ByWayOf(blamed),
            }),
            Ok(Some(wanted)) => {
                let known = memory.of(&link, &text);
                sorted.broken.push(Broken {
                    link,
                    text,
                    wanted,
                    known,
                });
            }
            // It has come back meanwhile.
            Ok(None) => {}
        }
    }
    sorted
}

/// Returns the last link on the way that leads nowhere by itself.
pub(super) fn blamed(way: &Resolution) -> Option<PathBuf> {
    let last = way.hops.last()?;
    match look::resolve(&last.link).end {
        End::Found { .. } => None,
        _ => Some(last.link.clone()),
    }
}
