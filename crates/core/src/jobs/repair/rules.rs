//! Rules of the form "what was below OLD is below NEW now", and how many broken links bear one out.

use std::collections::{BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};

use lw_fs::path_form;

use lw_fs::look;

use super::broken::Broken;
use super::candidates::Candidates;
use super::fate::{self, Likeness};

/// The most rules that are tried on all links; those with most voices first.
const MAX_TRIED: usize = 32;

/// A rule is borne out by no fewer targets than this.
const LEAST_SUPPORT: u64 = 2;

/// How many times as many targets must bear out a rule as any other one that leads a link elsewhere.
const LEAST_LEAD: u64 = 2;

/// What was below `from` is below `to` now.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rule {
    /// The old place.
    pub from: PathBuf,
    /// The new place.
    pub to: PathBuf,
}

impl Rule {
    /// Returns where `path` is by this rule, if the rule speaks of it.
    pub fn apply(&self, path: &Path) -> Option<PathBuf> {
        path_form::moved(path, &self.from, &self.to)
    }

    /// Returns the rule by which `wanted` is at `found`: what both end in is left out.
    pub(super) fn between(wanted: &Path, found: &Path) -> Option<Self> {
        let mut old: Vec<Component<'_>> = wanted.components().collect();
        let mut new: Vec<Component<'_>> = found.components().collect();
        while let (Some(a), Some(b)) = (old.last(), new.last())
            && a == b
            && matches!(a, Component::Normal(_))
        {
            old.pop();
            new.pop();
        }
        (old != new).then(|| Self {
            from: old.into_iter().collect(),
            to: new.into_iter().collect(),
        })
    }
}

/// Where a link's target is by the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RuleChoice {
    /// One rule is borne out far better than any other.
    One {
        target: PathBuf,
        rule: Rule,
        count: u64,
    },
    /// Several are borne out about equally.
    Several(Vec<PathBuf>),
    /// No rule speaks of it.
    None,
}

/// Returns for each link where its target is by the rules that the links as a whole bear out.
pub(super) fn choose(all: &[Broken], candidates: &Candidates) -> Vec<RuleChoice> {
    let tried = most_voiced(all, candidates);
    let found: Vec<Vec<Option<PathBuf>>> = tried
        .iter()
        .map(|rule| all.iter().map(|broken| stands(rule, broken)).collect())
        .collect();
    let support: Vec<u64> = found.iter().map(|targets| distinct(targets, all)).collect();
    let choice = |link: usize| {
        let mut fitting: Vec<usize> = (0..tried.len())
            .filter(|rule| support[*rule] >= LEAST_SUPPORT && found[*rule][link].is_some())
            .collect();
        fitting.sort_by_key(|rule| (std::cmp::Reverse(support[*rule]), &tried[*rule]));
        let Some(&best) = fitting.first() else {
            return RuleChoice::None;
        };
        let rivals: BTreeSet<&PathBuf> = fitting
            .iter()
            .filter(|rule| support[**rule] * LEAST_LEAD > support[best])
            .filter_map(|rule| found[*rule][link].as_ref())
            .collect();
        match (&found[best][link], rivals.len()) {
            (Some(target), 1) => RuleChoice::One {
                target: target.clone(),
                rule: tried[best].clone(),
                count: support[best],
            },
            _ => RuleChoice::Several(rivals.into_iter().cloned().collect()),
        }
    };
    (0..all.len()).map(choice).collect()
}

/// Returns the rules that are suggested most often by what has the right name.
fn most_voiced(all: &[Broken], candidates: &Candidates) -> Vec<Rule> {
    let mut voices: HashMap<Rule, BTreeSet<&Path>> = HashMap::new();
    for broken in all {
        for place in candidates.of(broken) {
            if let Some(rule) = Rule::between(&broken.wanted, place) {
                voices.entry(rule).or_default().insert(&broken.wanted);
            }
        }
    }
    let mut rules: Vec<(usize, Rule)> = voices
        .into_iter()
        .map(|(rule, targets)| (targets.len(), rule))
        .filter(|(count, _)| *count as u64 >= LEAST_SUPPORT)
        .collect();
    rules.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    rules.truncate(MAX_TRIED);
    rules.into_iter().map(|(_, rule)| rule).collect()
}

fn stands(rule: &Rule, broken: &Broken) -> Option<PathBuf> {
    rule.apply(&broken.wanted).filter(|target| is_there(target))
}

/// Returns whether the path leads to something.
pub(super) fn is_there(path: &Path) -> bool {
    look::followed(path).is_ok()
}

/// Returns how many different targets stand where a rule says, those left out that are known not to be it.
fn distinct(targets: &[Option<PathBuf>], all: &[Broken]) -> u64 {
    let is_it = |broken: &Broken, target: &Path| {
        let known = broken.known.as_ref();
        known.is_none_or(|known| fate::likeness(known, target) != Likeness::Other)
    };
    let found = targets.iter().zip(all).filter_map(|(target, broken)| {
        let target = target.as_ref()?;
        is_it(broken, target).then_some(target)
    });
    found.collect::<BTreeSet<&PathBuf>>().len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(from: &str, to: &str) -> Rule {
        Rule {
            from: from.into(),
            to: to.into(),
        }
    }

    #[test]
    fn a_rule_is_what_two_paths_do_not_end_in() {
        let between = |a: &str, b: &str| Rule::between(Path::new(a), Path::new(b));
        assert_eq!(
            between("/h/Dropbox/p/x", "/h/Cloud/Dropbox/p/x"),
            Some(rule("/h", "/h/Cloud"))
        );
        assert_eq!(between("/h/a/x", "/h/b/x"), Some(rule("/h/a", "/h/b")));
        assert_eq!(between("/h/a/x", "/h/a/y"), Some(rule("/h/a/x", "/h/a/y")));
        assert_eq!(between("/x", "/a/x"), Some(rule("/", "/a")));
        assert_eq!(between("/a", "/a"), None);
    }

    #[test]
    fn a_rule_goes_by_parts_not_by_letters() {
        let rule = rule("/a/b", "/c");
        assert_eq!(rule.apply(Path::new("/a/b/x")), Some("/c/x".into()));
        assert_eq!(rule.apply(Path::new("/a/b")), Some("/c".into()));
        assert_eq!(rule.apply(Path::new("/a/bc/x")), None);
    }
}
