//! As `ln` or as `lw ln`, and what the program's other commands make of it.

use std::os::unix::process::CommandExt as _;

use lw_testkit::Lab;

use super::bench::PROGRAM;

#[test]
fn the_programs_own_name_decides() {
    let lab = Lab::new(PROGRAM);
    for (called, arguments, program) in [
        ("ln", &["nope", "new"][..], "ln"),
        ("/some/where/ln", &["nope", "new"], "/some/where/ln"),
        ("lw", &["ln", "nope", "new"], "lw ln"),
        ("/some/where/lw", &["ln", "nope", "new"], "lw ln"),
    ] {
        let output = lab.command().arg0(called).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            said,
            format!("{program}: failed to access 'nope': No such file or directory\n")
        );
    }
}

#[test]
fn other_commands_are_not_taken_for_it() {
    let lab = Lab::new(PROGRAM);
    let outcome = lab.lw(&["lnx", "a", "b"]);
    assert_eq!(outcome.code, Some(2));
    let help = lab.lw_ok(&["--help"]);
    assert!(help.stdout.contains("lw ln"), "{}", help.stdout);
}

#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let lab = Lab::new(PROGRAM);
    lab.sh("printf a > a");
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = lab
        .command()
        .args(["ln", "-v", "a", "b"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(lab.home().join("b").is_file());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        said,
        "lw-under-test ln: write error: No space left on device\n"
    );
}

#[test]
fn it_works_where_there_is_no_working_folder() {
    let lab = Lab::new(PROGRAM);
    lab.sh("mkdir gone; printf a > a");
    let script = format!("cd gone && rmdir ../gone && exec '{PROGRAM}' ln \"$@\"");
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new("sh");
        command
            .args(["-c", &script, "sh"])
            .args(arguments)
            .current_dir(lab.home());
        let code = command.output().unwrap().status.code();
        lab.sh("mkdir gone");
        code
    };
    let new = lab.home().join("new");
    assert_eq!(run(&["-s", "a", new.to_str().unwrap()]), Some(0));
    assert!(new.is_symlink());
    assert_eq!(run(&["-s", "a", "relative"]), Some(1));
}
