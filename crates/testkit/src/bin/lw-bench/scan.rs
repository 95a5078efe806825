//! `bench scan`: listing, checking and finding links beside the tools people use now, and repairing many.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::bare_walk;
use crate::cost::Cost;
use crate::timing::Timing;
use crate::trees::{self, Shape};

const ROUNDS: usize = 9;

const TREE: Shape = Shape {
    folders: 17_000,
    files: 200_000,
    links: 10_000,
};

const LARGE: Shape = Shape {
    folders: 160_000,
    files: 1_750_000,
    links: 90_000,
};

/// One in so many links is dangling, one in so many is part of a loop, one in so many files has a second name.
const DANGLING: usize = 20;
const LOOPS: usize = 100;
const SECOND_NAMES: usize = 100;

const REPAIRED: usize = 100_000;

/// Runs the benchmark in `folder` with the built program `lw`, and prints Markdown.
pub fn run(program: &Path, folder: &Path) {
    let top = folder
        .canonicalize()
        .unwrap()
        .join(format!("lw-bench-{}", std::process::id()));
    fs::create_dir(&top).unwrap();
    let bench = Bench { program, top: &top };
    // First: for minutes after a large tree is removed, ext4 looks long for an inode that was not deleted lately.
    bench.repair();
    let tree = top.join("tree");
    trees::make(&tree, TREE);
    damage(&tree, TREE);
    bench.scans(&tree);
    remove(&tree);
    bench.large();
    remove(&top);
}

/// std's own removal looks at each entry once more than rm does.
fn remove(path: &Path) {
    assert!(
        Command::new("rm")
            .arg("-rf")
            .arg(path)
            .status()
            .unwrap()
            .success()
    );
}

/// Makes links dangling and loops of what [`trees::make`] made, and gives files second names.
fn damage(tree: &Path, shape: Shape) {
    let folder = |number: usize| match number % (shape.folders + 1) {
        0 => tree.to_path_buf(),
        nth => trees::folder(tree, nth - 1),
    };
    for number in (0..shape.links).step_by(DANGLING) {
        let link = folder(number).join(format!("link-{number}"));
        fs::remove_file(&link).unwrap();
        symlink(format!("gone-{number}/deeper"), &link).unwrap();
    }
    for number in (1..shape.links).step_by(LOOPS) {
        let link = folder(number).join(format!("link-{number}"));
        fs::remove_file(&link).unwrap();
        symlink(format!("link-{number}"), &link).unwrap();
    }
    for number in (0..shape.files).step_by(SECOND_NAMES) {
        let file = folder(number).join(format!("file-{number}.txt"));
        fs::hard_link(&file, tree.join(format!("second-{number}"))).unwrap();
    }
}

struct Bench<'a> {
    program: &'a Path,
    top: &'a Path,
}

/// A command, what it is called in the table, and the codes it may end with.
struct Contender {
    name: &'static str,
    arguments: Vec<OsString>,
    codes: &'static [i32],
}

impl Bench<'_> {
    fn ours(&self, name: &'static str, arguments: &[&str], tree: &Path) -> Contender {
        let mut all = vec![self.program.into()];
        all.extend(arguments.iter().map(OsString::from));
        all.push(tree.into());
        Contender {
            name,
            arguments: all,
            codes: &[0, 1],
        }
    }

    /// A program that may not be installed.
    fn theirs(
        &self,
        name: &'static str,
        before: &[&str],
        tree: &Path,
        behind: &[&str],
    ) -> Option<Contender> {
        let found = Command::new(before[0]).arg("--version").output().is_ok();
        if !found {
            eprintln!("left out: {} is not installed", before[0]);
        }
        let mut all: Vec<OsString> = before.iter().map(OsString::from).collect();
        all.push(tree.into());
        all.extend(behind.iter().map(OsString::from));
        found.then_some(Contender {
            name,
            arguments: all,
            // find ends with 1 where links lead in a circle.
            codes: &[0, 1],
        })
    }

    fn scans(&self, tree: &Path) {
        let below = trees::folder(tree, 5);
        let below = below.to_str().unwrap().to_owned();
        let links_to = self.ours("`lw links-to`", &["links-to", &below, "--in"], tree);
        let contenders: Vec<Contender> = [
            Some(self.ours("`lw list`", &["list"], tree)),
            self.theirs("`find -type l`", &["find"], tree, &["-type", "l"]),
            self.theirs(
                "`fd -t l -H -I`",
                &["fdfind", "-t", "l", "-H", "-I", "."],
                tree,
                &[],
            ),
            Some(self.ours("`lw check`", &["check"], tree)),
            self.theirs("`find -xtype l`", &["find"], tree, &["-xtype", "l"]),
            self.theirs("`symlinks -r`", &["symlinks", "-r"], tree, &[]),
            Some(self.ours("`lw list --kind hard`", &["list", "--kind", "hard"], tree)),
            self.theirs(
                "`find -links +1`",
                &["find"],
                tree,
                &["-type", "f", "-links", "+1"],
            ),
            Some(links_to),
        ]
        .into_iter()
        .flatten()
        .collect();
        let mut walks = Vec::new();
        let mut taken: Vec<Vec<Cost>> = contenders.iter().map(|_| Vec::new()).collect();
        for round in 0..=ROUNDS {
            let start = Instant::now();
            assert!(bare_walk::walk(tree) > TREE.entries());
            let walk = start.elapsed();
            let costs = contenders.iter().map(|contender| self.cost(contender));
            // The first round only warms the caches.
            for (taken, cost) in taken.iter_mut().zip(costs) {
                taken.extend((round > 0).then_some(cost));
            }
            walks.extend((round > 0).then_some(walk));
        }
        println!(
            "### Finding links: {} files, {} folders, {} links\n",
            TREE.files, TREE.folders, TREE.links
        );
        println!("The caches warm; the middle of {ROUNDS} rounds, with the extremes.\n");
        println!("| command | ms | ÷ bare walk | peak memory, MiB |");
        println!("|---|---:|---:|---:|");
        let walk = Timing::from(walks);
        println!("| bare walk on two threads | {} | 1.00 | |", walk.cell());
        let mut middles = Vec::new();
        for (contender, costs) in contenders.iter().zip(&taken) {
            let wall = Timing::from(costs.iter().map(|cost| cost.wall).collect());
            let ratio = wall.median_ms() / walk.median_ms();
            let peak_kib = costs.iter().map(|cost| cost.peak_kib).max().unwrap_or(0);
            println!(
                "| {} | {} | {ratio:.2} | {:.1} |",
                contender.name,
                wall.cell(),
                peak_kib as f64 / 1024.0
            );
            middles.push((contender.name, wall.median_ms()));
        }
        println!();
        self.ratios(&middles);
    }

    /// Prints how ours compare with theirs.
    fn ratios(&self, middles: &[(&str, f64)]) {
        println!("| ours | theirs | ours ÷ theirs |");
        println!("|---|---|---:|");
        let of = |name: &str| {
            middles
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, ms)| *ms)
        };
        for (ours, theirs) in [
            ("`lw list`", "`find -type l`"),
            ("`lw list`", "`fd -t l -H -I`"),
            ("`lw check`", "`find -xtype l`"),
            ("`lw check`", "`symlinks -r`"),
            ("`lw list --kind hard`", "`find -links +1`"),
            ("`lw links-to`", "`lw list`"),
        ] {
            if let (Some(our_ms), Some(their_ms)) = (of(ours), of(theirs)) {
                println!("| {ours} | {theirs} | {:.2} |", our_ms / their_ms);
            }
        }
        println!();
    }

    fn cost(&self, contender: &Contender) -> Cost {
        let (state, report) = (self.top.join("state"), self.top.join("usage"));
        Cost::of_warm(&contender.arguments, &state, &report, contender.codes)
            .unwrap_or_else(|problem| panic!("{problem}"))
    }

    fn large(&self) {
        let tree = self.top.join("large");
        trees::make(&tree, LARGE);
        let cost = self.cost(&self.ours("", &["list"], &tree));
        println!("### A tree of {} entries\n", LARGE.entries());
        println!(
            "`lw list` with {} links: {:.1} s, at most {:.1} MiB of memory.\n",
            LARGE.links,
            cost.wall.as_secs_f64(),
            cost.peak_kib as f64 / 1024.0
        );
        remove(&tree);
    }

    fn repair(&self) {
        const FOLDERS: usize = 1000;
        let tree = self.top.join("links");
        let (old, new) = (self.top.join("old"), self.top.join("new"));
        for number in 0..FOLDERS {
            fs::create_dir_all(tree.join(number.to_string())).unwrap();
            fs::create_dir_all(new.join(number.to_string())).unwrap();
        }
        for number in 0..REPAIRED {
            let name = format!("{}/file-{number}", number % FOLDERS);
            fs::write(new.join(&name), "").unwrap();
            symlink(old.join(&name), tree.join(&name)).unwrap();
        }
        // The caches are warm, as in the other parts; whoever reads a link for the first time also pays for its time of access.
        let _judged = self.cost(&self.ours("", &["check"], &tree));
        println!("### {REPAIRED} dangling links, mended by one rule\n");
        println!("| command | s | peak memory, MiB |");
        println!("|---|---:|---:|");
        let told = [
            "repair",
            "-y",
            "-q",
            "--from",
            old.to_str().unwrap(),
            "--to",
            new.to_str().unwrap(),
        ];
        let search = ["repair", "-y", "-q", "--search", new.to_str().unwrap()];
        let named = [
            ("`lw repair --from --to`", &told[..]),
            ("`lw repair --search`", &search[..]),
        ];
        let undo = Contender {
            name: "`lw undo`",
            arguments: vec![self.program.into(), "undo".into(), "-y".into(), "-q".into()],
            codes: &[0],
        };
        for (name, arguments) in named {
            let ours = self.ours(name, arguments, &tree);
            for contender in [&ours, &undo] {
                let cost = self.cost(contender);
                println!(
                    "| {} | {:.2} | {:.1} |",
                    contender.name,
                    cost.wall.as_secs_f64(),
                    cost.peak_kib as f64 / 1024.0
                );
            }
        }
        println!();
    }
}
