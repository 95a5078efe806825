//! Random trees and random operations against a reference model, then everything undone.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lw_testkit::{Lab, Outcome, Picture};
use proptest::prelude::*;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");
const CASES: u32 = 48;
const MAX_OPERATIONS: usize = 14;
const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// The most links the model follows.
const MAX_HOPS: usize = 40;

/// The model: what each path below the home folder holds. A link is what it *means*, as an absolute path, however
/// its text is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Model(BTreeMap<PathBuf, Node>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Folder,
    File(u32),
    Link(PathBuf),
    /// A link that led from one part of a tree to another when the tree was brought back. By its text it goes on to do
    /// so or leads to where the tree was, and texts are what the model does not know.
    Lost,
}

impl Model {
    /// Returns the link-free path that `path` leads to, if it leads to something.
    fn resolve(&self, path: &Path) -> Option<PathBuf> {
        let mut hops = 0;
        let mut at = PathBuf::new();
        let mut rest: Vec<PathBuf> = path.iter().rev().map(PathBuf::from).collect();
        while let Some(part) = rest.pop() {
            let next = at.join(part);
            match self.0.get(&next)? {
                Node::Link(to) => {
                    hops += 1;
                    if hops > MAX_HOPS {
                        return None;
                    }
                    at = PathBuf::new();
                    rest.extend(to.iter().rev().map(PathBuf::from));
                }
                Node::Lost => return None,
                Node::Folder => at = next,
                Node::File(_) if rest.is_empty() => at = next,
                Node::File(_) => return None,
            }
        }
        Some(at)
    }

    fn shift(&mut self, from: &Path, to: &Path) {
        let moved: Vec<_> = self
            .0
            .keys()
            .filter(|path| path.starts_with(from))
            .cloned()
            .collect();
        for path in moved {
            let node = self.0.remove(&path).unwrap();
            let new = if path == from {
                to.to_path_buf()
            } else {
                to.join(path.strip_prefix(from).unwrap())
            };
            self.0.insert(new, node);
        }
    }

    /// Loses the links that lead from one part of the tree at `top` to another.
    fn lose_inner_links(&mut self, top: &Path) {
        for (path, node) in &mut self.0 {
            if path.starts_with(top) && matches!(node, Node::Link(to) if to.starts_with(top)) {
                *node = Node::Lost;
            }
        }
    }

    fn forget(&mut self, path: &Path) {
        self.0.retain(|known, _| !known.starts_with(path));
    }

    fn pick(&self, index: usize, wanted: impl Fn(&Node) -> bool) -> Option<PathBuf> {
        let fitting: Vec<_> = self.0.iter().filter(|(_, node)| wanted(node)).collect();
        (!fitting.is_empty()).then(|| fitting[index % fitting.len()].0.clone())
    }
}

fn is_link(node: &Node) -> bool {
    matches!(node, Node::Link(_) | Node::Lost)
}

/// One random operation; the numbers choose among what there is.
#[derive(Debug, Clone)]
enum Operation {
    Link(usize, usize, usize),
    Replace(usize, usize),
    Move(usize, usize),
    BringBack(usize),
    Retarget(usize, usize),
    Remove(usize),
    /// To an absolute text or to a relative one.
    Convert(usize, bool),
    Undo,
}

fn operation() -> impl Strategy<Value = Operation> {
    let n = || 0..64_usize;
    prop_oneof![
        3 => (n(), n(), n()).prop_map(|(a, b, c)| Operation::Link(a, b, c)),
        1 => (n(), n()).prop_map(|(a, b)| Operation::Replace(a, b)),
        4 => (n(), n()).prop_map(|(a, b)| Operation::Move(a, b)),
        3 => n().prop_map(Operation::BringBack),
        1 => (n(), n()).prop_map(|(a, b)| Operation::Retarget(a, b)),
        1 => n().prop_map(Operation::Remove),
        2 => (n(), any::<bool>()).prop_map(|(a, b)| Operation::Convert(a, b)),
        2 => Just(Operation::Undo),
    ]
}

/// What the model expects of a command.
struct Expected {
    arguments: Vec<String>,
    /// The world afterwards; `None` if the command must be refused.
    after: Option<Model>,
}

fn expect(model: &Model, operation: &Operation) -> Option<Expected> {
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let is_above = |above: &Path, below: &Path| below.starts_with(above);
    match operation {
        Operation::Link(target, folder, name) => {
            let target = model.pick(*target, |node| !is_link(node))?;
            let link = match model.pick(*folder, |node| *node == Node::Folder) {
                Some(folder) => folder.join(NAMES[name % NAMES.len()]),
                None => PathBuf::from(NAMES[name % NAMES.len()]),
            };
            if model.0.get(&link) == Some(&Node::Lost) {
                return None;
            }
            let same = model.0.get(&link) == Some(&Node::Link(target.clone()));
            let taken = model.0.contains_key(&link) && !same;
            let after = (!taken && !is_above(&target, &link)).then(|| {
                let mut after = model.clone();
                after.0.insert(link.clone(), Node::Link(target.clone()));
                after
            });
            Some(Expected {
                arguments: vec!["link".into(), path(&target), path(&link)],
                after,
            })
        }
        Operation::Replace(target, old) => {
            let target = model.pick(*target, |node| !is_link(node))?;
            let old = model.pick(*old, |_| true)?;
            let refused = is_above(&target, &old) || is_above(&old, &target);
            let after = (!refused).then(|| {
                let mut after = model.clone();
                after.forget(&old);
                after.0.insert(old.clone(), Node::Link(target.clone()));
                after
            });
            let arguments = vec!["link".into(), "--replace".into(), path(&target), path(&old)];
            Some(Expected { arguments, after })
        }
        Operation::Move(source, folder) => {
            let source = model.pick(*source, |node| !is_link(node))?;
            let folder = model.pick(*folder, |node| *node == Node::Folder)?;
            let dest = folder.join(source.file_name()?);
            let refused = model.0.contains_key(&dest) || is_above(&source, &dest);
            let after = (!refused).then(|| {
                let mut after = model.clone();
                after.shift(&source, &dest);
                after.0.insert(source.clone(), Node::Link(dest.clone()));
                after
            });
            Some(Expected {
                arguments: vec!["move".into(), path(&source), path(&folder)],
                after,
            })
        }
        Operation::BringBack(link) => {
            let link = model.pick(*link, is_link)?;
            let Node::Link(to) = &model.0[&link] else {
                return None;
            };
            let parent = model
                .resolve(to.parent()?)
                .or((to.parent()? == Path::new("")).then(PathBuf::new));
            // Where a link is lost on the way, nothing is claimed.
            let target = parent?.join(to.file_name().unwrap());
            let target = Some(target)
                .filter(|target| model.0.get(target).is_some_and(|node| !is_link(node)));
            let target = target.filter(|target| !is_above(target, &link));
            let after = target.map(|target| {
                let mut after = model.clone();
                after.0.remove(&link);
                after.lose_inner_links(&target);
                after.shift(&target, &link);
                after
            });
            Some(Expected {
                arguments: vec!["bring-back".into(), path(&link)],
                after,
            })
        }
        Operation::Retarget(link, target) => {
            let link = model.pick(*link, is_link)?;
            let target = model.pick(*target, |node| !is_link(node))?;
            let after = (!is_above(&target, &link)).then(|| {
                let mut after = model.clone();
                after.0.insert(link.clone(), Node::Link(target.clone()));
                after
            });
            Some(Expected {
                arguments: vec!["retarget".into(), path(&link), path(&target)],
                after,
            })
        }
        Operation::Remove(link) => {
            let link = model.pick(*link, is_link)?;
            let mut after = model.clone();
            after.0.remove(&link);
            Some(Expected {
                arguments: vec!["remove".into(), path(&link)],
                after: Some(after),
            })
        }
        Operation::Convert(link, is_absolute) => {
            let link = model.pick(*link, is_link)?;
            // Of one that leads nowhere the text decides, and the model knows no texts.
            model.resolve(&link)?;
            let to = ["relative", "absolute"][usize::from(*is_absolute)];
            Some(Expected {
                arguments: vec!["convert".into(), "--to".into(), to.into(), path(&link)],
                after: Some(model.clone()),
            })
        }
        Operation::Undo => None,
    }
}

/// Fails unless the disk is what the model says. Of a link that the model knows to lead nowhere nothing is claimed.
fn compare(lab: &Lab, model: &Model) {
    let picture = Picture::of(lab.home());
    let on_disk: Vec<PathBuf> = picture.paths().map(Path::to_path_buf).collect();
    let known: Vec<PathBuf> = model.0.keys().cloned().collect();
    assert_eq!(on_disk, known);
    for (path, node) in &model.0 {
        let whole = lab.home().join(path);
        let kind = fs::symlink_metadata(&whole).unwrap().file_type();
        match node {
            Node::Folder => assert!(kind.is_dir(), "{}", path.display()),
            Node::File(content) => {
                assert_eq!(fs::read_to_string(&whole).unwrap(), content.to_string())
            }
            Node::Link(_) | Node::Lost => {
                assert!(kind.is_symlink(), "{}", path.display());
                if let Some(end) = model.resolve(path) {
                    let real = fs::canonicalize(&whole).ok();
                    assert_eq!(
                        real,
                        Some(lab.home().join(end)),
                        "{} leads elsewhere",
                        path.display()
                    );
                }
            }
        }
    }
}

fn build(lab: &Lab, tree: &[(usize, usize, bool)]) -> Model {
    let mut model = Model::default();
    for (number, (folder, name, is_folder)) in tree.iter().enumerate() {
        let parent = model
            .pick(*folder, |node| *node == Node::Folder)
            .unwrap_or_default();
        let path = parent.join(NAMES[name % NAMES.len()]);
        if model.0.contains_key(&path) {
            continue;
        }
        let whole = lab.home().join(&path);
        if *is_folder {
            fs::create_dir(&whole).unwrap();
            model.0.insert(path, Node::Folder);
        } else {
            fs::write(&whole, number.to_string()).unwrap();
            model
                .0
                .insert(path, Node::File(u32::try_from(number).unwrap()));
        }
    }
    model
}

fn play(tree: &[(usize, usize, bool)], operations: &[Operation]) {
    let lab = Lab::in_memory(PROGRAM);
    let mut model = build(&lab, tree);
    let start = Picture::of(lab.home());
    let mut stack: Vec<Model> = Vec::new();
    for operation in operations {
        if matches!(operation, Operation::Undo) {
            let outcome = lab.lw(&["undo"]);
            match stack.pop() {
                Some(before) => {
                    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
                    model = before;
                }
                None => assert_eq!(outcome.code, Some(4), "{outcome:#?}"),
            }
        } else if let Some(expected) = expect(&model, operation) {
            let outcome: Outcome = lab.lw(&expected.arguments);
            match expected.after {
                Some(after) => {
                    assert_eq!(
                        outcome.code,
                        Some(0),
                        "{:?} {outcome:#?}",
                        expected.arguments
                    );
                    if !outcome.stdout.starts_with("Nothing to do") {
                        stack.push(std::mem::replace(&mut model, after));
                    }
                }
                None => assert_eq!(
                    outcome.code,
                    Some(4),
                    "{:?} {outcome:#?}",
                    expected.arguments
                ),
            }
        }
        compare(&lab, &model);
    }
    for before in stack.into_iter().rev() {
        lab.lw_ok(&["undo"]);
        compare(&lab, &before);
    }
    let differences = start.differences(&Picture::of(lab.home()));
    assert!(
        differences.is_empty(),
        "undoing all did not give the start: {differences:#?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn random_operations_against_the_model(
        tree in prop::collection::vec((0..64_usize, 0..4_usize, prop::bool::weighted(0.6)), 3..14),
        operations in prop::collection::vec(operation(), 1..MAX_OPERATIONS),
    ) {
        play(&tree, &operations);
    }
}
