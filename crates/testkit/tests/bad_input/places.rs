//! Places that cannot be moved, or moved to.

use std::fs;

use super::{Transcript, words};
use crate::transcript::PROGRAM;

/// Everything that is refused for what stands where, one line of the table a case.
#[test]
fn every_bad_input_has_its_message() {
    let mut t = Transcript::new();
    t.file("projects/a/notes");
    t.file("other/file");
    t.file("file");
    t.folder("taken/projects");
    t.folder("empty");
    t.link("projects", "link");
    t.link("nowhere", "dangling");
    t.link("projects/a", "into");
    fs::hard_link(t.path("file"), t.path("file-too")).unwrap();
    let cases: &[&[&str]] = &[
        // What is not there.
        &["move", "missing", "there"],
        &["move", "missing/deeper", "there"],
        &["move", "file/below", "there"],
        &["move", "projects", "missing/there"],
        &["move", "projects", "file/there"],
        &["link", "missing", "new"],
        &["link", "--hard", "missing", "new"],
        &["link", "projects", "missing/new"],
        &["link", "projects", "--into", "missing"],
        &["link", "projects", "--into", "file"],
        &["link", "file/below", "new"],
        &["link", "missing/deeper", "new"],
        &["link", "missing/deeper/../x", "new"],
        &["bring-back", "missing/deeper"],
        &["retarget", "missing/deeper", "projects"],
        &["retarget", "link", "missing/deeper"],
        &["remove", "missing/deeper"],
        &["bring-back", "missing"],
        &["retarget", "missing", "projects"],
        &["retarget", "link", "missing"],
        &["remove", "missing"],
        &["remove", "link", "missing", "other"],
        &["show", "missing"],
        &["show", "missing/deeper"],
        &["show", "file/below"],
        &["undo"],
        &["undo", "7"],
        // A link already.
        &["move", "link", "there"],
        &["move", "link/", "there"],
        &["move", "dangling", "there"],
        // No link at all.
        &["bring-back", "projects"],
        &["bring-back", "file"],
        &["retarget", "projects", "other"],
        &["retarget", "file", "other"],
        &["remove", "projects"],
        &["remove", "file-too", "file"],
        // Inside itself.
        &["move", "projects", "projects/a/deeper"],
        &["move", "projects", "projects/a"],
        &["move", "projects", "projects"],
        &["move", "projects", "into/deeper"],
        &["move", "projects", "link"],
        &["move", ".", "projects"],
        &["move", "projects/a/..", "projects/a"],
        // Where something is.
        &["move", "projects", "file"],
        &["move", "file", "other/file"],
        &["move", "file", "file-too"],
        &["move", "file", "file"],
        &["move", "projects", "taken"],
        &["move", "projects", "dangling"],
        &["move", "--merge", "projects", "dangling"],
        &["move", "--merge", "file", "other"],
        &["link", "projects", "file"],
        &["link", "projects", "empty"],
        &["link", "projects", "empty/"],
        &["link", "other", "link"],
        &["link", "other", "dangling"],
        &["link", "file", "file"],
        &["link", "file", "file-too"],
        &["link", "--hard", "other/file", "file"],
        // What cannot be linked so.
        &["link", "--hard", "projects", "new"],
        &["link", "--junction", "projects", "new"],
        &["link", "--replace", "projects/a", "projects"],
        // The root.
        &["move", "/", "there"],
        &["move", "//", "there"],
        &["move", "/..", "there"],
        &["link", "projects", "/"],
        &["bring-back", "/"],
        &["retarget", "/", "projects"],
        &["remove", "/"],
    ];
    for case in cases {
        t.refused(case);
    }
    t.compare("places");
}

#[test]
fn the_home_folder_stays() {
    let mut t = Transcript::new();
    t.folder("elsewhere");
    let top = t.lab.top().to_path_buf();
    fs::create_dir(top.join("outside")).unwrap();
    std::os::unix::fs::symlink("home", top.join("door")).unwrap();
    for home in ["home", "door/.", "outside/../home/"] {
        t.refused(&words(&[
            &"move",
            &top.join(home),
            &top.join("outside/home2"),
        ]));
        t.refused(&words(&[
            &"link",
            &"--replace",
            &top.join("outside"),
            &top.join(home),
        ]));
    }
    // The folder that holds it: the lab's state lies there too, so both are said.
    t.refused(&words(&[&"move", &top, &"/tmp/linkwright-never"]));
    t.refused(&words(&[&"link", &"--replace", &"/tmp", &top]));
    t.refused(&words(&[&"remove", &top.join("home")]));
    t.compare("home");
}

/// With `-n` only: a mistake here must not cost the machine.
#[test]
fn the_folders_of_the_system_stay() {
    let mut t = Transcript::new();
    t.folder("projects");
    let usr = crate::transcript::everything_in(std::path::Path::new("/usr/bin"));
    for folder in [
        "/usr",
        "/usr/",
        "/etc",
        "/var/lib",
        "/usr/../usr/bin",
        "/tmp",
    ] {
        t.refused(&["move", "-n", folder, "there"]);
        t.refused(&["link", "-n", "--replace", "projects", folder]);
    }
    assert_eq!(
        usr,
        crate::transcript::everything_in(std::path::Path::new("/usr/bin"))
    );
    t.compare("system");
}

/// `/bin` is a link on most systems, and the system starts nothing without it.
#[test]
fn the_links_of_the_system_stay() {
    let mut t = Transcript::new();
    t.folder("projects");
    for link in ["/bin", "/lib", "/lib64", "/sbin", "/var/run"] {
        if !fs::symlink_metadata(link).is_ok_and(|found| found.is_symlink()) {
            continue;
        }
        for arguments in [
            &["remove", "-n", link] as &[&str],
            &["retarget", "-n", link, "projects"],
            &["link", "-n", "--replace", "projects", link],
            &["bring-back", "-n", link],
            &["move", "-n", link, "there"],
        ] {
            t.refused(arguments);
        }
    }
}

#[test]
fn what_holds_the_ledger_stays() {
    let mut t = Transcript::new();
    t.file("projects/state/kept");
    t.file("other/file");
    let state = t.path("projects/state/lw");
    t.lab.set_state(&state);
    // The state folder is not there yet: a dry run says what the run would.
    t.refused(&["move", "-n", "projects", "there"]);
    assert!(!state.exists());
    t.link("other", "first");
    t.done(&["remove", "first"]);
    t.refused(&["move", "projects", "there"]);
    t.refused(&["move", "projects/state", "there"]);
    t.refused(&["move", "projects/state/lw", "there"]);
    t.refused(&["move", "projects/state/lw/quarantine", "there"]);
    t.refused(&["link", "--replace", "other", "projects"]);
    t.refused(&["link", "--replace", "other", "projects/state/lw"]);
    t.compare("ledger_inside");
}

#[test]
fn what_holds_a_quarantine_stays() {
    let mut t = Transcript::new();
    t.file("disk/.linkwright-0/token/0001-thing");
    t.file("disk/deep/below/.linkwright-1000/token/0001-thing");
    t.folder("other");
    t.refused(&["move", "disk", "there"]);
    t.refused(&["move", "disk/deep", "there"]);
    t.refused(&["move", "disk/.linkwright-0", "there"]);
    t.refused(&["link", "--replace", "other", "disk"]);
    t.compare("quarantine_inside");
}

#[test]
fn what_holds_the_running_program_stays() {
    let mut t = Transcript::new();
    t.folder("tools/bin");
    t.folder("other");
    let program = t.path("tools/bin/lw");
    t.run_from(&program);
    t.refused(&["move", "tools", "there"]);
    t.refused(&["move", "tools/bin", "there"]);
    t.refused(&["link", "--replace", "other", "tools"]);
    t.compare("program_inside");
}

#[test]
fn a_working_folder_that_is_gone_is_said_plainly() {
    let mut t = Transcript::new();
    let output = t
        .lab
        .command()
        .env("LW", PROGRAM)
        .arg("--version")
        .output()
        .unwrap();
    assert!(output.status.success());
    let gone = t.folder("gone");
    let script = "rmdir \"$PWD\" && exec \"$LW\" move a b";
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", script])
        .current_dir(&gone)
        .env("LW", PROGRAM);
    for (name, value) in t.lab.command().get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    let output = shell.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{text}");
    assert!(!text.contains("os error"), "{text}");
    t.remark(&text);
    t.compare("working_folder_gone");
}
