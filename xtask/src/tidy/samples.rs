//! Small made-up repositories to try the rules on.

use super::tree::{SourceFile, Tree};
use super::{Offence, Rule};

/// Returns `path:line` of every offence a rule finds among these files, given as path and content.
pub fn found(rule: Rule, files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<SourceFile> = files
        .iter()
        .map(|(path, text)| SourceFile::new(path, text.as_bytes().to_vec()))
        .collect();
    let mut offences = rule(&Tree::new(files));
    offences.sort();
    offences
        .iter()
        .map(|Offence { path, line, .. }| format!("{path}:{line}"))
        .collect()
}

/// Asserts that a rule finds one offence in `bad`, on this line, and none in `clean`, its twin at the same path.
#[track_caller]
pub fn assert_told_apart(rule: Rule, path: &str, bad: (&str, usize), clean: &str) {
    let (bad, line) = bad;
    assert_eq!(
        found(rule, &[(path, bad)]),
        [format!("{path}:{line}")],
        "{bad}"
    );
    assert_eq!(found(rule, &[(path, clean)]), [""; 0], "{clean}");
}

#[test]
fn an_offence_reads_as_one_line() {
    let offence = Offence {
        path: "a.rs".to_owned(),
        line: 3,
        what: "`x`".to_owned(),
        mend: "use y",
    };
    assert_eq!(offence.to_string(), "a.rs:3: `x`; use y");
}
