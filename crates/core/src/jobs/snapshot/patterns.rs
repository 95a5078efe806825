//! What patterns mean below the folder that holds the sources of a snapshot.

use std::path::Path;

use lw_fs::snapshot::LinkPolicy;

use crate::jobs::inventory::{BadPattern, Names};
use crate::plan::LinkRule;

/// What is left out of a snapshot.
pub(crate) struct LeftOut(Names);

impl LeftOut {
    /// Understands the patterns.
    pub(crate) fn new(patterns: &[String]) -> Result<Self, BadPattern> {
        Ok(Self(Names::new(&[], patterns)?))
    }

    /// Returns whether what is at this path below the folder of the sources is left out, the folders above it not asked.
    pub(crate) fn includes(&self, below: &Path) -> bool {
        !self.0.enters(below_source(below))
    }
}

/// What becomes of the links that patterns mean.
pub(crate) struct LinkRules(Vec<(Names, LinkPolicy)>);

impl LinkRules {
    /// Understands the patterns.
    pub(crate) fn new(rules: &[LinkRule]) -> Result<Self, BadPattern> {
        let rules = rules.iter().map(|rule| {
            let names = Names::new(&[], std::slice::from_ref(&rule.pattern));
            names.map(|names| (names, rule.links))
        });
        Ok(Self(rules.collect::<Result<_, _>>()?))
    }

    /// Returns what becomes of the link at this path below the folder of the sources, by the first pattern that means it
    /// or a folder above it.
    pub(crate) fn of(&self, below: &Path) -> Option<LinkPolicy> {
        let below = below_source(below);
        let is_meant = |names: &Names| below.ancestors().any(|above| !names.enters(above));
        let mut rules = self.0.iter();
        rules
            .find(|(names, _)| is_meant(names))
            .map(|(_, links)| *links)
    }
}

/// A pattern with a slash is counted from the source.
fn below_source(below: &Path) -> &Path {
    let mut parts = below.components();
    parts.next();
    parts.as_path()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pattern_counts() {
        let rule = |pattern: &str, links| LinkRule {
            pattern: pattern.to_owned(),
            links,
        };
        let rules = [
            rule("a/keep", LinkPolicy::Preserve),
            rule("a", LinkPolicy::Follow),
            rule("*.lnk", LinkPolicy::Skip),
        ];
        let rules = LinkRules::new(&rules).unwrap();
        for (below, links) in [
            ("src/a/keep", Some(LinkPolicy::Preserve)),
            ("src/a/keep/deep", Some(LinkPolicy::Preserve)),
            ("src/a/b/c.lnk", Some(LinkPolicy::Follow)),
            ("src/b/c.lnk", Some(LinkPolicy::Skip)),
            ("src/b/c", None),
            ("a/c", None),
        ] {
            assert_eq!(rules.of(Path::new(below)), links, "{below}");
        }
    }
}
