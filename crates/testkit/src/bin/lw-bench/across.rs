//! `bench move-across`: moves from ext4 to xfs beside what people type now, with and without looking at the copy.
//!
//! Needs root, 12 GB in its folder, and its time: `LW_BENCH_ROUNDS` sets how often each command runs, and
//! `LW_BENCH_SCALE`, in percent, how much it moves.

use std::fs::File;
use std::ops::RangeInclusive;
use std::path::Path;

use lw_testkit::skip;

use crate::contender::{Contender, FILE_CONTENDERS, Places, TREE_CONTENDERS};
use crate::content::Content;
use crate::cost::{self, Cost};
use crate::image::{EXT4, Image, XFS};
use crate::timing::Timing;
use crate::trees::{self, Held, Shape};

const ROUNDS: usize = 3;

const TREE: Shape = Shape {
    folders: 17_000,
    files: 200_000,
    links: 0,
};
const FILE_BYTES: u64 = 3 << 30;

/// What `lw` may hold in memory whatever it moves; what it holds beyond is shared out among the files.
const FIXED_KIB: u64 = 64 * 1024;

/// Runs the benchmark in `folder` with the built program `lw`, and prints Markdown; returns whether every command
/// did what it should.
///
/// Skips all, saying so, where it cannot run. Killed, it leaves `lw-bench-*` in `folder`, with its volumes mounted.
pub fn run(program: &Path, folder: &Path) -> bool {
    let programs = [
        "mkfs.ext4",
        "mkfs.xfs",
        "losetup",
        "diff",
        "cmp",
        cost::METER,
    ];
    if !skip::is_root() || !programs.iter().all(|name| skip::has_program(name)) {
        return true;
    }
    let rounds = number_from("LW_BENCH_ROUNDS", ROUNDS, 1..=99);
    let percent = number_from("LW_BENCH_SCALE", 100, 1..=100);
    let folder = folder.canonicalize().unwrap();
    let top = tempfile::Builder::new()
        .prefix("lw-bench-")
        .tempdir_in(folder)
        .unwrap();
    let bench = Bench {
        program,
        top: top.path(),
        rounds,
    };

    let shape = Shape {
        folders: TREE.folders * percent / 100,
        files: TREE.files * percent / 100,
        links: TREE.links,
    };
    let heading = format!(
        "A tree across volumes: {} files in {} folders",
        shape.files, shape.folders
    );
    let tree = bench.compare(&heading, &TREE_CONTENDERS, |source| {
        let mut content = Content::new();
        trees::make_filled(source, shape, |file| {
            let bytes = content.size();
            content.write(file, bytes);
        });
    });

    let heading = "A large file across volumes";
    let file = bench.compare(heading, &FILE_CONTENDERS, |source| {
        let mut file = File::create_new(source).unwrap();
        Content::new().write(&mut file, FILE_BYTES * percent as u64 / 100);
    });
    tree && file
}

/// Returns the number in an environment variable, or `otherwise` if it is not set.
fn number_from(name: &str, otherwise: usize, allowed: RangeInclusive<usize>) -> usize {
    let Ok(text) = std::env::var(name) else {
        return otherwise;
    };
    text.parse()
        .ok()
        .filter(|number| allowed.contains(number))
        .unwrap_or_else(|| panic!("{name}={text} is no whole number in {allowed:?}"))
}

struct Bench<'a> {
    program: &'a Path,
    top: &'a Path,
    rounds: usize,
}

/// The costs of all rounds of one contender, or what went wrong.
type Costs = Result<Vec<Cost>, String>;

impl Bench<'_> {
    /// Has the contenders move what `make` makes, in turns, so that what else the machine does falls on all.
    fn compare(
        &self,
        heading: &str,
        contenders: &[Contender; 3],
        make: impl FnOnce(&Path),
    ) -> bool {
        let master = Image::fresh(self.top.join("master.img"), &EXT4);
        let held = {
            let volume = master.mount(self.top.join("source"));
            let source = volume.path().join("moved");
            make(&source);
            Held::by(&source).unwrap()
        };
        let mut results: [Costs; 3] = [const { Ok(Vec::new()) }; 3];
        for round in 1..=self.rounds {
            for (contender, result) in contenders.iter().zip(&mut results) {
                // One that failed gets no further turn.
                let Ok(costs) = result else { continue };
                eprintln!("round {round} of {}: {}", self.rounds, contender.name());
                match self.turn(contender, &master, held) {
                    Ok(cost) => costs.push(cost),
                    Err(problem) => {
                        eprintln!("error: {problem}");
                        *result = Err(problem);
                    }
                }
            }
        }
        println!("### {heading}\n");
        println!(
            "{:.2} GB from ext4 to xfs, the caches cold; the middle of {} rounds, with the extremes.\n",
            held.bytes as f64 / 1e9,
            self.rounds
        );
        print(contenders, &results, held.files);
        results.iter().all(Result::is_ok)
    }

    fn turn(&self, contender: &Contender, master: &Image, held: Held) -> Result<Cost, String> {
        let source_image = master.copy(self.top.join("source.img"));
        let dest_image = Image::fresh(self.top.join("dest.img"), &XFS);
        let source = source_image.mount(self.top.join("source"));
        let dest = dest_image.mount(self.top.join("dest"));
        let places = Places {
            source: source.path().join("moved"),
            dest: dest.path().join("moved"),
            source_volume: source.path().to_path_buf(),
        };
        let arguments = contender.arguments(self.program, &places);
        let state = source.path().join("state");
        let cost = Cost::of(&arguments, &state, &self.top.join("usage"))?;
        contender.check(&places, held)?;
        Ok(cost)
    }
}

/// Prints one table; the first two contenders are what all are compared with.
fn print(contenders: &[Contender; 3], results: &[Costs; 3], files: u64) {
    println!(
        "| command | seconds | ÷ verified by hand | ÷ `mv` | processor, s | peak memory, MiB | bytes a file over {} MiB |",
        FIXED_KIB / 1024
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    let wall = |costs: &Vec<Cost>| Timing::from(costs.iter().map(|cost| cost.wall).collect());
    let [by_hand, mv, _ours] = results
        .each_ref()
        .map(|costs| costs.as_ref().ok().map(wall));
    for (contender, costs) in contenders.iter().zip(results) {
        let name = contender.name();
        let Ok(costs) = costs else {
            println!("| {name} | failed | | | | | |");
            continue;
        };
        let wall = wall(costs);
        let ratio = |baseline: &Option<Timing>| match baseline {
            Some(baseline) => format!("{:.2}", wall.median_ms() / baseline.median_ms()),
            None => String::new(),
        };
        let cpu = Timing::from(costs.iter().map(|cost| cost.cpu).collect());
        let peak_kib = costs.iter().map(|cost| cost.peak_kib).max().unwrap_or(0);
        let per_file = match contender {
            Contender::Ours if files > 1 => {
                let over = peak_kib.saturating_sub(FIXED_KIB) * 1024 / files;
                over.to_string()
            }
            _ => String::new(),
        };
        println!(
            "| {name} | {} | {} | {} | {} | {:.1} | {per_file} |",
            wall.cell_seconds(),
            ratio(&by_hand),
            ratio(&mv),
            cpu.cell_seconds(),
            peak_kib as f64 / 1024.0,
        );
    }
    println!();
}
