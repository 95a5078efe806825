//! What is kept from volume to volume and on the way back, as tools that know nothing of linkwright see it.

use lw_testkit::skip;
use lw_testkit::volumes::{FileSystem, Mounted};

use super::ground::{Pair, World};
use super::judges::{Room, Verdict, rsync_to_the_nanosecond};
use super::rich::{LARGE_ATTRIBUTE_BYTES, SMALL_ATTRIBUTE_BYTES, rich_tree};

/// Flags that all volumes with blocks have.
const FLAGS: &str = "dAS";

#[test]
fn all_is_kept_from_ext4_to_xfs() {
    there_and_back(
        FileSystem::Ext4,
        FileSystem::Xfs,
        SMALL_ATTRIBUTE_BYTES,
        FLAGS,
    );
}

#[test]
fn all_is_kept_from_xfs_to_btrfs() {
    there_and_back(
        FileSystem::Xfs,
        FileSystem::Btrfs,
        LARGE_ATTRIBUTE_BYTES,
        FLAGS,
    );
}

#[test]
fn all_is_kept_from_btrfs_to_ext4() {
    there_and_back(
        FileSystem::Btrfs,
        FileSystem::Ext4,
        SMALL_ATTRIBUTE_BYTES,
        FLAGS,
    );
}

#[test]
fn all_is_kept_from_ext4_to_ext4() {
    there_and_back(
        FileSystem::Ext4,
        FileSystem::Ext4,
        SMALL_ATTRIBUTE_BYTES,
        FLAGS,
    );
}

/// tmpfs has no flag `S`.
#[test]
fn all_is_kept_from_ext4_to_tmpfs() {
    there_and_back(
        FileSystem::Ext4,
        FileSystem::Tmpfs,
        SMALL_ATTRIBUTE_BYTES,
        "dA",
    );
}

fn pair(from: FileSystem, to: FileSystem) -> Option<Pair> {
    let mount = |kind| Mounted::new(kind, if kind == FileSystem::Xfs { 320 } else { 192 });
    Some(Pair {
        from: mount(from)?,
        to: mount(to)?,
        to_kind: to,
    })
}

fn there_and_back(from: FileSystem, to: FileSystem, attribute_bytes: usize, flags: &str) {
    let Some(pair) = pair(from, to) else {
        return;
    };
    let tree = match to {
        // tmpfs has no flag `S`.
        FileSystem::Tmpfs => rich_tree(attribute_bytes).replace(" dA dS;", " dA;"),
        _ => rich_tree(attribute_bytes),
    };
    let world = pair.world(&tree);
    let Some(before) = Verdict::on(&world.tree(), flags) else {
        return;
    };
    assert_rich(&before);
    let room = Room::of(&world.tree());

    let moved = world.lab.lw_ok(&world.move_command(&[]));
    assert!(world.is_moved(), "{moved:#?}");
    assert_alike(&world, &before, &room, flags, "moved");
    world.assert_nothing_left("moved");

    world.lab.lw_ok(&["undo", "-y"]);
    assert!(!world.is_moved() && !world.dest().exists());
    if from == FileSystem::Xfs {
        // xfs stamps a folder that changes places with a link (SEMANTICS.md): the way back loses the top's own time.
        world.lab.sh("touch -d 2021-02-03T04:05:06.789012345Z tree");
    }
    assert_alike(&world, &before, &room, flags, "undone");
    world.lab.lw_ok(&["purge", "--all", "-y", "-q"]);
    world.assert_nothing_left("undone");
}

/// Fails unless what is to be judged is there to be judged.
fn assert_rich(before: &Verdict) {
    for (question, part) in [
        ("attributes", "user.large="),
        ("attributes", "security.capability="),
        ("access lists", "default:user:1234:rwx"),
        ("access lists", "user:1234:rwx"),
        ("folders", "2077-07-07 07:07:07.777777777"),
        ("others", "1955-11-05 06:15:00.123456789"),
        ("others", "4294967294:4294967293"),
        ("others", " 4 names 6 bytes"),
        ("flags", "d ./a/flags-d"),
    ] {
        assert!(
            before.says(question, part),
            "{question} {part}: {before:#?}"
        );
    }
    assert!(before.lines("content") > 45);
}

fn assert_alike(world: &World<'_>, before: &Verdict, room: &Room, flags: &str, what: &str) {
    let tree = world.tree();
    let differences = before.differences(&Verdict::on(&tree, flags).unwrap());
    assert!(differences.is_empty(), "{what}: {differences:#?}");
    let copy = world.lab.top().join("copy");
    let differences = rsync_to_the_nanosecond(&copy, &tree);
    assert!(differences.is_empty(), "{what}: {differences:#?}");
    let grown = room.grown(&Room::of(&tree));
    assert!(grown.is_empty(), "{what}: {grown:#?}");
}

/// Folders hand down access lists to what is made in them; a copy must take none of that.
#[test]
fn nothing_is_inherited_from_where_it_goes() {
    for to in [FileSystem::Ext4, FileSystem::Xfs, FileSystem::Btrfs] {
        let Some(pair) = pair(FileSystem::Ext4, to) else {
            return;
        };
        let world = pair.world(&rich_tree(SMALL_ATTRIBUTE_BYTES));
        let store = world.dest().parent().unwrap().to_path_buf();
        for folder in [pair.to.path(), &store] {
            world.lab.sh(&format!(
                "cd '{}'; setfacl -d -m u:4242:rwx,o::rwx .",
                folder.display()
            ));
        }
        let Some(before) = Verdict::on(&world.tree(), FLAGS) else {
            return;
        };
        let room = Room::of(&world.tree());
        let mut command = world.lab.command();
        // A mask that takes all from others, as root often has it.
        let script = "umask 077; exec \"$0\" \"$@\"";
        let plain = std::mem::replace(&mut command, std::process::Command::new("sh"));
        command
            .args(["-c", script])
            .arg(plain.get_program())
            .current_dir(world.lab.home());
        for (name, value) in plain.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        let moved = command.args(world.move_command(&[])).output().unwrap();
        assert_eq!(moved.status.code(), Some(0), "{moved:?}");
        assert_alike(&world, &before, &room, FLAGS, "moved");
        // What it comes back to hands down as well.
        world.lab.sh("setfacl -d -m u:4242:rwx . ..");
        world.lab.lw_ok(&["undo", "-y"]);
        assert_alike(&world, &before, &room, FLAGS, "undone");
    }
}

/// The time of the last reading is one of the times; what lw reads it reads without a trace.
#[test]
fn the_time_of_the_last_reading_is_kept() {
    if !skip::has_program("stat") {
        return;
    }
    let Some(pair) = pair(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    let world = pair.world(
        "mkdir -p tree/sub; printf one > tree/one; printf two > tree/sub/two; : > tree/empty
        touch -a -d 2003-03-03T03:03:03.123456789Z tree/one tree/sub/two; touch -m -d 2002-02-02 tree/one",
    );
    // Making the world read them.
    world
        .lab
        .sh("touch -a -d 2003-03-03T03:03:03.123456789Z tree/one tree/sub/two");
    world.lab.lw_ok(&world.move_command(&[]));
    world.lab.sh(&format!(
        "cd '{}'; for f in one sub/two; do
            test \"$(TZ=UTC stat -c %x $f)\" = '2003-03-03 03:03:03.123456789 +0000' || {{ stat $f >&2; exit 1; }}; done",
        world.dest().display()
    ));
}

/// An attribute larger than the new volume can hold is a loss: nothing changes unless it is wanted.
#[test]
fn an_attribute_that_does_not_fit_is_refused() {
    let Some(pair) = pair(FileSystem::Xfs, FileSystem::Ext4) else {
        return;
    };
    let world = pair.world(&rich_tree(LARGE_ATTRIBUTE_BYTES));
    let Some(before) = Verdict::on(&world.tree(), FLAGS) else {
        return;
    };
    let refused = world.lab.lw(&world.move_command(&[]));
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(refused.stderr.contains("sizes/1"), "{refused:#?}");
    assert!(!world.is_moved() && !world.dest().exists());
    let differences = before.differences(&Verdict::on(&world.tree(), FLAGS).unwrap());
    assert!(differences.is_empty(), "{differences:#?}");
    let lossy = world.lab.lw_ok(&world.move_command(&["--lossy"]));
    assert!(lossy.stderr.contains("attribute"), "{lossy:#?}");
    let mut differences = before.differences(&Verdict::on(&world.dest(), FLAGS).unwrap());
    differences.retain(|line| !line.starts_with("attributes: "));
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn links_and_pipes_with_several_names_keep_them() {
    let Some(pair) = pair(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    let world = pair.world(
        "mkdir -p tree/sub; printf one > tree/one; printf two > tree/sub/two; : > tree/empty
        ln -s one tree/link; ln -P tree/link tree/sub/link-again; mkfifo tree/pipe; ln tree/pipe tree/sub/pipe-again
        touch -d 2020-01-02 tree/sub tree",
    );
    let before = Verdict::on(&world.tree(), FLAGS).unwrap();
    world.lab.lw_ok(&world.move_command(&[]));
    let differences = before.differences(&Verdict::on(&world.dest(), FLAGS).unwrap());
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn neither_group_nor_flags_are_inherited_from_where_it_goes() {
    for mark in ["chown 0:4242 .; chmod 2775 .", "chattr +dA ."] {
        let Some(pair) = pair(FileSystem::Ext4, FileSystem::Ext4) else {
            return;
        };
        let world = pair.world(&rich_tree(SMALL_ATTRIBUTE_BYTES));
        let before = Verdict::on(&world.tree(), FLAGS).unwrap();
        world
            .lab
            .sh(&format!("cd '{}'; {mark}", pair.to.path().display()));
        world.lab.lw_ok(&world.move_command(&[]));
        let differences = before.differences(&Verdict::on(&world.dest(), FLAGS).unwrap());
        assert!(differences.is_empty(), "{mark}: {differences:#?}");
    }
}

#[test]
fn one_flag_that_is_missing_takes_no_other_along() {
    let Some(pair) = pair(FileSystem::Ext4, FileSystem::Tmpfs) else {
        return;
    };
    let world = pair.world(
        "mkdir -p tree/sub; printf one > tree/one; printf two > tree/sub/two; : > tree/empty; chattr +dS tree/one",
    );
    let before = Verdict::on(&world.tree(), "d").unwrap();
    world.lab.lw_ok(&world.move_command(&[]));
    let differences = before.differences(&Verdict::on(&world.dest(), "d").unwrap());
    assert!(differences.is_empty(), "{differences:#?}");
}
