//! What somebody decides where the evidence does not.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Resolver};

use super::rules::Rule;
use super::{Diagnosis, Evidence, NotMended, Unmended, proposal};

/// A link with several equally good targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The link.
    pub link: PathBuf,
    /// Its text.
    pub text: OsString,
    /// The first of the places.
    pub candidates: Vec<PathBuf>,
    /// How many there are.
    pub count: u64,
}

impl Diagnosis {
    /// Returns the links that could be led to several places, by path.
    pub fn doubts(&self) -> Vec<Doubt> {
        let doubt = |unmended: &Unmended| match &unmended.why {
            NotMended::Ambiguous { candidates, count } => Some(Doubt {
                link: unmended.link.clone(),
                text: unmended.text.clone(),
                candidates: candidates.clone(),
                count: *count,
            }),
            _ => None,
        };
        self.unmended.iter().filter_map(doubt).collect()
    }

    /// Returns the links other than this one that the same move would explain, if the target of this one were `target`.
    pub fn alike(&self, doubt: &Doubt, target: &Path) -> Vec<Doubt> {
        let Some(rule) = rule_of(doubt, target) else {
            return Vec::new();
        };
        let mut others = self.doubts();
        others.retain(|other| {
            other.link != doubt.link
                && place_by(&rule, other).is_some_and(|place| other.candidates.contains(&place))
        });
        others
    }

    /// Takes `target` for the target of the link, and, for those of `alike`, what is at the same place. Returns how many
    /// links are going to be mended by that.
    pub fn choose(&mut self, doubt: &Doubt, target: &Path, alike: &[Doubt]) -> u64 {
        let mut chosen = vec![(doubt, target.to_path_buf(), Evidence::Chosen)];
        if let Some(rule) = rule_of(doubt, target) {
            chosen.extend(alike.iter().filter_map(|other| {
                let place = place_by(&rule, other)?;
                Some((other, place, Evidence::AsChosen(rule.clone())))
            }));
        }
        let mut resolver = Resolver::remembering(None);
        let before = self.proposals.len();
        for (doubt, target, evidence) in chosen {
            let link = (doubt.link.as_path(), doubt.text.as_os_str());
            let proposed = proposal(&mut resolver, link, &target, evidence);
            let place = self
                .unmended
                .binary_search_by(|unmended| unmended.link.cmp(&doubt.link));
            match (proposed, place) {
                (Ok(proposal), Ok(index)) => {
                    self.unmended.remove(index);
                    self.proposals.push(proposal);
                }
                (Err(why), Ok(index)) => self.unmended[index].why = why,
                (_, Err(_)) => {}
            }
        }
        let count = (self.proposals.len() - before) as u64;
        self.put_in_order();
        count
    }
}

fn rule_of(doubt: &Doubt, target: &Path) -> Option<Rule> {
    Rule::between(&wanted(doubt)?, target)
}

fn place_by(rule: &Rule, doubt: &Doubt) -> Option<PathBuf> {
    rule.apply(&wanted(doubt)?)
}

/// Returns where the target should be.
fn wanted(doubt: &Doubt) -> Option<PathBuf> {
    look::resolve(&doubt.link).wanted()
}
