//! Rule: dependencies are few, and come from crates.io alone.

use super::Offence;
use super::tree::Tree;

/// The most packages the workspace's lock file may name, our own and those for tests included.
const PACKAGE_LIMIT: usize = 140;
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

const MEND_COUNT: &str =
    "at most 140 packages: leave one out, or raise the limit in xtask with the reason";
const MEND_SOURCE: &str = "packages come from crates.io alone, where their text stays as it is";

/// Finds too many packages, and packages from anywhere else, in the lock files.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    let locks = tree
        .files
        .iter()
        .filter(|file| file.path.rsplit('/').next() == Some("Cargo.lock"));
    for file in locks {
        let mut package_count = 0;
        for (index, line) in file.text().unwrap_or_default().lines().enumerate() {
            let mut report = |what: String, mend: &'static str| {
                offences.push(Offence {
                    path: file.path.clone(),
                    line: index + 1,
                    what,
                    mend,
                });
            };
            if line == "[[package]]" {
                package_count += 1;
                if package_count == PACKAGE_LIMIT + 1 {
                    report(format!("package {package_count}"), MEND_COUNT);
                }
            }
            let source = line
                .strip_prefix("source = ")
                .map(|source| source.trim_matches('"'));
            if let Some(source) = source.filter(|source| *source != REGISTRY) {
                report(format!("the source `{source}`"), MEND_SOURCE);
            }
        }
    }
    offences
}

#[cfg(test)]
mod tests {
    use super::super::samples::assert_told_apart;
    use super::*;

    #[test]
    fn dependencies_are_few_and_come_from_one_place() {
        let package = format!("[[package]]\nname = \"a\"\nsource = \"{REGISTRY}\"\n");
        let ours = "[[package]]\nname = \"linkwright\"\n";
        let full = package.repeat(PACKAGE_LIMIT - 1) + ours;
        let over = full.clone() + &package;
        assert_told_apart(
            check,
            "Cargo.lock",
            (&over, (PACKAGE_LIMIT - 1) * 3 + 2 + 1),
            &full,
        );
        let foreign = package.replace(REGISTRY, "git+https://example.org/a");
        assert_told_apart(check, "Cargo.lock", (&foreign, 3), &package);
    }
}
