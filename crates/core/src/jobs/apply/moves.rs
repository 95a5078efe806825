//! What is listed to live elsewhere, as the plan of a move has it.

use std::path::PathBuf;

use super::Way;
use super::plan::Making;
use super::standing::{Seen, Standing};
use super::wanted::{Moved, Unfolded, place_of};
use crate::jobs::link::{self, Existing, LinkKind, LinkRequest};
use crate::jobs::relocate::{self, MergeChoice, MoveRequest};
use crate::jobs::{AcrossWish, Allowance, Refused, Surroundings, TextForm};
use crate::ledger::Ledger;
use crate::plan::{MergeCounts, Notice, Plan, Subject};

impl Making<'_> {
    pub(super) fn moves(&mut self, moves: &[(Moved, Standing)], ledger: Option<&Ledger>) {
        for (number, (moved, standing)) in moves.iter().enumerate() {
            let around = self.own(&format!("move{number}"));
            let planned = match standing {
                Standing::AtBoth { .. } => self.at_both(&around, moved, ledger),
                _ => {
                    let dest = place_of(self.around, &moved.dest);
                    relocate::plan(&around, &wish(moved, dest, MergeChoice::Refuse), ledger)
                }
            };
            match planned {
                Ok(plan) => {
                    self.counts.moved += 1;
                    self.notices.extend(compared(&plan));
                    self.notices.extend(plan.notices);
                    self.units.extend(plan.units);
                }
                Err(refused) => self.refusals.extend(refused.0),
            }
        }
    }

    /// A link in the place to which something is yet to be moved would be there before it.
    pub(super) fn links_in_dests(
        &mut self,
        moves: &[(Moved, Standing)],
        seen: &[Seen],
        unfolded: &[Unfolded],
    ) {
        let links = seen.iter();
        let links = links.filter(|seen| !seen.standing.is_in_step());
        let links = links.map(|seen| (&seen.path, seen.line));
        let folders = unfolded.iter();
        let folders = folders.map(|unfolded| (&unfolded.folder, unfolded.line));
        let changing: Vec<(&PathBuf, usize)> = links.chain(folders).collect();
        let merges = self.request.merge == MergeChoice::Merge;
        for (moved, _) in moves.iter().filter(|(_, standing)| match standing {
            Standing::AtBoth { .. } => merges,
            _ => true,
        }) {
            let dest = place_of(self.around, &moved.dest);
            for (path, line) in changing.iter().filter(|(path, _)| path.starts_with(&dest)) {
                let why = format!(
                    "it would lie in what the entry of line {} moves: move that by itself first",
                    moved.line
                );
                let refusal = self.bad(*line, path.to_path_buf(), why);
                self.refusals.push(refusal);
            }
        }
    }

    /// What is at both ends is merged, or what is here set aside, if that was asked for; else both are compared, to be told.
    fn at_both(
        &self,
        around: &Surroundings,
        moved: &Moved,
        ledger: Option<&Ledger>,
    ) -> Result<Plan, Refused> {
        let (source, dest) = (
            place_of(self.around, &moved.source),
            place_of(self.around, &moved.dest),
        );
        if self.request.way == Way::Displace {
            let request = LinkRequest {
                target: dest,
                link: source,
                kind: LinkKind::Fitting,
                form: TextForm::Fitting,
                existing: Existing::Displace,
                dangling: Allowance::Refuse,
                recursive: Allowance::Refuse,
            };
            return link::plan(around, &request);
        }
        // It goes into the folder that holds the other one, by its own name.
        let merged = match (dest.file_name() == source.file_name(), dest.parent()) {
            (true, Some(folder)) => {
                let wish = wish(moved, folder.to_path_buf(), MergeChoice::Merge);
                Some(relocate::plan(around, &wish, ledger))
            }
            _ => None,
        };
        match (self.request.merge, merged) {
            (MergeChoice::Merge, Some(merged)) => merged,
            (MergeChoice::Merge, None) => {
                let why = "what is merged has the same name at both ends".to_owned();
                Err(self.bad(moved.line, source, why).into())
            }
            (MergeChoice::Refuse, merged) => {
                let counts = merged.and_then(Result::ok);
                let counts = counts.and_then(|plan| merge_counts(&plan));
                let standing = Standing::AtBoth { counts };
                Err(self.in_the_way(moved.line, source, standing).into())
            }
        }
    }
}

/// The wish to move something as `lw move` does.
fn wish(moved: &Moved, dest: PathBuf, merge: MergeChoice) -> MoveRequest {
    MoveRequest {
        source: moved.source.clone(),
        dest,
        form: TextForm::Fitting,
        merge,
        across: AcrossWish::CAREFUL,
    }
}

fn merge_counts(plan: &Plan) -> Option<MergeCounts> {
    match &plan.subject {
        Subject::Move { merge, .. } => *merge,
        _ => None,
    }
}

/// Says how two folders that are merged compare.
fn compared(plan: &Plan) -> Option<Notice> {
    let Subject::Move { source, .. } = &plan.subject else {
        return None;
    };
    Some(Notice::Merged {
        path: source.clone(),
        counts: merge_counts(plan)?,
    })
}
