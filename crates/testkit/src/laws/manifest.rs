//! Manifests: whatever the bytes, a mistake has its place in the text, and what is added is read again beside the rest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lw_core::manifest::{
    Entry, Machine, Manifest, Paths, When, Wish, WishForm, WishKind, with_entries,
};

/// Takes the file.
pub(super) fn holds(bytes: &[u8]) {
    let manifest = match Manifest::parse(bytes) {
        Ok(manifest) => manifest,
        Err(error) => {
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
            if let Some(at) = &error.at {
                assert!((1..=lines).contains(&at.line) && at.column > 0, "{at:?}");
            }
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let in_order = manifest
        .entries
        .windows(2)
        .all(|two| two[0].line <= two[1].line);
    assert!(in_order, "{:?}", manifest.entries);
    // Paths are made whole or refused, and never relative to anything but the manifest.
    let machine = Machine {
        os: "linux".to_owned(),
        host: "desk".to_owned(),
        home: Some(PathBuf::from("/home/ann")),
        environment: BTreeMap::new(),
    };
    let paths = Paths::new(&manifest, &machine, Path::new("/etc/links"));
    for entry in &manifest.entries {
        let (Wish::Link {
            link: one,
            target: two,
            ..
        }
        | Wish::Move {
            source: one,
            dest: two,
        }
        | Wish::Tree {
            source: one,
            into: two,
            ..
        }) = &entry.what;
        for written in [one, two] {
            if let Ok(whole) = paths.whole(written) {
                let text = whole.to_str().unwrap();
                assert!(
                    whole.is_absolute() || text.contains(':'),
                    "{written:?}: {text:?}"
                );
            }
        }
    }
    let text = std::str::from_utf8(bytes).unwrap();
    let added = Entry {
        what: Wish::Link {
            link: "~/a \"b\" \\c\u{e9}\n".to_owned(),
            target: "$$x".to_owned(),
            kind: WishKind::Hard,
            form: WishForm::Relative,
        },
        when: When {
            os: vec!["macos".to_owned()],
            host: vec!["a".to_owned(), "b\"".to_owned()],
        },
        note: Some("#".to_owned()),
        line: 0,
    };
    let more = with_entries(text, std::slice::from_ref(&added)).unwrap();
    assert!(more.starts_with(text), "{more:?}");
    let again = Manifest::parse(more.as_bytes()).unwrap();
    assert_eq!(again.variables, manifest.variables);
    assert_eq!(again.machines, manifest.machines);
    let plain = |entry: &Entry| Entry {
        line: 0,
        ..entry.clone()
    };
    let mut found: Vec<Entry> = again.entries.iter().map(plain).collect();
    let place = found.iter().rposition(|entry| *entry == added).unwrap();
    found.remove(place);
    let mut before: Vec<Entry> = manifest.entries.iter().map(plain).collect();
    let key = |entry: &Entry| format!("{entry:?}");
    found.sort_by_key(key);
    before.sort_by_key(key);
    assert_eq!(found, before);
}
