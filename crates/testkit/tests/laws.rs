//! The laws of the readers of foreign bytes, without a fuzzer: all inputs that are kept, and bytes thrown together.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use lw_testkit::laws::{LAWS, check};
use proptest::prelude::*;

/// The most bytes of one input, and of all together: the corpus is for what matters, not for all that a fuzzer met.
const INPUT_LIMIT_BYTES: usize = 16 * 1024;
const CORPUS_LIMIT_BYTES: usize = 512 * 1024;

fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn the_laws_hold_for_the_whole_corpus() {
    let mut all_bytes = 0;
    let mut broken = Vec::new();
    for law in LAWS {
        let folder = fuzz_folder().join("corpus").join(law.name);
        let inputs = names_in(&folder);
        assert!(!inputs.is_empty(), "{folder:?} is empty");
        for input in inputs {
            let bytes = fs::read(folder.join(&input)).unwrap();
            assert!(bytes.len() <= INPUT_LIMIT_BYTES, "{}/{input}", law.name);
            all_bytes += bytes.len();
            // The panic itself has said what is wrong.
            if std::panic::catch_unwind(|| (law.holds)(&bytes)).is_err() {
                broken.push(format!("fuzz/corpus/{}/{input}", law.name));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(all_bytes <= CORPUS_LIMIT_BYTES, "{all_bytes} bytes");
}

/// The law `quote` goes by what POSIX says; this, by what is really used.
#[test]
fn quoted_names_paste_back_into_bash() {
    let folder = fuzz_folder().join("corpus/quote");
    for input in names_in(&folder) {
        let bytes = fs::read(folder.join(&input)).unwrap();
        let name = OsStr::from_bytes(&bytes);
        let script = format!("printf %s {}", linkwright::quote(name));
        let answer = Command::new("bash")
            .arg("-c")
            .arg(&script)
            .output()
            .unwrap();
        assert_eq!(answer.stdout, bytes, "{script}");
    }
}

#[test]
fn each_law_has_its_fuzz_target_and_its_corpus() {
    let laws: BTreeSet<String> = LAWS.iter().map(|law| law.name.to_owned()).collect();
    assert_eq!(laws.len(), LAWS.len());
    assert_eq!(names_in(&fuzz_folder().join("corpus")), laws);
    let manifest = fs::read_to_string(fuzz_folder().join("Cargo.toml")).unwrap();
    for name in &laws {
        let target = format!("fuzz_targets/{name}.rs");
        let text = fs::read_to_string(fuzz_folder().join(&target)).unwrap();
        assert!(
            text.contains(&format!("check(\"{name}\", bytes)")),
            "{target}"
        );
        assert!(
            manifest.contains(&format!("path = \"{target}\"")),
            "{target}"
        );
    }
    assert_eq!(
        names_in(&fuzz_folder().join("fuzz_targets")).len(),
        laws.len()
    );
}

#[test]
#[should_panic(expected = "no law is called nothing")]
fn a_law_that_is_not_there_is_not_kept() {
    check("nothing", b"");
}

fn law_and_input() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let inputs: Vec<(&'static str, Vec<u8>)> = LAWS
        .iter()
        .flat_map(|law| {
            let folder = fuzz_folder().join("corpus").join(law.name);
            let inputs = names_in(&folder).into_iter();
            inputs.map(move |input| (law.name, fs::read(folder.join(input)).unwrap()))
        })
        .collect();
    prop::sample::select(inputs)
}

proptest! {
    #[test]
    fn the_laws_hold_for_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for law in LAWS {
            (law.holds)(&bytes);
        }
    }

    /// Texts of Windows made of what has a meaning there.
    #[test]
    fn the_law_of_reparse_points_holds_for_texts(parts in prop::collection::vec(
        prop::sample::select(
            &["\\", "\\", "/", "?", "??", ".", "..", "UNC", "C:", "Volume{1}", "a", "\u{e9}", ":"][..],
        ),
        1..12,
    )) {
        let text = parts.concat();
        check("reparse", text.as_bytes());
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        check("reparse", &wide);
    }

    /// What is nearly right gets further than what is thrown together.
    #[test]
    fn the_laws_hold_for_damaged_inputs(
        (name, input) in law_and_input(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        length in any::<prop::sample::Index>(),
    ) {
        let mut bytes = input;
        for (at, byte) in &changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
        }
        check(name, &bytes);
        check(name, &bytes[..length.index(bytes.len() + 1)]);
    }
}
