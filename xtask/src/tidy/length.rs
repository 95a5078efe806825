//! Rule: no file outgrows 400 lines of production code.
//!
//! Every line counts that bears a token outside `#[cfg(test)]`; blank lines and lines of comment alone do not, so
//! that nobody saves on either.

use super::Offence;
use super::tree::{SourceFile, Tree};

const LINE_LIMIT: usize = 400;
const MEND: &str = "a file holds at most 400 lines of production code: cut it by meaning";

/// Finds the files under `crates/*/src` and `xtask/src` that are too long; the offence stands on the first line too many.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let measured = tree
        .rust()
        .filter(|(file, _)| is_production(file) && !tree.is_test(file));
    let offences = measured.filter_map(|(file, rust)| {
        let lines = rust.production_lines();
        let line = *lines.get(LINE_LIMIT)?;
        let what = format!("{} lines of production code", lines.len());
        Some(Offence {
            path: file.path.clone(),
            line,
            what,
            mend: MEND,
        })
    });
    offences.collect()
}

fn is_production(file: &SourceFile) -> bool {
    let of_crate = file
        .path
        .strip_prefix("crates/")
        .and_then(|rest| rest.split_once('/'));
    of_crate.is_some_and(|(_, rest)| rest.starts_with("src/"))
        || file.path.starts_with("xtask/src/")
}

#[cfg(test)]
mod tests {
    use super::super::samples::assert_told_apart;
    use super::*;

    #[test]
    fn a_file_holds_400_lines_of_production_code() {
        let full = "// why\n\n".to_owned() + &"fn f() {}\n".repeat(400);
        let tests = "#[cfg(test)]\nmod tests {\n".to_owned() + &"fn t() {}\n".repeat(100) + "}\n";
        let over = format!("{full}{tests}fn one_more() {{}}\n");
        assert_told_apart(
            check,
            "crates/fs/src/look/walk.rs",
            (&over, 402 + 103 + 1),
            &(full + &tests),
        );
    }
}
