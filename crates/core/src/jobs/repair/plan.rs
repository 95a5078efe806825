//! The plan of a repair.

use std::collections::BTreeMap;

use super::{Diagnosis, Evidence, Rule, Unmended};
use crate::jobs::many_links::{Change, ManyLinks};
use crate::jobs::new_link::NewLink;
use crate::jobs::replace::Replacement;
use crate::jobs::{Refused, Surroundings, spread};
use crate::plan::{NotMended, Notice, Plan, State, Subject, Trace};

/// Returns the plan that carries out the proposals. Those that cannot be are taken out of the diagnosis and put among what
/// is not mended.
pub fn plan(around: &Surroundings, diagnosis: &mut Diagnosis) -> Result<Plan, Refused> {
    let mut many = ManyLinks::new(around);
    let mut kept = Vec::new();
    let proposals = std::mem::take(&mut diagnosis.proposals);
    let states = spread::map(&proposals, || (), |(), proposal| State::of(&proposal.link));
    for (proposal, now) in proposals.into_iter().zip(states) {
        let change = Change {
            path: &proposal.link,
            now,
            old: &Trace::link(&proposal.old_text),
            new: Replacement::Link(NewLink::plain(proposal.new_text.clone())),
        };
        match many.add(change)? {
            None => kept.push(proposal),
            Some(why) => diagnosis.unmended.push(Unmended {
                link: proposal.link,
                text: proposal.old_text,
                why: NotMended::CannotChange(why),
            }),
        }
    }
    diagnosis.proposals = kept;
    diagnosis.unmended.sort_by(|a, b| a.link.cmp(&b.link));
    let mut plan = Plan::new(Subject::Repair {
        links: diagnosis.proposals.len() as u64,
        first: diagnosis
            .proposals
            .first()
            .map(|proposal| proposal.link.clone())
            .unwrap_or_default(),
    });
    let (units, of_units) = many.finish();
    plan.units = units;
    plan.notices = notices(diagnosis);
    plan.notices.extend(of_units);
    Ok(plan)
}

fn notices(diagnosis: &Diagnosis) -> Vec<Notice> {
    let mut rules: BTreeMap<(&Rule, Option<u64>), u64> = BTreeMap::new();
    let mut single = Vec::new();
    for proposal in &diagnosis.proposals {
        match &proposal.evidence {
            Evidence::Told(rule) | Evidence::AsChosen(rule) => {
                *rules.entry((rule, None)).or_default() += 1
            }
            Evidence::Prefix { rule, count } => {
                *rules.entry((rule, Some(*count))).or_default() += 1;
            }
            other => single.push(Notice::Mended {
                link: proposal.link.clone(),
                new_text: proposal.new_text.clone(),
                why: reason(other).to_owned(),
            }),
        }
    }
    let by_rule = rules
        .into_iter()
        .map(|((rule, count), links)| Notice::MendedByRule {
            from: rule.from.clone(),
            to: rule.to.clone(),
            links,
            borne_out_by: count,
        });
    let along = diagnosis.mended_along_count;
    let mut notices: Vec<Notice> = by_rule.collect();
    notices.append(&mut single);
    notices.extend((along > 0).then_some(Notice::MendedAlong { links: along }));
    notices.extend(diagnosis.unmended.iter().map(|unmended| Notice::NotMended {
        link: unmended.link.clone(),
        text: unmended.text.clone(),
        why: unmended.why.clone(),
    }));
    notices
}

fn reason(evidence: &Evidence) -> &'static str {
    match evidence {
        Evidence::Told(_) | Evidence::AsChosen(_) | Evidence::Prefix { .. } => "a rule says so",
        Evidence::Chosen => "you said so",
        Evidence::StillThere => "that is what it led to when it was last seen",
        Evidence::Handle => "that is what it led to, by its file handle",
        Evidence::Identity => "that is what it led to, by inode number and birth time",
        Evidence::SameContent { whole: true } => "it has the same name, size and hash",
        Evidence::SameContent { whole: false } => {
            "it has the same name and size, and a sample of it the same hash"
        }
        Evidence::OnlyName => "nothing else that was searched has this name",
    }
}
