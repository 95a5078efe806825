//! A reader that opens the name again and again never misses it while it is replaced.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use lw_fs::look::{self, Support};
use lw_testkit::{Lab, skip};

use super::bench::PROGRAM;

const ROUNDS: usize = 60;

#[test]
fn the_name_is_never_missing() {
    let volume = look::volume_of(&std::env::temp_dir()).unwrap();
    if look::exchange_support(&volume.file_system) != Support::Yes {
        skip::skip(
            "exchange",
            "names are never missing only where they can be exchanged",
        );
        return;
    }
    let lab = Lab::new(PROGRAM);
    lab.sh("printf one > one; printf two > two; printf file > name");
    let name = lab.home().join("name");
    let (stop, opens, misses) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let read = |path: &Path| {
        while !stop.load(Ordering::Relaxed) {
            opens.fetch_add(1, Ordering::Relaxed);
            if std::fs::File::open(path).is_err() {
                misses.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    let replace = || {
        // A file by a link, a link by a link, a link by a name, a name by a link, and with backups.
        let commands: [&[&str]; 6] = [
            &["ln", "-sf", "one", "name"],
            &["ln", "-sf", "two", "name"],
            &["ln", "-f", "one", "name"],
            &["ln", "-sfb", "two", "name"],
            &["ln", "-f", "--backup=simple", "two", "name"],
            &["ln", "-sf", "--backup=numbered", "one", "name"],
        ];
        for round in 0..ROUNDS {
            lab.lw_ok(commands[round % commands.len()]);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| read(&name));
        // The reader must be told to stop also if a command fails.
        let replaced = std::panic::catch_unwind(std::panic::AssertUnwindSafe(replace));
        stop.store(true, Ordering::Relaxed);
        if let Err(failure) = replaced {
            std::panic::resume_unwind(failure);
        }
    });
    let (opens, misses) = (opens.into_inner(), misses.into_inner());
    println!("{misses} of {opens} opens missed");
    assert!(opens > 10_000, "{opens}");
    assert_eq!(misses, 0, "of {opens}");
}

#[test]
fn two_at_once_lose_nothing() {
    let lab = Lab::new(PROGRAM);
    for round in 0..10 {
        lab.sh(&format!("printf precious-{round} > name-{round}"));
        let name = format!("name-{round}");
        std::thread::scope(|scope| {
            for text in ["one", "two", "three"] {
                let (lab, name) = (&lab, &name);
                scope.spawn(move || {
                    let output = lab
                        .command()
                        .args(["ln", "-sf", text, name])
                        .output()
                        .unwrap();
                    assert!(output.status.success(), "{output:?}");
                });
            }
        });
        let text = std::fs::read_link(lab.home().join(&name)).unwrap();
        assert!(
            ["one", "two", "three"]
                .iter()
                .any(|one| text == Path::new(one)),
            "{text:?}"
        );
        let kept = super::kept::slots(&lab.state().join("quarantine"))
            .iter()
            .map(|slot| slot.join(format!("0001-{name}")))
            .filter(|item| {
                std::fs::read_to_string(item).is_ok_and(|text| text == format!("precious-{round}"))
            })
            .count();
        assert_eq!(kept, 1);
    }
}
