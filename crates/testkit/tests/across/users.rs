//! Moves by a user who is not root.

use std::os::unix::process::CommandExt as _;
use std::process::Output;

use lw_testkit::skip;
use lw_testkit::volumes::FileSystem;

use super::ground::{Pair, World, hidden_in};

const NOBODY: u32 = 65534;

const TREE: &str = "
    mkdir -p tree/sub tree/closed/deeper; printf one > tree/one; printf two > tree/sub/two; : > tree/empty
    printf x > tree/closed/deeper/x; ln -s ../out tree/closed/link; mkdir out
    chmod 0444 tree/one; chmod 0555 tree/closed/deeper tree/closed";

/// Runs the program as a user who owns the tree and the place it goes to.
fn lw(world: &World<'_>, arguments: &[&str]) -> Output {
    let mut command = world.lab.command();
    command.args(arguments).uid(NOBODY).gid(NOBODY);
    command.output().unwrap()
}

fn given_away(world: &World<'_>) {
    let (top, store) = (world.lab.top(), world.dest());
    world.lab.sh(&format!(
        "chown -Rh {NOBODY}:{NOBODY} '{}' '{}'",
        top.display(),
        store.parent().unwrap().display()
    ));
}

#[test]
fn folders_that_are_closed_to_their_owner_move_and_come_back() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    let world = pair.world(TREE);
    given_away(&world);
    let dest = world.dest().display().to_string();
    let moved = lw(&world, &["move", "-y", "tree", &dest]);
    assert_eq!(moved.status.code(), Some(0), "{moved:?}");
    assert!(world.is_moved());
    world.assert_path_works("moved");
    let back = lw(&world, &["bring-back", "-y", "--keep-original", "tree"]);
    assert_eq!(back.status.code(), Some(0), "{back:?}");
    world.assert_path_works("back");
    // What is closed can be purged too.
    let purged = lw(&world, &["purge", "--all", "-y"]);
    assert_eq!(purged.status.code(), Some(0), "{purged:?}");
    let store = world.dest().parent().unwrap().to_path_buf();
    assert!(hidden_in(&store).is_empty() && hidden_in(pair.to.path()).is_empty());
}

#[test]
fn what_belongs_to_another_user_is_refused() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    let world = pair.world(TREE);
    given_away(&world);
    world.lab.sh("chown 0:0 tree/sub/two");
    let dest = world.dest().display().to_string();
    let refused = lw(&world, &["move", "-y", "tree", &dest]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(4), "{said}");
    assert!(said.contains("owners"), "{said}");
    assert!(!world.is_moved() && !world.dest().exists());
}

#[test]
fn attributes_of_files_that_are_closed_to_their_owner_are_kept() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    if !skip::has_program("setfattr") {
        return;
    }
    let world = pair.world(TREE);
    given_away(&world);
    world.lab.sh("setfattr -n user.note -v kept tree/one");
    let dest = world.dest().display().to_string();
    let moved = lw(&world, &["move", "-y", "tree", &dest]);
    assert_eq!(moved.status.code(), Some(0), "{moved:?}");
    world.lab.sh(&format!(
        "test \"$(getfattr -n user.note --only-values --absolute-names '{dest}/one')\" = kept
        test \"$(stat -c %a '{dest}/one')\" = 444"
    ));
}
