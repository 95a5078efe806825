//! Rule: a name says what is inside.

use std::collections::BTreeSet;

use super::Offence;
use super::tree::Tree;

const EMPTY_NAMES: [&str; 7] = [
    "util",
    "utils",
    "common",
    "helper",
    "helpers",
    "misc",
    "miscellaneous",
];
const MEND: &str = "the name does not say what is inside: name it after the one thing it holds";

/// Finds files, folders and modules whose name fits anything.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for place in places(tree) {
        let what = format!("`{}`", place.rsplit('/').next().unwrap_or(&place));
        offences.push(Offence {
            path: place,
            line: 1,
            what,
            mend: MEND,
        });
    }
    for (file, rust) in tree.rust() {
        for (index, token) in rust.tokens.iter().enumerate() {
            let is_module =
                index > 0 && rust.reads(index - 1, &["mod"]) && rust.reads(index + 1, &["{"]);
            if is_module && EMPTY_NAMES.contains(&token.text.as_str()) {
                let what = format!("`mod {}`", token.text);
                offences.push(Offence {
                    path: file.path.clone(),
                    line: token.line,
                    what,
                    mend: MEND,
                });
            }
        }
    }
    offences
}

/// Returns the files and folders with such a name, each once.
fn places(tree: &Tree) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for file in &tree.files {
        let ends = file
            .path
            .match_indices('/')
            .map(|(at, _)| at)
            .chain([file.path.len()]);
        for end in ends {
            let place = &file.path[..end];
            let name = place.rsplit('/').next().unwrap_or(place);
            let stem = name.split('.').next().unwrap_or(name);
            if EMPTY_NAMES.contains(&stem.to_ascii_lowercase().as_str()) {
                places.insert(place.to_owned());
            }
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::super::samples::{assert_told_apart, found};
    use super::*;

    #[test]
    fn a_name_says_what_is_inside() {
        for path in [
            "crates/fs/src/util.rs",
            "docs/misc.md",
            "crates/cli/src/Helpers.rs",
        ] {
            assert_eq!(found(check, &[(path, "")]), [format!("{path}:1")]);
        }
        let folder = [
            ("crates/core/tests/common/a.rs", ""),
            ("crates/core/tests/common/b.rs", ""),
        ];
        assert_eq!(found(check, &folder), ["crates/core/tests/common:1"]);
        assert!(found(check, &[("crates/fs/src/commonest.rs", "mod utility {}")]).is_empty());
        assert_told_apart(
            check,
            "crates/fs/src/look.rs",
            ("\nmod utils {\n}", 2),
            "use helper::x; mod walk {}",
        );
    }
}
