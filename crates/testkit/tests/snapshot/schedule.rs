//! Schedules: what is written is what was said, starts nothing, and can be taken back.

use std::fs;
use std::path::Path;
use std::process::Command;

use lw_testkit::volumes::{FileSystem, Mounted};
use lw_testkit::{Fault, Lab, Picture, skip};

use crate::ground::{PROGRAM, ids, lab};

const SET: &str = "sets/snapshot.toml";
const COMMAND: [&str; 3] = ["snapshot", "schedule", SET];
const UNITS: &str = ".config/systemd/user";
const DAILY: &str = "[schedule]\nevery = \"daily\"\nat = \"12:30\"\n";

/// A lab with a store and a set file that says so.
fn ground(schedule: &str) -> Lab {
    let lab = lab("mkdir src sets; echo x > src/x");
    fs::write(lab.home().join(SET), set(schedule)).unwrap();
    lab.lw_ok(&["snapshot", "run", SET]);
    lab
}

fn set(schedule: &str) -> String {
    format!("store = \"../store\"\nsources = \"../src\"\n{schedule}")
}

fn unit(lab: &Lab, name: &str) -> String {
    let path = lab.home().join(UNITS).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

#[test]
fn a_service_and_a_timer_are_written_and_taken_back() {
    let lab = ground(DAILY);
    let before = Picture::of(lab.home());
    let shown = lab.lw_ok(&[&COMMAND[..], &["-n"]].concat());
    assert!(shown.stdout.contains("write the file "), "{shown:#?}");
    let printed = lab.lw_ok(&[&COMMAND[..], &["--print"]].concat());
    let none: [String; 0] = [];
    assert_eq!(Picture::of(lab.home()).differences(&before), none);
    let outcome = lab.lw_ok(&COMMAND);
    let home = lab.home().to_str().unwrap();
    let last = "It begins with: systemctl --user enable --now lw-snapshot-sets.timer";
    for words in [
        &format!("Wrote a schedule for '{home}/{SET}'"),
        &format!("  '{home}/{UNITS}/lw-snapshot-sets.service'"),
        &format!("  '{home}/{UNITS}/lw-snapshot-sets.timer'"),
        last,
    ] {
        assert!(outcome.stdout.contains(words), "{words}: {outcome:#?}");
    }
    let (service, timer) = (
        unit(&lab, "lw-snapshot-sets.service"),
        unit(&lab, "lw-snapshot-sets.timer"),
    );
    let state = lab.state().to_str().unwrap();
    assert!(
        service.contains(&format!(
            "\nEnvironment=\"LW_HOME={state}\"\n\
             ExecStart=\"{PROGRAM}\" snapshot run --no-new-store -- \"{home}/{SET}\"\n"
        )),
        "{service}"
    );
    assert!(
        timer.contains("\nOnCalendar=*-*-* 12:30:00\nPersistent=true\n"),
        "{timer}"
    );
    for text in [&service, &timer] {
        assert!(printed.stdout.contains(text.as_str()), "{printed:#?}");
    }
    // Once more there is nothing to do.
    let again = lab.lw_ok(&COMMAND);
    assert!(again.stdout.starts_with("Nothing to do"), "{again:#?}");
    assert!(again.stdout.contains(last), "{again:#?}");
    lab.lw_ok(&["undo"]);
    assert_eq!(Picture::of(lab.home()).differences(&before), none);
}

#[test]
fn what_somebody_else_wrote_stays_or_goes_to_quarantine() {
    let lab = ground(DAILY);
    lab.sh(&format!(
        "mkdir -p {UNITS}; echo mine > {UNITS}/lw-snapshot-sets.timer; ln -s /dev/null {UNITS}/lw-snapshot-b.service"
    ));
    let before = Picture::of(lab.home());
    for name in ["sets", "b"] {
        let refused = lab.lw(&[&COMMAND[..], &["--name", name]].concat());
        assert_eq!(refused.code, Some(4), "{refused:#?}");
        assert!(refused.stderr.contains("already there"), "{refused:#?}");
        assert!(refused.stderr.contains("--replace"), "{refused:#?}");
        assert_eq!(Picture::of(lab.home()).differences(&before), [""; 0]);
        lab.lw_ok(&[&COMMAND[..], &["--name", name, "--replace"]].concat());
        let timer = unit(&lab, &format!("lw-snapshot-{name}.timer"));
        assert!(timer.contains("12:30"), "{timer}");
        let service = unit(&lab, &format!("lw-snapshot-{name}.service"));
        assert!(service.contains("ExecStart="), "{service}");
        lab.lw_ok(&["undo"]);
        assert_eq!(Picture::of(lab.home()).differences(&before), [""; 0]);
    }
    // What was written in since is not taken back with the rest.
    lab.lw_ok(&[&COMMAND[..], &["--replace"]].concat());
    lab.sh(&format!(
        "echo '# more' >> {UNITS}/lw-snapshot-sets.service"
    ));
    let edited = lab.lw(&["undo"]);
    assert_eq!(edited.code, Some(4), "{edited:#?}");
    // Another time of the day is another content.
    fs::write(
        lab.home().join(SET),
        set("[schedule]\nevery = \"hourly\"\n"),
    )
    .unwrap();
    let other = lab.lw(&COMMAND);
    assert_eq!(other.code, Some(4), "{other:#?}");
    lab.lw_ok(&[&COMMAND[..], &["--replace"]].concat());
    assert!(unit(&lab, "lw-snapshot-sets.timer").contains("OnCalendar=*-*-* *:00:00\n"));
}

#[test]
fn what_cannot_be_scheduled() {
    let lab = ground("");
    let before = Picture::of(lab.home());
    let unsaid = lab.lw(&COMMAND);
    assert_eq!(unsaid.code, Some(4), "{unsaid:#?}");
    assert!(
        unsaid.stderr.contains("it does not say how often"),
        "{unsaid:#?}"
    );
    assert_eq!(Picture::of(lab.home()).differences(&before), [""; 0]);
    let name = lab.lw(&[&COMMAND[..], &["--name", "a b"]].concat());
    assert_eq!(name.code, Some(2), "{name:#?}");
    // What runs unattended makes no store.
    fs::write(
        lab.home().join(SET),
        set(DAILY).replace("../store", "../disk"),
    )
    .unwrap();
    let no_store = lab.lw(&COMMAND);
    assert_eq!(no_store.code, Some(4), "{no_store:#?}");
    let words = "it is no store of snapshots";
    assert!(no_store.stderr.contains(words), "{no_store:#?}");
    // A letter that no unit and no XML can hold.
    lab.sh("mkdir \"$(printf 'a\\nb')\"");
    let odd = lab.home().join("a\nb/snapshot.toml");
    fs::write(&odd, set(DAILY)).unwrap();
    let outcome = lab.lw(&["snapshot", "schedule", odd.to_str().unwrap()]);
    assert_eq!(outcome.code, Some(4), "{outcome:#?}");
    let words = "schedulers do not take such letters";
    assert!(outcome.stderr.contains(words), "{outcome:#?}");
    assert!(!lab.home().join(".config").exists());
}

#[test]
fn what_could_not_be_made_is_refused_before() {
    // Not every file system has immutable folders.
    let Some(volume) = Mounted::new(FileSystem::Ext4, 64) else {
        return;
    };
    let lab = Lab::at(PROGRAM, volume.path());
    lab.sh("mkdir src sets .config; echo x > src/x");
    fs::write(lab.home().join(SET), set(DAILY)).unwrap();
    lab.lw_ok(&["snapshot", "run", SET]);
    lab.sh("chattr +i .config");
    let locked = lab.lw(&COMMAND);
    lab.sh("chattr -i .config");
    assert_eq!(locked.code, Some(4), "{locked:#?}");
    assert_eq!(locked.stderr.matches("error:").count(), 1, "{locked:#?}");
    assert!(locked.effects.is_empty(), "{locked:#?}");
    lab.lw_ok(&COMMAND);
}

/// Where systemd is, it must understand what is written, and find the program by it.
#[test]
fn systemd_understands_it() {
    let version = Command::new("systemd-analyze").arg("--version").output();
    if version.is_err() {
        skip::skip("systemd", "it is not installed");
        return;
    }
    // On the volume of the program, which gets more names: what has just been written cannot always be run.
    let lab = Lab::at(PROGRAM, Path::new(env!("CARGO_TARGET_TMPDIR")));
    let schedules = [
        DAILY,
        "[schedule]\nevery = \"hourly\"\n",
        "[schedule]\nevery = \"weekly\"\nat = \"23:59\"\n",
    ];
    // Names that systemd takes for a program, and names that it does not.
    for folder in [
        "100% %h $HOME ${x} & <c> \u{e9}",
        "odd \"q\" 100% %h $HOME ${x} it's \\n & <c> \u{e9}",
    ] {
        let bin = lab.home().join(folder);
        fs::create_dir_all(bin.join("src")).unwrap();
        fs::hard_link(PROGRAM, bin.join("lw")).unwrap();
        for schedule in schedules {
            let text = format!("store = \"store\"\nsources = \"$DATA\"\n{schedule}");
            fs::write(bin.join("snapshot.toml"), text).unwrap();
            lw_in(&lab, &bin, &["snapshot", "run"]);
            let arguments = ["snapshot", "schedule", "--name", "odd", "--replace"];
            lw_in(&lab, &bin, &arguments);
            let said = systemd_says(&lab).unwrap();
            assert!(!said.contains("lw-snapshot-odd"), "{said}");
            assert_runs(&lab);
        }
    }
    // What is asked can fail: here by a program that is not there.
    let plain = lab.home().join("plain");
    fs::create_dir_all(plain.join("src")).unwrap();
    fs::hard_link(PROGRAM, plain.join("lw")).unwrap();
    let text = format!("store = \"store\"\nsources = \"$DATA\"\n{DAILY}");
    fs::write(plain.join("snapshot.toml"), text).unwrap();
    lw_in(&lab, &plain, &["snapshot", "run"]);
    let arguments = ["snapshot", "schedule", "--name", "odd", "--replace"];
    lw_in(&lab, &plain, &arguments);
    fs::rename(plain.join("lw"), plain.join("gone")).unwrap();
    systemd_says(&lab).unwrap_err();
}

/// Runs the copy of the program that lies in a folder, there.
fn lw_in(lab: &Lab, folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(folder.join("lw"));
    for (name, value) in lab.command().get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let command = command.env("DATA", folder.join("src")).current_dir(folder);
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:#?}");
}

/// What systemd says of the two units; an error if it would not take them.
fn systemd_says(lab: &Lab) -> Result<String, String> {
    let units = lab.home().join(UNITS);
    let output = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .arg(units.join("lw-snapshot-odd.service"))
        .arg(units.join("lw-snapshot-odd.timer"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    match output.status.success() {
        true => Ok(said),
        false => Err(said),
    }
}

/// The words of the command are read as systemd does, and run.
fn assert_runs(lab: &Lab) {
    let text = unit(lab, "lw-snapshot-odd.service");
    let field = |name: &str| {
        let lines = text.lines().filter_map(|line| line.strip_prefix(name));
        lines.map(words).collect::<Vec<_>>()
    };
    let command = field("ExecStart=").concat();
    let mut ran = Command::new(&command[0]);
    ran.env_clear().env("HOME", lab.home());
    // In the arguments, not in the program, '$$' is a '$'.
    ran.args(command[1..].iter().map(|word| word.replace("$$", "$")));
    for variable in field("Environment=").concat() {
        let (name, value) = variable.split_once('=').unwrap();
        ran.env(name, value);
    }
    let output = ran.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:#?}");
}

/// Splits a line of a unit into its words: double quotes, backslashes, '%%'.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        let word = words.last_mut().unwrap();
        match letter {
            '"' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            '\\' => word.push(letters.next().unwrap()),
            '%' => {
                assert_eq!(letters.next(), Some('%'), "{line}");
                word.push('%');
            }
            other => word.push(other),
        }
    }
    words
}

#[test]
fn killed_at_every_effect_it_is_there_or_not() {
    let ready = || {
        let lab = ground(DAILY);
        lab.sh(&format!(
            "mkdir -p {UNITS}; echo mine > {UNITS}/lw-snapshot-sets.timer"
        ));
        lab
    };
    let command = [&COMMAND[..], &["--replace"]].concat();
    let effects = ready().lw_ok(&command).effects;
    assert!(effects.len() > 4, "{effects:#?}");
    for n in 1..=effects.len() {
        for fault in [Fault::KillBefore(n), Fault::KillAfter(n)] {
            let what = format!("{fault:?} {}", effects[n - 1]);
            let lab = ready();
            let before = Picture::of(lab.home());
            assert!(lab.lw_with(&command, &fault).hit, "{what}");
            lab.lw_ok(&["recover"]);
            let service = lab.home().join(UNITS).join("lw-snapshot-sets.service");
            if service.exists() {
                assert!(
                    unit(&lab, "lw-snapshot-sets.timer").contains("12:30"),
                    "{what}"
                );
                lab.lw_ok(&["undo"]);
            }
            assert_eq!(
                Picture::of(lab.home()).differences(&before),
                [""; 0],
                "{what}"
            );
            assert_eq!(ids(&lab).len(), 1, "{what}");
        }
    }
}
