//! `lw repair`: broken links are led to where their targets are now, on evidence.

mod broken;
mod candidates;
mod choice;
mod fate;
mod ladder;
mod moved;
mod plan;
mod rules;
mod trash;

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use lw_fs::look::{self, End, Resolver};

use super::inventory::{Names, Roots, check};
use super::memory::Memory;
use super::{Refused, Surroundings, spread, target_text};
use crate::plan::NotMended;
use candidates::Candidates;
pub use rules::Rule;

pub use choice::Doubt;
pub use plan::plan;

/// What is to be repaired, and where targets are looked for.
#[derive(Debug, Clone)]
pub struct RepairRequest {
    /// Where the broken links are.
    pub roots: Roots,
    /// Which of them are meant.
    pub names: Names,
    /// Where their targets are looked for.
    pub search: Roots,
    /// What is known to have moved; nothing else is looked for then.
    pub rule: Option<Rule>,
    /// Whether links that are not broken, but lead to something else than they did, follow what they led to.
    pub follow_moved: bool,
}

/// Why a place is taken for that of a target, the best reason first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// It was said that what was below `from` is below `to` now.
    Told(Rule),
    /// It led there when it was last seen, and that is still there: the link itself has moved.
    StillThere,
    /// It is the same thing, by its file handle.
    Handle,
    /// It is the same thing, by inode number and birth time.
    Identity,
    /// Several broken links have their targets there if what was below `from` is below `to` now.
    Prefix {
        /// What seems to have moved.
        rule: Rule,
        /// How many targets stand where it says.
        count: u64,
    },
    /// It has the same name, size and hash.
    SameContent {
        /// Whether the hash is that of all of it, and not of a sample.
        whole: bool,
    },
    /// Nothing else in the places that were searched has this name.
    OnlyName,
    /// Somebody who was shown several places took this one.
    Chosen,
    /// It is at the same place below what was chosen for another link.
    AsChosen(Rule),
}

/// What can be done about a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The link.
    pub link: PathBuf,
    /// Its text now.
    pub old_text: OsString,
    /// The text that leads to the target.
    pub new_text: OsString,
    /// Why.
    pub evidence: Evidence,
}

/// A broken link about which nothing is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmended {
    /// The link.
    pub link: PathBuf,
    /// Its text.
    pub text: OsString,
    /// Why nothing is proposed.
    pub why: NotMended,
}

/// What was found out about the broken links.
#[derive(Debug, Default)]
pub struct Diagnosis {
    /// What can be mended, by path.
    pub proposals: Vec<Proposal>,
    /// What cannot, by path.
    pub unmended: Vec<Unmended>,
    /// Number of links that are sound again once those are that they lead to.
    pub mended_along_count: u64,
    /// What was not seen where the links are.
    pub unseen: super::inventory::Unseen,
    /// What was not seen where the targets were looked for.
    pub unsearched: super::inventory::Unseen,
}

impl Diagnosis {
    fn put_in_order(&mut self) {
        follow_the_blamed(self);
        self.proposals.sort_by(|a, b| a.link.cmp(&b.link));
        self.unmended.sort_by(|a, b| a.link.cmp(&b.link));
    }
}

/// Finds the broken links and, on evidence, where their targets are now. Two equally good places are never chosen
/// between.
pub fn diagnose(
    around: &Surroundings,
    memory: &mut Memory<'_>,
    request: &RepairRequest,
) -> Result<Diagnosis, Refused> {
    let checkup = check::check(around, memory, &request.roots, &request.names)?;
    let mut diagnosis = Diagnosis {
        unseen: checkup.unseen,
        ..Diagnosis::default()
    };
    let sorted = broken::sort_out(checkup.findings, memory);
    diagnosis.unmended = sorted.unmended;
    let misled = match request.follow_moved {
        true => moved::misled(around, request, memory)?,
        false => Vec::new(),
    };
    let judged = match &request.rule {
        Some(rule) => ladder::told(around, sorted.broken, rule),
        None => {
            let all = sorted.broken.iter().chain(&misled);
            let (candidates, unsearched) = Candidates::find(&request.search, all)?;
            diagnosis.unsearched = unsearched;
            let mut judged = ladder::searched(sorted.broken, &candidates);
            judged.extend(moved::judged(misled, &candidates));
            judged
        }
    };
    let proposed = spread::map(
        &judged,
        || Resolver::remembering(None),
        |resolver, (broken, judged)| {
            let (target, evidence) = judged.as_ref().map_err(Clone::clone)?;
            let link = (broken.link.as_path(), broken.text.as_os_str());
            proposal(resolver, link, target, evidence.clone())
        },
    );
    for ((broken, _), proposed) in judged.into_iter().zip(proposed) {
        match proposed {
            Ok(proposal) => diagnosis.proposals.push(proposal),
            Err(why) => diagnosis.unmended.push(Unmended {
                link: broken.link,
                text: broken.text,
                why,
            }),
        }
    }
    diagnosis.put_in_order();
    Ok(diagnosis)
}

fn ambiguous(candidates: &[PathBuf]) -> NotMended {
    const MOST_NAMED: usize = 10;
    NotMended::Ambiguous {
        candidates: candidates.iter().take(MOST_NAMED).cloned().collect(),
        count: candidates.len() as u64,
    }
}

/// Writes the new text in the form of the old one, and looks whether it leads there.
fn proposal(
    resolver: &mut Resolver,
    (link, text): (&Path, &OsStr),
    target: &Path,
    evidence: Evidence,
) -> Result<Proposal, NotMended> {
    let folder = link.parent().unwrap_or(link);
    let target = match Path::new(text).is_absolute() {
        true => target.to_path_buf(),
        // A relative text is counted from the link-free path.
        false => look::real_folder(target).unwrap_or_else(|_| target.to_path_buf()),
    };
    let new_text = target_text::in_the_form_of(text, folder, target);
    match resolver.resolve(folder, &new_text).end {
        End::Found { path, .. } if folder.starts_with(&path) => Err(NotMended::CannotChange(
            "what has its name now is a folder that contains it".to_owned(),
        )),
        End::Found { .. } => Ok(Proposal {
            link: link.to_path_buf(),
            old_text: text.to_os_string(),
            new_text,
            evidence,
        }),
        _ => Err(NotMended::NothingFound),
    }
}

/// A link that leads to another broken one is mended with that, or not at all.
fn follow_the_blamed(diagnosis: &mut Diagnosis) {
    let proposals = diagnosis.proposals.iter();
    let mended: HashMap<&Path, &OsStr> = proposals
        .map(|proposal| (proposal.link.as_path(), proposal.new_text.as_os_str()))
        .collect();
    let before = diagnosis.unmended.len();
    diagnosis.unmended.retain(|unmended| {
        !(matches!(unmended.why, NotMended::ByWayOf(_)) && will_be_sound(&unmended.link, &mended))
    });
    diagnosis.mended_along_count += (before - diagnosis.unmended.len()) as u64;
}

/// Returns whether a link leads somewhere once the others have their new texts. What is behind a mended link may be
/// missing all the same.
fn will_be_sound(link: &Path, mended: &HashMap<&Path, &OsStr>) -> bool {
    let mut way = look::resolve(link);
    for _ in 0..look::MAX_HOPS {
        if matches!(way.end, End::Found { .. }) {
            return true;
        }
        let Some(blamed) = broken::blamed(&way) else {
            return false;
        };
        let Some(text) = mended.get(blamed.as_path()) else {
            return false;
        };
        // Both ways end at the same part: what is still to come for the link alone stands behind the blamed one.
        let own = look::resolve(&blamed).rest.components().count();
        let behind: PathBuf = way.rest.components().skip(own).collect();
        let folder = blamed.parent().unwrap_or(&blamed);
        let mut text = PathBuf::from(text);
        // Nothing pushed would be a slash at the end, which asks for a folder.
        if behind != Path::new("") {
            text.push(behind);
        }
        way = look::resolve_from(folder, text.as_os_str());
    }
    false
}
