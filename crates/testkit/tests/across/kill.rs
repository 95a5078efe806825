//! The N-th-effect switch over a move across volumes and over its way back.

use lw_testkit::Fault;
use lw_testkit::volumes::FileSystem;

use super::ground::{PLAIN_TREE, Pair, TREE, World, hidden_in};

/// Effects that change what stands under a name that others use, or make it durable; the rest only builds in private.
const COMMIT_EFFECTS: [&str; 7] = [
    "rename",
    "exchange",
    "create symbolic link",
    "sync folder",
    "sync volume",
    "remove old copy",
    "add the new name",
];

#[test]
fn killed_and_failing_at_every_effect_from_ext4_to_xfs() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    every(&pair, Way::Out, &[], |_| true);
}

#[test]
fn killed_and_failing_at_every_effect_of_the_way_back() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Xfs) else {
        return;
    };
    every(&pair, Way::Back, &[], |_| true);
}

#[test]
fn killed_at_every_effect_of_a_live_move() {
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Tmpfs) else {
        return;
    };
    every(&pair, Way::Out, &["--live"], |_| true);
}

#[test]
fn commit_steps_from_xfs_to_btrfs() {
    commit_steps(FileSystem::Xfs, FileSystem::Btrfs, &[]);
}

#[test]
fn commit_steps_from_btrfs_to_ext4() {
    commit_steps(FileSystem::Btrfs, FileSystem::Ext4, &[]);
}

#[test]
fn commit_steps_from_ext4_to_tmpfs() {
    commit_steps(FileSystem::Ext4, FileSystem::Tmpfs, &[]);
}

#[test]
fn commit_steps_from_ext4_to_exfat() {
    commit_steps(FileSystem::Ext4, FileSystem::ExfatFuse, &["--lossy"]);
}

#[test]
fn commit_steps_from_ext4_to_ntfs() {
    commit_steps(FileSystem::Ext4, FileSystem::Ntfs3g, &[]);
}

fn commit_steps(from: FileSystem, to: FileSystem, more: &[&str]) {
    let Some(pair) = Pair::new(from, to) else {
        return;
    };
    for way in [Way::Out, Way::Back] {
        every(&pair, way, more, |effect| {
            let name = effect.split('\t').next().unwrap_or_default();
            COMMIT_EFFECTS.contains(&name)
        });
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    Out,
    Back,
}

impl Way {
    /// Makes the world in which the command begins.
    fn world(self, pair: &Pair) -> World<'_> {
        let is_plain = matches!(pair.to_kind, FileSystem::ExfatFuse | FileSystem::Ntfs3g);
        let world = pair.world(if is_plain { PLAIN_TREE } else { TREE });
        if self == Self::Back {
            let outcome = world.lab.lw(&world.move_command(&["--lossy"]));
            assert!(world.is_moved(), "{outcome:#?}");
            world.lab.lw_ok(&["purge", "--all", "-y", "-q"]);
        }
        world
    }

    fn command(self, world: &World<'_>, more: &[&str]) -> Vec<String> {
        match self {
            Self::Out => world.move_command(more),
            Self::Back => {
                let mut command = vec!["bring-back".to_owned(), "-y".to_owned()];
                command.extend(more.iter().map(|word| (*word).to_owned()));
                command.push("tree".to_owned());
                command
            }
        }
    }
}

fn every(pair: &Pair, way: Way, more: &[&str], wanted: impl Fn(&str) -> bool) {
    let effects = {
        let world = way.world(pair);
        let outcome = world.lab.lw(&way.command(&world, more));
        assert!(matches!(outcome.code, Some(0 | 3)), "{outcome:#?}");
        assert_eq!(world.is_moved(), way == Way::Out, "{outcome:#?}");
        outcome.effects
    };
    let chosen: Vec<usize> = (1..=effects.len())
        .filter(|n| wanted(&effects[n - 1]))
        .collect();
    assert!(chosen.len() >= 5, "{effects:#?}");
    for n in chosen {
        let what = format!("{way:?}, effect {n}, {}", effects[n - 1]);
        killed_then_recovered(pair, (way, more), Fault::KillAfter(n), &what);
        killed_then_repeated(pair, (way, more), Fault::KillBefore(n), &what);
        let errnos = [libc::ENOSPC, libc::EIO, libc::EROFS, libc::EMFILE];
        failing(pair, (way, more), Fault::FailOnce(n, errnos[n % 4]), &what);
        failing(
            pair,
            (way, more),
            Fault::FailFrom(n, errnos[(n + 1) % 4]),
            &what,
        );
    }
}

fn killed_then_recovered(pair: &Pair, (way, more): (Way, &[&str]), fault: Fault, what: &str) {
    let world = way.world(pair);
    let outcome = world.lab.lw_with(&way.command(&world, more), &fault);
    // Threads that race may end the last effects in another order; one that was never reached proves nothing.
    assert!(
        outcome.hit,
        "{what}: the fault did not happen: {outcome:#?}"
    );
    assert_eq!(outcome.code, None, "{what}: {outcome:#?}");
    world.assert_path_works(what);
    let recovered = world.lab.lw(&["recover"]);
    assert_eq!(recovered.code, Some(0), "{what}: {recovered:#?}");
    world.assert_whole(what);
    clear_what_is_displaced(&world, way);
    world.assert_nothing_left(what);
}

/// The same command again goes on, or finds that it is done.
fn killed_then_repeated(pair: &Pair, (way, more): (Way, &[&str]), fault: Fault, what: &str) {
    let world = way.world(pair);
    let command = way.command(&world, more);
    let outcome = world.lab.lw_with(&command, &fault);
    assert!(
        outcome.hit,
        "{what}: the fault did not happen: {outcome:#?}"
    );
    world.assert_path_works(what);
    let again = world.lab.lw(&command);
    let is_done = world.is_moved() == (way == Way::Out);
    assert!(is_done, "{what}: {outcome:#?} {again:#?}");
    world.assert_whole(what);
    clear_what_is_displaced(&world, way);
    world.assert_nothing_left(what);
}

fn failing(pair: &Pair, (way, more): (Way, &[&str]), fault: Fault, what: &str) {
    let what = format!("{what}, {fault:?}");
    let world = way.world(pair);
    let was_moved = world.is_moved();
    let outcome = world.lab.lw_with(&way.command(&world, more), &fault);
    assert!(
        outcome.hit,
        "{what}: the fault did not happen: {outcome:#?}"
    );
    world.assert_path_works(&what);
    match outcome.code {
        Some(0) => assert_ne!(world.is_moved(), was_moved, "{what}: {outcome:#?}"),
        Some(4 | 6) => assert_eq!(world.is_moved(), was_moved, "{what}: {outcome:#?}"),
        Some(3) => {}
        _ => panic!("{what}: {outcome:#?}"),
    }
    let recovered = world.lab.lw(&["recover"]);
    assert_eq!(
        recovered.code,
        Some(0),
        "{what}: {outcome:#?} {recovered:#?}"
    );
    world.assert_whole(&what);
    // What an error kept from being cleared stays in quarantine, and was told.
    world.lab.lw_ok(&["purge", "--all", "-y", "-q"]);
    // Where it could not be removed, an empty folder of ours stays, which the next operation uses.
    for root in hidden_in(pair.to.path()) {
        std::fs::remove_dir(root).unwrap();
    }
    world.assert_nothing_left(&what);
}

/// What DEST has no place for stays in quarantine, and so does the link that is brought back.
fn clear_what_is_displaced(world: &World<'_>, way: Way) {
    if way == Way::Back || world.pair.to_kind == FileSystem::ExfatFuse {
        world.lab.lw_ok(&["purge", "--all", "-y", "-q"]);
    }
}
