//! Making room: the oldest go, one after the other, until there is enough.

use std::fs;

use lw_testkit::Lab;
use lw_testkit::skip::is_root;
use lw_testkit::volumes::{FileSystem, Mounted};

use crate::ground::{PROGRAM, TREE, assert_sound, ids, lab, newest, picture, take};

const MIB: u64 = 1024 * 1024;

/// Snapshots of which each has 6 MiB that no other one has.
fn full_store(lab: &Lab, count: usize) -> Vec<String> {
    lab.sh("mkdir src; echo x > src/x");
    (0..count)
        .map(|n| {
            lab.sh("head -c 6291456 /dev/urandom > src/big");
            take(lab, if n == 1 { &["--tag", "pin"] } else { &[] })
        })
        .collect()
}

fn free_bytes(lab: &Lab) -> u64 {
    lab.sh("sync -f store");
    lw_fs::look::free(&lab.home().join("store")).unwrap().bytes
}

fn forget(lab: &Lab, wanted: u64, more: &[&str]) -> lw_testkit::Outcome {
    let wanted = wanted.to_string();
    let mut arguments = vec!["snapshot", "forget", "store", "--until-free", &wanted];
    arguments.extend(more);
    lab.lw(&arguments)
}

#[test]
fn only_as_many_go_as_must() {
    if !is_root() {
        return;
    }
    for file_system in [FileSystem::Ext4, FileSystem::Btrfs] {
        let Some(volume) = Mounted::new(file_system, 256) else {
            continue;
        };
        let mut lab = Lab::at(PROGRAM, volume.path());
        let state = Lab::new(PROGRAM);
        lab.set_state(state.state());
        let all = full_store(&lab, 5);
        let before = free_bytes(&lab);
        let kept = picture(&lab, &all[4]);
        // One more than the first gives: the second is pinned, so the third goes, too.
        let shown = forget(&lab, before + 8 * MIB, &["-n"]);
        assert_eq!(
            shown.stdout.matches("goes, if need be").count(),
            3,
            "{shown:#?}"
        );
        assert_eq!(ids(&lab), all);
        let outcome = forget(&lab, before + 8 * MIB, &["-y"]);
        assert_eq!(outcome.code, Some(0), "{file_system:?}: {outcome:#?}");
        let left = [all[1].clone(), all[3].clone(), all[4].clone()];
        assert_eq!(ids(&lab), left, "{file_system:?}: {outcome:#?}");
        assert!(free_bytes(&lab) >= before + 8 * MIB);
        // There it is already.
        let nothing = forget(&lab, before + 8 * MIB, &["-y"]);
        assert_eq!(nothing.code, Some(0), "{nothing:#?}");
        assert!(nothing.stdout.starts_with("Nothing to do"), "{nothing:#?}");
        // More than can be: what stays, stays.
        let more = forget(&lab, 1024 * MIB, &["-y"]);
        assert_eq!(more.code, Some(3), "{more:#?}");
        assert!(more.stderr.contains("are free, not 1.0 GiB"), "{more:#?}");
        assert!(
            more.stderr.contains("state: 1 snapshot was removed"),
            "{more:#?}"
        );
        assert_eq!(ids(&lab), [all[1].clone(), all[4].clone()]);
        assert_eq!(newest(&lab), all[4]);
        assert_eq!(picture(&lab, &all[4]), kept);
        assert_sound(&lab);
        let trash = fs::read_dir(lab.home().join("store/.store/trash"));
        assert_eq!(trash.unwrap().count(), 0);
    }
}

#[test]
fn what_a_rule_keeps_stays_however_little_is_free() {
    let lab = lab(TREE);
    let all: Vec<String> = (0..4).map(|_| take(&lab, &[])).collect();
    let never = u64::MAX / 2;
    let unasked = forget(&lab, never, &[]);
    assert_eq!(unasked.code, Some(4), "{unasked:#?}");
    assert_eq!(ids(&lab), all);
    let outcome = forget(&lab, never, &["-y", "--keep-last", "2"]);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    assert_eq!(ids(&lab), all[2..]);
    let again = forget(&lab, never, &["-y", "--keep-last", "2", "--json"]);
    assert_eq!(again.code, Some(3), "{again:#?}");
    assert!(
        again.stdout.contains("0 snapshots were removed"),
        "{again:#?}"
    );
    let enough = forget(&lab, 1, &["-n", "--json"]);
    assert!(
        enough.stdout.contains("\"kept_by\":[\"room\"]"),
        "{enough:#?}"
    );
    let named = lab.lw(&[
        "snapshot",
        "forget",
        "-y",
        "store/latest",
        "--until-free",
        "1",
    ]);
    assert_eq!(named.code, Some(4), "{named:#?}");
    let wrong = lab.lw(&["snapshot", "forget", "-y", "store", "--until-free", "much"]);
    assert_eq!(wrong.code, Some(2), "{wrong:#?}");
    assert_eq!(ids(&lab), all[2..]);
    assert_sound(&lab);
}
