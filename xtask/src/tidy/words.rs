//! Rule: what is read in a checkout stands on its own: no private places, no numbers of some tracker.

use super::Offence;
use super::tree::Tree;

/// This file, which must name the words.
const DEFINED_IN: &str = "xtask/src/tidy/words.rs";

/// Words, small letters, and why they may not stand.
const WORDS: &[(&str, &str)] = &[
    (
        "issue #",
        "say what the matter is: a number means nothing in a checkout",
    ),
    (
        "fixme",
        "mend it, or write the limitation into the documentation",
    ),
    ("do not merge", "mend it before it is committed"),
];

/// Beginnings of absolute paths that exist on one machine only.
const PRIVATE_PLACES: &[&str] = &["/work/"];

/// Finds words that must not stand in any text file of the repository.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for file in tree.files.iter().filter(|file| file.path != DEFINED_IN) {
        for (index, line) in file.text().unwrap_or_default().lines().enumerate() {
            let small = line.to_ascii_lowercase();
            let word = WORDS.iter().find(|(word, _)| small.contains(word)).copied();
            let place = PRIVATE_PLACES.iter().find(|place| names_place(line, place));
            let place = place.map(|place| {
                (
                    *place,
                    "this path exists on one machine only: use a relative one",
                )
            });
            if let Some((found, mend)) = word.or(place) {
                let what = format!("`{found}`");
                offences.push(Offence {
                    path: file.path.clone(),
                    line: index + 1,
                    what,
                    mend,
                });
            }
        }
    }
    offences
}

/// Returns whether `place` stands at the beginning of a path; `/home/a/work/` is another place.
fn names_place(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '~' | '}' | ')'))
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{assert_told_apart, found};
    use super::*;

    #[test]
    fn a_checkout_stands_on_its_own() {
        let clean = "The tissue, an issue, /home/a/work/x, ~/work/y, work/z and $HOME/work/\n";
        for case in [
            "a\nsee Issue #12\n",
            "a\n// FIXME later\n",
            "a\nrun \"/work/main/x\"\n",
            "a\n/work/x\n",
        ] {
            assert_told_apart(check, "docs/design/moves.md", (case, 2), clean);
        }
        assert!(found(check, &[(DEFINED_IN, "issue #1")]).is_empty());
    }
}
