//! Random manifests over random trees: applied, they are in step; changed and pruned, they are as if made from nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lw_testkit::Lab;
use proptest::prelude::*;

use crate::ground::lab;

const CASES: u32 = 40;
const FILES: [&str; 6] = ["a", "b", "dir/c", "dir/d", "dir/deep/e", "other/f"];
const MANIFEST: &str = crate::ground::MANIFEST;

/// Which files each of two trees has, and what the manifest lists.
#[derive(Debug, Clone)]
struct World {
    trees: [Vec<bool>; 2],
    listed: Listed,
}

#[derive(Debug, Clone)]
struct Listed {
    trees: [bool; 2],
    fold: bool,
    hard: bool,
    links: Vec<(usize, usize)>,
}

fn listed() -> impl Strategy<Value = Listed> {
    let links = prop::collection::vec((0..4_usize, 0..FILES.len()), 0..4);
    (any::<[bool; 2]>(), any::<bool>(), any::<bool>(), links).prop_map(
        |(trees, fold, hard, mut links)| {
            links.sort_unstable();
            links.dedup_by_key(|link| link.0);
            Listed {
                trees,
                fold,
                hard,
                links,
            }
        },
    )
}

fn world() -> impl Strategy<Value = World> {
    let files = || prop::collection::vec(any::<bool>(), FILES.len());
    ([files(), files()], listed()).prop_map(|(mut trees, listed)| {
        // A name that both have is a mistake, and another test's.
        let [first, second] = &mut trees;
        for (taken, also) in first.iter().zip(second) {
            *also &= !taken;
        }
        World { trees, listed }
    })
}

impl World {
    fn lab(&self) -> Lab {
        let lab = lab("mkdir -p dot/t0 dot/t1");
        let write = |folder: &str, file: &str| {
            let path = lab.home().join("dot").join(folder).join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("{folder}/{file}")).unwrap();
        };
        for (number, file) in self.files() {
            write(&format!("t{number}"), file);
        }
        FILES.iter().for_each(|file| write("s", file));
        lab
    }

    /// The files of both trees.
    fn files(&self) -> impl Iterator<Item = (usize, &'static str)> {
        let of = |(number, files): (usize, &Vec<bool>)| {
            let there = FILES.into_iter().zip(files.clone());
            there.filter_map(move |(file, is_there)| is_there.then_some((number, file)))
        };
        self.trees.iter().enumerate().flat_map(of)
    }

    /// What each path below the home folder is to lead to.
    fn meant(&self, listed: &Listed) -> BTreeMap<PathBuf, String> {
        let of_trees = self
            .files()
            .filter(|(number, _)| listed.trees[*number])
            .map(|(number, file)| (Path::new("in").join(file), format!("t{number}/{file}")));
        let of_links = listed.links.iter().map(|(name, file)| {
            let link = Path::new("links").join(name.to_string());
            (link, format!("s/{}", FILES[*file]))
        });
        of_trees.chain(of_links).collect()
    }
}

impl Listed {
    fn write(&self, lab: &Lab) {
        let mut text = String::new();
        for number in (0..2).filter(|number| self.trees[*number]) {
            text.push_str(&format!("[[tree]]\nsource = 't{number}'\ninto = '~/in'\n"));
            text.push_str(&format!("fold = {}\n", self.fold));
            if self.hard {
                text.push_str("kind = 'hard'\n");
            }
        }
        for (name, file) in &self.links {
            let file = FILES[*file];
            text.push_str(&format!(
                "[[link]]\nlink = '~/links/{name}'\ntarget = 's/{file}'\n"
            ));
        }
        fs::write(lab.home().join(MANIFEST), text).unwrap();
    }
}

/// What can be read below the folders that the manifest fills.
fn found(lab: &Lab) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![PathBuf::from("in"), PathBuf::from("links")];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(lab.home().join(&folder)).into_iter().flatten() {
            let below = folder.join(entry.unwrap().file_name());
            let path = lab.home().join(&below);
            match path.is_dir() {
                true => waiting.push(below),
                false => drop(found.insert(below, fs::read_to_string(path).unwrap_or_default())),
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_manifests_against_the_model(world in world(), next in listed()) {
        let lab = world.lab();
        world.listed.write(&lab);
        let before = crate::ground::picture(&lab);
        lab.lw_ok(&["apply", "-y", MANIFEST]);
        prop_assert_eq!(found(&lab), world.meant(&world.listed));
        lab.lw_ok(&["status", MANIFEST]);
        let again = lab.lw_ok(&["apply", "-y", MANIFEST]);
        prop_assert!(again.stdout.starts_with("Nothing to do"), "{:#?}", again);
        next.write(&lab);
        lab.lw_ok(&["apply", "-y", "--prune", MANIFEST]);
        prop_assert_eq!(found(&lab), world.meant(&next));
        lab.lw_ok(&["status", MANIFEST]);
        // All of it is taken back, the last first.
        while lab.lw(&["undo", "-y"]).code == Some(0) {}
        world.listed.write(&lab);
        let differences = crate::ground::differences_in_content(&before, &lab);
        let others = differences.iter().filter(|line| !line.starts_with(MANIFEST));
        prop_assert_eq!(others.count(), 0, "{:#?}", differences);
    }
}
