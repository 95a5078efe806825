//! Where a broken link's target is now, the best evidence first.

use std::path::{Path, PathBuf};

use lw_fs::look;

use super::broken::Broken;
use super::candidates::Candidates;
use super::fate::{self, Fate, Likeness};
use super::rules::{self, Rule, RuleChoice};
use super::{Evidence, ambiguous};
use crate::jobs::Surroundings;
use crate::ledger::Tracked;
use crate::plan::NotMended;

/// Broken links, each with its target's place and the evidence for it, or why there is none.
pub(super) type Judged = Vec<(Broken, Result<(PathBuf, Evidence), NotMended>)>;

/// What was told is taken as it is: a target is there, or nothing is proposed.
pub(super) fn told(around: &Surroundings, all: Vec<Broken>, rule: &Rule) -> Judged {
    let by_resolved = Rule {
        from: around.leading_to(&rule.from).unwrap_or(rule.from.clone()),
        to: rule.to.clone(),
    };
    let judge = |broken: Broken| {
        let as_written = rule.apply(Path::new(&broken.text));
        let target = as_written.or_else(|| by_resolved.apply(&broken.wanted));
        let judged = match target {
            // Whether it is there is seen when the new text is tried.
            Some(target) => Ok((target, Evidence::Told(rule.clone()))),
            None => Err(NotMended::NothingFound),
        };
        (broken, judged)
    };
    all.into_iter().map(judge).collect()
}

/// Goes down the ladder for each link: the thing itself, a rule that many links support, the same content, the only
/// thing of that name.
pub(super) fn searched(all: Vec<Broken>, candidates: &Candidates) -> Judged {
    let choices = rules::choose(&all, candidates);
    let judge = |(broken, choice): (Broken, RuleChoice)| {
        let judged = match &broken.known {
            Some(tracked) => remembered(tracked, choice, candidates, candidates.of(&broken)),
            None => unremembered(choice, candidates.of(&broken)),
        };
        (broken, judged)
    };
    all.into_iter().zip(choices).map(judge).collect()
}

fn unremembered(choice: RuleChoice, places: &[PathBuf]) -> Result<(PathBuf, Evidence), NotMended> {
    match (choice, places) {
        (
            RuleChoice::One {
                target,
                rule,
                count,
            },
            _,
        ) => Ok((target, Evidence::Prefix { rule, count })),
        (RuleChoice::Several(targets), _) => Err(ambiguous(&targets)),
        (RuleChoice::None, []) => Err(NotMended::NothingFound),
        (RuleChoice::None, [only]) => Ok((only.clone(), Evidence::OnlyName)),
        (RuleChoice::None, several) => Err(ambiguous(several)),
    }
}

/// As [`unremembered`], with what was written down of the target.
fn remembered(
    tracked: &Tracked,
    choice: RuleChoice,
    candidates: &Candidates,
    places: &[PathBuf],
) -> Result<(PathBuf, Evidence), NotMended> {
    let fate = fate::fate(tracked, candidates);
    match fate {
        Fate::At(target, evidence) => return Ok((target, evidence)),
        Fate::Several(why) => return Err(why),
        Fate::Deleted | Fate::ThrownAway(_) | Fate::Unknown => {}
    }
    let is_of_its_kind =
        |target: &Path| look::followed(target).is_ok_and(|entry| entry.kind == tracked.kind);
    match choice {
        RuleChoice::One {
            target,
            rule,
            count,
        } if is_of_its_kind(&target) => return Ok((target, Evidence::Prefix { rule, count })),
        _ => {}
    }
    let like = places
        .iter()
        .map(|place| (place, fate::likeness(tracked, place)));
    let like: Vec<_> = like
        .filter(|(_, likeness)| *likeness != Likeness::Other)
        .collect();
    let same: Vec<PathBuf> = like
        .iter()
        .filter(|(_, likeness)| matches!(likeness, Likeness::SameContent(_)))
        .map(|(place, _)| (*place).clone())
        .collect();
    match (&same[..], &like[..]) {
        ([only], _) => {
            let whole = tracked.digest.is_some();
            Ok((only.clone(), Evidence::SameContent { whole }))
        }
        ([_, _, ..], _) => Err(ambiguous(&same)),
        ([], [(only, _)]) if places.len() == 1 => Ok(((*only).clone(), Evidence::OnlyName)),
        ([], [_, ..]) => Err(ambiguous(places)),
        ([], []) => Err(match (fate, places) {
            (Fate::Deleted, _) => NotMended::Deleted,
            (Fate::ThrownAway(path), _) => NotMended::ThrownAway(path),
            (_, [first, ..]) => NotMended::OtherContent(first.clone()),
            (_, []) => NotMended::NothingFound,
        }),
    }
}
