//! Rule: `unsafe` stands in `crates/fs` alone, and says there what makes it sound.

use super::Offence;
use super::rust_source::RustSource;
use super::tree::Tree;

const MEND_PLACE: &str = "unsafe stands in crates/fs alone: give lw_fs a safe function";
const MEND_REASON: &str = "write `// SAFETY:` with the invariant just above";

/// Finds `unsafe` outside `crates/fs`, tests included, and inside it blocks and impls without `// SAFETY:` above.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for (file, rust) in tree.rust() {
        let in_fs = file.path.starts_with("crates/fs/");
        for (index, token) in rust
            .tokens
            .iter()
            .enumerate()
            .filter(|(_, token)| token.is_word("unsafe"))
        {
            let needs_reason = rust.reads(index + 1, &["{"]) || rust.reads(index + 1, &["impl"]);
            let (what, mend) = if !in_fs {
                ("`unsafe`", MEND_PLACE)
            } else if needs_reason && !is_explained(rust, index) {
                ("`unsafe` without `// SAFETY:`", MEND_REASON)
            } else {
                continue;
            };
            offences.push(Offence {
                path: file.path.clone(),
                line: token.line,
                what: what.to_owned(),
                mend,
            });
        }
    }
    offences
}

/// Returns whether a comment with `SAFETY:` stands above the statement or between its beginning and the `unsafe` at `index`.
fn is_explained(rust: &RustSource, index: usize) -> bool {
    let before = &rust.tokens[..index];
    let start = before
        .iter()
        .rposition(|token| token.is_mark(";") || token.is_mark("{") || token.is_mark("}"))
        .map_or(0, |end| end + 1);
    let unsafe_line = rust.tokens[index].line;
    // From the line above the statement, upward through the comment lines that touch it.
    let mut first_line = rust.tokens[start].line;
    let near = rust
        .comments
        .iter()
        .rev()
        .skip_while(|comment| comment.line > unsafe_line);
    for comment in near {
        if comment.end_line + 1 < first_line {
            return false;
        }
        if comment.text.contains("SAFETY:") {
            return true;
        }
        first_line = first_line.min(comment.line);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::samples::assert_told_apart;
    use super::*;

    #[test]
    fn unsafe_stands_in_fs_alone() {
        let clean = "#![forbid(unsafe_code)]\n// unsafe\nconst S: &str = \"unsafe\";";
        assert_told_apart(
            check,
            "crates/core/src/lib.rs",
            ("\nfn f() { unsafe { g() } }", 2),
            clean,
        );
        assert_told_apart(
            check,
            "crates/cli/tests/a.rs",
            ("\nunsafe fn f() {}", 2),
            clean,
        );
    }

    #[test]
    fn an_unsafe_block_says_why_it_is_sound() {
        let path = "crates/fs/src/unix/errno.rs";
        let clean = "unsafe fn f() {}\nunsafe extern \"C\" { fn x(); }\n\
                     // SAFETY: the pointer is ours,\n// and outlives the call.\n#[allow(x)]\nlet a =\n    unsafe { g() };\n\
                     // SAFETY: no state.\nunsafe impl Send for A {}\n\
                     let b = {\n // SAFETY: same line.\n unsafe { h() } };\n";
        for (case, line) in [
            ("fn f() { unsafe { g() } }", 1),
            (
                "// SAFETY: of another.\nlet a = unsafe { g() };\nlet b = unsafe { h() };",
                3,
            ),
            ("// SAFETY: too far above.\n\nunsafe impl Send for A {}", 3),
            ("// sound\nlet a = unsafe { g() };", 2),
        ] {
            assert_told_apart(check, path, (case, line), clean);
        }
    }
}
