//! Cases met in use: each test is named for what must not happen, or must.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::fs;
use std::path::Path;

use lw_testkit::{Lab, Picture};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

fn lab(script: &str) -> Lab {
    let lab = Lab::new(PROGRAM);
    lab.sh(script);
    lab
}

fn read(lab: &Lab, path: &str) -> String {
    fs::read_to_string(lab.home().join(path)).unwrap()
}

#[test]
fn a_users_own_folder_named_quarantine_is_no_quarantine() {
    let lab = lab(
        "mkdir -p quarantine/mail .linkwright-notes/mail; printf x > x
         for d in quarantine .linkwright-notes; do
             ln -s x $d/mail/l; ln -s x $d/mail/scrap
             printf mine > $d/mail/contents.json; printf letter > $d/mail/letter
         done",
    );
    for folder in ["quarantine", ".linkwright-notes"] {
        lab.lw_ok(&["remove", &format!("{folder}/mail/l")]);
        lab.lw_ok(&["link", "x", &format!("{folder}/mail/new")]);
        lab.lw_ok(&["undo"]);
    }
    lab.lw_ok(&["purge", "--all", "--yes"]);
    for folder in ["quarantine", ".linkwright-notes"] {
        assert_eq!(read(&lab, &format!("{folder}/mail/contents.json")), "mine");
        assert_eq!(read(&lab, &format!("{folder}/mail/letter")), "letter");
        assert!(lab.home().join(folder).join("mail/scrap").is_symlink());
    }
}

#[test]
fn the_last_names_of_a_file_are_not_removed() {
    let lab = lab("printf x > a; ln a b; ln a c");
    assert_eq!(lab.lw(&["remove", "a", "b", "c"]).code, Some(4));
    lab.lw_ok(&["remove", "a"]);
    lab.lw_ok(&["remove", "b"]);
    assert_eq!(
        lab.lw(&["remove", "c"]).code,
        Some(4),
        "the others lie in quarantine"
    );
    lab.lw_ok(&["purge", "--all", "--yes"]);
    assert_eq!(read(&lab, "c"), "x");
}

#[test]
fn the_undo_of_a_hard_link_leaves_the_last_name() {
    let lab = lab("printf x > a; lw link --hard a b; rm a");
    assert_eq!(lab.lw(&["undo"]).code, Some(4));
    assert_eq!(read(&lab, "b"), "x");
}

/// A name in a folder that lies in quarantine is none by which anybody finds the file.
#[test]
fn names_in_folders_in_quarantine_do_not_count() {
    let lab = lab("mkdir -p t f/g; printf x > a; lw link --hard a b; ln a f/g/a; rm a");
    lab.lw_ok(&["link", "--replace", "t", "f"]);
    for command in [["remove", "b"], ["undo", "1"]] {
        let refused = lab.lw(&command);
        assert_eq!(refused.code, Some(4), "{refused:#?}");
    }
    assert_eq!(read(&lab, "b"), "x");
    lab.lw_ok(&["undo"]);
    lab.lw_ok(&["remove", "b"]);
    assert_eq!(read(&lab, "f/g/a"), "x");
}

#[test]
fn what_is_displaced_today_is_not_purged_with_what_is_old() {
    let lab = lab("printf t > t; printf old > f; lw link --replace t f");
    let database = rusqlite::Connection::open(lab.state().join("ledger.db")).unwrap();
    database.execute("UPDATE slot SET made_us = 1", []).unwrap();
    drop(database);
    lab.lw_ok(&["undo"]);
    lab.sh("printf today > f");
    lab.lw_ok(&["undo", "2"]);
    lab.lw_ok(&["purge", "--yes"]);
    lab.lw_ok(&["undo", "3"]);
    assert_eq!(read(&lab, "f"), "today");
}

#[test]
fn every_undo_can_be_undone_and_that_too() {
    for (before, command) in [
        ("printf a > a", &["link", "a", "l"][..]),
        ("printf a > a", &["link", "--hard", "a", "l"]),
        (
            "printf a > a; printf o > l",
            &["link", "--replace", "a", "l"],
        ),
        (
            "printf a > a; mkdir -p l/deep; printf o > l/deep/o",
            &["link", "--replace", "a", "l"],
        ),
        ("printf a > a; ln -s a l", &["remove", "l"]),
        ("printf a > a; ln a l", &["remove", "l"]),
        (
            "printf a > a; printf b > b; ln -s a l",
            &["retarget", "l", "b"],
        ),
        (
            "mkdir -p t/s d; ln -s ../d t/l; ln -s ../../d t/s/l",
            &["move", "t", "d"],
        ),
        ("printf a > a; mkdir d", &["move", "a", "d"]),
        (
            "mkdir -p d/t; printf a > d/a; ln -s ../a d/t/l; ln -s d/t t",
            &["bring-back", "t"],
        ),
    ] {
        let lab = lab(before);
        let start = Picture::of(lab.home());
        lab.lw_ok(command);
        let end = Picture::of(lab.home()).shape(lab.top());
        for round in 0..4 {
            lab.lw_ok(&["undo", &(round + 1).to_string()]);
            let now = Picture::of(lab.home());
            // A name in quarantine still counts as a name, so the number of names is left out.
            let unlike = if round % 2 == 0 {
                now.paths_unlike_both(&start, &start)
            } else {
                now.shape(lab.top()).paths_unlike_both(&end, &end)
            };
            assert!(unlike.is_empty(), "{command:?} {round}: {unlike:?}");
        }
    }
}

#[test]
fn a_moved_file_saved_anew_by_rename_comes_back_by_undo() {
    let lab = lab("printf old > f; mkdir d; lw move f d; printf new > d/.f; mv d/.f d/f");
    lab.lw_ok(&["undo"]);
    assert_eq!(read(&lab, "f"), "new");
    assert!(!lab.home().join("f").is_symlink());
}

#[test]
fn an_inner_link_changed_since_does_not_hinder_the_undo() {
    let lab = lab("mkdir -p t d o; ln -s ../o t/gone; ln -s ../o t/stays; lw move t d; rm t/gone");
    let outcome = lab.lw_ok(&["undo"]);
    assert!(outcome.stderr.contains("left alone"), "{outcome:#?}");
    assert_eq!(
        fs::read_link(lab.home().join("t/stays")).unwrap(),
        Path::new("../o")
    );
    assert!(lab.home().join("t").is_dir() && !lab.home().join("t").is_symlink());
}

#[test]
fn a_merge_is_undone_around_what_was_saved_since() {
    let lab = lab(
        "mkdir -p t d/t; printf a > d/t/only-there; printf b > d/t/saved; printf c > t/c
         lw move --merge t d; printf saved > t/.x; mv t/.x t/saved",
    );
    lab.lw_ok(&["undo"]);
    assert_eq!(read(&lab, "d/t/only-there"), "a");
    assert_eq!(read(&lab, "t/saved"), "saved");
    assert_eq!(read(&lab, "t/c"), "c");
}

#[test]
fn an_operation_inside_a_folder_moved_since_can_be_undone() {
    let lab = lab("mkdir t s; printf x > x; ln -s ../x t/l; lw remove t/l; lw move t s");
    lab.lw_ok(&["undo", "1"]);
    assert_eq!(
        fs::read_link(lab.home().join("s/t/l")).unwrap(),
        Path::new("../x")
    );
}

#[test]
fn a_link_displaced_by_a_hard_link_comes_back_after_a_purge() {
    let lab = lab("printf f > f; ln -s zz l; lw link --hard --replace f l; lw purge --all --yes");
    lab.lw_ok(&["undo"]);
    assert_eq!(
        fs::read_link(lab.home().join("l")).unwrap(),
        Path::new("zz")
    );
    assert_eq!(read(&lab, "f"), "f");
}

#[test]
fn links_by_the_old_path_of_a_moved_folder_are_no_loop() {
    let lab = lab("mkdir -p p d; printf b > p/b; lw move p d; ln -s \"$PWD/p/b\" p/a");
    lab.lw_ok(&["link", "p/a", "x"]);
    assert_eq!(read(&lab, "x"), "b");
}

#[test]
fn a_link_that_leads_out_behind_another_link_is_re_aimed() {
    let lab = lab(
        "mkdir -p tree/sub s/deep out; printf f > out/file; ln -s .. tree/sub/up
         ln -s up/../out/file tree/sub/l; cat tree/sub/l; lw move tree s/deep",
    );
    assert_eq!(read(&lab, "tree/sub/l"), "f");
    assert_eq!(read(&lab, "s/deep/tree/sub/l"), "f");
}

#[test]
fn a_merge_stops_if_what_it_compared_was_changed() {
    let lab = lab("mkdir -p t d/t; printf same > t/f; printf same > d/t/f; lw link t/f warm");
    let before = Picture::of(lab.home());
    let edit = format!("printf edited > '{}/d/t/f'", lab.home().display());
    let outcome = lab.lw_with(
        &["move", "--merge", "t", "d"],
        &lw_testkit::Fault::RunBefore(1, edit),
    );
    assert_eq!((outcome.code, outcome.hit), (Some(4), true), "{outcome:#?}");
    assert_eq!(read(&lab, "d/t/f"), "edited");
    assert_eq!(before.differences(&Picture::of(lab.home())).len(), 1);
}

#[test]
fn a_large_merge_is_undone_in_little_memory() {
    let lab = lab(
        "mkdir -p t d/t; i=0; while [ $i -lt 4000 ]; do : > d/t/$i; i=$((i+1)); done; printf x > t/x
         lw move --merge t d",
    );
    let mut command = lab.command();
    command.arg("undo");
    // 600 MiB of address space: what grows with the square of the steps does not fit.
    let limited = std::process::Command::new("sh")
        .args(["-c", "ulimit -v 600000; exec \"$0\" undo"])
        .arg(command.get_program())
        .current_dir(lab.home())
        .env("HOME", lab.home())
        .env("LW_HOME", lab.state())
        .output()
        .unwrap();
    assert!(
        limited.status.success(),
        "{}",
        String::from_utf8_lossy(&limited.stderr)
    );
    assert!(lab.home().join("d/t/3999").exists());
}

#[test]
fn link_replace_has_the_guards_of_move() {
    let lab = lab("mkdir -p sub/deep; printf x > x");
    let home = lab.home().to_str().unwrap().to_owned();
    let state = lab.state().to_str().unwrap().to_owned();
    lab.lw_ok(&["link", "x", "l"]);
    for guarded in ["/usr", home.as_str(), state.as_str()] {
        let outcome = lab.lw(&["link", "--replace", "x", guarded]);
        assert_eq!(outcome.code, Some(4), "{guarded}: {outcome:#?}");
    }
    assert!(Path::new("/usr/bin").is_dir() && lab.home().is_dir());
}

#[test]
fn what_cannot_be_settled_is_left_alone_and_can_be_accepted() {
    let lab = lab("printf x > f; mkdir d; printf w > w; lw link w warm");
    let clean = lab.lw_ok(&["move", "f", "d"]);
    let exchange = clean
        .effects
        .iter()
        .position(|line| line.starts_with("exchange"))
        .unwrap();
    lab.lw_ok(&["undo"]);
    let fault = lw_testkit::Fault::KillAfter(exchange + 1);
    let killed = lab.lw_with(&["move", "f", "d"], &fault);
    assert_eq!((killed.code, killed.hit), (None, true), "{killed:#?}");
    lab.sh("rm f; printf mine > f");
    for _ in 0..2 {
        let recovered = lab.lw(&["recover"]);
        assert_eq!(recovered.code, Some(3), "{recovered:#?}");
        assert!(recovered.stdout.contains("--accept 4"), "{recovered:#?}");
    }
    assert_eq!(lab.lw(&["doctor"]).code, Some(1));
    assert_eq!(lab.lw(&["recover", "--accept", "1"]).code, Some(4));
    lab.lw_ok(&["recover", "--accept", "4"]);
    lab.lw_ok(&["recover"]);
    lab.lw_ok(&["doctor"]);
    assert_eq!(
        (read(&lab, "f").as_str(), read(&lab, "d/f").as_str()),
        ("mine", "x")
    );
}

#[test]
fn a_folder_whose_name_only_begins_like_a_quarantine_is_moved_like_any_other() {
    let lab = lab(
        "mkdir -p t/.linkwright-notes out d; printf o > out/o; ln -s ../../out/o t/.linkwright-notes/l
         lw move t d",
    );
    assert_eq!(read(&lab, "t/.linkwright-notes/l"), "o");
}

#[test]
fn a_link_that_a_later_way_back_made_anew_is_still_the_link_that_was_made() {
    let lab = lab("mkdir -p a/a a/b/a; printf y > a/a/f");
    let start = Picture::of(lab.home());
    lab.sh("lw link a/b a/a/b; lw move a/a a/b/a; lw bring-back a/a");
    for _ in 0..3 {
        lab.lw_ok(&["undo"]);
    }
    let differences = start.differences(&Picture::of(lab.home()));
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn a_description_that_was_cut_off_does_not_hinder() {
    let lab = lab("printf x > f; mkdir d; printf y > g; ln -s f l; ln -s g m");
    // The first one also makes the state folder.
    lab.lw_ok(&["retarget", "l", "g"]);
    let clean = lab.lw_ok(&["retarget", "l", "f"]);
    let written = clean
        .effects
        .iter()
        .position(|line| line.starts_with("write record"))
        .unwrap();
    for cut in [": >", "printf '{\\n  \"made_by\": \"link' >"] {
        let killed = lab.lw_with(
            &["retarget", "m", "f"],
            &lw_testkit::Fault::KillBefore(written + 1),
        );
        assert!(killed.hit, "{killed:#?}");
        let slots = lab.state().join("quarantine");
        lab.sh(&format!(
            "n=0; for s in '{}'/*; do [ -e \"$s/contents.json\" ] || n=$((n + 1)); \
                 [ -e \"$s/contents.json\" ] || {cut} \"$s/contents.json\"; done; [ $n = 1 ]",
            slots.display()
        ));
        lab.lw_ok(&["recover"]);
        // Those of the retargetings that were done are left.
        assert_eq!(std::fs::read_dir(&slots).unwrap().count(), 2);
    }
}

/// A pipe among the notes of quarantines elsewhere, or in the place of a description, is not waited for.
#[test]
fn a_pipe_in_the_state_folder_does_not_hold_up_the_purge() {
    let lab = Lab::new(PROGRAM);
    lab.sh("printf old > name; printf new > other; lw ln -sf other name");
    lab.sh("mkdir -p \"$LW_HOME/elsewhere\" \"$LW_HOME/quarantine/pipe\"");
    lab.sh("mkfifo \"$LW_HOME/elsewhere/pipe\" \"$LW_HOME/quarantine/pipe/contents.json\"");
    lab.sh("timeout 20 lw purge --list | grep -q 'that was'; timeout 20 lw purge --all --yes");
}

#[test]
fn what_was_displaced_without_a_record_is_purged_as_the_rest() {
    let lab = Lab::new(PROGRAM);
    lab.sh("printf old > name; printf new > other; lw ln -sf other name; printf kept > loose; lw link --replace other loose");
    let listed = lab.lw_ok(&["purge", "--list"]);
    assert_eq!(listed.stdout.matches("that was").count(), 2, "{listed:#?}");
    assert!(listed.stdout.contains("without record"), "{listed:#?}");
    let young = lab.lw_ok(&["purge"]);
    assert!(
        young.stdout.contains("Nothing in quarantine is older"),
        "{young:#?}"
    );
    let purged = lab.lw_ok(&["purge", "--all", "--yes"]);
    assert!(purged.stdout.contains("Removed 2 folders"), "{purged:#?}");
    assert_eq!(lab.leftovers(), [""; 0].map(std::path::PathBuf::from));
    // What describes itself in another's words is none of ours.
    lab.sh("mkdir -p .lw; mkdir -p \"$LW_HOME/quarantine/x\"; chmod 700 \"$LW_HOME/quarantine\"; printf '{}' > \"$LW_HOME/quarantine/x/contents.json\"");
    let empty = lab.lw_ok(&["purge", "--list"]);
    assert!(empty.stdout.contains("Quarantine is empty"), "{empty:#?}");
}

#[test]
fn a_changelog_has_a_heading_a_day_and_nothing_in_it_is_a_mark() {
    let lab = lab("mkdir -p store 'my_*notes*'; printf t > t");
    lab.lw_ok(&["move", "my_*notes*", "store", "--note", "a|b\n# <b>"]);
    lab.lw_ok(&["link", "t", "l"]);
    lab.lw_ok(&["undo"]);
    let database = rusqlite::Connection::open(lab.state().join("ledger.db")).unwrap();
    let days_back = |days: i64, id: i64| {
        let change =
            "UPDATE operation SET started_us = started_us - ?1 * 86400000000 WHERE id = ?2";
        database.execute(change, [days, id]).unwrap();
    };
    days_back(2, 1);
    // As if the clock had been wrong: the later operation lies on the earlier day.
    days_back(2, 3);
    drop(database);
    let log = lab.lw_ok(&["log", "--format", "markdown"]).stdout;
    let home = lab.home().display();
    let plain = log
        .replace('\\', "")
        .replace(&home.to_string().replace('\\', ""), "~");
    let lines: Vec<&str> = plain.lines().collect();
    let [newer, older] = [lines[0], lines[4]];
    assert!(older.starts_with("## 20") && older < newer, "{log}");
    assert_eq!(
        lines,
        [
            newer,
            "",
            "- **2** Made the symbolic link '~/l' to '~/t' *(taken back by 3)*",
            "",
            older,
            "",
            "- **3** Took back 2: Made the symbolic link '~/l' to '~/t'",
            "- **1** Moved the folder '~/my_*notes*' to '~/store/my_*notes*' and left a link \"a|b # <b>\"",
        ],
        "{log}"
    );
    assert!(log.contains(r"/my\_\*notes\*'"), "{log}");
    assert!(log.contains(r#""a\|b # \<b\>""#), "{log}");
    assert_eq!(
        lab.lw_ok(&["log", "--format", "markdown", "--limit", "1"])
            .stdout
            .lines()
            .count(),
        3
    );
    let [by_flag, by_format] = [&["log", "--json"] as &[&str], &["log", "--format", "json"]]
        .map(|arguments| lab.lw_ok(arguments).stdout);
    assert_eq!(by_flag, by_format);
    let both = lab.lw(&["log", "--json", "--format", "markdown"]);
    assert_eq!(both.code, Some(2), "{both:#?}");
}
