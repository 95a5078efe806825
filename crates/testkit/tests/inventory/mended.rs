//! `lw repair` mends on evidence, and `lw undo` gives back the very same tree.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use lw_testkit::{Lab, Picture};

use super::ground::{Answer, PROGRAM, Paths, assert_same, find_paths, lab, lw, words};

/// Repairs, looks at what came of it, and takes it back: everything must be as it was.
pub(crate) fn there_and_back(lab: &Lab, arguments: &[&str], code: i32, check: impl Fn(&Answer)) {
    let before = Picture::of(lab.home());
    let mut dry: Vec<&str> = vec!["repair", "-n"];
    dry.extend(arguments);
    let preview = lw(lab, &dry);
    assert!(matches!(preview.code, Some(0 | 3 | 4)), "{preview:?}");
    assert_before(lab, &before, "a dry run");
    let mut command: Vec<&str> = vec!["repair", "-y"];
    command.extend(arguments);
    let answer = lw(lab, &command).ends(code);
    check(&answer);
    if code == 4 {
        assert_before(lab, &before, "a repair that was refused");
        return;
    }
    // A second one finds nothing more.
    let after = Picture::of(lab.home());
    lw(lab, &command).ends(if code == 0 { 0 } else { 4 });
    assert_before(lab, &after, "a second repair");
    lw(lab, &["undo"]).ends(0);
    assert_before(lab, &before, "the undo");
    let left = lab
        .leftovers()
        .into_iter()
        .filter(|path| path.starts_with(lab.home()));
    assert_eq!(left.count(), 0);
}

pub(crate) fn assert_before(lab: &Lab, before: &Picture, what: &str) {
    let differences = before.differences(&Picture::of(lab.home()));
    assert!(differences.is_empty(), "{what}: {differences:#?}");
}

fn broken(top: &Path) -> Paths {
    find_paths(top, &["-xtype", "l", "-print0"])
}

pub(crate) fn text(lab: &Lab, link: &str) -> PathBuf {
    fs::read_link(lab.home().join(link)).unwrap()
}

pub(crate) fn read(lab: &Lab, path: &str) -> String {
    fs::read_to_string(lab.home().join(path)).unwrap()
}

/// What a sync client does when it moves its folder: everything below is elsewhere, under the same names.
#[test]
fn the_root_of_a_cloud_folder_moved() {
    let lab = lab("mkdir -p Dropbox links Library/CloudStorage");
    let home = lab.home();
    for number in 0..400 {
        // The same names in many folders: only what stands above tells them apart.
        let (folder, name) = (
            format!("Dropbox/project{}/src", number / 8),
            format!("file{}", number % 8),
        );
        fs::create_dir_all(home.join(&folder)).unwrap();
        fs::write(home.join(&folder).join(&name), number.to_string()).unwrap();
        let link = home.join(format!("links/{number}"));
        let target = Path::new(&folder).join(name);
        match number % 2 {
            0 => symlink(home.join(target), link).unwrap(),
            _ => symlink(Path::new("..").join(target), link).unwrap(),
        }
    }
    fs::rename(
        home.join("Dropbox"),
        home.join("Library/CloudStorage/Dropbox"),
    )
    .unwrap();
    assert_eq!(broken(home).len(), 400);
    there_and_back(&lab, &["links", "--search", "."], 0, |_| {
        assert_same("broken", &broken(home), &Paths::new());
        for number in 0..400 {
            assert_eq!(read(&lab, &format!("links/{number}")), number.to_string());
            assert_eq!(
                text(&lab, &format!("links/{number}")).is_absolute(),
                number % 2 == 0
            );
        }
    });
}

#[test]
fn a_folder_was_renamed() {
    let lab = lab(
        "mkdir -p old/a/b t; for n in one two three; do printf $n > old/a/b/$n; ln -s ../old/a/b/$n t/$n; done
         ln -s \"$PWD/old/a\" t/folder; ln -s \"$PWD/old\" t/top; mv old new",
    );
    there_and_back(&lab, &["t", "--search", ".", "--exclude", "top"], 0, |_| {
        for name in ["one", "two", "three"] {
            assert_eq!(read(&lab, &format!("t/{name}")), name);
            assert_eq!(
                text(&lab, &format!("t/{name}")),
                Path::new("../new/a/b").join(name)
            );
        }
        assert_eq!(read(&lab, "t/folder/b/one"), "one");
        assert_eq!(text(&lab, "t/folder"), lab.home().join("new/a"));
    });
}

#[test]
fn a_file_with_a_name_of_its_own_moved() {
    let lab = lab(
        "mkdir -p a/b c/d/e t/u; printf x > a/b/unique; printf y > a/b/other; ln -s \"$PWD/a/b/unique\" t/one
         ln -s ../../a/b/unique t/u/two; ln -s ../a/b/other t/sound; mv a/b/unique c/d/e",
    );
    there_and_back(&lab, &["."], 0, |_| {
        assert_eq!(read(&lab, "t/one") + &read(&lab, "t/u/two"), "xx");
        assert_eq!(text(&lab, "t/u/two"), Path::new("../../c/d/e/unique"));
        assert_eq!(text(&lab, "t/sound"), Path::new("../a/b/other"));
    });
}

#[test]
fn two_candidates_are_never_chosen_between() {
    let lab = lab(
        "mkdir -p old one two t; printf 1 > one/report; printf 2 > two/report; ln -s ../old/report t/l",
    );
    there_and_back(&lab, &["."], 4, |answer| {
        for place in ["one/report", "two/report"] {
            assert!(answer.stderr.contains(place), "{}", answer.stderr);
        }
    });
    // What is certain is mended next to it.
    lab.sh("printf 3 > one/sure; ln -s ../away/sure t/sure");
    there_and_back(&lab, &["."], 3, |answer| {
        assert!(answer.stderr.contains("one/report"), "{}", answer.stderr);
        assert_eq!(read(&lab, "t/sure"), "3");
        assert_eq!(text(&lab, "t/l"), Path::new("../old/report"));
    });
}

/// Two whole trees bear out a rule equally well.
#[test]
fn two_trees_are_never_chosen_between() {
    let lab = lab(
        "mkdir -p copy1/a copy2/a t; for n in 1 2 3 4; do printf x > copy1/a/$n; printf y > copy2/a/$n
         ln -s ../old/a/$n t/$n; done",
    );
    there_and_back(&lab, &["."], 4, |_| assert_eq!(broken(lab.home()).len(), 4));
}

#[test]
fn relative_links_whose_own_folder_moved() {
    let lab = lab(
        "mkdir -p work/links data deep/er; for n in one two three; do printf $n > data/$n
         ln -s ../../data/$n work/links/$n; done; ln -s one work/links/inside; mv work/links deep/er/links
         mkdir -p deep/er/links",
    );
    let home = lab.home();
    assert_eq!(broken(home).len(), 4);
    there_and_back(&lab, &["deep", "--search", "."], 0, |_| {
        assert_same("broken", &broken(home), &Paths::new());
        for name in ["one", "two", "three"] {
            let path = format!("deep/er/links/{name}");
            assert_eq!(read(&lab, &path), name);
            assert_eq!(text(&lab, &path), Path::new("../../../data").join(name));
        }
        assert_eq!(text(&lab, "deep/er/links/inside"), Path::new("one"));
    });
}

/// Mending the one that is broken by itself mends those that lead to it; they are not touched.
#[test]
fn a_chain_is_mended_at_its_end() {
    let lab = lab(
        "mkdir -p a b t/d; printf x > a/unique; ln -s ../a/unique t/end; ln -s end t/middle; ln -s ../middle t/d/top
         ln -s t/d door; ln -s door/top by-door; mv a/unique b",
    );
    assert_eq!(broken(lab.home()).len(), 4);
    there_and_back(&lab, &["."], 0, |_| {
        assert_same("broken", &broken(lab.home()), &Paths::new());
        assert_eq!(text(&lab, "t/end"), Path::new("../b/unique"));
        assert_eq!(text(&lab, "t/middle"), Path::new("end"));
        assert_eq!(text(&lab, "t/d/top"), Path::new("../middle"));
    });
}

/// What is behind a mended link may be missing all the same, and may be mended itself.
#[test]
fn no_link_is_said_to_be_sound_again_that_is_not() {
    let lab = lab(
        "mkdir -p real/sub t away; printf x > real/sub/f; printf u > away/unique; ln -s real/sub t/door
         ln -s ../gone/unique real/sub/inner; ln -s door/f t/sound; ln -s door/../gone/x t/broken; ln -s door/no t/none
         ln -s door/inner t/both",
    );
    there_and_back(&lab, &["."], 3, |answer| {
        let left = ["t/broken", "t/none"].map(|name| lab.home().join(name));
        assert_same(
            "broken",
            &broken(lab.home()),
            &left.iter().cloned().collect(),
        );
        for link in left {
            assert!(
                answer.stderr.contains(link.to_str().unwrap()),
                "{}",
                answer.stderr
            );
        }
        assert_eq!(read(&lab, "t/sound") + &read(&lab, "t/both"), "xu");
    });
}

#[test]
fn what_is_told_to_have_moved() {
    let script = "mkdir -p new/a t; printf x > new/a/x; printf y > new/a/y
        ln -s \"$PWD/old/a/x\" t/absolute; ln -s ../old/a/y t/relative; ln -s ../older/a/x t/like
        ln -s ../old/a/gone t/gone; ln -s \"$PWD/old\" t/itself; mkdir other; printf z > other/gone";
    for (from, to) in [("old", "new"), ("./old/", "./new/"), ("t/../old", "new")] {
        let lab = lab(script);
        there_and_back(&lab, &["t", "--from", from, "--to", to], 3, |_| {
            assert_eq!(read(&lab, "t/absolute") + &read(&lab, "t/relative"), "xy");
            assert_eq!(
                text(&lab, "t/absolute"),
                lab.home().join("new/a/x"),
                "{from}"
            );
            assert_eq!(text(&lab, "t/relative"), Path::new("../new/a/y"));
            assert_eq!(text(&lab, "t/itself"), lab.home().join("new"));
            // Nothing else is looked for.
            assert_eq!(text(&lab, "t/like"), Path::new("../older/a/x"));
            assert_eq!(text(&lab, "t/gone"), Path::new("../old/a/gone"));
        });
    }
    let lab = lab(script);
    let absolute = |name: &str| lab.home().join(name).display().to_string();
    let (from, to) = (absolute("old"), absolute("new"));
    there_and_back(&lab, &["t", "--from", &from, "--to", &to], 3, |_| {
        assert_eq!(read(&lab, "t/relative"), "y");
    });
    lw(&lab, &["repair", "-y", "t", "--from", "old"]).ends(2);
    lw(
        &lab,
        &[
            "repair", "-y", "t", "--from", "old", "--to", "new", "--search", ".",
        ],
    )
    .ends(2);
}

#[test]
fn what_is_gone_for_good_is_left_alone() {
    let lab = lab(
        "mkdir -p t/d; ln -s ../gone t/a; ln -s \"$PWD/nowhere/b\" t/b; ln -s d/c t/c; ln -s c t/to-c; ln -s loop t/loop
         printf x > t/f; ln -s f/x t/through; ln -s d// t/messy; ln -s .. t/up",
    );
    there_and_back(&lab, &["."], 4, |answer| {
        assert!(answer.stderr.contains("not found"), "{}", answer.stderr);
    });
    let lab = super::ground::lab("mkdir t; printf x > t/f; ln -s f t/l");
    let before = Picture::of(lab.home());
    lw(&lab, &["repair", "-y"]).ends(0);
    assert_before(&lab, &before, "nothing to do");
}

/// A name alone is no evidence if the thing is the link's own folder or another link.
#[test]
fn poor_candidates_are_not_taken() {
    for script in [
        "mkdir -p t/project; ln -s ../../old/project t/project/l",
        "mkdir -p t a; ln -s x a/wanted; ln -s ../old/wanted t/l; printf x > a/x",
        "mkdir -p t .linkwright-0/x; ln -s ../old/wanted t/l",
    ] {
        let lab = lab(script);
        let before = Picture::of(lab.home());
        lw(&lab, &["repair", "-y", "."]).ends(4);
        assert_before(&lab, &before, script);
    }
}

#[test]
fn names_of_any_bytes() {
    use std::os::unix::ffi::OsStrExt as _;
    let lab = Lab::new(PROGRAM);
    let name = |bytes: &'static [u8]| std::ffi::OsStr::from_bytes(bytes);
    let home = lab.home();
    for folder in ["old", "new", "t"] {
        fs::create_dir(home.join(folder)).unwrap();
    }
    let names: [&[u8]; 5] = [b"\xff\xfe", b"two\nlines", b"a b'c\"", b"-n", b"esc\x1b"];
    for bytes in names {
        fs::write(home.join("new").join(name(bytes)), bytes).unwrap();
        symlink(
            Path::new("../old").join(name(bytes)),
            home.join("t").join(name(bytes)),
        )
        .unwrap();
    }
    there_and_back(&lab, &["."], 0, |_| {
        for bytes in names {
            assert_eq!(fs::read(home.join("t").join(name(bytes))).unwrap(), bytes);
        }
    });
}

/// What was changed since is left alone, the others are taken back.
#[test]
fn a_link_changed_since_hinders_no_undo() {
    let lab = lab(
        "mkdir -p old t; for n in one two three; do printf $n > old/$n; ln -s ../old/$n t/$n; done; mv old new",
    );
    lw(&lab, &["repair", "-y", "."]).ends(0);
    lab.sh("rm t/one t/two; ln -s elsewhere t/one; printf mine > t/two");
    let answer = lw(&lab, &["undo"]);
    assert!(matches!(answer.code, Some(0 | 3)), "{answer:?}");
    assert!(
        answer.stderr.contains("t/one") && answer.stderr.contains("t/two"),
        "{answer:?}"
    );
    assert_eq!(text(&lab, "t/one"), Path::new("elsewhere"));
    assert_eq!(read(&lab, "t/two"), "mine");
    assert_eq!(text(&lab, "t/three"), Path::new("../old/three"));
}

/// Undo, and the undo of that, and so on.
#[test]
fn back_and_forth() {
    let lab = lab(
        "mkdir -p old t; for n in one two three; do printf $n > old/$n; ln -s ../old/$n t/$n; done; mv old new",
    );
    let before = Picture::of(lab.home());
    lw(&lab, &["repair", "-y", "."]).ends(0);
    let after = Picture::of(lab.home());
    for round in 1..5 {
        lw(&lab, &words(&[&"undo", &round.to_string()])).ends(0);
        assert_before(
            &lab,
            if round % 2 == 0 { &after } else { &before },
            &round.to_string(),
        );
    }
}
