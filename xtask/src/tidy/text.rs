//! Rule: text is UTF-8, with plain line ends and nothing after the last word; Rust begins with what it is for.

use super::Offence;
use super::tree::Tree;

/// Finds written files with foreign bytes, CR line ends, blanks at line ends, or, in Rust, no `//!` at the head.
///
/// Data of tests (`fixtures`, `snapshots`, `corpus`) is kept byte for byte and is not looked at.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for file in tree.files.iter().filter(|file| file.is_written()) {
        let mut report = |line: usize, what: &str, mend: &'static str| {
            offences.push(Offence {
                path: file.path.clone(),
                line,
                what: what.to_owned(),
                mend,
            });
        };
        let text = match std::str::from_utf8(&file.bytes) {
            Ok(text) => text,
            Err(error) => {
                let before = &file.bytes[..error.valid_up_to()];
                let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
                report(
                    line,
                    "not UTF-8",
                    "save it as UTF-8, or keep it under fixtures/",
                );
                continue;
            }
        };
        for (index, line) in text.split('\n').enumerate() {
            if line.ends_with('\r') {
                report(index + 1, "a CR at the line end", "lines end with LF alone");
            } else if line.ends_with(char::is_whitespace) {
                report(index + 1, "blanks at the line end", "take them away");
            }
        }
        if file.path.ends_with(".rs") && !text.starts_with("//!") {
            report(
                1,
                "no `//!` at the head",
                "say in one line what the file is for",
            );
        }
    }
    offences
}

#[cfg(test)]
mod tests {
    use super::super::samples::assert_told_apart;
    use super::super::tree::SourceFile;
    use super::*;

    #[test]
    fn text_is_plain() {
        let clean = "//! Where links are.\n\nfn f() {}\n";
        for (case, line) in [
            ("fn f() {}\n", 1),
            ("//! Head.\nfn f() {}\r\nfn g() {}\n", 2),
            ("//! Head.\n\nfn f() {} \n", 3),
            ("//! Head.\n\t\n", 2),
        ] {
            assert_told_apart(check, "crates/fs/src/look.rs", (case, line), clean);
        }
        assert_told_apart(check, ".ci/run", ("#!/bin/sh\na \n", 2), "#!/bin/sh\na\n");
        assert_told_apart(check, "docs/a.md", ("a  \nb\n", 1), "a\nb\n");
    }

    #[test]
    fn text_is_utf8_and_data_is_left_alone() {
        let bytes = b"//! Head.\n// \xff\n".to_vec();
        let offences = |path: &str| check(&Tree::new(vec![SourceFile::new(path, bytes.clone())]));
        let lines: Vec<usize> = offences("crates/fs/src/a.rs")
            .iter()
            .map(|offence| offence.line)
            .collect();
        assert_eq!(lines, [2]);
        assert!(offences("crates/fs/tests/fixtures/a.rs").is_empty());
        assert!(offences("crates/fs/tests/names.bin").is_empty());
    }
}
