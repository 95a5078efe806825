//! A device that returns other bytes than it was given: reading back finds it.

use lw_testkit::Fault;
use lw_testkit::skip;
use lw_testkit::volumes::{FileSystem, Mounted};

use super::ground::{PLAIN_TREE, Pair, World};

/// Stands at the beginning of a file, and nowhere else on the device.
const MARKER: &str = "this text is on the device until somebody turns it into another.";

/// A shell command that changes one byte of each copy of the marker in the image, once all of the volume is there.
///
/// What is on the device then differs from what the page cache of the volume still has.
fn flip(volume: &Mounted) -> String {
    format!(
        "sync -f '{}' && python3 -c '
import mmap, sys
with open(sys.argv[1], \"r+b\") as image, mmap.mmap(image.fileno(), 0) as bytes:
    at = bytes.find(sys.argv[2].encode())
    while at >= 0:
        bytes[at] ^= 32
        at = bytes.find(sys.argv[2].encode())
' '{}' '{MARKER}'",
        volume.path().display(),
        volume.image().display()
    )
}

fn world(pair: &Pair) -> World<'_> {
    pair.world(&format!(
        "{PLAIN_TREE}
         {{ printf '{MARKER}'; head -c 100000 /dev/urandom; }} > tree/sub/marked"
    ))
}

/// Returns the number of the first sync of the volume: what was copied is on the device after it, and read back next.
fn first_sync(pair: &Pair) -> usize {
    let clean = world(pair);
    let effects = clean.lab.lw_ok(&clean.move_command(&[])).effects;
    let sync = effects
        .iter()
        .position(|line| line.starts_with("sync volume\t"));
    sync.unwrap() + 1
}

fn times_staged(effects: &[String]) -> usize {
    let is_marked = |line: &&String| line.starts_with("stage file\t") && line.ends_with("/marked");
    effects.iter().filter(is_marked).count()
}

#[test]
fn what_does_not_read_back_is_copied_anew() {
    if !skip::has_program("python3") {
        return;
    }
    for to in [FileSystem::Ext4, FileSystem::Xfs] {
        let Some(pair) = Pair::new(FileSystem::Ext4, to) else {
            return;
        };
        let fault = Fault::RunBefore(first_sync(&pair), flip(&pair.to));
        let world = world(&pair);
        let outcome = world.lab.lw_with(&world.move_command(&[]), &fault);
        assert!(outcome.hit, "{outcome:#?}");
        assert_eq!(outcome.code, Some(0), "{outcome:#?}");
        assert_eq!(times_staged(&outcome.effects), 2, "{outcome:#?}");
        assert!(world.is_moved());
        world.assert_whole("copied anew");
        world.assert_nothing_left("copied anew");
    }
}

#[test]
fn a_device_that_always_lies_is_not_trusted() {
    if !skip::has_program("python3") {
        return;
    }
    for to in [FileSystem::Ext4, FileSystem::Xfs] {
        let Some(pair) = Pair::new(FileSystem::Ext4, to) else {
            return;
        };
        let fault = Fault::RunFrom(first_sync(&pair), flip(&pair.to));
        let world = world(&pair);
        let outcome = world.lab.lw_with(&world.move_command(&[]), &fault);
        assert!(outcome.hit, "{outcome:#?}");
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
        assert_eq!(times_staged(&outcome.effects), 3, "{outcome:#?}");
        for part in ["error:", "does not read back", "state:", "help:"] {
            assert!(outcome.stderr.contains(part), "{part}: {outcome:#?}");
        }
        assert!(!world.is_moved());
        world.assert_whole("not trusted");
        // It has stopped lying.
        world.lab.lw_ok(&world.move_command(&[]));
        assert!(world.is_moved());
        world.assert_whole("trusted again");
        world.assert_nothing_left("trusted again");
    }
}

/// btrfs has checksums of its own, and refuses to read what was changed below it.
#[test]
fn what_the_volume_itself_finds_bad_is_not_trusted_either() {
    if !skip::has_program("python3") {
        return;
    }
    let Some(pair) = Pair::new(FileSystem::Ext4, FileSystem::Btrfs) else {
        return;
    };
    let fault = Fault::RunBefore(first_sync(&pair), flip(&pair.to));
    let world = world(&pair);
    let outcome = world.lab.lw_with(&world.move_command(&[]), &fault);
    assert!(outcome.hit, "{outcome:#?}");
    assert!(matches!(outcome.code, Some(0 | 4)), "{outcome:#?}");
    assert_eq!(world.is_moved(), outcome.code == Some(0), "{outcome:#?}");
    world.assert_whole("bad to the volume");
    let again = world.lab.lw(&world.move_command(&[]));
    assert!(world.is_moved(), "{outcome:#?} {again:#?}");
    world.assert_whole("gone on with");
}
