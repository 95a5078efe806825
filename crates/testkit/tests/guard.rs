//! `lw check --security`: each reason for which a link can do harm, and what must not be taken for one.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::collections::BTreeSet;
use std::path::Path;

use lw_testkit::{Lab, skip};
use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

fn lab(script: &str) -> Lab {
    let lab = Lab::new(PROGRAM);
    lab.sh(script);
    lab
}

/// The objects of one answer.
fn objects(lab: &Lab, arguments: &[&str]) -> Vec<Value> {
    let outcome = lab.lw(&[&["check", "--security", "--json"], arguments].concat());
    assert!(
        matches!(outcome.code, Some(0 | 1)),
        "{arguments:?}: {outcome:#?}"
    );
    let lines = outcome.stdout.lines();
    let objects: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let found = objects.len() > 1;
    assert_eq!(outcome.code, Some(i32::from(found)), "{outcome:#?}");
    objects
}

/// Link (below the home folder) and reason of each finding.
fn dangers(lab: &Lab, arguments: &[&str]) -> Vec<String> {
    let home = format!("{}/", lab.home().display());
    objects(lab, arguments)
        .iter()
        .filter(|object| object["type"] == "hazard")
        .map(|object| {
            let path = object["path"].as_str().unwrap();
            let danger = object["danger"].as_str().unwrap();
            format!("{}: {danger}", path.strip_prefix(&home).unwrap_or(path))
        })
        .collect()
}

#[test]
fn harmless_links_are_not_named() {
    let lab = lab(
        "mkdir -p d/e; printf x > f; ln -s f a; ln -s ../f d/b; ln -s d/e c; ln -s gone g; ln -s l2 l1; ln -s l1 l2
         for n in null zero full random urandom; do ln -s /dev/$n $n; done
         ln -s /dev/shm shm; ln -s /tmp tmp; ln -s /etc/passwd passwd; ln -s \"$PWD/f\" abs",
    );
    assert_eq!(dangers(&lab, &[]), [""; 0]);
    let text = lab.lw_ok(&["check", "--security"]);
    assert!(
        text.stdout.ends_with(", none that can do harm\n"),
        "{text:#?}"
    );
}

#[test]
fn links_that_others_can_plant_or_replace() {
    if !skip::is_root() {
        return;
    }
    let lab = lab(
        "printf x > f
         mkdir sticky own group open; ln -s ../f sticky/theirs; ln -s ../f sticky/mine; ln -s ../f sticky/of-owner
         ln -s ../f own/theirs; ln -s ../f group/theirs; ln -s ../f open/mine; ln -s ../f open/theirs
         chown -h 1000:1000 */theirs; chown 1001:1001 sticky; chown -h 1001 sticky/of-owner
         chmod 1777 sticky; chmod 1755 own; chmod 1775 group; chmod 0777 open",
    );
    assert_eq!(
        dangers(&lab, &[]),
        [
            "sticky/theirs: sticky-folder",
            "open/mine: open-folder",
            "open/theirs: open-folder",
        ]
    );
    let text = lab.lw(&["check", "--security"]);
    assert!(
        text.stdout.contains(
            "sticky/theirs -> ../f   (user 1000 owns it, the folder belongs to user 1001)"
        ),
        "{text:#?}"
    );
    let names = lab.lw(&["check", "--security", "-0", "open"]);
    assert_eq!(names.stdout, "open/mine\0open/theirs\0");
    assert_eq!(names.code, Some(1));
}

#[test]
fn whoever_runs_it_is_asked_whether_a_link_is_theirs() {
    if !skip::is_root() {
        return;
    }
    let lab = lab(
        "mkdir -m 1777 sticky; printf x > f; ln -s ../f sticky/mine; ln -s ../f sticky/roots
         chown -h 1000:1000 sticky/mine; chown 1001:1001 sticky; chmod 755 ..",
    );
    let program = lab.top().join("lw");
    std::fs::copy(PROGRAM, &program).unwrap();
    let output = std::process::Command::new("setpriv")
        .args(["--reuid", "1000", "--regid", "1000", "--clear-groups"])
        .arg(&program)
        .args(["check", "--security", "-0"])
        .current_dir(lab.home())
        .env("HOME", lab.home())
        .env("LW_HOME", lab.state())
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "sticky/roots\0",
        "{output:?}"
    );
}

#[test]
fn links_that_leave_the_root() {
    let lab = lab(
        "mkdir -p web/in out; printf x > web/f; printf x > out/f; ln -s ../web out/back
         cd web
         ln -s in stays; ln -s in/../f up-and-down; ln -s ../web/f over-the-top; ln -s ../out/f out; ln -s ../gone gone
         ln -s ../../out in/deep; ln -s ../out/back/f back; ln -s out chained; ln -s nowhere dangling
         ln -s \"$PWD/f\" absolute; ln -s absolute by-absolute; ln -s /etc/passwd passwd; ln -s ../f in/up",
    );
    assert_eq!(
        dangers(&lab, &["--root", "web"]),
        [
            "web/back: leaves-root",
            "web/chained: leaves-root",
            "web/gone: leaves-root",
            "web/in/deep: leaves-root",
            "web/out: leaves-root",
            "web/over-the-top: leaves-root",
            "web/passwd: leaves-root",
            "web/absolute: absolute",
            "web/by-absolute: absolute",
        ]
    );
    lab.sh("ln -s web www");
    assert_eq!(dangers(&lab, &["--root", "www", "web/in"]).len(), 1);
    assert_eq!(dangers(&lab, &["web"]), [""; 0], "without a root");
    assert_eq!(dangers(&lab, &["--root", "/", "web"]), [""; 0]);
    assert_eq!(
        dangers(&lab, &["--root", "out", "web"]),
        [""; 0],
        "links below the root alone are not to leave it"
    );
    assert_eq!(
        lab.lw(&["check", "--security", "--root", "none"]).code,
        Some(4)
    );
    assert_eq!(lab.lw(&["check", "--root", "web"]).code, Some(2));
}

#[test]
fn what_leaves_the_root_is_what_the_kernel_refuses() {
    const LINKS: usize = 600;
    const PARTS: [&str; 9] = ["..", "a", "b", "out", "root", "..", "l", "m", "."];
    let lab = lab("mkdir -p root/a/b root/b/a root/out/root out/a; ln -s ../root out/l");
    let root = lab.home().join("root");
    let mut state = 88_172_645_463_325_252_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % 1_000_003).unwrap() % below
    };
    let mut links = Vec::new();
    for number in 0..LINKS {
        let folder = ["", "a/", "a/b/", "b/", "out/"][random(5)];
        let name = match number % 7 {
            0 => "l".to_owned(),
            1 => "m".to_owned(),
            _ => format!("n{number}"),
        };
        let mut parts: Vec<String> = (0..=random(5))
            .map(|_| match random(12) {
                11 => format!("n{}", random(LINKS)),
                part => PARTS[part % PARTS.len()].to_owned(),
            })
            .collect();
        match random(12) {
            0 => parts.insert(0, root.to_str().unwrap().to_owned()),
            1 => parts.insert(0, String::new()),
            _ => {}
        }
        let link = format!("{folder}{name}");
        if std::os::unix::fs::symlink(parts.join("/"), root.join(&link)).is_ok() {
            links.push(link);
        }
    }
    let open = rustix::fs::openat(CWD, &root, OFlags::PATH, Mode::empty()).unwrap();
    let refused: BTreeSet<String> = links
        .iter()
        .filter(|link| {
            let opened = rustix::fs::openat2(
                &open,
                link.as_str(),
                OFlags::PATH,
                Mode::empty(),
                ResolveFlags::BENEATH,
            );
            opened.is_err_and(|error| error == rustix::io::Errno::XDEV)
        })
        .map(|link| format!("root/{link}"))
        .collect();
    let told: BTreeSet<String> = dangers(&lab, &["--root", "root"])
        .iter()
        .filter_map(|line| {
            let (path, danger) = line.split_once(": ").unwrap();
            ["leaves-root", "absolute"]
                .contains(&danger)
                .then(|| path.to_owned())
        })
        .collect();
    assert!(
        refused.len() > 50 && links.len() - refused.len() > 50,
        "{}",
        refused.len()
    );
    assert_eq!(told, refused);
}

#[test]
fn links_into_what_the_kernel_shows() {
    let lab = lab(
        "ln -s /proc/self/mounts mounts; ln -s /sys/kernel sys; ln -s /dev/tty tty; ln -s /proc/gone gone
         ln -s /dev/stdout out; ln -s mounts by-way; ln -s /procs other",
    );
    let lines = dangers(&lab, &[]);
    let of = |name: &str| {
        let lines = lines.iter();
        lines.filter(|line| line.starts_with(name)).count()
    };
    for (name, count) in [
        ("mounts: into-system", 1),
        ("sys: into-system", 1),
        ("tty: into-system", 1),
        ("gone: into-system", 1),
        ("out: into-system", 1),
        ("by-way: into-system", 1),
        ("other", 0),
    ] {
        assert_eq!(of(name), count, "{name}: {lines:?}");
    }
    assert_eq!(lines.len(), 6, "{lines:?}");
}

#[test]
fn the_systems_own_links_are_not_named() {
    if !Path::new("/etc/mtab").is_symlink() {
        return skip::skip("mtab", "this system has no link /etc/mtab");
    }
    let lab = lab("");
    let lines = dangers(&lab, &["--glob", "mtab", "/etc"]);
    assert_eq!(lines, [""; 0]);
}

#[test]
fn links_to_programs_with_others_rights() {
    let lab = lab(
        "cp /bin/true user; cp /bin/true group; cp /bin/true both; cp /bin/true plain; cp /bin/true locking; printf x > text
         chmod 4755 user; chmod 2755 group; chmod 6755 both; chmod 2745 locking; chmod 4644 text; mkdir -m 2755 dir
         for n in user group both plain locking text dir; do ln -s $n to-$n; done; ln -s to-user again",
    );
    assert_eq!(
        dangers(&lab, &[]),
        [
            "again: set-id",
            "to-both: set-id",
            "to-group: set-id",
            "to-user: set-id"
        ]
    );
    let text = lab.lw(&["check", "--security", "--glob", "to-user"]).stdout;
    assert!(text.contains("'user' runs as user "), "{text}");
}

/// What is looked at for `changeable`: each name is a link or a folder with links; `1` lines must be told.
#[test]
fn targets_that_others_can_change() {
    if !skip::is_root() {
        return;
    }
    let lab = lab(
        "mkdir -p home/l bobs/in shared/in team/in open/in box staff private deep/bobs/x
         for d in bobs shared team open staff private box; do printf x > $d/f; done
         printf x > bobs-file; printf x > group-file; printf x > open-file; printf x > deep/bobs/x/f; mkfifo -m 666 pipe
         ln -s ../f bobs/in/hop; printf x > fine
         chown -R 1000:1000 home private; chown -R 1001:1001 bobs bobs-file deep/bobs; chown :1500 group-file; chown -R :1500 team
         chown -R :50 staff; chown -R 1000:1000 fine
         chmod 775 staff private team; chmod 664 group-file fine; chmod 666 open-file; chmod 1777 box; chmod 777 open
         printf x > box/bobs; chown 1001 box/bobs; printf x > box/alices; chown 1000 box/alices
         ln -s ../fine box/hop; chown -h 1001 box/hop
         cd home/l
         for n in bobs bobs/f bobs/in bobs/in/hop bobs-file group-file team team/f open open/f open-file box/bobs box/gone \\
             box/hop deep/bobs/x/f open/gone staff staff/f private/f box box/alices box/f fine pipe gone staff/gone; do
             ln -s ../../$n $(echo $n | tr / .); done
         chown -h 1000:1000 *",
    );
    let told: Vec<String> = dangers(&lab, &["home"])
        .iter()
        .map(|line| line.replace("home/l/", ""))
        .collect();
    let expected = [
        "bobs",
        "bobs-file",
        "bobs.f",
        "bobs.in",
        "bobs.in.hop",
        "box.bobs",
        "box.gone",
        "box.hop",
        "deep.bobs.x.f",
        "group-file",
        "open",
        "open-file",
        "open.f",
        "open.gone",
        "team",
        "team.f",
    ]
    .map(|name| format!("{name}: changeable"));
    assert_eq!(told, expected);
    let text = lab.lw(&["check", "--security", "home"]).stdout;
    for words in [
        "deep.bobs.x.f -> ../../deep/bobs/x/f   (user 1001 owns",
        "/box/gone' is missing, and anyone may make it)",
        "(group 1500 may write '",
        "(anyone may write in '",
        "(anyone may write '",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn who_can_change_the_link_anyway_is_nobody_new() {
    if !skip::is_root() {
        return;
    }
    let lab = lab(
        "mkdir -p bob team; printf x > bob/f; ln -s f bob/roots; printf x > team/f; ln -s f team/l; ln -s ../bob/f team/bobs
         mkdir -m 777 open; printf x > open/f; ln -s f open/l
         chown 1001:1001 bob bob/f; chown -R :1500 team; chmod 2775 team; chmod 664 team/f",
    );
    assert_eq!(
        dangers(&lab, &[]),
        ["open/l: open-folder", "team/bobs: changeable"]
    );
}

#[test]
fn one_link_has_several_reasons_and_is_counted_once() {
    let lab = lab("mkdir -m 777 open; ln -s /proc/self/mounts open/l");
    let objects = objects(&lab, &["--root", "open"]);
    let summary = objects.last().unwrap();
    assert_eq!(objects.len(), 4, "{objects:#?}");
    assert_eq!(summary["type"], "checked-security");
    assert_eq!(summary["problems"], 1);
    assert_eq!(
        summary["dangers"],
        serde_json::json!({"open-folder": 1, "leaves-root": 1, "into-system": 1})
    );
    assert_eq!(lab.lw(&["check", "--security", "-0"]).stdout, "open/l\0");
}
