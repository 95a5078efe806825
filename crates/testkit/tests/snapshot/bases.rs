//! What a snapshot goes on from.

use std::fs;

use crate::ground::{assert_sound, lab, number, take, text};

/// Several things are taken into one store by turns, and each goes on from its own last one.
#[test]
fn each_set_goes_on_from_its_own() {
    let lab =
        lab("mkdir a b c; for d in a b c; do for n in $(seq 9); do echo $d$n > $d/$n; done; done");
    let taken = |sources: &[&str]| {
        let arguments = [&["snapshot", "take", "--json"], sources, &["store"]].concat();
        number(&lab.lw_ok(&arguments), "copied")
    };
    assert_eq!(taken(&["a", "c"]), 18);
    assert_eq!(taken(&["b"]), 9);
    assert_eq!(taken(&["a", "c"]), 0);
    assert_eq!(taken(&["b"]), 0);
    // Another set, which has to do with one of them.
    assert_eq!(taken(&["a"]), 0);
    // What is empty by now held something, though the newest snapshot is of something else.
    lab.sh("rm a/*");
    taken(&["b"]);
    let emptied = lab.lw(&["snapshot", "take", "a", "c", "store"]);
    assert_ne!(emptied.code, Some(0), "{emptied:#?}");
    taken(&["--allow-empty", "a", "c"]);
    assert_sound(&lab);
}

/// Its own last one may be damaged.
#[test]
fn a_damaged_one_is_passed_over() {
    let lab =
        lab("mkdir a b; for d in a b; do for n in $(seq 9); do echo $d$n > $d/$n; done; done");
    lab.lw_ok(&["snapshot", "take", "a", "store"]);
    lab.lw_ok(&["snapshot", "take", "a", "store"]);
    let second = crate::ground::newest(&lab);
    lab.lw_ok(&["snapshot", "take", "b", "store"]);
    lab.sh(&format!(
        "m=store/.store/manifests/{second}.idx; printf XXXXXXXX | dd of=$m bs=1 seek=$(($(stat -c %s $m) / 2)) conv=notrunc"
    ));
    let taken = lab.lw_ok(&["snapshot", "take", "a", "store", "--json"]);
    assert_eq!(number(&taken, "copied"), 0);
    assert_eq!(text(&lab, "store/latest/a/1"), "a1\n");
}

/// Where the content is read anyway, a file that was changed or replaced in the store goes into no further snapshot.
#[test]
fn what_is_damaged_in_the_store_is_not_linked_to_once_it_is_looked_at() {
    let lab = lab("mkdir src; for n in $(seq 4); do echo $n > src/$n; done");
    take(&lab, &["--guard", "none"]);
    lab.sh("echo longer > store/latest/src/1; cp store/latest/src/2 x; echo evil > x; mv x store/latest/src/2; touch store/latest/src/3");
    let id = take(&lab, &["--guard", "none", "--checksum"]);
    for n in 1..5 {
        assert_eq!(text(&lab, &format!("store/{id}/src/{n}")), format!("{n}\n"));
    }
    lab.lw_ok(&["snapshot", "verify", "--full", &format!("store/{id}")]);
}

/// What the kernel makes up when it is read is nobody's content.
#[test]
fn links_into_the_kernel_s_own_file_systems_stay() {
    let lab = lab(
        "mkdir src; echo 1 > src/x; ln -s /proc/sys/kernel src/k; ln -s /proc/self/status src/s; ln -s x src/l",
    );
    for policy in ["follow", "follow-once"] {
        let id = take(&lab, &["--links", policy]);
        for name in ["k", "s"] {
            let link = lab.home().join(format!("store/{id}/src/{name}"));
            assert!(
                fs::symlink_metadata(link).unwrap().is_symlink(),
                "{policy}: {name}"
            );
        }
        assert_eq!(text(&lab, &format!("store/{id}/src/l")), "1\n");
    }
    assert_sound(&lab);
}
