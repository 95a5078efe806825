//! A second process swaps things under the feet of every step: nothing is lost, and a refusal leaves all as it was.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use lw_testkit::volumes::{FileSystem, Mounted};
use lw_testkit::{Fault, Lab, Outcome, Picture};

#[test]
fn under_a_link_that_replaces_a_file() {
    on_tmpfs(&Scenario::new(&["link", "--replace", "src/file", "links/f"]).on(&["links/f"]));
}

#[test]
fn under_a_hard_link_that_replaces_a_file() {
    let arguments = ["link", "--hard", "--replace", "src/file", "links/f"];
    on_tmpfs(&Scenario::new(&arguments).on(&["links/f", "src/file"]));
}

#[test]
fn under_a_link_that_replaces_a_folder() {
    on_tmpfs(&Scenario::new(&["link", "--replace", "src/file", "links/d"]).on(&["links/d"]));
}

#[test]
fn under_a_link_that_replaces_a_link() {
    on_tmpfs(&Scenario::new(&["link", "--replace", "src/file", "links/l"]).on(&["links/l"]));
}

#[test]
fn under_a_new_link() {
    on_tmpfs(&Scenario::new(&["link", "src/file", "links/new"]).on(&["links/new"]));
}

#[test]
fn under_a_move_of_a_folder() {
    on_tmpfs(&Scenario::new(MOVE).on(BOTH_ENDS));
}

#[test]
fn under_a_move_of_a_file() {
    on_tmpfs(&Scenario::new(&["move", "src/file", "dst/file"]).on(&["src/file", "dst/file"]));
}

#[test]
fn under_a_way_back() {
    let scenario = Scenario::new(&["bring-back", "src/thing"]).after(&[MOVE]);
    on_tmpfs(&scenario.on(BOTH_ENDS));
}

#[test]
fn under_another_target() {
    on_tmpfs(&Scenario::new(&["retarget", "links/l", "src/thing"]).on(&["links/l"]));
}

#[test]
fn under_a_removal() {
    on_tmpfs(&Scenario::new(&["remove", "links/l"]).on(&["links/l"]));
}

#[test]
fn under_the_undo_of_a_move() {
    on_tmpfs(&Scenario::new(&["undo"]).after(&[MOVE]).on(BOTH_ENDS));
}

#[test]
fn under_the_undo_of_a_way_back() {
    let before: &[&[&str]] = &[MOVE, &["bring-back", "src/thing"]];
    on_tmpfs(&Scenario::new(&["undo"]).after(before).on(BOTH_ENDS));
}

#[test]
fn under_the_undo_of_a_replacement() {
    let before: &[&[&str]] = &[&["link", "--replace", "src/file", "links/f"]];
    on_tmpfs(&Scenario::new(&["undo"]).after(before).on(&["links/f"]));
}

#[test]
fn under_the_undo_of_a_removal() {
    let before: &[&[&str]] = &[&["remove", "links/l"]];
    on_tmpfs(&Scenario::new(&["undo"]).after(before).on(&["links/l"]));
}

#[test]
fn under_two_renames_where_names_cannot_be_exchanged() {
    let Some(volume) = Mounted::new(FileSystem::Ntfs3g, 64) else {
        return;
    };
    for scenario in [
        Scenario::new(MOVE).on(BOTH_ENDS),
        Scenario::new(&["link", "--replace", "src/file", "links/f"]).on(&["links/f"]),
        Scenario::new(&["bring-back", "src/thing"])
            .after(&[MOVE])
            .on(BOTH_ENDS),
    ] {
        swap_under_every_effect(&scenario, volume.path());
    }
}

const MOVE: &[&str] = &["move", "src/thing", "dst/thing"];
const BOTH_ENDS: &[&str] = &["src/thing", "dst/thing"];

/// A command, what has to be done before it, and the paths that are swapped under it.
struct Scenario<'a> {
    before: &'a [&'a [&'a str]],
    arguments: &'a [&'a str],
    victims: &'a [&'a str],
}

impl<'a> Scenario<'a> {
    fn new(arguments: &'a [&'a str]) -> Self {
        Self {
            before: &[],
            arguments,
            victims: &[],
        }
    }

    fn after(self, before: &'a [&'a [&'a str]]) -> Self {
        Self { before, ..self }
    }

    fn on(self, victims: &'a [&'a str]) -> Self {
        Self { victims, ..self }
    }

    /// A world in which everything before the command is done.
    fn stage(&self, folder: &Path) -> Lab {
        let lab = Lab::at(env!("CARGO_BIN_EXE_lw-under-test"), folder);
        let at = |path: &str| lab.home().join(path);
        for folder in ["src/thing", "dst", "links/d"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        for file in FILES {
            fs::write(at(file), content_of(file)).unwrap();
        }
        symlink(LINK_TEXT, at("links/l")).unwrap();
        // The first run also makes the state folder, so that all counted effects are the command's own.
        lab.lw_ok(&["link", "src/file", "links/first"]);
        for command in self.before {
            lab.lw_ok(command);
        }
        lab
    }
}

const FILES: [&str; 5] = [
    "src/file",
    "src/thing/a",
    "src/thing/b",
    "links/f",
    "links/d/x",
];
const LINK_TEXT: &str = "../links/f";
const SWAPPED_IN: &str = "swapped in";

fn content_of(file: &str) -> String {
    format!("content of {file}")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Swap {
    File,
    Folder,
    Link,
    ParentForFolder,
    ParentForLink,
}

impl Swap {
    const ALL: [Self; 5] = [
        Self::File,
        Self::Folder,
        Self::Link,
        Self::ParentForFolder,
        Self::ParentForLink,
    ];

    /// What is renamed aside and replaced.
    fn place(self, victim: &Path) -> &Path {
        match self {
            Self::File | Self::Folder | Self::Link => victim,
            Self::ParentForFolder | Self::ParentForLink => victim.parent().unwrap(),
        }
    }

    fn command(self, victim: &Path) -> String {
        let place = self.place(victim).display();
        let name = victim.file_name().unwrap().display();
        let aside =
            format!("if [ -e {place} ] || [ -L {place} ]; then mv -T {place} {place}.orig; fi");
        let put = match self {
            Self::File => format!("printf '{SWAPPED_IN}' > {place}"),
            Self::Folder => format!("mkdir {place} && printf '{SWAPPED_IN}' > {place}/inside"),
            Self::Link => format!("ln -s '{SWAPPED_IN}' {place}"),
            Self::ParentForFolder => {
                format!("mkdir {place} && printf '{SWAPPED_IN}' > {place}/{name}")
            }
            Self::ParentForLink => format!(
                "mkdir {place}.other && printf '{SWAPPED_IN}' > {place}.other/{name} && ln -s {place}.other {place}"
            ),
        };
        format!("{aside}; {put}")
    }

    /// Takes the swap back by other means than the program.
    fn take_back(self, victim: &Path) {
        let place = self.place(victim);
        match self {
            Self::File | Self::Link | Self::ParentForLink => fs::remove_file(place).unwrap(),
            Self::Folder | Self::ParentForFolder => fs::remove_dir_all(place).unwrap(),
        }
        if self == Self::ParentForLink {
            fs::remove_dir_all(with_suffix(place, ".other")).unwrap();
        }
        let aside = with_suffix(place, ".orig");
        if fs::symlink_metadata(&aside).is_ok() {
            fs::rename(aside, place).unwrap();
        }
    }
}

fn on_tmpfs(scenario: &Scenario<'_>) {
    let Some(volume) = Mounted::new(FileSystem::Tmpfs, 64) else {
        return;
    };
    swap_under_every_effect(scenario, volume.path());
}

fn swap_under_every_effect(scenario: &Scenario<'_>, folder: &Path) {
    let plain = scenario.stage(folder).lw_ok(scenario.arguments);
    // The lock is taken once the plan is made: what is swapped before is what the plan is made for.
    let is_lock = |line: &String| line.starts_with("make lock");
    let first = plain.effects.iter().position(is_lock).unwrap() + 1;
    let mut failures = Vec::new();
    for n in first..=plain.effects.len() {
        for victim in scenario.victims {
            for swap in Swap::ALL {
                let lab = scenario.stage(folder);
                if let Err(why) = swap_once(scenario, &lab, (n, swap, victim)) {
                    failures.push(format!(
                        "{swap:?} of {victim} before effect {n} ({}): {why}",
                        plain.effects[n - 1]
                    ));
                }
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{:?}: {} failures\n{}",
        scenario.arguments,
        failures.len(),
        failures.join("\n")
    );
}

fn swap_once(
    scenario: &Scenario<'_>,
    lab: &Lab,
    (n, swap, victim): (usize, Swap, &str),
) -> Result<(), String> {
    let victim = lab.home().join(victim);
    let before = Picture::of(lab.home());
    let outcome = lab.lw_with(
        scenario.arguments,
        &Fault::RunBefore(n, swap.command(&victim)),
    );
    let fail = |why: String| Err(format!("{why}\n{outcome:#?}\n{:#?}", listing(lab)));
    if !outcome.hit {
        return fail("the fault was not hit".to_owned());
    }
    if !matches!(outcome.code, Some(0 | 3 | 4)) {
        return fail("unexpected exit".to_owned());
    }
    if let Some(lost) = lost(lab) {
        return fail(format!("lost: {lost}"));
    }
    if swap == Swap::ParentForLink {
        let beyond = with_suffix(swap.place(&victim), ".other").join(victim.file_name().unwrap());
        if !fs::read_to_string(beyond).is_ok_and(|text| text == SWAPPED_IN) {
            return fail("it worked through a link".to_owned());
        }
    }
    let code = outcome.code;
    let recovered: Outcome = lab.lw(&["recover"]);
    if let Some(lost) = lost(lab) {
        return fail(format!("lost by recover: {lost}\n{recovered:#?}"));
    }
    if code == Some(4) {
        let left = left_over(lab);
        if !left.is_empty() {
            return fail(format!("left over: {left:?}"));
        }
        swap.take_back(&victim);
        let differences = before.differences(&Picture::of(lab.home()));
        if !differences.is_empty() {
            return fail(format!("not as before: {differences:#?}"));
        }
    }
    Ok(())
}

/// The first content that is nowhere any more.
fn lost(lab: &Lab) -> Option<String> {
    let found = listing(lab);
    FILES
        .iter()
        .map(|file| content_of(file))
        .chain([LINK_TEXT.to_owned(), SWAPPED_IN.to_owned()])
        .find(|content| !found.iter().any(|(_, text)| text == content))
}

/// Every file and link of the lab with its content, quarantine included, the ledger left out.
fn listing(lab: &Lab) -> BTreeSet<(PathBuf, String)> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![lab.top().to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // FUSE keeps a removed file that was open under a hidden name, for a moment longer than its process.
            let Ok(stat) = fs::symlink_metadata(&path) else {
                continue;
            };
            let kind = stat.file_type();
            if kind.is_dir() {
                waiting.push(path);
            } else if kind.is_symlink() {
                let text = fs::read_link(&path).unwrap().display().to_string();
                found.insert((path, text));
            } else if let Ok(text) = fs::read_to_string(&path) {
                found.insert((path, text));
            }
        }
    }
    found.retain(|(path, _)| path.parent() != Some(lab.state()));
    found
}

fn left_over(lab: &Lab) -> Vec<PathBuf> {
    let paths = listing(lab).into_iter().map(|(path, _)| path);
    paths
        .filter(|path| {
            let text = path.display().to_string();
            path.starts_with(lab.state().join("locks"))
                || text.contains("/.linkwright-")
                || text.contains("/.lw-")
        })
        .collect()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap().to_os_string();
    name.push(suffix);
    path.with_file_name(name)
}
