//! Below the choke point: killed inside SQLite's own writes, and whether the choke point sees every change.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use lw_testkit::{Lab, Picture, skip};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

/// More calls than one move makes; the loop must end before.
const MAX_CALLS: usize = 200;

fn has_strace(lab: &Lab) -> bool {
    if !skip::has_program("strace") {
        return false;
    }
    let traced = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .current_dir(lab.top())
        .status();
    let works = traced.is_ok_and(|status| status.success());
    if !works {
        skip::skip("strace", "this system does not let processes be traced");
    }
    works
}

fn lab() -> Lab {
    let lab = Lab::new(PROGRAM);
    lab.sh("mkdir -p tree store; printf x > tree/x; ln -s ../out tree/leads-out; mkdir out");
    lab
}

/// Runs `lw` under strace with these options of strace.
fn traced(lab: &Lab, options: &[&str], arguments: &[&str]) -> (Option<i32>, Vec<String>) {
    let log = lab.top().join("strace.log");
    let plain = lab.command();
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-y", "-s", "4096", "-o"])
        .arg(&log)
        .args(options)
        .arg(plain.get_program());
    command.args(arguments).current_dir(lab.home()).env_clear();
    for (name, value) in plain.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command.env("LW_TEST_EFFECTS", lab.top().join("effects"));
    let status = command.output().unwrap().status;
    let lines = std::fs::read_to_string(&log).unwrap();
    (status.code(), lines.lines().map(str::to_owned).collect())
}

#[test]
fn killed_inside_the_ledgers_own_writes() {
    let calls = "pwrite64,fdatasync,fsync,unlink,ftruncate";
    for n in 1..MAX_CALLS {
        let lab = lab();
        if !has_strace(&lab) {
            return;
        }
        let before = Picture::of(lab.home());
        let inject = format!("inject={calls}:signal=KILL:when={n}");
        let (code, _) = traced(
            &lab,
            &["-e", &format!("trace={calls}"), "-e", &inject],
            &["move", "tree", "store"],
        );
        if code == Some(0) {
            assert!(
                n > 10,
                "only {n} calls were met: the test does not hit what it is for"
            );
            return;
        }
        let recovered = lab.lw(&["recover"]);
        assert_eq!(recovered.code, Some(0), "call {n}: {recovered:#?}");
        let moved = lab.home().join("store/tree/x").is_file();
        if !moved {
            let differences = before.differences(&Picture::of(lab.home()));
            assert!(differences.is_empty(), "call {n}: {differences:#?}");
        }
        assert!(
            lab.home().join("tree/x").is_file(),
            "call {n}: the old path does not work"
        );
        assert!(
            lab.leftovers()
                .iter()
                .all(|path| path.starts_with(lab.state())),
            "call {n}"
        );
        let doctor = lab.lw(&["doctor"]);
        assert_eq!(doctor.code, Some(0), "call {n}: {doctor:#?}");
    }
    panic!("the move did not end within {MAX_CALLS} calls");
}

#[test]
fn every_change_passes_the_choke_point() {
    let lab = lab();
    if !has_strace(&lab) {
        return;
    }
    let calls = "rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,\
                 chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,utimensat,truncate,mknod,mknodat,setxattr,\
                 lsetxattr,removexattr";
    for arguments in [
        &["move", "tree", "store"][..],
        &["bring-back", "tree"],
        &["undo"],
    ] {
        let (code, lines) = traced(&lab, &["-e", &format!("trace={calls}")], arguments);
        assert_eq!(code, Some(0), "{arguments:?}");
        let effects = std::fs::read_to_string(lab.top().join("effects")).unwrap();
        std::fs::remove_file(lab.top().join("effects")).unwrap();
        // SQLite's own journal is not the users' files; a call that failed changed nothing.
        let changing: Vec<&String> = lines
            .iter()
            .filter(|line| !line.contains("ledger.db") && line.contains(") = 0"))
            .collect();
        let counted = effects
            .lines()
            .filter(|line| !line.starts_with("sync folder") && !line.starts_with("make lock"))
            .filter(|line| !line.starts_with("write record") && !line.starts_with("create folders"))
            .count();
        let made_by_open = lines
            .iter()
            .filter(|line| line.contains("mkdir(") && line.contains("state\""))
            .count();
        assert!(changing.len() >= 3, "{arguments:?}: {lines:#?}");
        assert_eq!(
            changing.len() - made_by_open,
            counted,
            "{arguments:?}: {changing:#?}\n{effects}"
        );
    }
}

#[test]
fn act_never_goes_through_a_link() {
    let lab = Lab::new(PROGRAM);
    lab.sh("mkdir real other; printf x > real/f; ln -s real door; printf y > other/f");
    // The folder on the way becomes a link between the look and the act: the act must not follow it.
    let home: PathBuf = lab.home().to_path_buf();
    let swap = format!(
        "cd '{}' && mv real gone && ln -s other real",
        home.display()
    );
    lab.lw_ok(&["link", "other/f", "warm"]);
    // The plan is made; the first effect is the lock of its record.
    let fault = lw_testkit::Fault::RunBefore(1, swap);
    let outcome = lab.lw_with(&["link", "other/f", "real/new"], &fault);
    assert!(outcome.hit, "{outcome:#?}");
    assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    assert!(!Path::new(&home.join("other/new")).exists());
}
