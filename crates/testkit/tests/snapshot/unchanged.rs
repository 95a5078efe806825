//! What is taken for unchanged without being read, and what only looks so.

use std::process::{Child, Command, Stdio};

use lw_testkit::skip::{has_program, is_root};
use lw_testkit::volumes::{FileSystem, Mounted};
use lw_testkit::{Fault, Lab};

use crate::ground::{
    PROGRAM, assert_alike, assert_sound, inode, newest, number, picture, stat, take, text, tree,
};

const TAKE: &[&str] = &["snapshot", "take", "src", "store", "--json"];

/// Waits until nothing counts as changed just now.
fn wait_out_the_tick() {
    std::thread::sleep(std::time::Duration::from_millis(2_500));
}

/// Each change leaves name, size and time of the content as they were, so that one fact alone tells of it.
#[test]
fn each_change_is_seen_whatever_looks_the_same() {
    // Attributes of users are not everywhere in memory.
    let lab = Lab::new(PROGRAM);
    lab.sh(
        "mkdir -p src/d src/plain src/red src/recoloured src/bleached
        for f in edited mode owner replaced tagged still; do echo $f > src/d/$f; done
        touch -d '2001-02-03 04:05:06.123456789' src/d/*
        for f in red recoloured bleached; do setfattr -n user.colour -v red src/$f; done",
    );
    wait_out_the_tick();
    let first = take(&lab, &["--guard", "none"]);
    assert_alike(&lab.home().join("src"), &tree(&lab, &first));
    let before = picture(&lab, &first);
    lab.sh(
        "printf E | dd of=src/d/edited conv=notrunc 2> /dev/null; touch -d '2001-02-03 04:05:06.123456789' src/d/edited
        chmod 600 src/d/mode
        echo REPLACED > other; touch -r src/d/replaced other; mv other src/d/replaced
        setfattr -n user.colour -v red src/d/tagged
        setfattr -n user.colour -v red src/plain; setfattr -n user.colour -v green src/recoloured
        setfattr -x user.colour src/bleached",
    );
    let mut changed = 4;
    if is_root() {
        lab.sh("chown 12:34 src/d/owner");
        changed += 1;
    }
    // Of a folder that was changed just now the attributes are read in any case.
    wait_out_the_tick();
    let outcome = lab.lw_ok(TAKE);
    assert_alike(&lab.home().join("src"), &tree(&lab, &newest(&lab)));
    assert_eq!(before, picture(&lab, &first));
    assert_eq!(
        (number(&outcome, "linked"), number(&outcome, "copied")),
        (6 - changed, changed),
        "{outcome:#?}"
    );
    assert_sound(&lab);
    // Nor is what did not change any other in the next ones.
    let third = take(&lab, &[]);
    assert_alike(&lab.home().join("src"), &tree(&lab, &third));
    let last = lab.lw_ok(TAKE);
    assert_eq!(number(&last, "linked"), 6, "{last:#?}");
}

/// Files of one size and the same times, in folders that change places: their inode numbers alone tell.
#[test]
fn files_that_change_places_with_their_folders() {
    let lab = Lab::new(PROGRAM);
    // Both are stamped by one process, so that hardly any pair is torn apart by a tick of the clock.
    lab.sh(
        "for n in $(seq 20); do mkdir -p src/$n/a src/$n/b; echo a > src/$n/a/f; echo b > src/$n/b/f
        touch -d '2001-02-03 04:05:06' src/$n/a/f src/$n/b/f; done",
    );
    wait_out_the_tick();
    let first = take(&lab, &["--guard", "none"]);
    let before = picture(&lab, &first);
    lab.sh("for n in $(seq 20); do mv src/$n/a src/$n/c; mv src/$n/b src/$n/a; mv src/$n/c src/$n/b; done");
    let second = take(&lab, &[]);
    for n in 1..=20 {
        let at = |name: &str| text(&lab, &format!("store/{second}/src/{n}/{name}/f"));
        assert_eq!((at("a"), at("b")), ("b\n".to_owned(), "a\n".to_owned()));
    }
    assert_eq!(before, picture(&lab, &first));
    assert_alike(&lab.home().join("src"), &tree(&lab, &second));
}

/// The same for folders, of which one has an attribute.
#[test]
fn folders_that_change_places_with_what_holds_them() {
    if !has_program("python3") {
        return;
    }
    let lab = Lab::new(PROGRAM);
    lab.sh("for n in $(seq 20); do mkdir -p src/$n/a/x src/$n/b/x; done
        python3 -c 'import os
for n in range(1, 21):
    os.setxattr(f\"src/{n}/b/x\", \"user.colour\", b\"red\"); os.utime(f\"src/{n}/a/x\", (1, 1))'");
    wait_out_the_tick();
    take(&lab, &["--guard", "none"]);
    lab.sh("for n in $(seq 20); do mv src/$n/a src/$n/c; mv src/$n/b src/$n/a; mv src/$n/c src/$n/b; done");
    let second = take(&lab, &[]);
    assert_alike(&lab.home().join("src"), &tree(&lab, &second));
}

fn exfat() -> Option<(Mounted, Lab)> {
    if !is_root() {
        return None;
    }
    let volume = Mounted::new(FileSystem::ExfatFuse, 64)?;
    let lab = Lab::new(PROGRAM);
    let place = volume.path().display();
    lab.sh(&format!(
        "mkdir '{place}/src'; ln -s '{place}/src' src; ln -s '{place}' volume"
    ));
    Some((volume, lab))
}

/// exFAT by FUSE knows whole seconds, and only the time of the content: two writes in one second look alike.
#[test]
fn two_writes_in_one_second() {
    let Some((_volume, lab)) = exfat() else {
        return;
    };
    for round in 0..5 {
        for content in [format!("a{round}\n"), format!("b{round}\n")] {
            lab.sh(&format!("printf '{content}' > src/x"));
            let id = take(&lab, &[]);
            assert_eq!(text(&lab, &format!("store/{id}/src/x")), content);
        }
    }
    // With a clock that goes wrong they stay so for as long as one likes.
    for content in ["one\n", "two\n", "ten\n"] {
        lab.sh(&format!(
            "printf '{content}' > src/y; touch -d 2099-01-01 src/y"
        ));
        let id = take(&lab, &[]);
        assert_eq!(text(&lab, &format!("store/{id}/src/y")), content);
    }
    assert_sound(&lab);
}

/// Where the time of the content is the only one, the size tells.
#[test]
fn another_size_with_the_same_time() {
    let Some((_volume, lab)) = exfat() else {
        return;
    };
    lab.sh("echo one > src/x; touch -d 2001-02-03 src/x");
    take(&lab, &[]);
    lab.sh("echo three > src/x; touch -d 2001-02-03 src/x");
    take(&lab, &[]);
    assert_eq!(text(&lab, "store/latest/src/x"), "three\n");
    assert_sound(&lab);
}

/// A process that holds a file mapped, and stores a byte whenever it is told to.
struct Mapper(Child);

impl Mapper {
    fn of(path: &std::path::Path) -> Self {
        const SCRIPT: &str = "import mmap, sys
with open(sys.argv[1], 'r+b') as file:
    memory = mmap.mmap(file.fileno(), 0)
while True:
    line = sys.stdin.readline()
    if not line:
        break
    memory[0] = ord(line[0])
    print('stored', flush=True)";
        let mut python = Command::new("python3");
        python.args(["-c", SCRIPT]).arg(path);
        let child = python.stdin(Stdio::piped()).stdout(Stdio::piped());
        Self(child.spawn().unwrap())
    }

    fn store(&mut self, letter: char) {
        use std::io::{Read as _, Write as _};
        writeln!(self.0.stdin.as_mut().unwrap(), "{letter}").unwrap();
        let mut answer = [0; 7];
        self.0
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut answer)
            .unwrap();
    }
}

impl Drop for Mapper {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _it_may_be_gone = self.0.wait();
    }
}

/// A store to memory that a file is mapped to leaves the times alone once the page is dirty.
#[test]
fn what_is_stored_into_a_mapped_file() {
    if !is_root() || !has_program("python3") {
        return;
    }
    for file_system in [FileSystem::Ext4, FileSystem::Xfs] {
        let Some(volume) = Mounted::new(file_system, 320) else {
            return;
        };
        // The end of a snapshot cleans all pages of the volume of the store: that is another one.
        let lab = Lab::in_memory(PROGRAM);
        let place = volume.path().display();
        lab.sh(&format!(
            "mkdir '{place}/src'; ln -s '{place}/src' src; echo -one > src/x"
        ));
        let mut mapper = Mapper::of(&lab.home().join("src/x"));
        mapper.store('A');
        wait_out_the_tick();
        let first = take(&lab, &["--guard", "none"]);
        for letter in ['B', 'C'] {
            mapper.store(letter);
            let id = take(&lab, &[]);
            let taken = text(&lab, &format!("store/{id}/src/x"));
            assert_eq!(taken, format!("{letter}one\n"), "{file_system:?}");
        }
        assert_eq!(text(&lab, &format!("store/{first}/src/x")), "Aone\n");
        assert_sound(&lab);
    }
}

/// The same where one second looks like the other.
#[test]
fn what_is_stored_into_a_mapped_file_within_a_second() {
    let Some((_volume, lab)) = exfat() else {
        return;
    };
    if !has_program("python3") {
        return;
    }
    lab.sh("echo -one > src/x");
    let mut mapper = Mapper::of(&lab.home().join("src/x"));
    for letter in ['A', 'B', 'C'] {
        mapper.store(letter);
        let id = take(&lab, &[]);
        let taken = text(&lab, &format!("store/{id}/src/x"));
        assert_eq!(taken, format!("{letter}one\n"));
    }
    drop(mapper);
    assert_sound(&lab);
}

/// Rule 11: a file that is still at the second reading is taken as it is then.
#[test]
fn a_file_that_changes_once_while_it_is_read() {
    let lab = Lab::in_memory(PROGRAM);
    lab.sh("mkdir src; echo x-old > src/x; echo y > src/y; touch -d 2001-02-03 src/x");
    // The first command of all makes the state folder, too.
    lab.lw_ok(&["snapshot", "take", "src", "first"]);
    let clean = lab.lw_ok(&["snapshot", "take", "src", "clean"]);
    let is_it = |line: &String| line.starts_with("take file") && line.ends_with("/x");
    let at = clean.effects.iter().position(is_it).unwrap() + 1;
    for change in [
        "echo longer than it was > src/x",
        // Size and time of the content stay.
        "printf X | dd of=src/x conv=notrunc 2> /dev/null; touch -d 2001-02-03 src/x",
        "chmod 600 src/x",
        ": > src/x",
    ] {
        lab.sh("chmod -R u+w store 2> /dev/null || true; rm -rf store; echo x-old > src/x; chmod 644 src/x; touch -d 2001-02-03 src/x");
        let outcome = lab.lw_with(TAKE, &Fault::RunBefore(at, change.to_owned()));
        assert_eq!(
            (outcome.code, outcome.hit),
            (Some(0), true),
            "{change}: {outcome:#?}"
        );
        let taken = outcome.effects.iter().filter(|line| is_it(line)).count();
        assert_eq!(taken, 2, "{change}: {outcome:#?}");
        assert_eq!(number(&outcome, "copied"), 2, "{change}: {outcome:#?}");
        lab.sh("chmod 755 store/latest/src");
        assert_alike(&lab.home().join("src"), &tree(&lab, &newest(&lab)));
        lab.sh("chmod 555 store/latest/src");
        assert_sound(&lab);
        lab.lw_ok(&["snapshot", "verify", "--against-source", "--full", "store"]);
    }
    assert_eq!(stat(&lab, "src/x").len(), 0);
    assert_ne!(inode(&lab, "src/x"), inode(&lab, "store/latest/src/x"));
}
