//! Repairs of more links than one unit holds: units side by side, each wholly before or wholly after, whatever happens.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use lw_testkit::{Fault, Lab, Picture};

use super::ground::PROGRAM;

const LINKS: usize = 4100;
/// As many as a unit holds.
const OF_A_UNIT: usize = 2000;

fn lab() -> Lab {
    let lab = Lab::in_memory(PROGRAM);
    lab.sh("mkdir -p new t; printf x > warm; lw link -q warm warmer; rm warmer warm");
    for number in 0..LINKS {
        fs::write(lab.home().join(format!("new/{number:04}")), "").unwrap();
        symlink(format!("../old/{number:04}"), link(&lab, number)).unwrap();
    }
    lab
}

fn link(lab: &Lab, number: usize) -> PathBuf {
    lab.home().join(format!("t/{number:04}"))
}

const REPAIR: &[&str] = &["repair", "-qy", "t", "--from", "old", "--to", "new"];

/// Returns how many links are mended; every one must be there, with its old text or its new one.
fn mended(lab: &Lab, what: &str) -> Vec<bool> {
    let is_mended = |number: usize| {
        let text = fs::read_link(link(lab, number)).unwrap_or_else(|_| panic!("{what}: {number}"));
        let new = Path::new("../new").join(format!("{number:04}"));
        let old = Path::new("../old").join(format!("{number:04}"));
        assert!(text == old || text == new, "{what}: {text:?}");
        text == new
    };
    (0..LINKS).map(is_mended).collect()
}

fn assert_whole_units(lab: &Lab, what: &str) -> usize {
    let mended = mended(lab, what);
    // Links are taken by path, so a unit's links follow each other.
    for unit in mended.chunks(OF_A_UNIT) {
        let count = unit.iter().filter(|is_mended| **is_mended).count();
        assert!(
            count == 0 || count == unit.len(),
            "{what}: {count} of {}",
            unit.len()
        );
    }
    mended.into_iter().filter(|is_mended| *is_mended).count()
}

#[test]
fn interrupted_at_any_effect() {
    let clean = lab();
    let before = Picture::of(clean.home());
    let effects = clean.lw_ok(REPAIR).effects.len();
    assert!(effects > 2 * LINKS);
    assert_eq!(assert_whole_units(&clean, "clean"), LINKS);
    clean.lw_ok(&["undo", "-q"]);
    let differences = before.differences(&Picture::of(clean.home()));
    assert!(differences.is_empty(), "{differences:#?}");

    let (mut partly, mut failed) = (0, 0);
    for n in [3, 1500, 4200, effects - 30] {
        for fault in [
            Fault::KillBefore(n),
            Fault::KillAfter(n),
            Fault::FailFrom(n, libc::EIO),
        ] {
            let what = format!("{fault:?}");
            let lab = lab();
            let outcome = lab.lw_with(REPAIR, &fault);
            assert!(outcome.hit, "{what}");
            let is_killed = outcome.code.is_none();
            if !is_killed {
                failed += 1;
                assert!(
                    matches!(outcome.code, Some(3 | 4 | 6)),
                    "{what}: {outcome:#?}"
                );
            }
            mended(&lab, &what);
            lab.lw_ok(&["recover"]);
            let count = assert_whole_units(&lab, &what);
            partly += usize::from(count > 0 && count < LINKS);
            if count > 0 {
                lab.lw_ok(&["undo", "-q"]);
            }
            assert_eq!(assert_whole_units(&lab, &what), 0, "{what}");
            lab.lw_ok(REPAIR);
            assert_eq!(assert_whole_units(&lab, &what), LINKS, "{what}");
        }
    }
    // Some were caught between units, and some failed without a kill.
    assert!(partly > 0 && failed > 0, "{partly}, {failed}");
}
