//! Every capability on real volumes: done, undone, the undo undone, and nothing left over.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use lw_testkit::volumes::{FileSystem, Mounted};
use lw_testkit::{Lab, Outcome, Picture, rsync_differences};
use tempfile::TempDir;

#[test]
fn ext4() {
    all_jobs(FileSystem::Ext4);
}

#[test]
fn xfs() {
    all_jobs(FileSystem::Xfs);
}

#[test]
fn btrfs() {
    all_jobs(FileSystem::Btrfs);
}

#[test]
fn tmpfs() {
    all_jobs(FileSystem::Tmpfs);
}

#[test]
fn upper_folders_of_an_overlay() {
    all_jobs(FileSystem::Overlay);
}

#[test]
fn ntfs_by_two_renames() {
    all_jobs(FileSystem::Ntfs3g);
}

#[test]
fn a_user_who_may_not_write_the_top_has_the_quarantine_beside() {
    let Some(volume) = Mounted::new(FileSystem::Ext4, size_mib(FileSystem::Ext4)) else {
        return;
    };
    let mut ground = Ground::new(volume, StatePlace::Elsewhere);
    ground.give_to_nobody();
    each_job(&ground);
    let (file, quarantine) = (ground.home().join("single.txt"), ground.home());
    ground.lw(&["link", "--replace", "Projects/a.txt", "single.txt"]);
    let hidden = hidden_below(ground.volume.path());
    assert_eq!(hidden, [quarantine.join(".linkwright-65534")]);
    assert_eq!(fs::metadata(&hidden[0]).unwrap().mode() & 0o777, 0o700);
    ground.lw(&["undo"]);
    assert_eq!(fs::read_to_string(file).unwrap(), "single");
    ground.lw(&["purge", "--all", "--yes"]);
    assert_no_leftovers(&ground);
}

const NOBODY: u32 = 65534;

#[derive(Clone, Copy, PartialEq, Eq)]
enum StatePlace {
    OnTheVolume,
    Elsewhere,
}

/// The smallest size that the file system's own mkfs takes.
fn size_mib(file_system: FileSystem) -> u64 {
    match file_system {
        FileSystem::Xfs => 320,
        FileSystem::Btrfs => 128,
        _ => 64,
    }
}

fn all_jobs(file_system: FileSystem) {
    for state_place in [StatePlace::OnTheVolume, StatePlace::Elsewhere] {
        let Some(volume) = Mounted::new(file_system, size_mib(file_system)) else {
            return;
        };
        let ground = Ground::new(volume, state_place);
        let gap = ground.lw(&["move", "Projects", "Cloud"]);
        assert_eq!(
            gap.stderr.contains("is missing for a moment"),
            file_system == FileSystem::Ntfs3g,
            "{gap:#?}"
        );
        let exchanged = gap.effects.iter().any(|line| line.starts_with("exchange"));
        assert_eq!(exchanged, file_system != FileSystem::Ntfs3g, "{gap:#?}");
        ground.lw(&["undo"]);
        the_quarantine_is_where_it_should_be(&ground, state_place);
        each_job(&ground);
    }
}

/// A world on a volume; fields are dropped in this order.
struct Ground {
    lab: Lab,
    volume: Mounted,
    elsewhere: TempDir,
    user: Option<u32>,
}

impl Ground {
    fn new(volume: Mounted, state_place: StatePlace) -> Self {
        let mut lab = Lab::at(env!("CARGO_BIN_EXE_lw-under-test"), volume.path());
        let elsewhere = tempfile::tempdir().unwrap();
        if state_place == StatePlace::Elsewhere {
            lab.set_state(&elsewhere.path().join("state"));
        }
        furnish(lab.home());
        Self {
            lab,
            volume,
            elsewhere,
            user: None,
        }
    }

    fn home(&self) -> &Path {
        self.lab.home()
    }

    fn give_to_nobody(&mut self) {
        self.user = Some(NOBODY);
        for folder in [self.lab.top(), self.elsewhere.path()] {
            let owner = format!("{NOBODY}:{NOBODY}");
            let changed = Command::new("chown")
                .args(["-Rh", &owner])
                .arg(folder)
                .status();
            assert!(changed.unwrap().success());
        }
        let guard = self.volume.path().parent().unwrap();
        fs::set_permissions(guard, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs the program, which must end with 0.
    fn lw(&self, arguments: &[&str]) -> Outcome {
        let Some(user) = self.user else {
            return self.lab.lw_ok(arguments);
        };
        use std::os::unix::process::CommandExt as _;
        let mut command = self.lab.command();
        let output = command
            .args(arguments)
            .uid(user)
            .gid(user)
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let outcome = Outcome {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            effects: Vec::new(),
            hit: false,
        };
        assert_eq!(outcome.code, Some(0), "{arguments:?}: {outcome:#?}");
        outcome
    }

    /// Copies the home folder to another volume, by another program.
    fn copy(&self) -> PathBuf {
        let to = self.elsewhere.path().join("copy");
        let _none_yet = fs::remove_dir_all(&to);
        let copied = Command::new("cp")
            .arg("-a")
            .args([self.home(), &to])
            .status();
        assert!(copied.unwrap().success());
        to
    }
}

fn furnish(home: &Path) {
    let write = |path: &str, text: &str| {
        let path = home.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("Projects/a.txt", "a");
    write("Projects/sub/b.txt", "b");
    fs::hard_link(home.join("Projects/a.txt"), home.join("Projects/sub/a2")).unwrap();
    symlink("../a.txt", home.join("Projects/sub/up")).unwrap();
    symlink("../single.txt", home.join("Projects/outward")).unwrap();
    symlink("nowhere", home.join("Projects/dangling")).unwrap();
    fs::create_dir(home.join("Projects/empty")).unwrap();
    fs::set_permissions(
        home.join("Projects/empty"),
        fs::Permissions::from_mode(0o750),
    )
    .unwrap();
    write("single.txt", "single");
    write("named.txt", "two names");
    fs::hard_link(home.join("named.txt"), home.join("named-too.txt")).unwrap();
    write("Old/inside/deep", "old folder");
    symlink("single.txt", home.join("old-link")).unwrap();
    fs::create_dir(home.join("Cloud")).unwrap();
    for (path, text, time) in [
        ("Both/same", "same", "2001-01-01"),
        ("Both/newer-here", "newer here", "2002-02-02"),
        ("Both/newer-there", "older here", "2001-01-01"),
        ("Both/sub/only-here", "only here", "2001-01-01"),
        ("Cloud/Both/same", "same", "2001-01-01"),
        ("Cloud/Both/newer-here", "older there", "2001-01-01"),
        ("Cloud/Both/newer-there", "newer there", "2002-02-02"),
        ("Cloud/Both/sub/only-there", "only there", "2001-01-01"),
    ] {
        write(path, text);
        let dated = Command::new("touch")
            .args(["-d", time])
            .arg(home.join(path))
            .status();
        assert!(dated.unwrap().success());
    }
    // Not every volume keeps them; where it does, they must survive.
    let _tried = Command::new("setfattr")
        .args(["-n", "user.colour", "-v", "blue"])
        .arg(home.join("Projects/a.txt"))
        .output();
}

fn each_job(ground: &Ground) {
    let home = ground.home();
    let read = |path: &str| fs::read_to_string(home.join(path)).unwrap();
    let leads_to = |link: &str, to: &str| {
        let text = fs::read_link(home.join(link)).unwrap();
        assert_eq!(home.join(text), home.join(to), "{link}");
    };
    let projects = Picture::of(&home.join("Projects"));
    let moved = |link: &str, to: &str| {
        leads_to(link, to);
        // The link that leads outside by a relative text is re-aimed, and its own time is that of its making.
        for line in projects.differences(&Picture::of(&home.join(to))) {
            assert!(line.starts_with("outward: "), "{line}");
        }
        assert_eq!(read(&format!("{link}/outward")), "single");
    };

    job(ground, &["move", "Projects", "Cloud"], || {
        moved("Projects", "Cloud/Projects");
    });
    job(ground, &["move", "Projects", "Elsewhere"], || {
        moved("Projects", "Elsewhere");
    });
    job(ground, &["move", "single.txt", "Cloud/one.txt"], || {
        leads_to("single.txt", "Cloud/one.txt");
        assert_eq!(read("single.txt"), "single");
    });
    job(ground, &["move", "--merge", "Both", "Cloud"], || {
        leads_to("Both", "Cloud/Both");
        assert_eq!(read("Both/same"), "same");
        assert_eq!(read("Both/newer-here"), "newer here");
        assert_eq!(read("Both/newer-there"), "newer there");
        assert_eq!(read("Both/sub/only-here"), "only here");
        assert_eq!(read("Both/sub/only-there"), "only there");
        for lost in ["older here", "older there"] {
            assert!(holds_content(ground.volume.path(), lost), "{lost}");
        }
    });
    for (moved, dest) in [
        ("Projects", "Cloud/Projects"),
        ("Projects", "Beside"),
        ("single.txt", "Cloud/s"),
    ] {
        let before = Picture::of(home);
        let id = operation(&ground.lw(&["move", moved, dest]));
        job(ground, &["bring-back", moved], || {
            assert_eq!(before.differences(&Picture::of(home)), Vec::<String>::new());
        });
        ground.lw(&["undo", &id]);
    }
    for (path, content) in [
        ("named-too.txt", "two names"),
        ("Old", "old folder"),
        ("old-link", "single"),
    ] {
        job(
            ground,
            &["link", "--replace", "Projects/sub/b.txt", path],
            || {
                leads_to(path, "Projects/sub/b.txt");
                assert!(holds_content(ground.volume.path(), content));
            },
        );
    }
    job(ground, &["link", "Projects", "new-link"], || {
        leads_to("new-link", "Projects");
    });
    job(ground, &["retarget", "old-link", "named.txt"], || {
        leads_to("old-link", "named.txt");
    });
    job(ground, &["convert", "--to", "absolute", "old-link"], || {
        assert_eq!(
            fs::read_link(home.join("old-link")).unwrap(),
            home.join("single.txt")
        );
    });
    job(ground, &["convert", "--to", "copy", "old-link"], || {
        assert!(!home.join("old-link").is_symlink());
        assert_eq!(read("old-link"), "single");
    });
    job(ground, &["remove", "old-link", "named-too.txt"], || {
        for gone in ["old-link", "named-too.txt"] {
            assert!(fs::symlink_metadata(home.join(gone)).is_err());
        }
        assert_eq!(read("named.txt"), "two names");
    });
    // Quarantine keeps the second name until the purge, so only then all is as before.
    let before = Picture::of(home);
    ground.lw(&["link", "--hard", "--replace", "single.txt", "Old"]);
    let inode = |path: &str| fs::metadata(home.join(path)).unwrap().ino();
    assert_eq!(inode("single.txt"), inode("Old"));
    ground.lw(&["undo"]);
    ground.lw(&["convert", "--to", "hard", "old-link"]);
    assert_eq!(inode("single.txt"), inode("old-link"));
    ground.lw(&["undo"]);
    ground.lw(&["purge", "--all", "--yes"]);
    assert_eq!(before.differences(&Picture::of(home)), Vec::<String>::new());
    assert_no_leftovers(ground);
}

/// Does it, takes it back, takes that back, and takes it back for good.
fn job(ground: &Ground, arguments: &[&str], check: impl FnOnce()) {
    let home = ground.home();
    let (before, copy) = (Picture::of(home), ground.copy());
    let id = operation(&ground.lw(arguments));
    check();
    let after = Picture::of(home);
    let same = |wanted: &Picture, what: &str| {
        let differences = wanted.differences(&Picture::of(home));
        assert_eq!(differences, Vec::<String>::new(), "{arguments:?}: {what}");
    };
    assert_ne!(before, after, "{arguments:?} changed nothing");
    let undo = operation(&ground.lw(&["undo", &id]));
    same(&before, "undone");
    assert_eq!(rsync_differences(&copy, home), Vec::<String>::new());
    let again = operation(&ground.lw(&["undo", &undo]));
    same(&after, "undo undone");
    ground.lw(&["undo", &again]);
    same(&before, "undone again");
    assert_eq!(rsync_differences(&copy, home), Vec::<String>::new());
}

/// The number of the operation that was done.
fn operation(outcome: &Outcome) -> String {
    let (_, id) = outcome.stdout.rsplit_once("lw undo ").unwrap();
    id.trim().to_owned()
}

fn the_quarantine_is_where_it_should_be(ground: &Ground, state_place: StatePlace) {
    ground.lw(&["link", "--replace", "Projects/a.txt", "single.txt"]);
    let root = match state_place {
        StatePlace::OnTheVolume => ground.lab.state().join("quarantine"),
        StatePlace::Elsewhere => ground.volume.path().join(".linkwright-0"),
    };
    assert!(holds_content(&root, "single"), "{}", root.display());
    ground.lw(&["undo"]);
}

fn holds_content(top: &Path, content: &str) -> bool {
    let found = Command::new("grep")
        .args(["-rqxF", "--devices=skip", content])
        .arg(top)
        .status();
    found.unwrap().success()
}

fn hidden_below(top: &Path) -> Vec<PathBuf> {
    let found = Command::new("find")
        .arg(top)
        .args(["-name", ".linkwright-*", "-o", "-name", ".lw-*"])
        .output()
        .unwrap();
    let text = String::from_utf8(found.stdout).unwrap();
    text.lines().map(PathBuf::from).collect()
}

fn assert_no_leftovers(ground: &Ground) {
    assert_eq!(hidden_below(ground.volume.path()), Vec::<PathBuf>::new());
    for folder in ["quarantine", "locks"] {
        let names = fs::read_dir(ground.lab.state().join(folder));
        assert_eq!(names.map_or(0, Iterator::count), 0, "{folder}");
    }
}
