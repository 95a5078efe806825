//! Rule: what a page points to is there.

use super::Offence;
use super::tree::{SourceFile, Tree};

const MEND_LINK: &str = "nothing of that name is in the repository: mend the link or add the file";
const MEND_PATH: &str = "nothing of that name is in the repository: the map must match the house";

/// The page whose paths in backticks are checked as well.
const MAP: &str = "ARCHITECTURE.md";

/// Finds links of Markdown pages, and paths in the map of the house, that lead nowhere in the repository.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    let is_page = |file: &&SourceFile| file.is_written() && file.path.ends_with(".md");
    for file in tree.files.iter().filter(is_page) {
        let text = file.text().unwrap_or_default();
        for (line, prose) in prose_lines(text) {
            for target in link_targets(&without_code(prose)) {
                let place = place_of(&file.path, &target);
                if place.is_none_or(|place| !tree.has(&place)) {
                    let what = format!("a link to `{target}`");
                    offences.push(Offence {
                        path: file.path.clone(),
                        line,
                        what,
                        mend: MEND_LINK,
                    });
                }
            }
            for path in map_paths(prose).filter(|path| file.path == MAP && !tree.has(path)) {
                let what = format!("the path `{path}`");
                offences.push(Offence {
                    path: file.path.clone(),
                    line,
                    what,
                    mend: MEND_PATH,
                });
            }
        }
    }
    offences
}

/// Returns the lines outside fenced code, counted from one.
fn prose_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence = None;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let start = line.trim_start();
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| start.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, None) => return Some((index + 1, line)),
            _ => {}
        }
        None
    })
}

/// Returns the line without what stands between backticks.
fn without_code(line: &str) -> String {
    if line.matches('`').count() < 2 {
        return line.to_owned();
    }
    line.split('`').step_by(2).collect::<Vec<_>>().join("code")
}

/// Returns the targets of inline links, images and reference definitions that name files.
fn link_targets(line: &str) -> Vec<String> {
    let mut targets = Vec::new();
    let definition = line
        .trim_start()
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "));
    if let Some((label, target)) = definition
        && !label.starts_with('^')
    {
        targets.extend(target.split_whitespace().next());
    }
    for (at, opening) in line.match_indices("](") {
        let rest = &line[at + opening.len()..];
        let target = match rest.strip_prefix('<') {
            Some(quoted) => quoted.split_once('>').map(|(target, _)| target),
            None => Some(&rest[..rest.find([')', ' ']).unwrap_or(rest.len())]),
        };
        targets.extend(target);
    }
    let files = targets
        .into_iter()
        .map(|target| target.split(['#', '?']).next().unwrap_or_default());
    files
        .filter(|file| !file.is_empty() && !is_elsewhere(file))
        .map(str::to_owned)
        .collect()
}

fn is_elsewhere(target: &str) -> bool {
    let scheme = target.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    }) || target.starts_with("//")
}

/// Returns the path in the repository that a link on this page means, unless it climbs out.
fn place_of(page: &str, target: &str) -> Option<String> {
    let target = target.replace("%20", " ");
    let mut names: Vec<&str> = page.split('/').collect();
    names.pop();
    if target.starts_with('/') {
        names.clear();
    }
    for name in target.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop()?;
            }
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

/// Returns the paths between backticks that name a place in the house; patterns are passed over.
fn map_paths(line: &str) -> impl Iterator<Item = &str> {
    let code = line.split('`').skip(1).step_by(2);
    code.filter_map(|code| {
        let is_place = ["crates/", "xtask/", "docs/", ".ci/"]
            .iter()
            .any(|top| code.starts_with(top));
        let path = code.split([':', ' ']).next().unwrap_or(code);
        (is_place && !path.contains(['*', '<', '{', '…'])).then_some(path)
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::found;
    use super::*;

    const HOUSE: [(&str, &str); 2] = [("docs/guide/a b.md", ""), ("crates/fs/src/lib.rs", "")];

    fn lines(page: &str, text: &str) -> Vec<String> {
        found(check, &[HOUSE[0], HOUSE[1], (page, text)])
    }

    #[test]
    fn links_lead_somewhere() {
        let page = "docs/start.md";
        for (case, line) in [
            ("\n[a](guide/none.md)\n", 2),
            ("\n\n![a](none.png \"title\")\n", 3),
            ("[a]: ../docs/none.md\n", 1),
            ("[a](../../outside.md)\n", 1),
            ("[a](/none.md)\n", 1),
            ("[a](<none at all.md>)\n", 1),
        ] {
            assert_eq!(lines(page, case), [format!("{page}:{line}")], "{case}");
        }
        let clean = "[a](guide/a%20b.md#top) [b](<guide/a b.md>) [c](../crates/fs/src/) [d](/docs/guide)\n\
                     [e](https://example.org/x.md) [f](#top) [g](mailto:a@example.org) `[h](none.md)`\n\
                     ```\n[i](none.md)\n```\n[j]: guide\n[^1]: note\n- [ ]: open\n";
        assert_eq!(lines(page, clean), [""; 0]);
    }

    #[test]
    fn the_map_matches_the_house() {
        assert_eq!(
            lines("ARCHITECTURE.md", "a\n`crates/fs/src/none.rs`\n"),
            ["ARCHITECTURE.md:2"]
        );
        let clean = "`crates/fs/` and `crates/fs/src/lib.rs:12`, `crates/*/src`, `crates/<name>`, crates/none\n";
        assert_eq!(lines("ARCHITECTURE.md", clean), [""; 0]);
        assert_eq!(lines("docs/design/cut.md", "`crates/gone/src`\n"), [""; 0]);
    }
}
