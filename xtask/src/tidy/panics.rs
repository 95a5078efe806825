//! Rule: production code panics only where it says why it cannot.

use super::Offence;
use super::lexer::TokenKind;
use super::rust_source::{NamedPath, RustSource};
use super::tree::Tree;

const MEND_UNWRAP: &str = "handle it, return it, or write expect(\"why this cannot happen\")";
const MEND_EXPECT: &str = "expect takes a literal that says why this cannot happen";

/// Finds `unwrap`, and `expect` without a reason, outside tests.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    // testkit is made of tests: what cannot go on there has to panic.
    let production = |path: &str, is_test: bool| !is_test && !path.starts_with("crates/testkit/");
    let files = tree
        .rust()
        .filter(|(file, _)| production(&file.path, tree.is_test(file)));
    for (file, rust) in files {
        for path in rust.paths() {
            let Some((what, mend)) = panic_without_reason(rust, &path) else {
                continue;
            };
            offences.push(Offence {
                path: file.path.clone(),
                line: path.line,
                what: what.to_owned(),
                mend,
            });
        }
    }
    offences
}

fn panic_without_reason(
    rust: &RustSource,
    path: &NamedPath,
) -> Option<(&'static str, &'static str)> {
    let unwraps = |name: &str| matches!(name, "unwrap" | "unwrap_err");
    match path.names.as_slice() {
        [.., owner, name] if unwraps(name) && matches!(owner.as_str(), "Option" | "Result") => {
            Some(("`unwrap`", MEND_UNWRAP))
        }
        [name] if path.token > 0 && rust.reads(path.token - 1, &["."]) => {
            if unwraps(name) && rust.reads(path.token + 1, &["(", ")"]) {
                return Some(("`.unwrap()`", MEND_UNWRAP));
            }
            let takes_reason = matches!(name.as_str(), "expect" | "expect_err");
            let is_silent = takes_reason
                && rust.reads(path.token + 1, &["("])
                && !has_reason(rust, path.token + 2);
            is_silent.then_some(("`.expect` without a reason", MEND_EXPECT))
        }
        _ => None,
    }
}

fn has_reason(rust: &RustSource, argument: usize) -> bool {
    let reason = rust.tokens.get(argument);
    reason.is_some_and(|token| token.kind == TokenKind::Text && !token.text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{assert_told_apart, found};
    use super::*;

    #[test]
    fn a_panic_has_a_reason() {
        let clean = "//! x.unwrap()\nfn f() { \".unwrap()\"; x.unwrap_or(1); x.expect(\"the lock is ours\"); x\n.expect(\n\"why\",\n); }\n\
                     #[cfg(test)] mod tests { fn g() { x.unwrap(); } }";
        for case in [
            "\nfn f() { x.unwrap(); }",
            "\nfn f() { x.map(Result::unwrap); }",
            "\nfn f() { x.expect(\" \"); }",
            "\nfn f() { x.expect(&why); }",
        ] {
            assert_told_apart(check, "crates/core/src/lib.rs", (case, 2), clean);
        }
        for exempt in ["crates/fs/tests/a.rs", "crates/testkit/src/a.rs"] {
            assert!(found(check, &[(exempt, "fn f() { x.unwrap(); }")]).is_empty());
        }
    }
}
