//! What other managers write: whatever the bytes, what is read is bounded, and patterns leave out what they were read from.

use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use lw_core::import::{Config, IgnoreList, Reach, Source, StowOptions, as_written, globs};
use lw_core::manifest::{DotNames, Entry, Folding, TreeKind, When};
use lw_core::manifest::{Machine, Manifest, Paths, Wish, with_entries, written_from_here};

/// The most patterns that one line becomes.
const MOST_PATTERNS: usize = 64;

/// Takes a file, as each of those that are read.
pub(super) fn holds(bytes: &[u8]) {
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    if let Ok(list) = IgnoreList::parse(bytes) {
        assert!(list.patterns.len() <= lines * MOST_PATTERNS + 1);
        assert!(list.left_out.len() <= lines);
        are_patterns(&list.patterns);
    }
    let mut options = StowOptions::default();
    if options.add(bytes).is_ok() {
        are_patterns(&options.ignore);
        let in_file = |line: &Option<usize>| line.is_some_and(|line| (1..=lines).contains(&line));
        assert!(options.left_out.iter().all(|left| in_file(&left.line)));
    }
    for config in [Config::of_yaml(bytes), Config::of_json(bytes)] {
        match config {
            Ok(config) => are_links(&config, bytes.len()),
            Err(error) => {
                assert!(!error.why.is_empty());
                assert!(
                    error.line.is_none_or(|line| line <= bytes.len() + 1),
                    "{error}"
                );
            }
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        means_the_same(text);
        stands_for_itself(text);
    }
}

/// Each pattern is one, and a manifest with all of them is read as they are.
fn are_patterns(patterns: &[String]) {
    for pattern in patterns {
        let below = pattern.strip_prefix('/').unwrap_or(pattern);
        let glob = GlobBuilder::new(below).literal_separator(true).build();
        assert!(glob.is_ok(), "{pattern:?}: {glob:?}");
    }
    let tree = Entry {
        what: Wish::Tree {
            source: "a".to_owned(),
            into: "~".to_owned(),
            kind: TreeKind::Symbolic,
            folding: Folding::Fold,
            dot_names: DotNames::Keep,
            ignore: patterns.to_vec(),
        },
        when: When::default(),
        note: None,
        line: 1,
    };
    let text = with_entries("", std::slice::from_ref(&tree)).unwrap();
    assert_eq!(Manifest::parse(text.as_bytes()).unwrap().entries, [tree]);
}

/// Aliases may write out more links than there are bytes, but not without end.
fn are_links(config: &Config, size_bytes: usize) {
    let most = (16 << 20) / 64;
    assert!(size_bytes > 0 || config.links.is_empty());
    assert!(config.links.len() + config.left_out.len() <= most);
    for link in &config.links {
        if let Source::Path(path) = &link.source {
            assert!(!path.is_empty());
            assert!(path == "/" || !path.ends_with('/'), "{path:?}");
        }
    }
}

/// A text without anything that has a meaning leaves out itself and nothing else.
fn means_the_same(text: &str) {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_, #~!@&=:;<>".contains(letter);
    if text.is_empty() || text.len() > 200 || !text.chars().all(is_plain) {
        return;
    }
    assert_eq!(globs(text, Reach::Name).unwrap(), [text]);
    let escaped: String = text.chars().fold(String::new(), |mut escaped, letter| {
        if !letter.is_alphanumeric() {
            escaped.push('\\');
        }
        escaped.push(letter);
        escaped
    });
    assert_eq!(globs(&escaped, Reach::Name).unwrap(), [text]);
    let rooted = format!("^/{text}");
    assert_eq!(globs(&rooted, Reach::Path).unwrap(), [format!("/{text}")]);
    assert_eq!(globs(text, Reach::End).unwrap(), [format!("*{text}")]);
}

/// What is written down for a name is that name, and a path of dotbot is made whole or refused.
fn stands_for_itself(text: &str) {
    let machine = Machine {
        home: Some(PathBuf::from("/home/ann")),
        ..Machine::default()
    };
    let manifest = Manifest::default();
    let folder = Path::new("/etc/links");
    let paths = Paths::new(&manifest, &machine, folder);
    if !text.is_empty() {
        let whole = paths.whole(&written_from_here(text)).unwrap();
        assert_eq!(whole, folder.join(text), "{text:?}");
    }
    if let Ok(written) = as_written(text)
        && let Ok(whole) = paths.whole(&written)
    {
        assert!(whole.is_absolute(), "{text:?}: {whole:?}");
    }
}
