//! What goes to which stream, who is asked, and how usage errors end.

use std::process::Stdio;

use super::Transcript;

#[test]
fn stdout_carries_the_answer_only() {
    let mut t = Transcript::new();
    t.file("projects/file");
    t.folder("far");
    t.link("../far", "projects/out");
    let done = t.done(&["move", "projects", "far"]);
    assert!(done.stderr.contains("note: "), "{done:#?}");
    for line in done.stdout.lines() {
        assert!(
            line.starts_with("Moved ") || line.starts_with("Undo: "),
            "{done:#?}"
        );
    }
    let refused = t.refused(&["move", "projects", "there"]);
    assert_eq!(refused.stdout, "");
    for arguments in [
        &["remove", "--json", "missing"] as &[&str],
        &["link", "--json", "missing", "new"],
    ] {
        let refused = t.refused(arguments);
        let object: serde_json::Value = serde_json::from_str(&refused.stdout).unwrap();
        assert_eq!(
            (&object["type"], &object["exit_code"]),
            (&"error".into(), &4.into())
        );
    }
    let json = t.done(&["bring-back", "--json", "projects"]);
    assert_eq!(json.stderr, "");
    for line in json.stdout.lines() {
        let _object: serde_json::Value = serde_json::from_str(line).unwrap();
    }
    let shown = t.done(&["undo", "-n"]);
    assert_eq!(shown.stderr, "");
    t.compare_with(
        "streams",
        (r#""inode":\d+|"device":\d+|"birth_ns":\d+"#, "[number]"),
    );
}

#[test]
fn quiet_is_silent() {
    let mut t = Transcript::new();
    t.file("projects/file");
    t.folder("far");
    t.link("../far", "projects/out");
    for arguments in [
        &["move", "-q", "projects", "far"] as &[&str],
        &["bring-back", "-q", "projects"],
        &["link", "-q", "far", "link"],
        &["link", "-q", "far", "link"],
        &["retarget", "-q", "link", "projects"],
        &["undo", "-q"],
        &["remove", "-q", "link"],
        &["purge", "-q", "--all", "--yes"],
        &["purge", "-q"],
    ] {
        let answer = t.done(arguments);
        assert_eq!(
            (answer.stdout.as_str(), answer.stderr.as_str()),
            ("", ""),
            "{arguments:?}"
        );
    }
    let refused = t.refused(&["remove", "-q", "missing"]);
    assert!(refused.stderr.starts_with("error: "), "{refused:#?}");
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let mut t = Transcript::new();
    t.folder("real");
    for n in 0..20 {
        t.done(&["link", "real", &format!("link-{n}")]);
    }
    for arguments in [
        &["log"] as &[&str],
        &["log", "--json"],
        &["--help"],
        &["help", "move"],
        &["man"],
        &["completions", "bash"],
        &["show", "link-1"],
        &["doctor"],
        &["link", "-n", "real", "new"],
        &["link", "real", "new"],
        &["frobnicate"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let other = writer.try_clone().unwrap();
        let status = t
            .command()
            .args(arguments)
            .stdout(Stdio::from(writer))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&status.stderr).into_owned();
        assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
        let wanted = if arguments == ["frobnicate"] { 2 } else { 0 };
        assert_eq!(
            status.status.code(),
            Some(wanted),
            "{arguments:?}: {stderr}"
        );
        let status = t
            .command()
            .arg("remove")
            .arg("missing")
            .stderr(Stdio::from(other))
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(4), "stderr closed");
    }
    assert!(t.path("new").is_symlink());
}

/// Whoever reads a list from a file is not to take the half of it for all.
#[test]
fn an_answer_that_cannot_be_written_is_told() {
    let mut t = Transcript::new();
    t.folder("real");
    t.done(&["link", "real", "link"]);
    t.done(&["snapshot", "take", "real", "store"]);
    for arguments in [
        &["log"] as &[&str],
        &["log", "--json"],
        &["--help"],
        &["man"],
        &["list", "real", "."],
        &["show", "link"],
        &["link", "real", "new"],
        &["snapshot", "list", "store"],
        &["snapshot", "list", "-0", "store"],
        &["snapshot", "list", "--json", "store"],
        &["snapshot", "show", "store/latest"],
        &["snapshot", "verify", "store"],
        &["snapshot", "take", "real", "store"],
    ] {
        let full = std::fs::File::create("/dev/full").unwrap();
        let output = t.command().args(arguments).stdout(full).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {said}");
        assert!(
            said.contains("cannot write all of the answer\n  cause: no space left"),
            "{arguments:?}: {said}"
        );
    }
    let full = std::fs::File::create("/dev/full").unwrap();
    let mut refused = t.command();
    refused.args(["show", "missing"]).stdout(full);
    assert_eq!(refused.status().unwrap().code(), Some(4));
    assert!(t.path("new").is_symlink(), "what was to be done is done");
}

#[test]
fn usage_errors_end_with_2() {
    let mut t = Transcript::new();
    t.folder("real");
    for arguments in [
        &[] as &[&str],
        &["frobnicate"],
        &["move"],
        &["move", "a"],
        &["move", "a", "b", "c"],
        &["move", "--relative", "--absolute", "a", "b"],
        &["move", "-q", "-v", "a", "b"],
        &["move", "--frobnicate", "a", "b"],
        &["link", "real"],
        &["link", "real", "new", "--into", "real"],
        &["link", "--hard", "--symbolic", "real", "new"],
        &["link", "--hard", "--junction", "real", "new"],
        &["link", "--hard", "--relative", "real", "new"],
        &["move", "", "there"],
        &["move", "real", ""],
        &["link", "", "new"],
        &["link", "real", ""],
        &["link", "real", "--into", ""],
        &["remove", "real", ""],
        &["show", ""],
        &["link", "--hard", "--absolute", "real", "new"],
        &["bring-back"],
        &["retarget", "a"],
        &["remove"],
        &["show"],
        &["undo", "last"],
        &["undo", "-1"],
        &["undo", "99999999999999999999"],
        &["log", "--limit", "many"],
        &["man", "frobnicate"],
        &["completions", "frobnicate"],
        &["--color", "sometimes", "log"],
    ] {
        let answer = t.ends(2, arguments);
        assert_eq!(answer.stdout, "", "{answer:#?}");
    }
    assert!(!t.lab.state().exists());
    t.compare("usage");
}

#[test]
fn purge_asks_someone_or_needs_yes() {
    let mut t = Transcript::new();
    t.folder("real");
    t.link("real", "link");
    t.done(&["purge"]);
    t.done(&["purge", "--all"]);
    t.done(&["remove", "link"]);
    t.done(&["purge"]);
    let state = crate::transcript::everything_in(&t.lab.state().join("quarantine"));
    t.refused(&["purge", "--all"]);
    t.done(&["purge", "--all", "-n"]);
    t.done(&["purge", "--list"]);
    assert_eq!(
        state,
        crate::transcript::everything_in(&t.lab.state().join("quarantine"))
    );
    t.done(&["purge", "--all", "--yes"]);
    t.remark("a link can be made again from its text");
    t.done(&["undo", "1", "--note", "not too late"]);
    t.compare("purge");
}
