//! `bench move-within`: the look, the commit steps, and `lw link` beside `ln -s`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use lw_core::jobs::cloud::Places;
use lw_core::jobs::relocate::{self, MergeChoice, MoveRequest};
use lw_core::jobs::{AcrossWish, Surroundings, TextForm, undo};
use lw_core::plan::Plan;
use lw_core::run::{self, Context, Session};
use lw_fs::NoWitness;
use lw_fs::stage::Unwatched;

use crate::bare_walk;
use crate::timing::Timing;
use crate::trees::{self, Shape};

const ROUNDS: usize = 9;
const LINKS: usize = 1000;
const UNWATCHED: Unwatched = Unwatched { now_us: || 0 };

/// Runs the benchmark in `folder` with the built program `lw`, and prints Markdown.
pub fn run(program: &Path, folder: &Path) {
    let top = folder
        .canonicalize()
        .unwrap()
        .join(format!("lw-bench-{}", std::process::id()));
    fs::create_dir(&top).unwrap();
    moves(&top);
    links(program, &top);
    fs::remove_dir_all(&top).unwrap();
}

fn moves(top: &Path) {
    println!("### A move on one volume\n");
    println!("| entries | bare walk, ms | look, ms | look ÷ walk | commit with its records, ms |");
    println!("|---:|---:|---:|---:|---:|");
    let shapes = [
        Shape {
            folders: 10,
            files: 100,
            links: 10,
        },
        Shape {
            folders: 1_700,
            files: 20_000,
            links: 1_000,
        },
        Shape {
            folders: 17_000,
            files: 200_000,
            links: 10_000,
        },
    ];
    for shape in shapes {
        let source = top.join("tree");
        trees::make(&source, shape);
        fs::create_dir_all(top.join("store")).unwrap();
        assert_eq!(bare_walk::walk(&source), shape.entries());
        // In turns, so that what else the machine does falls on both.
        let (mut walks, mut looks, mut commits) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            walks.push(timed(|| assert!(bare_walk::walk(&source) > 0)));
            let around = around(top);
            let start = Instant::now();
            let plan = plan_move(&around, &source, &top.join("store"));
            looks.push(start.elapsed());
            let mut witness = NoWitness;
            let mut session = session(&around, &mut witness);
            commits.push(timed(|| {
                drop(run::run(&mut session, &plan, &UNWATCHED).unwrap())
            }));
            let back = undo::plan(&around, session.ledger(), None).unwrap_or_else(|_| panic!());
            run::run(&mut session, &back, &UNWATCHED).unwrap();
        }
        let (walks, looks, commits) = (
            Timing::from(walks),
            Timing::from(looks),
            Timing::from(commits),
        );
        println!(
            "| {} | {} | {} | {:.2} | {} |",
            shape.entries(),
            walks.cell(),
            looks.cell(),
            looks.median_ms() / walks.median_ms(),
            commits.cell()
        );
        fs::remove_dir_all(&source).unwrap();
    }
    println!();
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn around(top: &Path) -> Surroundings {
    let token = format!("{:x}", std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos());
    Surroundings {
        drives: Vec::new(),
        places: Places::default(),
        quotas: Vec::new(),
        fstab: "/etc/fstab".into(),
        working_folder: top.to_path_buf(),
        home: None,
        state_folder: top.join("state"),
        program: None,
        token,
    }
}

fn session<'a>(around: &Surroundings, witness: &'a mut NoWitness) -> Session<'a> {
    let context = Context {
        state_folder: around.state_folder.clone(),
        pid: std::process::id(),
        token: around.token.clone(),
        now_us: || 0,
    };
    run::open(context, witness).unwrap()
}

fn plan_move(around: &Surroundings, source: &Path, dest: &Path) -> Plan {
    let request = MoveRequest {
        source: source.to_path_buf(),
        dest: dest.to_path_buf(),
        form: TextForm::Fitting,
        merge: MergeChoice::Refuse,
        across: AcrossWish::CAREFUL,
    };
    relocate::plan(around, &request, None).unwrap_or_else(|refused| panic!("{refused:?}"))
}

fn links(program: &Path, top: &Path) {
    println!("### {LINKS} links, a process each\n");
    println!("| command | ms for all | ÷ `ln -s` |");
    println!("|---|---:|---:|");
    let target = top.join("target");
    fs::write(&target, "").unwrap();
    let mut folder_number = 0;
    let mut round = |make: &dyn Fn(&Path) -> Command| {
        folder_number += 1;
        let folder = top.join(format!("links-{folder_number}"));
        fs::create_dir(&folder).unwrap();
        timed(|| {
            for number in 0..LINKS {
                let status = make(&folder.join(number.to_string())).status().unwrap();
                assert!(status.success());
            }
        })
    };
    let plain = round(&|link| {
        let mut command = Command::new("ln");
        command.arg("-s").arg(&target).arg(link);
        command
    });
    let lw = |state: PathBuf| {
        let target = target.clone();
        move |link: &Path| {
            let mut command = Command::new(program);
            command.args(["link", "-q"]).arg(&target).arg(link);
            command.env("LW_HOME", &state);
            command
        }
    };
    let ours = round(&lw(top.join("state-links")));
    let memory = Path::new("/dev/shm").join(format!("lw-bench-{}", std::process::id()));
    let in_memory = round(&lw(memory.clone()));
    fs::remove_dir_all(&memory).unwrap();
    let no_ledger = round(&|_| {
        let mut command = Command::new(program);
        command
            .args(["show", "/"])
            .env("LW_HOME", top.join("none"))
            .stdout(std::process::Stdio::null());
        command
    });
    for (name, time) in [
        ("`ln -s`", plain),
        ("`lw link`", ours),
        (
            "`lw link`, ledger in memory: nothing to wait for",
            in_memory,
        ),
        ("`lw show /`: starting the program alone", no_ledger),
    ] {
        let ratio = time.as_secs_f64() / plain.as_secs_f64();
        println!(
            "| {name} | {:.0} | {ratio:.2} |",
            time.as_secs_f64() * 1000.0
        );
    }
    let record = ours.saturating_sub(in_memory).as_secs_f64() * 1000.0 / LINKS as f64;
    println!(
        "\nThe durable record costs {record:.2} ms a link: the difference of the second and third line."
    );
}
