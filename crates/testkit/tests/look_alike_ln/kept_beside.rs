//! What is kept beside, because neither the state folder nor the top of the volume serves, is listed and purged too.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};

use lw_testkit::Lab;
use lw_testkit::volumes::{FileSystem, Mounted};
use serde_json::Value;

use super::bench::PROGRAM;
use super::kept::slots;

const NOBODY: u32 = 65534;

/// A volume whose top belongs to another user, with a folder of the user's own in it.
struct Beside {
    lab: Lab,
    _volume: Mounted,
    folder: PathBuf,
}

impl Beside {
    fn new() -> Option<Self> {
        let volume = Mounted::new(FileSystem::Tmpfs, 8)?;
        let lab = Lab::new(PROGRAM);
        let folder = volume.path().join("mine");
        lab.sh(&format!(
            "chmod 755 '{0}' '{1}'; mkdir '{1}/mine'; chown -R {NOBODY}:{NOBODY} '{1}/mine' '{2}'",
            volume.path().parent().unwrap().display(),
            volume.path().display(),
            lab.top().display()
        ));
        Some(Self {
            lab,
            _volume: volume,
            folder,
        })
    }

    /// Runs the program in the folder, as the user; returns what it answered and the rest of what it said.
    fn lw(&self, arguments: &[&str]) -> (String, String) {
        let mut command = self.lab.command();
        let command = command.args(arguments).current_dir(&self.folder);
        let output = command.uid(NOBODY).gid(NOBODY).output().unwrap();
        let [answer, said] =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
        (answer, said)
    }

    fn write(&self, name: &str, content: &str) {
        self.lab.sh(&format!(
            "printf '{content}' > '{0}/{name}'; chown {NOBODY} '{0}/{name}'",
            self.folder.display()
        ));
    }

    fn root(&self) -> PathBuf {
        self.folder.join(format!(".linkwright-{NOBODY}"))
    }

    fn listed(&self) -> Vec<PathBuf> {
        let (answer, _) = self.lw(&["purge", "--list", "--json"]);
        let path = |line: &str| {
            let slot: Value = serde_json::from_str(line).unwrap();
            PathBuf::from(slot["path"].as_str().unwrap())
        };
        answer.lines().map(path).collect()
    }

    fn notes(&self) -> Vec<PathBuf> {
        slots(&self.lab.state().join("elsewhere"))
    }
}

#[test]
fn what_an_operation_displaced() {
    let Some(beside) = Beside::new() else {
        return;
    };
    beside.write("name", "old");
    beside.write("other", "new");
    beside.lw(&["link", "--replace", "other", "name"]);
    let kept = slots(&beside.root());
    assert_eq!(kept.len(), 1);
    assert_eq!(beside.listed(), kept);
    beside.lw(&["purge", "--all", "--yes"]);
    assert!(!beside.root().exists());
}

#[test]
fn what_a_look_alike_displaced() {
    let Some(beside) = Beside::new() else {
        return;
    };
    beside.write("one", "first");
    beside.write("two", "second");
    for name in ["one", "two"] {
        let (_, said) = beside.lw(&["ln", "-sf", "new", name]);
        let root = beside.root();
        assert!(said.contains(root.to_str().unwrap()), "{said}");
    }
    let mut kept = slots(&beside.root());
    kept.sort();
    assert_eq!(kept.len(), 2);
    assert_eq!(beside.listed(), kept);
    assert_eq!(beside.notes().len(), 2);
    // Somebody has taken one of them out, with its folder.
    fs::remove_dir_all(&kept[0]).unwrap();
    assert_eq!(beside.listed(), kept[1..]);
    let (answer, _) = beside.lw(&["purge", "--all", "--yes"]);
    assert!(answer.contains("Removed 1 folder"), "{answer}");
    assert!(!beside.root().exists());
    assert_eq!(beside.notes(), [""; 0].map(PathBuf::from));
}

#[test]
fn a_note_leads_to_nothing_but_what_describes_itself() {
    let Some(beside) = Beside::new() else {
        return;
    };
    beside.write("name", "old");
    beside.lw(&["ln", "-sf", "new", "name"]);
    let [note] = beside.notes().try_into().unwrap();
    let text = fs::read_to_string(&note).unwrap();
    let own = beside.root().display().to_string();
    assert!(text.contains(&own), "{text}");
    // A folder of the same form that is not named as a quarantine, one that is reached through a link, and garbage.
    let [bare, linked] = ["bare", "linked"].map(|name| beside.folder.join(name));
    beside.lab.sh(&format!(
        "cp -a '{own}' '{}'; mkdir '{1}'; ln -s '{own}' '{1}/.linkwright-{NOBODY}'
        rm -r '{own}'/*; chown -R -h {NOBODY} '{1}'",
        bare.display(),
        linked.display()
    ));
    let named = |path: &Path| text.replace(&own, path.to_str().unwrap());
    for wrong in [
        named(&bare),
        named(&linked.join(format!(".linkwright-{NOBODY}"))),
        named(Path::new("mine")),
        text[..text.len() / 2].to_owned(),
        String::new(),
    ] {
        fs::write(&note, &wrong).unwrap();
        assert_eq!(beside.listed(), [""; 0].map(PathBuf::from), "{wrong}");
        beside.lw(&["purge", "--all", "--yes"]);
    }
    assert_eq!(slots(&bare).len(), 1);
}

#[test]
fn a_note_of_what_is_not_there_now_is_kept() {
    let Some(beside) = Beside::new() else {
        return;
    };
    beside.write("name", "old");
    beside.lw(&["ln", "-sf", "new", "name"]);
    let away = beside.folder.with_file_name("away");
    let [here, there] = [beside.folder.display(), away.display()].map(|path| path.to_string());
    // As with its volume unmounted.
    beside.lab.sh(&format!("mv '{here}' '{there}'"));
    let mut command = beside.lab.command();
    command.args(["purge", "--all", "--yes"]);
    let output = command.uid(NOBODY).gid(NOBODY).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(beside.notes().len(), 1);
    beside.lab.sh(&format!("mv '{there}' '{here}'"));
    assert_eq!(beside.listed().len(), 1);
}

#[test]
fn killed_at_every_effect_what_is_kept_is_listed() {
    const MOST_EFFECTS: usize = 60;
    let Some(beside) = Beside::new() else {
        return;
    };
    let mut listed = 0;
    for effect in 1..MOST_EFFECTS {
        beside.write("name", "old");
        let mut command = beside.lab.command();
        command
            .args(["ln", "-sf", "new", "name"])
            .env("LW_TEST_FAULT", format!("kill-after {effect}"))
            .current_dir(&beside.folder);
        let output = command.uid(NOBODY).gid(NOBODY).output().unwrap();
        let is_at_its_name = fs::read_to_string(beside.folder.join("name")).is_ok();
        let is_listed = beside
            .listed()
            .iter()
            .any(|slot| slot.join("0001-name").is_file());
        assert!(is_at_its_name || is_listed, "{effect}: {output:?}");
        listed += usize::from(is_listed);
        beside.lw(&["purge", "--all", "--yes"]);
        beside
            .lab
            .sh(&format!("rm -rf '{}/name'", beside.folder.display()));
        if output.status.success() {
            assert!(listed > 1, "{listed}");
            return;
        }
    }
    panic!("it has more effects than {MOST_EFFECTS}");
}
