//! `lw apply` beside GNU Stow, for one tree of many links: a first run, and one that changes nothing.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::cost::Cost;
use super::timing::Timing;

const FILES: usize = 10_000;
const FOLDERS: usize = 1_000;
const ROUNDS: usize = 5;

/// What is measured in each round, by the name of its row.
const ROWS: [&str; 6] = [
    "`stow`, first",
    "`stow` and `sync -f`, first",
    "`lw apply`, first",
    "`stow`, again",
    "`lw apply`, again",
    "`lw status`",
];

/// Runs the benchmark in `folder` with the built program `lw`, and prints Markdown.
pub fn run(program: &Path, folder: &Path) {
    let top = folder
        .canonicalize()
        .unwrap()
        .join(format!("lw-bench-{}", std::process::id()));
    let dot = top.join("dot");
    fs::create_dir_all(&dot).unwrap();
    for number in 0..FILES {
        let file = dot.join("package").join(name(number));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
    }
    let mut taken: Vec<Vec<Duration>> = vec![Vec::new(); ROWS.len()];
    let mut peak_kib = [0; ROWS.len()];
    for round in 0..ROUNDS {
        let lab = Lab {
            program,
            dot: &dot,
            top: top.join(format!("round-{round}")),
        };
        for (row, cost) in lab.round() {
            taken[row].push(cost.wall);
            peak_kib[row] = cost.peak_kib.max(peak_kib[row]);
        }
        fs::remove_dir_all(&lab.top).unwrap();
    }
    print(taken, peak_kib);
    fs::remove_dir_all(&top).unwrap();
}

fn name(number: usize) -> String {
    format!("folder-{}/file-{number}", number % FOLDERS)
}

/// One round, in a folder of its own.
struct Lab<'a> {
    program: &'a Path,
    dot: &'a Path,
    top: PathBuf,
}

impl Lab<'_> {
    fn round(&self) -> Vec<(usize, Cost)> {
        let mut costs = Vec::new();
        for (rows, target, syncs) in [([0, 3], "by-stow", false), ([1, 3], "durable", true)] {
            if let Some(stow) = self.stow(&self.target(target), syncs) {
                costs.push((rows[0], self.cost(&stow)));
                if !syncs {
                    costs.push((rows[1], self.cost(&stow)));
                }
            }
        }
        let manifest = self.manifest(&self.target("by-lw"));
        let lw = |verb: &str, flags: &[&str]| {
            let mut all: Vec<OsString> = vec![self.program.into(), verb.into()];
            all.extend(flags.iter().map(OsString::from));
            all.push(manifest.clone().into());
            all
        };
        // The first use of a ledger makes it; that is not what is measured.
        self.cost(&[self.program.into(), "log".into()]);
        costs.push((2, self.cost(&lw("apply", &["-y", "-q"]))));
        let links = fs::read_dir(self.top.join("by-lw/folder-0"))
            .unwrap()
            .count();
        assert_eq!(links, FILES / FOLDERS, "not all links were made");
        costs.push((4, self.cost(&lw("apply", &["-y", "-q"]))));
        costs.push((5, self.cost(&lw("status", &[]))));
        costs
    }

    /// A folder that has all folders already, so that each file gets a link of its own.
    fn target(&self, name: &str) -> PathBuf {
        let target = self.top.join(name);
        for number in 0..FOLDERS {
            fs::create_dir_all(target.join(format!("folder-{number}"))).unwrap();
        }
        target
    }

    fn stow(&self, target: &Path, syncs: bool) -> Option<Vec<OsString>> {
        if Command::new("stow").arg("--version").output().is_err() {
            eprintln!("left out: stow is not installed");
            return None;
        }
        let script = match syncs {
            true => r#"stow -d "$1" -t "$2" package && sync -f "$2""#,
            false => r#"exec stow -d "$1" -t "$2" package"#,
        };
        let words = ["sh", "-c", script, "sh"].map(OsString::from);
        let mut all = Vec::from(words);
        all.extend([self.dot.into(), target.into()]);
        Some(all)
    }

    fn manifest(&self, target: &Path) -> PathBuf {
        let manifest = self.top.join("links.toml");
        let (source, into) = (self.dot.join("package"), target.display());
        let text = format!(
            "[[tree]]\nsource = '{}'\ninto = '{into}'\n",
            source.display()
        );
        fs::write(&manifest, text).unwrap();
        manifest
    }

    fn cost(&self, arguments: &[OsString]) -> Cost {
        let (state, report) = (self.top.join("state"), self.top.join("usage"));
        Cost::of_warm(arguments, &state, &report, &[0])
            .unwrap_or_else(|problem| panic!("{problem}"))
    }
}

fn print(taken: Vec<Vec<Duration>>, peak_kib: [u64; ROWS.len()]) {
    println!("### A tree of {FILES} files in {FOLDERS} folders, a link for each file\n");
    println!("The caches warm; the middle of {ROUNDS} rounds, with the extremes.\n");
    println!("| command | ms | peak memory, MiB |");
    println!("|---|---:|---:|");
    let mut middles = Vec::new();
    for ((row, taken), peak_kib) in ROWS.into_iter().zip(taken).zip(peak_kib) {
        if taken.is_empty() {
            middles.push(None);
            continue;
        }
        let timing = Timing::from(taken);
        println!(
            "| {row} | {} | {:.1} |",
            timing.cell(),
            peak_kib as f64 / 1024.0
        );
        middles.push(Some(timing.median_ms()));
    }
    println!("\n| ours | theirs | ours ÷ theirs |");
    println!("|---|---|---:|");
    for (ours, theirs) in [(2, 0), (2, 1), (4, 3)] {
        if let (Some(our_ms), Some(their_ms)) = (middles[ours], middles[theirs]) {
            println!(
                "| {} | {} | {:.2} |",
                ROWS[ours],
                ROWS[theirs],
                our_ms / their_ms
            );
        }
    }
    println!();
}
