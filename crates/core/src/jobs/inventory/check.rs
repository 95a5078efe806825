//! `lw check`: what is wrong with the links below some folders.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use lw_fs::look::walk::{Found, Visitor};
use lw_fs::look::{NativeLink, Resolver};

use super::finding::{Examiner, Suspect};
use super::synced::SyncedFolders;
use super::{Finding, Names, Roots, Unseen, drift};
use crate::jobs::{Memory, Refused, Surroundings, spread};

/// A link and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The link.
    pub path: PathBuf,
    /// Its target text.
    pub text: OsString,
    /// The link as Windows follows it, if it is one of NTFS.
    pub native: Option<NativeLink>,
    /// What was found.
    pub finding: Finding,
}

impl Checked {
    /// Returns the target text as it stands in the link.
    pub fn shown_text(&self) -> &OsStr {
        shown_text(&self.text, self.native.as_ref())
    }
}

/// Returns the target text as it stands in a link: that of Windows, if it is one of NTFS.
pub(super) fn shown_text<'a>(text: &'a OsStr, native: Option<&'a NativeLink>) -> &'a OsStr {
    native.map_or(text, |native| native.text.as_ref())
}

/// What was found.
#[derive(Debug)]
pub struct Checkup {
    /// The links that are not sound, the worst first, then by path.
    pub findings: Vec<Checked>,
    /// Number of links in all.
    pub link_count: u64,
    /// What was not seen.
    pub unseen: Unseen,
}

impl Checkup {
    /// Returns the links with problems.
    pub fn problems(&self) -> impl Iterator<Item = &Checked> {
        let is_problem = |checked: &&Checked| checked.finding.is_problem();
        self.findings.iter().filter(is_problem)
    }
}

/// Judges every link below the folders; each finding is looked at a second time before it is returned.
///
/// What is remembered of links also tells which of them are not links any more, and which lead to a volume that is not
/// mounted.
pub fn check(
    around: &Surroundings,
    memory: &mut Memory<'_>,
    roots: &Roots,
    names: &Names,
) -> Result<Checkup, Refused> {
    let examiner = Examiner::new(around, roots)?;
    let synced = SyncedFolders::among(around, roots);
    let (checkers, unseen) = roots.walk(|| Checker {
        examiner: &examiner,
        synced: &synced,
        roots,
        names,
        link_count: 0,
        suspects: Vec::new(),
    })?;
    let mut link_count = 0;
    let mut suspects = Vec::new();
    for checker in checkers {
        link_count += checker.link_count;
        suspects.extend(checker.suspects);
    }
    let again = spread::map(
        &suspects,
        || Resolver::remembering(None),
        |resolver, suspect| {
            let mut judged = examiner.judge(resolver, suspect)?;
            if matches!(judged.finding, Finding::Sound | Finding::Messy { .. })
                && let Some(finding) = synced.finding(&suspect.path)
            {
                judged.finding = finding;
            }
            (judged.finding != Finding::Sound).then_some(judged)
        },
    );
    let judged = suspects.into_iter().zip(again);
    let mut findings: Vec<Checked> = judged
        .filter_map(|(suspect, found)| {
            let found = found?;
            Some(Checked {
                path: suspect.path,
                text: found.text,
                native: found.native,
                finding: found.finding,
            })
        })
        .collect();
    for checked in &mut findings {
        if matches!(checked.finding, Finding::Dangling { .. })
            && let Some(known) = memory.of(&checked.path, &checked.text)
            && let Some(finding) = examiner.not_mounted(&checked.finding, &known)
        {
            checked.finding = finding;
        }
    }
    findings.extend(memory.below(roots, names).iter().filter_map(drift::of));
    findings.sort_unstable_by(|a, b| {
        let rank = a.finding.rank().cmp(&b.finding.rank());
        rank.then_with(|| a.path.cmp(&b.path))
    });
    Ok(Checkup {
        findings,
        link_count,
        unseen,
    })
}

/// What one thread has found.
struct Checker<'a> {
    examiner: &'a Examiner,
    synced: &'a SyncedFolders,
    roots: &'a Roots,
    names: &'a Names,
    link_count: u64,
    /// Those that do not seem to be sound.
    suspects: Vec<Suspect>,
}

impl Visitor for Checker<'_> {
    const COMPARES_FOLDERS: bool = true;

    fn visit(&mut self, found: &Found<'_>) {
        if !found.kind.is_link() {
            return;
        }
        if !self.names.mean(self.roots, found) {
            return;
        }
        // One that vanishes between two looks is left out.
        if let Ok(suspect) = self.examiner.suspect_unread(found) {
            self.link_count += 1;
            let is_synced = suspect.is_none() && self.synced.hold(found);
            let suspect = suspect.or_else(|| is_synced.then(|| Suspect::at(found.path())));
            self.suspects.extend(suspect);
        }
    }

    fn enters(&mut self, folder: &Found<'_>) -> bool {
        self.names.leave(self.roots, folder)
    }
}
