//! Converting links: whatever they become, they lead to where they led, and undo gives the very links back.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use lw_testkit::{Fault, Lab, Picture};
use proptest::prelude::*;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

fn lab(script: &str) -> Lab {
    let lab = Lab::new(PROGRAM);
    lab.sh(script);
    lab
}

fn text(lab: &Lab, link: &str) -> String {
    let text = fs::read_link(lab.home().join(link)).unwrap();
    let home = lab.home().to_str().unwrap();
    text.to_str().unwrap().replace(home, "HOME")
}

/// Each link below `top`, its text, and where the system says it leads.
type Ways = BTreeMap<PathBuf, (PathBuf, Result<PathBuf, Option<i32>>)>;

fn ways(top: &Path) -> Ways {
    let picture = Picture::of(top);
    let links = picture.paths().map(|below| top.join(below));
    links
        .filter(|path| path.is_symlink())
        .map(|path| {
            let end = fs::canonicalize(&path).map_err(|error| error.raw_os_error());
            let text = fs::read_link(&path).unwrap();
            (path, (text, end))
        })
        .collect()
}

fn ends(ways: &Ways) -> BTreeMap<&PathBuf, &Result<PathBuf, Option<i32>>> {
    ways.iter().map(|(path, (_, end))| (path, end)).collect()
}

#[test]
fn a_link_keeps_its_meaning_in_either_form() {
    let lab = lab(
        "mkdir -p d/e far/deep; printf f > d/f; printf g > far/g; ln -s ../far/deep d/jump
         ln -s f d/plain; ln -s e d/folder; ln -s . d/here; ln -s ../far/g d/up; ln -s jump/../g d/behind
         ln -s jump d/through",
    );
    let before = Picture::of(lab.home());
    let start = ways(lab.home());
    let outcome = lab.lw_ok(&["convert", "--to", "absolute", "--below", "."]);
    assert_eq!(
        outcome.stdout,
        "Converted 7 links: absolute text\nUndo: lw undo 1\n"
    );
    assert_eq!(text(&lab, "d/plain"), "HOME/d/f");
    assert_eq!(text(&lab, "d/here"), "HOME/d");
    assert_eq!(text(&lab, "d/through"), "HOME/d/jump", "kept as written");
    assert_eq!(text(&lab, "d/behind"), "HOME/far/g", "the kernel's meaning");
    assert_eq!(ends(&ways(lab.home())), ends(&start));
    lab.lw_ok(&[
        "convert", "--to", "relative", "d/plain", "d/here", "d/behind", "d/up",
    ]);
    assert_eq!(text(&lab, "d/plain"), "f");
    assert_eq!(text(&lab, "d/here"), ".");
    assert_eq!(text(&lab, "d/behind"), "../far/g");
    assert_eq!(ends(&ways(lab.home())), ends(&start));
    lab.lw_ok(&["undo"]);
    lab.lw_ok(&["undo"]);
    assert_eq!(before.differences(&Picture::of(lab.home())), [""; 0]);
}

#[test]
fn what_is_so_already_is_not_touched() {
    let lab = lab("printf f > f; ln -s f l; ln -s \"$PWD/f\" a");
    for arguments in [
        &["convert", "--to", "relative", "l"][..],
        &["convert", "--to", "absolute", "a"],
        &["convert", "--to", "symbolic", "l", "a"],
        &["convert", "--shorten", "l", "a"],
    ] {
        let outcome = lab.lw_ok(arguments);
        assert_eq!(outcome.stdout, "Nothing to do: it is so already.\n");
    }
    assert_eq!(fs::read_dir(lab.home()).unwrap().count(), 3);
}

#[test]
fn a_dangling_link_is_converted_only_if_its_meaning_is_certain() {
    let lab = lab(
        "mkdir d; ln -s gone d/certain; ln -s ../gone/deeper/ d/slash; ln -s gone/../x d/uncertain; ln -s loop d/loop
         printf f > f; ln -s ../f/x d/through; ln -s ../f/ d/closed; ln -s ../f d/sound",
    );
    let before = Picture::of(lab.home());
    let outcome = lab.lw(&["convert", "--to", "absolute", "--below", "d"]);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    assert_eq!(text(&lab, "d/certain"), "HOME/d/gone");
    assert_eq!(text(&lab, "d/slash"), "HOME/gone/deeper/");
    assert_eq!(text(&lab, "d/sound"), "HOME/f");
    for (link, why) in [
        ("uncertain", "it leads nowhere"),
        ("loop", "the links lead in a circle"),
        ("through", "it leads nowhere"),
        ("closed", "it leads nowhere"),
    ] {
        let path = lab.home().join("d").join(link);
        assert!(
            !fs::read_link(&path).unwrap().is_absolute(),
            "{link}: {outcome:#?}"
        );
        let line = outcome
            .stderr
            .lines()
            .find(|line| line.contains(&format!("{}'", path.display())) && line.contains("stays"));
        assert!(
            line.is_some_and(|line| line.contains(why)),
            "{link}: {outcome:#?}"
        );
    }
    assert!(
        outcome.stderr.contains("cannot convert 4 links"),
        "{outcome:#?}"
    );
    assert!(outcome.stderr.contains("state: the others are done"));
    lab.lw_ok(&["undo"]);
    assert_eq!(before.differences(&Picture::of(lab.home())), [""; 0]);
}

#[test]
fn if_none_of_the_named_links_can_be_converted_the_reasons_are_refusals() {
    let lab = lab("ln -s gone/../x l; printf f > f; mkdir d");
    let outcome = lab.lw(&["convert", "--to", "absolute", "l"]);
    assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    assert!(outcome.stderr.contains("state: nothing was changed"));
    for (arguments, words) in [
        (&["l", "f"][..], "it is a file and no link"),
        (&["d"], "it is a folder and no link"),
        (&["missing"], "it does not exist"),
    ] {
        let all = [&["convert", "--to", "absolute"], arguments].concat();
        let outcome = lab.lw(&all);
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
        assert!(outcome.stderr.contains(words), "{outcome:#?}");
    }
    let below = lab.lw(&["convert", "--to", "absolute", "--below", "."]);
    assert_eq!(below.code, Some(4), "{below:#?}");
    assert!(
        below.stderr.contains("state: nothing was changed"),
        "{below:#?}"
    );
}

#[test]
fn messy_text_is_shortened() {
    let lab = lab(
        "mkdir -p d/e; printf f > d/f; ln -s e d/jump; ln -s .//e/../f d/messy; ln -s jump/../f d/behind
         ln -s \"$PWD//d/./e/../f\" both",
    );
    let before = Picture::of(lab.home());
    lab.lw_ok(&["convert", "--shorten", "--below", "d"]);
    assert_eq!(text(&lab, "d/messy"), "f");
    assert_eq!(text(&lab, "d/behind"), "jump/../f", "a link, not a folder");
    lab.lw_ok(&["convert", "--shorten", "--to", "relative", "both"]);
    assert_eq!(text(&lab, "both"), "d/f");
    lab.lw_ok(&["undo"]);
    lab.lw_ok(&["undo"]);
    assert_eq!(before.differences(&Picture::of(lab.home())), [""; 0]);
}

#[test]
fn a_symbolic_link_becomes_a_name_of_the_file_it_leads_to() {
    let lab = lab(
        "mkdir d; printf f > d/f; ln -s d/f l; ln -s l second; ln -s d folder; ln -s gone gone-link",
    );
    let before = Picture::of(lab.home());
    let outcome = lab.lw(&[
        "convert",
        "--to",
        "hard",
        "l",
        "second",
        "folder",
        "gone-link",
    ]);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    let inode = |path: &str| fs::symlink_metadata(lab.home().join(path)).unwrap().ino();
    assert_eq!(inode("l"), inode("d/f"));
    assert_eq!(inode("second"), inode("d/f"));
    assert_eq!(text(&lab, "folder"), "d");
    assert!(outcome.stderr.contains("it is a folder"), "{outcome:#?}");
    lab.lw_ok(&["undo"]);
    // A name in quarantine still counts as a name.
    let now = Picture::of(lab.home());
    assert_eq!(
        now.paths_unlike_both(&before, &before),
        [""; 0].map(PathBuf::from)
    );
    for alone in ["folder", "gone-link"] {
        let outcome = lab.lw(&["convert", "--to", "hard", alone]);
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    }
}

#[test]
fn the_last_name_of_a_file_is_not_displaced_by_an_undo() {
    let lab =
        lab("printf f > f; printf g > g; ln -s f l; ln -s g m; lw convert --to hard l m; rm f");
    let outcome = lab.lw_ok(&["undo"]);
    assert!(
        outcome.stderr.contains("only name of its file"),
        "{outcome:#?}"
    );
    assert_eq!(fs::read_to_string(lab.home().join("l")).unwrap(), "f");
    assert!(!lab.home().join("l").is_symlink());
    assert_eq!(text(&lab, "m"), "g");
}

#[test]
fn of_several_names_that_an_undo_takes_one_stays() {
    let lab = lab(
        "printf f > f; ln -s f l; ln -s f m; lw convert --to hard l; lw undo; lw convert --to hard l m; rm f",
    );
    let outcome = lab.lw_ok(&["undo"]);
    assert!(
        outcome.stderr.contains("only name of its file"),
        "{outcome:#?}"
    );
    let visible = ["l", "m"].map(|name| fs::read_to_string(lab.home().join(name)).ok());
    assert!(visible.contains(&Some("f".to_owned())), "{visible:?}");
}

#[test]
fn an_undo_that_would_leave_all_as_it_is_says_so() {
    let lab = lab("printf f > f; ln -s f l; lw convert --to absolute l; rm l; ln -s mine l");
    let outcome = lab.lw(&["undo"]);
    assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    assert!(outcome.stderr.contains("left alone"), "{outcome:#?}");
    assert_eq!(text(&lab, "l"), "mine");
}

#[test]
fn a_target_saved_anew_since_does_not_hinder_the_undo() {
    let lab = lab(
        "printf f > f; ln -s f l; lw convert --to hard l; printf new > .f; mv .f f; ln l keeps",
    );
    let outcome = lab.lw_ok(&["undo"]);
    assert!(!outcome.stderr.contains("left alone"), "{outcome:#?}");
    assert_eq!(text(&lab, "l"), "f");
}

#[test]
fn a_name_of_a_file_becomes_a_link_to_another_one() {
    let lab = lab(
        "mkdir d; printf f > d/f; ln d/f a; ln d/f b; printf o > other; ln -s d/f l; ln -s d link",
    );
    let before = Picture::of(lab.home());
    let convert = |arguments: &[&str]| {
        let all = [&["convert", "--to", "symbolic"], arguments].concat();
        lab.lw(&all)
    };
    for (arguments, words) in [
        (&["a"][..], "lw convert --to symbolic --target PATH"),
        (&["other"], "the only name of its file"),
        (&["a", "--target", "other"], "it is no name of the file"),
        (&["a", "--target", "gone"], "it is no name of the file"),
        (&["a", "--target", "l"], "it is no name of the file"),
        (&["a", "--target", "a"], "both names are the same"),
        (&["d/f", "--target", "link/f"], "both names are the same"),
        (&["l", "--target", "a"], "it is a link already"),
    ] {
        let outcome = convert(arguments);
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
        assert!(outcome.stderr.contains(words), "{words}: {outcome:#?}");
    }
    assert_eq!(before.differences(&Picture::of(lab.home())), [""; 0]);
    let outcome = convert(&["a", "b", "--target", "d/f"]);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    assert_eq!(text(&lab, "a"), "HOME/d/f");
    lab.lw_ok(&["convert", "--to", "relative", "a"]);
    assert_eq!(text(&lab, "a"), "d/f");
    assert_eq!(
        fs::canonicalize(lab.home().join("b")).unwrap(),
        lab.home().join("d/f")
    );
    lab.lw_ok(&["undo"]);
    lab.lw_ok(&["undo"]);
    let now = Picture::of(lab.home());
    assert_eq!(before.differences(&now), [""; 0]);
}

#[test]
fn no_other_kind_is_made_where_a_junction_was_asked_for() {
    let lab = lab("mkdir d; ln -s d l");
    for arguments in [&["l"][..], &["--below", "."], &["--below", "d"]] {
        let all = [&["convert", "--to", "junction"], arguments].concat();
        let outcome = lab.lw(&all);
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
        assert!(
            outcome.stderr.contains("cannot make a junction"),
            "{outcome:#?}"
        );
    }
    assert_eq!(text(&lab, "l"), "d");
}

#[test]
fn options_that_mean_nothing_are_a_wrong_command_line() {
    let lab = lab("printf f > f; ln -s f l");
    for arguments in [
        &["l"][..],
        &["--to", "relative"],
        &["--to", "relative", "l", "--below", "."],
        &["--to", "relative", "l", "--glob", "*"],
        &["--to", "hard", "--shorten", "l"],
        &["--to", "hard", "--target", "f", "l"],
        &["--to", "native", "--lossy", "l"],
        &["--to", "nothing", "l"],
        &["--to", "relative", "--lossy", "l"],
    ] {
        let all = [&["convert"], arguments].concat();
        let outcome = lab.lw(&all);
        assert_eq!(outcome.code, Some(2), "{outcome:#?}");
    }
}

#[test]
fn the_patterns_are_those_of_list() {
    let lab = lab("mkdir -p t/a t/node_modules; printf f > f
         for l in t/x.so t/y.txt t/a/z.so t/node_modules/n.so; do ln -s \"$PWD/f\" $l; done");
    let all = ["convert", "--to", "relative", "--below", "t"];
    let patterns = ["--glob", "*.so", "--exclude", "node_modules"];
    lab.lw_ok(&[&all[..], &patterns].concat());
    assert_eq!(text(&lab, "t/x.so"), "../f");
    assert_eq!(text(&lab, "t/a/z.so"), "../../f");
    assert_eq!(text(&lab, "t/y.txt"), "HOME/f");
    assert_eq!(text(&lab, "t/node_modules/n.so"), "HOME/f");
}

#[test]
fn a_preview_changes_nothing_and_programs_get_objects() {
    let lab = lab("mkdir d; printf f > f; ln -s \"$PWD/f\" d/l; ln -s gone/../x d/stays");
    let before = Picture::of(lab.home());
    let preview = lab.lw_ok(&["convert", "-n", "--to", "relative", "--below", "d"]);
    assert!(
        preview.stdout.contains("leads to the same by '../f'"),
        "{preview:#?}"
    );
    assert_eq!(before.differences(&Picture::of(lab.home())), [""; 0]);
    let outcome = lab.lw(&["convert", "--to", "relative", "--below", "d", "--json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    let objects: Vec<serde_json::Value> = outcome
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(objects[0]["type"], "plan");
    let subject = &objects[1]["subject"];
    assert_eq!(
        (&objects[1]["type"], &subject["job"]),
        (&"done".into(), &"convert".into())
    );
    assert_eq!(
        (&subject["to"], &subject["links"]),
        (&"relative".into(), &1.into())
    );
}

#[test]
fn what_the_system_needs_is_left_alone() {
    let lab = lab("printf f > f; ln -s f l");
    let system = Path::new("/bin");
    if fs::read_link(system).is_ok_and(|text| text.is_relative()) {
        let outcome = lab.lw(&["convert", "--to", "absolute", "/bin"]);
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
        assert!(
            outcome.stderr.contains("the system needs it"),
            "{outcome:#?}"
        );
        assert!(fs::read_link(system).unwrap().is_relative());
    }
}

#[test]
fn names_that_are_no_text_are_kept_to_the_byte() {
    let lab = lab("printf f > \"$(printf 'f\\377')\"; ln -s \"$(printf 'f\\377')\" l");
    let before = Picture::of(lab.home());
    lab.lw_ok(&["convert", "--to", "absolute", "l"]);
    let text = fs::read_link(lab.home().join("l")).unwrap();
    assert!(text.is_absolute() && text.as_os_str().as_bytes().ends_with(b"/f\xff"));
    lab.lw_ok(&["undo"]);
    assert_eq!(before.differences(&Picture::of(lab.home())), [""; 0]);
}

#[test]
fn many_links_are_units_and_what_was_changed_since_stays() {
    let lab = lab("mkdir d; printf f > f; i=0
         while [ $i -lt 1100 ]; do ln -s ../f d/$i; i=$((i+1)); done");
    let before = Picture::of(lab.home());
    lab.lw_ok(&["convert", "--to", "absolute", "--below", "d"]);
    assert!(
        ways(lab.home())
            .values()
            .all(|(text, _)| text.is_absolute())
    );
    lab.sh("rm d/7; ln -s mine d/7");
    let outcome = lab.lw_ok(&["undo"]);
    assert!(outcome.stderr.contains("left alone"), "{outcome:#?}");
    let differences = before.differences(&Picture::of(lab.home()));
    assert_eq!(differences.len(), 1, "{differences:#?}");
    assert_eq!(text(&lab, "d/7"), "mine");
}

#[test]
fn a_copy_takes_the_place_of_a_link() {
    let lab = lab(
        "mkdir -p t/d w; printf a > t/d/a; ln t/d/a t/d/again; ln -s ../../w t/d/out; ln -s d/a t/in
         printf f > f; ln f f2; chmod 640 f; ln -s t tree; ln -s f file; ln -s file second",
    );
    let before = Picture::of(lab.home());
    let outcome = lab.lw_ok(&["convert", "--to", "copy", "tree", "file", "second"]);
    assert!(outcome.stdout.contains("Converted 3 links"), "{outcome:#?}");
    let home = lab.home();
    assert!(!home.join("tree").is_symlink() && home.join("tree/d/a").is_file());
    assert_eq!(
        text(&lab, "tree/d/out"),
        "HOME/w",
        "leads to the same from there"
    );
    assert_eq!(text(&lab, "tree/in"), "d/a");
    for copy in ["file", "second"] {
        let (of, copy) = (
            fs::metadata(home.join("f")).unwrap(),
            fs::symlink_metadata(home.join(copy)).unwrap(),
        );
        assert!(copy.is_file() && copy.ino() != of.ino() && copy.nlink() == 1);
        assert_eq!(
            (copy.mode(), copy.mtime_nsec()),
            (of.mode(), of.mtime_nsec())
        );
    }
    let again = lab.lw_ok(&["convert", "--to", "copy", "tree", "file"]);
    assert_eq!(again.stdout, "Nothing to do: it is so already.\n");
    lab.sh("printf edited > file");
    assert_eq!(fs::read_to_string(home.join("f")).unwrap(), "f");
    let undone = lab.lw_ok(&["undo"]);
    assert!(
        undone.stderr.contains("with what was changed in it since"),
        "{undone:#?}"
    );
    assert_eq!(before.differences(&Picture::of(home)), [""; 0]);
    lab.lw_ok(&["undo", "2"]);
    assert_eq!(fs::read_to_string(home.join("file")).unwrap(), "edited");
    assert!(home.join("tree/d/again").is_file());
    lab.lw_ok(&["undo", "3"]);
    assert_eq!(before.differences(&Picture::of(home)), [""; 0]);
}

#[test]
fn an_interrupted_copy_is_gone_on_with_or_removed() {
    let script = "mkdir t; printf a > t/a; printf b > t/b; ln -s t l; printf w > w; lw link w warm";
    let arguments = ["convert", "--to", "copy", "l"];
    let clean = lab(script).lw_ok(&arguments).effects;
    let exchange = clean
        .iter()
        .position(|line| line.starts_with("exchange"))
        .unwrap();
    for resumes in [true, false] {
        let lab = lab(script);
        let before = Picture::of(lab.home());
        let killed = lab.lw_with(&arguments, &Fault::KillBefore(exchange + 1));
        assert_eq!((killed.code, killed.hit), (None, true), "{killed:#?}");
        assert_eq!(before.differences(&Picture::of(lab.home())), [""; 0]);
        if resumes {
            let outcome = lab.lw_ok(&arguments);
            assert!(outcome.stderr.contains("is gone on with"), "{outcome:#?}");
            assert_eq!(fs::read_to_string(lab.home().join("l/b")).unwrap(), "b");
            assert!(!lab.home().join("l").is_symlink());
            lab.lw_ok(&["undo"]);
        } else {
            lab.lw_ok(&["recover"]);
            lab.lw_ok(&["doctor"]);
        }
        assert_eq!(before.differences(&Picture::of(lab.home())), [""; 0]);
    }
}

#[test]
fn what_cannot_be_copied_is_refused() {
    let lab = lab(
        "mkdir -p t/d s; ln -s .. t/d/up; mkfifo pipe; ln -s pipe to-pipe; ln -s gone dangling
         printf x > big; truncate -s 0 s/f; ln -s s plain; printf f > f; ln -s f l",
    );
    let before = Picture::of(lab.home());
    for (link, words) in [
        ("t/d/up", "a folder that contains it"),
        ("to-pipe", "named pipe and no file"),
        ("dangling", "it leads nowhere"),
    ] {
        let outcome = lab.lw(&["convert", "--to", "copy", link]);
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
        assert!(outcome.stderr.contains(words), "{outcome:#?}");
    }
    let held = fs::File::options()
        .append(true)
        .open(lab.home().join("f"))
        .unwrap();
    let outcome = lab.lw(&["convert", "--to", "copy", "l"]);
    assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    assert!(outcome.stderr.contains("--live copies it"), "{outcome:#?}");
    assert_eq!(before.differences(&Picture::of(lab.home())), [""; 0]);
    lab.lw_ok(&["convert", "--to", "copy", "--live", "l"]);
    drop(held);
    assert!(lab.home().join("l").is_file() && !lab.home().join("l").is_symlink());
}

#[test]
fn a_copy_comes_from_another_volume() {
    let memory = Path::new("/dev/shm");
    if !memory.is_dir() {
        lw_testkit::skip::skip("second volume", "there is no /dev/shm");
        return;
    }
    let lab = lab("mkdir d");
    let far = tempfile::Builder::new()
        .prefix("lw-far-")
        .tempdir_in(memory)
        .unwrap();
    fs::write(far.path().join("f"), "far").unwrap();
    lab.sh(&format!(
        "ln -s '{}/f' l; ln -s '{}' folder",
        far.path().display(),
        far.path().display()
    ));
    let outcome = lab.lw(&["convert", "--to", "hard", "l"]);
    if fs::metadata(far.path()).unwrap().dev() != fs::metadata(lab.home()).unwrap().dev() {
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
        assert!(
            outcome.stderr.contains("on different volumes"),
            "{outcome:#?}"
        );
    }
    lab.lw_ok(&["convert", "--to", "copy", "l", "folder"]);
    assert_eq!(fs::read_to_string(lab.home().join("l")).unwrap(), "far");
    assert_eq!(
        fs::read_to_string(lab.home().join("folder/f")).unwrap(),
        "far"
    );
    assert!(!lab.home().join("folder").is_symlink());
}

const NAMES: [&str; 3] = ["a", "b", "c"];
const CASES: u32 = 48;

/// Makes folders, files and links as the numbers say; a name that is taken is passed over.
fn grow(top: &Path, tree: &[(usize, usize, usize, bool)]) {
    let mut folders = vec![top.to_path_buf()];
    for (index, (place, name, what, is_absolute)) in tree.iter().enumerate() {
        let path = folders[place % folders.len()].join(NAMES[name % NAMES.len()]);
        match index % 3 {
            0 if fs::create_dir(&path).is_ok() => folders.push(path),
            1 if !path.is_symlink() && !path.exists() => fs::write(&path, "x").unwrap(),
            2 => {
                let parts = [
                    "a",
                    "b",
                    "a/b",
                    "b/../c",
                    "../a",
                    "c/a/../b",
                    "./a//b",
                    "../b/",
                    ".",
                    "..",
                    "c",
                    "a/../../b",
                    "gone",
                    "gone/../a",
                ];
                let part = parts[what % parts.len()];
                let text = match is_absolute {
                    true => top.join(part),
                    false => PathBuf::from(part),
                };
                let _taken = std::os::unix::fs::symlink(text, path);
            }
            _ => {}
        }
    }
}

/// Only links whose text has the other form may be changed, and only their texts.
fn convert_all(lab: &Lab, to: &str, before: &Ways) -> Ways {
    let outcome = lab.lw(&["convert", "--to", to, "--below", "."]);
    assert!(matches!(outcome.code, Some(0 | 3 | 4)), "{outcome:#?}");
    let after = ways(lab.home());
    assert_eq!(ends(before), ends(&after), "{to}: {outcome:#?}");
    let wants_absolute = to == "absolute";
    for (path, (text, end)) in before {
        let now = &after[path].0;
        if text.is_absolute() == wants_absolute {
            assert_eq!(text, now, "{} was so already", path.display());
        } else if end.is_ok() {
            assert_eq!(now.is_absolute(), wants_absolute, "{}", path.display());
        }
    }
    after
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn random_links_lead_to_the_same_at_every_step(
        tree in prop::collection::vec((0..64_usize, 0..3_usize, 0..64_usize, prop::bool::weighted(0.3)), 3..40),
    ) {
        let lab = Lab::new(PROGRAM);
        grow(lab.home(), &tree);
        let pictures = [Picture::of(lab.home())];
        let start = ways(lab.home());
        let relative = convert_all(&lab, "relative", &start);
        let absolute = convert_all(&lab, "absolute", &relative);
        let mut expected = vec![relative.clone(), start.clone()];
        if relative == absolute {
            expected.remove(0);
        }
        if relative == start {
            expected.pop();
        }
        for expected in expected {
            lab.lw_ok(&["undo"]);
            assert_eq!(ways(lab.home()), expected);
        }
        assert_eq!(pictures[0].differences(&Picture::of(lab.home())), [""; 0]);
        assert_eq!(ways(lab.home()), start);
    }
}
