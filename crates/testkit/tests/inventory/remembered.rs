//! What was remembered of a link leads a repair to the very thing, whatever it is called now.

use std::fs;
use std::path::Path;

use lw_testkit::Lab;
use lw_testkit::volumes::{FileSystem, Mounted};

use super::ground::{Answer, PROGRAM, lab, lw};
use super::mended::{text, there_and_back};
use super::users::Theirs;

/// A lab on a file system that has handles and times of birth, whatever the scratch folder is on.
fn on_ext4(script: &str) -> Option<(Mounted, Lab)> {
    // With room for a copy of the program.
    let volume = Mounted::new(FileSystem::Ext4, 512)?;
    let lab = Lab::at(PROGRAM, volume.path());
    lab.sh(script);
    Some((volume, lab))
}

fn said(answer: &Answer, words: &str) {
    assert!(answer.stderr.contains(words), "{words}: {answer:#?}");
}

/// Two files change places, one is renamed and moved, a folder is renamed: no name tells where they are.
const RENAMED: &str = "
    mkdir -p d/sub e; echo f > d/f; echo g > d/sub/g
    ln -s d/f file; ln -s \"$PWD/d/sub\" folder; ln -s sub/g d/inner; ln -s file chain
    lw track . >/dev/null
    mv d/f e/nothing-like-it; mv d/sub/g d/sub/other; mv d/sub e/renamed";

#[test]
fn by_handle_whatever_it_is_called_now() {
    let Some((_volume, lab)) = on_ext4(RENAMED) else {
        return;
    };
    there_and_back(&lab, &["."], 0, |answer| {
        assert_eq!(text(&lab, "file"), Path::new("e/nothing-like-it"));
        assert_eq!(text(&lab, "folder"), lab.home().join("e/renamed"));
        assert_eq!(text(&lab, "d/inner"), Path::new("../e/renamed/other"));
        assert_eq!(text(&lab, "chain"), Path::new("file"));
        said(answer, "that is what it led to, by its file handle");
        said(answer, "1 more link leads to one of those");
    });
    // Nothing has to be searched for that.
    there_and_back(&lab, &["d", "--search", "d"], 0, |_| {
        assert_eq!(text(&lab, "d/inner"), Path::new("../e/renamed/other"));
    });
}

/// Without the privilege to open by handle the folders are searched for inode number and birth time.
#[test]
fn by_inode_and_birth_time_without_privilege() {
    let Some((_volume, lab)) =
        on_ext4("mkdir d e; echo f > d/f; mkdir d/g; ln -s d/f l; ln -s d/g m")
    else {
        return;
    };
    let theirs = Theirs::of(lab, "");
    theirs.run(&["track", "."]).ends(0);
    theirs.lab.sh("mv d/f e/new; mv d/g e/other");
    // What lies outside of what is searched is not found.
    let answer = theirs.run(&["repair", "-y", ".", "--search", "d"]).ends(4);
    said(&answer, "its target was not found");
    let answer = theirs.run(&["repair", "-y", "."]).ends(0);
    said(&answer, "by inode number and birth time");
    assert_eq!(text(&theirs.lab, "l"), Path::new("e/new"));
    assert_eq!(text(&theirs.lab, "m"), Path::new("e/other"));
    theirs.run(&["undo"]).ends(0);
    assert_eq!(text(&theirs.lab, "l"), Path::new("d/f"));
}

/// The link went elsewhere, not what it led to: its text means another place now.
#[test]
fn a_link_that_moved_leads_back() {
    let lab = lab("
        mkdir -p a/b c/d/e; echo one > a/f; echo two > c/f; ln -s ../f a/b/l
        lw track . >/dev/null
        mv a/b/l c/d/e/l");
    there_and_back(&lab, &["c"], 0, |answer| {
        said(answer, "that is what it led to when it was last seen");
        assert_eq!(text(&lab, "c/d/e/l"), Path::new("../../../a/f"));
    });
    // There it leads to a file of the same name, which is another one: not broken, so nothing is done unasked.
    lab.sh("mv c/d/e/l c/d/l");
    lw(&lab, &["repair", "-y", "c"]).ends(0);
    assert_eq!(text(&lab, "c/d/l"), Path::new("../f"));
    there_and_back(&lab, &["c", "--follow-moved"], 0, |_| {
        assert_eq!(text(&lab, "c/d/l"), Path::new("../../a/f"));
    });
}

#[test]
fn two_targets_that_changed_places() {
    let Some((_volume, lab)) = on_ext4(
        "
        mkdir d; echo a > d/a; echo b > d/b; ln -s d/a la; ln -s \"$PWD/d/b\" lb; ln -s la chain
        lw track . >/dev/null
        mv d/a d/t; mv d/b d/a; mv d/t d/b",
    ) else {
        return;
    };
    // Both links are sound.
    lw(&lab, &["check", "."]).ends(0);
    let answer = lw(&lab, &["repair", "-y", "."]).ends(0);
    assert!(String::from_utf8_lossy(&answer.stdout).contains("Nothing to do"));
    there_and_back(&lab, &["--follow-moved", "."], 0, |_| {
        assert_eq!(text(&lab, "la"), Path::new("d/b"));
        assert_eq!(text(&lab, "lb"), lab.home().join("d/a"));
        assert_eq!(text(&lab, "chain"), Path::new("la"));
    });
    // Editors that save by renaming make a new file of the old name: that is remembered anew.
    lab.sh("rm d/a d/b; echo new > d/a; echo new > d/b");
    lw(&lab, &["repair", "-y", "--follow-moved", "."]).ends(0);
    assert_eq!(text(&lab, "la"), Path::new("d/a"));
}

#[test]
fn a_target_that_was_deleted() {
    let Some((_volume, lab)) = on_ext4(
        "
        mkdir d e; echo x > d/f; echo y > d/g; ln -s d/f l; ln -s d/g m
        lw track . >/dev/null
        rm d/f d/g",
    ) else {
        return;
    };
    let before = text(&lab, "l");
    let answer = lw(&lab, &["repair", "-y", "."]).ends(4);
    said(&answer, "'d/f' stays broken: its target was deleted");
    // Another file with its name and size may be a copy of it, and is the only one; of another size it is not it.
    lab.sh("echo z > e/f; echo longer > e/g");
    there_and_back(&lab, &["."], 3, |answer| {
        assert_eq!(text(&lab, "l"), Path::new("e/f"));
        said(answer, "'d/g' stays broken: its target was deleted");
    });
    assert_eq!(text(&lab, "l"), before);
}

#[test]
fn what_was_thrown_away_is_nothing_to_lead_to() {
    let Some((_volume, lab)) = on_ext4(
        "
        mkdir -p d .local/share/Trash/files; echo x > d/f; ln -s d/f l
        lw track . >/dev/null
        mv d/f .local/share/Trash/files/f",
    ) else {
        return;
    };
    let answer = lw(&lab, &["repair", "-y", "."]).ends(4);
    said(&answer, "its target was thrown away, and lies at");
    // Nor is it found by its name, where nothing was remembered.
    lab.sh("lw track --forget . >/dev/null");
    said(
        &lw(&lab, &["repair", "-y", "."]).ends(4),
        "its target was not found",
    );
}

#[test]
fn a_file_with_several_names_is_found_by_those_that_are_left() {
    let lab = lab("
        mkdir d e; echo x > d/f; ln d/f e/one; ln -s d/f l
        lw track . >/dev/null
        rm d/f");
    let answer = lw(&lab, &["repair", "-n", "."]).ends(0);
    let said_so = String::from_utf8_lossy(&answer.stdout).contains("will lead to 'e/one'");
    assert!(said_so, "{answer:?}");
    lab.sh("ln e/one e/two");
    let answer = lw(&lab, &["repair", "-y", "."]).ends(4);
    said(&answer, "it could be any of");
    // One that has the old name is the one.
    lab.sh("ln e/one e/f");
    there_and_back(&lab, &["."], 0, |_| {
        assert_eq!(text(&lab, "l"), Path::new("e/f"));
    });
}

/// `link`, `move` and `retarget` remember by themselves; what is taken back or removed is forgotten.
#[test]
fn without_being_told_to() {
    let Some((_volume, lab)) = on_ext4(
        "
        mkdir d e; echo x > d/f; echo y > d/g; mkdir big; echo z > big/file
        lw link -q d/f made; lw move -q big e/big; lw link -q d/f other; lw retarget -q other d/g",
    ) else {
        return;
    };
    let known = |link: &str| {
        let shown = lw(&lab, &["show", "--json", link]).ends(0);
        shown.objects()[0]["led_to"].clone()
    };
    assert_eq!(known("made"), lab.home().join("d/f").to_str().unwrap());
    lab.sh("mv d/f d/f2; mv e/big e/big2; mv d/g d/g2");
    there_and_back(&lab, &["."], 0, |_| {
        for (link, target) in [("made", "d/f2"), ("big", "e/big2"), ("other", "d/g2")] {
            let real = lab.home().join(link).canonicalize().unwrap();
            assert_eq!(real, lab.home().join(target));
        }
    });
    // A repair that was led by it brings it up to date.
    lw(&lab, &["repair", "-qy", "."]).ends(0);
    assert_eq!(known("made"), lab.home().join("d/f2").to_str().unwrap());
    lab.sh("lw remove -q other; ln -s d/g2 other");
    assert_eq!(known("other"), serde_json::Value::Null);
}

#[test]
fn a_thousand_links_to_one_target_that_moved() {
    let Some((_volume, lab)) = on_ext4(
        "
        mkdir d l; echo x > d/f; i=0; while [ $i -lt 1000 ]; do ln -s ../d/f l/$i; i=$((i+1)); done
        lw track . >/dev/null; mv d/f d/other",
    ) else {
        return;
    };
    there_and_back(&lab, &["l"], 0, |answer| {
        said(answer, "and so for 990 more links");
        let is_mended =
            |link: fs::DirEntry| fs::read_link(link.path()).unwrap() == Path::new("../d/other");
        let links = fs::read_dir(lab.home().join("l")).unwrap();
        assert!(links.map(Result::unwrap).all(is_mended));
    });
}

/// Rows that make no sense are passed over and said, and a ledger that cannot be read does not keep from looking.
#[test]
fn a_damaged_memory() {
    let lab = lab("
        mkdir d; echo x > d/f; echo y > d/g; ln -s d/f l; ln -s d/g m
        lw track . >/dev/null; mv d/f d/f2; mv d/g d/g2");
    let path = lab.state().join("ledger.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    let changed = database.execute(
        "UPDATE tracked SET record = substr(record, 1, 100) WHERE record LIKE '%d/f\"%'",
        [],
    );
    assert_eq!(changed.unwrap(), 1);
    drop(database);
    let answer = lw(&lab, &["repair", "-n", "."]);
    said(
        &answer,
        "1 row of the ledger about links cannot be understood",
    );
    assert!(
        String::from_utf8_lossy(&answer.stdout).contains("'d/g2'"),
        "{answer:?}"
    );
    said(&lw(&lab, &["check", "."]).ends(1), "1 row of the ledger");
    fs::write(&path, "this is no database, and it is longer than the header of one, which has 100 bytes, so that it is read as one").unwrap();
    let answer = lw(&lab, &["check", "."]).ends(1);
    said(&answer, "what is remembered of links cannot be read");
    assert!(String::from_utf8_lossy(&answer.stdout).contains("2 problems"));
    lw(&lab, &["repair", "-y", "."]).ends(6);
}

/// The quarantine of the state folder holds links that are in use nowhere.
#[test]
fn a_quarantine_in_the_folder_that_is_searched() {
    let mut lab = lab("mkdir d; echo x > d/f; ln -s d/f l; ln -s gone m");
    lab.set_state(&lab.home().join("state"));
    lw(&lab, &["retarget", "l", "d"]).ends(0);
    lab.sh("rm -r d");
    let found = lw(&lab, &["list", "-0", "."]).ends(0).paths();
    assert_eq!(found.len(), 2, "{found:?}");
    let checked = lw(&lab, &["check", "--json", "."]).ends(1);
    assert_eq!(checked.of_type("finding").len(), 2);
    let quarantine = lab.state().join("quarantine").display().to_string();
    assert_eq!(
        checked.summary()["quarantines"],
        serde_json::json!([quarantine])
    );
}
