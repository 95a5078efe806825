//! `lw snapshot` beside what people make backups of hard links with, and beside two repositories of chunks.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::cost::Cost;
use super::timing::Timing;
use super::trees::{Shape, make_filled};

const SHAPE: Shape = Shape {
    folders: 17_000,
    files: 200_000,
    links: 0,
};

/// Sizes of the files, in turns: most files are small.
const SIZES: [usize; 8] = [200, 1_000, 3_000, 500, 8_000, 1_500, 100, 2_500];

/// Of so many files one is changed.
const ONE_CHANGED_OF: usize = 100;

const ROUNDS: usize = 3;

/// A command that is measured: its row, what the shell runs in the round's folder, and whether from cold caches.
struct Row {
    name: &'static str,
    needs: &'static str,
    before: &'static str,
    script: &'static str,
    is_cold: bool,
}

const fn warm(name: &'static str, needs: &'static str, script: &'static str) -> Row {
    Row {
        name,
        needs,
        before: "",
        script,
        is_cold: false,
    }
}

/// In this order; `$LW` is the program, `$S` the source.
const ROWS: &[Row] = &[
    warm(
        "`cp -a` and `sync -f`, first",
        "cp",
        r#"cp -a "$S" cp && sync -f cp"#,
    ),
    warm(
        "`lw snapshot take`, first",
        "cp",
        r#""$LW" snapshot take -q "$S" store"#,
    ),
    warm("`cp -al` and `sync -f`", "cp", "cp -al cp al && sync -f al"),
    warm(
        "`rsync -a --link-dest`",
        "rsync",
        r#"rsync -a --link-dest="$PWD/cp" "$S/" rsync/"#,
    ),
    warm(
        "`lw snapshot take`, nothing changed",
        "cp",
        r#""$LW" snapshot take -q "$S" store"#,
    ),
    Row {
        before: r#"restic -q -r restic-repo init && restic -q -r restic-repo backup "$S""#,
        ..warm(
            "`restic backup`, nothing changed",
            "restic",
            r#"restic -q -r restic-repo backup "$S""#,
        )
    },
    Row {
        before: r#"borg init -e none borg-repo && borg create borg-repo::one "$S""#,
        ..warm(
            "`borg create`, nothing changed",
            "borg",
            r#"borg create borg-repo::two "$S""#,
        )
    },
    Row {
        before: r#""$CHANGE""#,
        ..warm(
            "`lw snapshot take`, 1 % changed",
            "cp",
            r#""$LW" snapshot take -q "$S" store"#,
        )
    },
    Row {
        is_cold: true,
        ..warm(
            "`cat` of all files, two at a time, cold",
            "cat",
            "find store/latest/ -type f -print0 | xargs -0 -n 500 -P 2 cat > /dev/null",
        )
    },
    Row {
        is_cold: true,
        ..warm(
            "`b3sum` of all files, cold",
            "b3sum",
            "find store/latest/ -type f -print0 | xargs -0 -n 500 -P 2 b3sum --num-threads 1 > /dev/null",
        )
    },
    Row {
        is_cold: true,
        ..warm(
            "`lw snapshot verify --full`, cold",
            "cp",
            r#""$LW" snapshot verify --full store/latest > /dev/null"#,
        )
    },
    warm("`rm -rf` of a copy by links", "cp", "rm -rf al"),
    warm(
        "`lw snapshot forget` of one",
        "cp",
        r#""$LW" snapshot forget -y -q "store/$(ls store | sed -n 2p)""#,
    ),
];

/// Ours and theirs, by their places in the table, and the aim.
const RATIOS: [(usize, usize, &str); 8] = [
    (1, 0, "1.1"),
    (4, 2, "1.0"),
    (4, 3, "0.2"),
    (4, 5, ""),
    (4, 6, ""),
    (7, 4, "1.2"),
    (10, 9, "1.11"),
    (12, 11, "0.8"),
];

/// Runs the benchmark in `folder` with the built program `lw`, and prints Markdown.
pub fn run(program: &Path, folder: &Path) {
    let top = folder
        .canonicalize()
        .unwrap()
        .join(format!("lw-bench-{}", std::process::id()));
    fs::create_dir_all(&top).unwrap();
    let source = top.join("source");
    make(&source);
    // Where a change may still hide behind the clock, all is read again; a backup is rarely that young.
    std::thread::sleep(Duration::from_secs(3));
    let rounds = std::env::var("LW_BENCH_ROUNDS").map_or(ROUNDS, |text| text.parse().unwrap());
    let mut taken: Vec<Vec<Duration>> = vec![Vec::new(); ROWS.len()];
    let mut peak_kib = [0; ROWS.len()];
    let mut calls = None;
    for round in 0..rounds {
        let lab = Lab {
            program,
            source: &source,
            top: top.join(format!("round-{round}")),
        };
        fs::create_dir(&lab.top).unwrap();
        fs::write(lab.top.join("change"), change_script()).unwrap();
        for (place, row) in ROWS.iter().enumerate() {
            if let Some(cost) = lab.cost(row) {
                eprintln!("{}: {:.2} s", row.name, cost.wall.as_secs_f64());
                taken[place].push(cost.wall);
                peak_kib[place] = cost.peak_kib.max(peak_kib[place]);
            }
        }
        calls = calls.or_else(|| lab.calls());
        fs::remove_dir_all(&lab.top).unwrap();
    }
    print(taken, peak_kib, rounds, calls);
    fs::remove_dir_all(&top).unwrap();
}

fn make(source: &Path) {
    let mut number = 0_usize;
    let mut noise = 0x9e37_79b9_u32;
    make_filled(source, SHAPE, |file| {
        let mut bytes = vec![0; SIZES[number % SIZES.len()]];
        for byte in &mut bytes {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = noise.to_be_bytes()[0];
        }
        file.write_all(&bytes).unwrap();
        number += 1;
    });
}

/// Writes other content into one file of so many.
fn change_script() -> String {
    format!(
        "#!/bin/sh\nfind \"$S\" -type f | sort | sed -n '1~{ONE_CHANGED_OF}p' | while IFS= read -r file; do date +%N > \"$file\"; done\nsleep 3\n"
    )
}

struct Lab<'a> {
    program: &'a Path,
    source: &'a Path,
    top: PathBuf,
}

impl Lab<'_> {
    fn cost(&self, row: &Row) -> Option<Cost> {
        if Command::new(row.needs)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_err()
        {
            eprintln!("left out: {} is not installed", row.needs);
            return None;
        }
        if !row.before.is_empty() {
            let before = row.before.replace("\"$CHANGE\"", "sh ./change");
            let mut command = Command::new("sh");
            command.args(["-c", &before]).current_dir(&self.top);
            self.set(&mut command);
            assert!(command.status().unwrap().success(), "{before}");
        }
        let (state, report) = (self.top.join("state"), self.top.join("usage"));
        let script = format!(
            "cd '{}' && export LW='{}' S='{}' RESTIC_PASSWORD=x BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes && {}",
            self.top.display(),
            self.program.display(),
            self.source.display(),
            row.script
        );
        let arguments = ["sh", "-c", &script].map(OsString::from);
        let cost = match row.is_cold {
            true => Cost::of(&arguments, &state, &report),
            false => {
                rustix::fs::sync();
                Cost::of_warm(&arguments, &state, &report, &[0])
            }
        };
        Some(cost.unwrap_or_else(|problem| panic!("{problem}")))
    }

    fn set(&self, command: &mut Command) {
        command
            .env("LW", self.program)
            .env("LW_HOME", self.top.join("state"))
            .env("S", self.source)
            .env("RESTIC_PASSWORD", "x")
            .env("BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK", "yes");
    }

    /// Returns how many system calls a run takes in which nothing has changed.
    fn calls(&self) -> Option<u64> {
        let report = self.top.join("calls");
        let mut command = Command::new("strace");
        command
            .args(["-f", "-c", "-o"])
            .arg(&report)
            .arg(self.program)
            .args(["snapshot", "take", "-q"])
            .arg(self.source)
            .arg("store")
            .current_dir(&self.top);
        self.set(&mut command);
        if !command.status().is_ok_and(|status| status.success()) {
            eprintln!("left out: strace did not run");
            return None;
        }
        let text = fs::read_to_string(report).unwrap();
        let total = text.lines().last()?;
        // % time, seconds, usecs/call, calls, errors, "total"
        total.split_whitespace().nth(3)?.parse().ok()
    }
}

fn print(
    taken: Vec<Vec<Duration>>,
    peak_kib: [u64; ROWS.len()],
    rounds: usize,
    calls: Option<u64>,
) {
    println!(
        "### A tree of {} files in {} folders, {} MiB\n",
        SHAPE.files,
        SHAPE.folders,
        SHAPE.files / SIZES.len() * SIZES.iter().sum::<usize>() / (1 << 20)
    );
    println!(
        "The middle of {rounds} rounds, with the extremes; caches warm but where it says cold.\n"
    );
    println!("| command | seconds | peak memory, MiB |");
    println!("|---|---:|---:|");
    let mut middles = Vec::new();
    for ((row, taken), peak_kib) in ROWS.iter().zip(taken).zip(peak_kib) {
        if taken.is_empty() {
            middles.push(None);
            continue;
        }
        let timing = Timing::from(taken);
        let memory = peak_kib as f64 / 1024.0;
        println!("| {} | {} | {memory:.1} |", row.name, timing.cell_seconds());
        middles.push(Some(timing.median_ms()));
    }
    println!("\n| ours | theirs | ours ÷ theirs | aim |");
    println!("|---|---|---:|---:|");
    for (ours, theirs, aim) in RATIOS {
        if let (Some(our_ms), Some(their_ms)) = (middles[ours], middles[theirs]) {
            let (ours, theirs) = (ROWS[ours].name, ROWS[theirs].name);
            println!("| {ours} | {theirs} | {:.2} | {aim} |", our_ms / their_ms);
        }
    }
    if let Some(calls) = calls {
        let each = calls as f64 / SHAPE.files as f64;
        println!(
            "\nWhere nothing changed, {calls} system calls (`strace -fc`): {each:.2} a file; the aim is 3.2."
        );
    }
    println!();
}
