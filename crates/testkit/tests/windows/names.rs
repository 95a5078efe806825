//! Names: capitals, both slashes, drives, blanks, letters beyond ASCII, and paths longer than 260.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::ground::{assert_unchanged, fill, lab, tree};

#[test]
fn blanks_and_letters_of_the_world() {
    let lab = lab();
    for name in [
        "with blank",
        "Ünïcödé ünd Ærø",
        "日本語",
        "emoji 🦀",
        "a$b`c",
        "it's",
        "100% & ^",
    ] {
        fill(&lab, &[name]);
        let again = format!("{name} again");
        lab.lw_ok(&["link", "--hard", name, &again]);
        assert_eq!(fs::read(lab.home().join(&again)).unwrap(), name.as_bytes());
        let shown = lab.lw_ok(&["show", &again]).stdout;
        assert!(shown.contains(name), "{shown}");
        lab.lw_ok(&["undo"]);
        assert!(!lab.home().join(&again).exists());
    }
}

#[test]
fn both_slashes_part_names() {
    let lab = lab();
    fill(&lab, &["a/b/file"]);
    lab.lw_ok(&["link", "--hard", "a/b/file", "a/one"]);
    lab.lw_ok(&["link", "--hard", r"a\b\file", r".\a\..\two"]);
    let absolute = lab.home().join("three");
    let absolute = absolute.to_str().unwrap().replace('\\', "/");
    lab.lw_ok(&["link", "--hard", r"a\b\file", &absolute]);
    for made in ["a/one", "two", "three"] {
        assert_eq!(fs::read(lab.home().join(made)).unwrap(), b"a/b/file");
    }
}

#[test]
fn the_long_form_of_paths_is_taken_and_not_shown() {
    let lab = lab();
    fill(&lab, &["file"]);
    let long = format!(r"\\?\{}", lab.home().join("file").display());
    let outcome = lab.lw_ok(&["link", "--hard", &long, "again"]);
    let shown = lab.lw_ok(&["show", &long]);
    for text in [&outcome.stdout, &outcome.stderr, &shown.stdout] {
        assert!(!text.contains(r"\\?\"), "{text}");
    }
    let refused = lab.lw(&["link", "--hard", &long, "again2/missing"]);
    assert_unchanged(&refused);
    assert!(!refused.stderr.contains(r"\\?\"), "{refused:#?}");
}

#[test]
fn capitals_do_not_make_another_place() {
    let lab = lab();
    fill(&lab, &["Projects/inside", "File.txt"]);
    let start = tree(lab.home());
    for arguments in [
        &["move", "--yes", "projects", r"PROJECTS\inner"][..],
        &["move", "--yes", "Projects", r"projects\inner"],
        &["link", "--hard", "File.txt", "file.TXT"],
        &[
            "link",
            "--symbolic",
            "--replace",
            r"projects\inside",
            "PROJECTS",
        ],
    ] {
        let outcome = lab.lw(arguments);
        assert!([Some(0), Some(4)].contains(&outcome.code), "{outcome:#?}");
        assert_eq!(tree(lab.home()), start, "{arguments:?}: {outcome:#?}");
    }
}

#[test]
fn paths_longer_than_260() {
    let lab = lab();
    let mut folder = lab.home().to_path_buf();
    while folder.as_os_str().len() < 300 {
        folder.push("a folder with quite a long name");
    }
    let verbatim = PathBuf::from(format!(r"\\?\{}", folder.display()));
    fs::create_dir_all(&verbatim).unwrap();
    fs::write(verbatim.join("file"), "deep").unwrap();
    let (file, link) = (folder.join("file"), folder.join("link"));
    let text = |path: &PathBuf| path.to_str().unwrap().to_owned();
    // Walks go by handles.
    fs::hard_link(verbatim.join("file"), verbatim.join("second")).unwrap();
    let listed = lab.lw_ok(&["list", "--hard", "."]).stdout;
    assert!(listed.contains("second"), "{listed}");
    lab.lw_ok(&["check", "."]);

    let made = lab.lw(&["link", "--hard", &text(&file), &text(&link)]);
    if made.stderr.contains("os error 234") {
        // ERROR_MORE_DATA of GetFinalPathNameByHandleW.
        println!(
            "skipped: changes below long paths: Wine 8 does not tell the path of what is open there"
        );
        assert_unchanged(&made);
        assert!(!verbatim.join("link").exists());
        return;
    }
    assert_eq!(made.code, Some(0), "{made:#?}");
    assert_eq!(fs::read(verbatim.join("link")).unwrap(), b"deep");
    lab.lw_ok(&["show", &text(&link)]);
    lab.lw_ok(&["remove", &text(&link)]);
    assert!(!verbatim.join("link").exists());
    lab.lw_ok(&["undo"]);
    assert_eq!(fs::read(verbatim.join("link")).unwrap(), b"deep");
}

#[test]
fn a_path_of_a_message_pastes_back_into_cmd() {
    let lab = lab();
    fill(&lab, &["a blank/file & more.txt"]);
    let refused = lab.lw(&["link", "--hard", "a blank/file & more.txt", "a blank"]);
    assert_unchanged(&refused);
    let quoted = refused
        .stderr
        .split('"')
        .find(|text| text.ends_with("a blank"))
        .unwrap_or_else(|| panic!("no path in quotes: {refused:#?}"));
    let output = Command::new("cmd")
        .raw_arg_of(&format!("/c dir /b \"{quoted}\""))
        .output()
        .unwrap();
    let listed = String::from_utf8_lossy(&output.stdout);
    assert!(listed.contains("file & more.txt"), "{listed}");
}

/// cmd reads its own line: std's quoting would stand in the way.
trait RawArgument {
    fn raw_arg_of(&mut self, text: &str) -> &mut Self;
}

impl RawArgument for Command {
    fn raw_arg_of(&mut self, text: &str) -> &mut Self {
        std::os::windows::process::CommandExt::raw_arg(self, text)
    }
}

#[test]
fn the_state_folder_is_the_local_one_of_the_profile() {
    let lab = lab();
    fill(&lab, &["file"]);
    let local = lab.top().join("local");
    let mut command = lab.command();
    command
        .args(["link", "--hard", "file", "one"])
        .env_remove("LW_HOME")
        .env("LOCALAPPDATA", &local);
    assert!(command.status().unwrap().success());
    assert!(local.join(r"linkwright\ledger.db").is_file());
    let mut command = lab.command();
    command
        .args(["link", "--hard", "file", "two"])
        .env_remove("LW_HOME")
        .env_remove("LOCALAPPDATA");
    assert!(command.status().unwrap().success());
    let of_profile = lab.home().join(r"AppData\Local\linkwright\ledger.db");
    assert!(of_profile.is_file());
}
