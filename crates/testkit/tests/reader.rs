//! The path does not go missing: a reader opens a file by its old path all the while its folder goes and comes back.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use lw_testkit::volumes::{FileSystem, Mounted};
use lw_testkit::{Lab, Outcome};
use rustix::fs::{Mode, OFlags};

/// Folders that go and come back in each run of the tests.
const ROUNDS: usize = 25;

/// The same for the long form.
const LONG_ROUNDS: usize = 1_000;

/// How often a reader opens the path at least before anything happens to it.
const WARM_UP_OPENS: u64 = 1_000;

#[test]
fn the_path_stays_on_ext4() {
    watch(FileSystem::Ext4, ROUNDS);
}

#[test]
fn the_path_stays_on_xfs() {
    watch(FileSystem::Xfs, ROUNDS);
}

#[test]
fn the_path_stays_on_btrfs() {
    watch(FileSystem::Btrfs, ROUNDS);
}

#[test]
fn the_path_stays_on_tmpfs() {
    watch(FileSystem::Tmpfs, ROUNDS);
}

#[test]
#[ignore = "takes several minutes"]
fn the_path_of_a_thousand_folders_stays() {
    std::thread::scope(|scope| {
        for file_system in FileSystem::WITH_EXCHANGE {
            scope.spawn(move || watch(file_system, LONG_ROUNDS));
        }
    });
}

/// Opens that failed while one kind of command ran.
#[derive(Debug, Default)]
struct Misses {
    runs: u64,
    opens: u64,
    /// While something stood at DEST: on the way out, or at the exchange on the way back.
    on_the_way: u64,
    /// After the thing had come back and DEST was gone.
    at_clean_up: u64,
}

#[derive(Debug, Default)]
struct Tally {
    out: Misses,
    back: Misses,
}

fn watch(file_system: FileSystem, rounds: usize) {
    let Some(volume) = Mounted::new(file_system, 320) else {
        return;
    };
    let state = tempfile::tempdir_in("/dev/shm").unwrap();
    let mut lab = Lab::at(env!("CARGO_BIN_EXE_lw-under-test"), volume.path());
    lab.set_state(&state.path().join("state"));
    let (from, to) = (lab.home().join("from"), lab.home().join("to/deeper"));
    fs::create_dir_all(&from).unwrap();
    fs::create_dir_all(&to).unwrap();
    let mut tally = Tally::default();
    for round in 0..rounds {
        let name = format!("folder-{round}");
        let pair = Pair {
            source: from.join(&name),
            dest: to.join(&name),
        };
        fs::create_dir(&pair.source).unwrap();
        fs::write(pair.source.join("file"), "content").unwrap();
        go_and_come_back(&lab, &pair, &mut tally);
    }
    println!("{file_system:?}, {rounds} rounds: {tally:?}");
    assert_eq!(
        (tally.out.on_the_way, tally.out.at_clean_up),
        (0, 0),
        "{tally:?}"
    );
    assert_eq!(tally.back.on_the_way, 0, "{tally:?}");
}

struct Pair {
    source: PathBuf,
    dest: PathBuf,
}

/// Out, back, out and back again as undos: of the way back, and of that.
fn go_and_come_back(lab: &Lab, pair: &Pair, tally: &mut Tally) {
    let (source, dest) = (pair.source.to_str().unwrap(), pair.dest.to_str().unwrap());
    let reader = Reader::default();
    std::thread::scope(|scope| {
        scope.spawn(|| reader.read(&pair.source.join("file"), &pair.dest));
        let _stopped_at_the_end = StopAtTheEnd(&reader);
        reader.wait_until_warm();
        reader.during(&mut tally.out, || lab.lw_ok(&["move", source, dest]));
        let came = reader.during(&mut tally.back, || lab.lw_ok(&["bring-back", source]));
        assert!(!is_link(&pair.source));
        let id = operation(&came);
        let went = reader.during(&mut tally.out, || lab.lw_ok(&["undo", &id]));
        assert!(is_link(&pair.source));
        let id = operation(&went);
        reader.during(&mut tally.back, || lab.lw_ok(&["undo", &id]));
        assert!(!is_link(&pair.source));
    });
}

/// Stops the reader also when a check fails; the scope would wait for it for ever.
struct StopAtTheEnd<'a>(&'a Reader);

impl Drop for StopAtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::SeqCst);
    }
}

#[derive(Default)]
struct Reader {
    stop: AtomicBool,
    opens: AtomicU64,
    on_the_way: AtomicU64,
    at_clean_up: AtomicU64,
}

impl Reader {
    /// Opens the file without pause until told to stop.
    fn read(&self, file: &Path, dest: &Path) {
        let path = CString::new(file.as_os_str().as_bytes()).unwrap();
        while !self.stop.load(Ordering::Relaxed) {
            self.opens.fetch_add(1, Ordering::Relaxed);
            if rustix::fs::open(
                path.as_c_str(),
                OFlags::RDONLY | OFlags::CLOEXEC,
                Mode::empty(),
            )
            .is_ok()
            {
                continue;
            }
            // The link at DEST goes first when the way is cleaned up, at least the grace after the exchange.
            let missed = if fs::symlink_metadata(dest).is_ok() {
                &self.on_the_way
            } else {
                &self.at_clean_up
            };
            missed.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn wait_until_warm(&self) {
        while self.opens.load(Ordering::Relaxed) < WARM_UP_OPENS {
            std::thread::yield_now();
        }
    }

    fn during(&self, misses: &mut Misses, act: impl FnOnce() -> Outcome) -> Outcome {
        let count = || {
            let of = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
            [of(&self.opens), of(&self.on_the_way), of(&self.at_clean_up)]
        };
        let before = count();
        let outcome = act();
        let after = count();
        misses.runs += 1;
        misses.opens += after[0] - before[0];
        misses.on_the_way += after[1] - before[1];
        misses.at_clean_up += after[2] - before[2];
        outcome
    }
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).unwrap().is_symlink()
}

fn operation(outcome: &Outcome) -> String {
    let (_, id) = outcome.stdout.rsplit_once("lw undo ").unwrap();
    id.trim().to_owned()
}
