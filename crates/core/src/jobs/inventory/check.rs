//! `lw check`: what is wrong with the links below some folders.

use std::ffi::OsString;
use std::path::PathBuf;

use lw_fs::look::walk::{Found, Visitor};

use super::finding::{Again, Examiner};
use super::{Finding, Names, Roots, Unseen};
use crate::jobs::{Refused, Surroundings};

/// A link and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The link.
    pub path: PathBuf,
    /// Its target text.
    pub text: OsString,
    /// What was found.
    pub finding: Finding,
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
pub fn check(around: &Surroundings, roots: &Roots, names: &Names) -> Result<Checkup, Refused> {
    let examiner = Examiner::new(around, roots)?;
    let (checkers, unseen) = roots.walk(|| Checker {
        examiner: &examiner,
        roots,
        names,
        link_count: 0,
        suspects: Vec::new(),
    })?;
    let mut link_count = 0;
    let mut findings = Vec::new();
    for checker in checkers {
        link_count += checker.link_count;
        let suspects = checker.suspects.into_iter();
        findings.extend(suspects.filter_map(|suspect| again(&examiner, suspect)));
    }
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

/// Looks at a suspect a second time.
fn again(examiner: &Examiner, suspect: Checked) -> Option<Checked> {
    match examiner.judge_again(&suspect.path) {
        Again::OutOfReach => Some(suspect),
        Again::Gone => None,
        Again::Is {
            finding: Finding::Sound,
            ..
        } => None,
        Again::Is { text, finding } => Some(Checked {
            path: suspect.path,
            text,
            finding,
        }),
    }
}

/// What one thread has found.
struct Checker<'a> {
    examiner: &'a Examiner,
    roots: &'a Roots,
    names: &'a Names,
    link_count: u64,
    /// Those that do not seem to be sound.
    suspects: Vec<Checked>,
}

impl Visitor for Checker<'_> {
    fn visit(&mut self, found: &Found<'_>) {
        if !found.kind.is_link() {
            return;
        }
        if !self.names.are_all() && !self.names.include(self.roots.below(&found.path())) {
            return;
        }
        let judged = found.with_link_text(|text| {
            let finding = self.examiner.judge(found, text);
            let is_sound = finding == Finding::Sound;
            (!is_sound).then(|| Checked {
                path: found.path(),
                text: text.to_os_string(),
                finding,
            })
        });
        // One that vanishes between two looks is left out.
        if let Ok(suspect) = judged {
            self.link_count += 1;
            self.suspects.extend(suspect);
        }
    }

    fn enters(&mut self, folder: &Found<'_>) -> bool {
        self.names.are_all() || self.names.enter(self.roots.below(&folder.path()))
    }
}
