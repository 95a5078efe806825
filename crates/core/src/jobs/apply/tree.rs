//! A tree: each file of a folder linked into another, one link for a whole folder where nothing else is in it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use globset::{GlobSet, GlobSetBuilder};
use lw_fs::look::{self, End, Kind};

use super::standing::Whose;
use super::wanted::{All, Foldable, Unfolded, Wanted};
use super::{Conflict, Conflicts};
use crate::jobs::inventory::glob;
use crate::jobs::link::LinkKind;
use crate::jobs::{Refused, TextForm};
use crate::manifest::{DotNames, Folding, TreeKind};

/// The deepest that a tree is gone into: by then the paths are longer than the system takes.
const MAX_DEPTH: usize = 2000;

/// What a tree has that is never linked: the store of the version control around it.
const NEVER: [&str; 1] = [".git"];

/// A folder whose files are to be linked into another.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) source: PathBuf,
    pub(super) into: PathBuf,
    pub(super) kind: TreeKind,
    pub(super) folding: Folding,
    pub(super) dot_names: DotNames,
    pub(super) ignore: Vec<String>,
    pub(super) line: usize,
}

/// A tree with its patterns ready.
struct Ready<'a> {
    tree: &'a Tree,
    ignored: Ignored,
}

/// What a tree leaves out.
struct Ignored {
    /// Names, or paths below the source.
    anywhere: GlobSet,
    /// Paths below the source alone: the patterns that begin with a slash.
    from_source: GlobSet,
}

/// Something in a tree, on its way to a name.
#[derive(Clone, Copy)]
struct Leaf<'a> {
    of: &'a Ready<'a>,
    kind: Kind,
}

/// Where what the trees ask for is gathered.
struct Gathering<'a> {
    links: &'a mut Vec<Wanted>,
    folders: &'a mut Vec<PathBuf>,
    unfolded: &'a mut Vec<Unfolded>,
    foldable: &'a mut Vec<Foldable>,
    conflicts: &'a mut Conflicts,
}

/// Adds what the trees ask for. Several may fill one folder.
pub(super) fn expand(
    trees: &[Tree],
    all: &mut All,
    conflicts: &mut Conflicts,
) -> Result<(), Refused> {
    let mut ready = Vec::new();
    for tree in trees {
        match (patterns(tree), look::followed(&tree.source)) {
            (Err(why), _) => conflicts.add(tree.line, tree.source.clone(), Conflict::Bad(why)),
            (_, Ok(entry)) if entry.kind != Kind::Directory => {
                let why = "it is no folder".to_owned();
                conflicts.add(tree.line, tree.source.clone(), Conflict::Bad(why));
            }
            (_, Err(error)) => {
                conflicts.add(tree.line, tree.source.clone(), Conflict::Bad(error.cause()));
            }
            (Ok(ignored), Ok(_)) => ready.push(Ready { tree, ignored }),
        }
    }
    let mut into: BTreeMap<&Path, Vec<(&Ready<'_>, PathBuf)>> = BTreeMap::new();
    for one in &ready {
        let sources = into.entry(&one.tree.into).or_default();
        sources.push((one, one.tree.source.clone()));
    }
    let mut gathering = Gathering {
        links: &mut all.links,
        folders: &mut all.folders,
        unfolded: &mut all.unfolded,
        foldable: &mut all.foldable,
        conflicts,
    };
    for (folder, sources) in into {
        gathering.folder(folder, &sources, Standing::AsItIs, 0)?;
    }
    Ok(())
}

fn patterns(tree: &Tree) -> Result<Ignored, String> {
    let (mut anywhere, mut from_source) = (GlobSetBuilder::new(), GlobSetBuilder::new());
    for pattern in &tree.ignore {
        let (set, plain) = match pattern.strip_prefix('/') {
            Some(below) => (&mut from_source, below),
            None => (&mut anywhere, pattern.as_str()),
        };
        set.add(
            glob(plain)
                .map_err(|error| format!("the pattern '{pattern}' is none: {}", error.kind()))?,
        );
    }
    let ready = |set: GlobSetBuilder| set.build().map_err(|error| error.to_string());
    Ok(Ignored {
        anywhere: ready(anywhere)?,
        from_source: ready(from_source)?,
    })
}

/// Whether the disk tells what is in a folder, or it is only going to be there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    AsItIs,
    New,
}

impl Gathering<'_> {
    /// Fills a folder from all that have something for it.
    fn folder(
        &mut self,
        folder: &Path,
        sources: &[(&Ready<'_>, PathBuf)],
        standing: Standing,
        depth: usize,
    ) -> Result<(), Refused> {
        let line = sources.first().map_or(0, |(of, _)| of.tree.line);
        if depth > MAX_DEPTH {
            let why = "it is too deep".to_owned();
            self.conflicts
                .add(line, folder.to_path_buf(), Conflict::Bad(why));
            return Ok(());
        }
        let mut names: BTreeMap<OsString, Vec<(Leaf<'_>, PathBuf)>> = BTreeMap::new();
        for (of, source) in sources {
            for name in look::content::names(source)? {
                let path = source.join(&name);
                if is_left_out(of, &path, &name) {
                    continue;
                }
                let Some(entry) = look::entry_if_any(&path)? else {
                    continue;
                };
                let leaf = Leaf {
                    of,
                    kind: entry.kind,
                };
                let leaves = names.entry(shown_name(of.tree, &name)).or_default();
                leaves.push((leaf, path));
            }
        }
        for (name, leaves) in names {
            self.name(&folder.join(name), &leaves, standing, depth)?;
        }
        Ok(())
    }

    /// Decides about one name.
    fn name(
        &mut self,
        at: &Path,
        leaves: &[(Leaf<'_>, PathBuf)],
        standing: Standing,
        depth: usize,
    ) -> Result<(), Refused> {
        let are_folders = leaves.iter().all(|(leaf, _)| leaf.kind == Kind::Directory);
        let [(leaf, path), others @ ..] = leaves else {
            return Ok(());
        };
        let tree = leaf.of.tree;
        if !are_folders {
            if let Some((other, _)) = others.first() {
                let other_line = other.of.tree.line;
                let conflict = Conflict::Twice {
                    other_line: tree.line,
                };
                self.conflicts.add(other_line, at.to_path_buf(), conflict);
                return Ok(());
            }
            self.links.push(wanted(leaf, at, path));
            return Ok(());
        }
        let may_fold =
            others.is_empty() && tree.folding == Folding::Fold && tree.kind == TreeKind::Symbolic;
        let sources: Vec<(&Ready<'_>, PathBuf)> = leaves
            .iter()
            .map(|(leaf, path)| (leaf.of, path.clone()))
            .collect();
        let there = match standing {
            Standing::New => None,
            Standing::AsItIs => look::entry_if_any(at)?.map(|entry| entry.kind),
        };
        match there {
            None if may_fold => self.links.push(wanted(leaf, at, path)),
            None => {
                self.folders.push(at.to_path_buf());
                self.folder(at, &sources, Standing::New, depth + 1)?;
            }
            Some(kind) if kind.is_link() => {
                if may_fold {
                    // Whether it is the right one is seen where all links are looked at.
                    self.links.push(wanted(leaf, at, path));
                } else {
                    let whose = match leads_to_one_of(at, leaves) {
                        true => Whose::Ours,
                        false => Whose::Nobodys,
                    };
                    self.unfold(at, &sources, (whose, tree.line), depth)?;
                }
            }
            Some(kind) if kind != Kind::Directory => {
                let conflict = Conflict::NoFolder {
                    at: at.to_path_buf(),
                    kind,
                    end: Some(kind),
                };
                self.conflicts.add(tree.line, at.to_path_buf(), conflict);
            }
            Some(_) => {
                if may_fold {
                    self.foldable.push(Foldable {
                        folder: at.to_path_buf(),
                        source: path.clone(),
                        line: tree.line,
                    });
                }
                self.folder(at, &sources, Standing::AsItIs, depth + 1)?;
            }
        }
        Ok(())
    }

    /// One link stands for a folder of which each file is to be linked.
    fn unfold(
        &mut self,
        at: &Path,
        sources: &[(&Ready<'_>, PathBuf)],
        (whose, line): (Whose, usize),
        depth: usize,
    ) -> Result<(), Refused> {
        let (mut links, mut folders, mut deeper) = (Vec::new(), Vec::new(), Vec::new());
        let mut none_there = Vec::new();
        let mut inside = Gathering {
            links: &mut links,
            folders: &mut folders,
            unfolded: &mut deeper,
            foldable: &mut none_there,
            conflicts: self.conflicts,
        };
        inside.folder(at, sources, Standing::New, depth + 1)?;
        self.unfolded.push(Unfolded {
            folder: at.to_path_buf(),
            links,
            folders,
            whose,
            line,
        });
        Ok(())
    }
}

fn wanted(leaf: &Leaf<'_>, at: &Path, target: &Path) -> Wanted {
    Wanted {
        link: at.to_path_buf(),
        target: target.to_path_buf(),
        kind: match leaf.of.tree.kind {
            // A link in a tree has its own text; one more name of it would be no help to what ignores links.
            TreeKind::Hard if leaf.kind == Kind::File => LinkKind::Hard,
            _ => LinkKind::Fitting,
        },
        form: TextForm::Fitting,
        line: leaf.of.tree.line,
    }
}

fn leads_to_one_of(at: &Path, leaves: &[(Leaf<'_>, PathBuf)]) -> bool {
    let End::Found { entry, .. } = look::resolve(at).end else {
        return false;
    };
    leaves.iter().any(|(_, path)| {
        look::followed(path).is_ok_and(|own| own.identity.is_same_now(&entry.identity))
    })
}

fn is_left_out(of: &Ready<'_>, path: &Path, name: &OsStr) -> bool {
    let below = path.strip_prefix(&of.tree.source).unwrap_or(path);
    NEVER.iter().any(|never| name == *never)
        || look::tree::is_quarantine_name(name)
        || of.ignored.anywhere.is_match(Path::new(name))
        || of.ignored.anywhere.is_match(below)
        || of.ignored.from_source.is_match(below)
}

/// `dot-name` stands for `.name`, where the entry says so: files that begin with a dot are hidden in a repository too.
fn shown_name(tree: &Tree, name: &OsStr) -> OsString {
    let plain = || name.to_os_string();
    if tree.dot_names == DotNames::Keep {
        return plain();
    }
    match name.to_str().and_then(|name| name.strip_prefix("dot-")) {
        Some(rest) if !matches!(rest, "" | "." | "..") => OsString::from(format!(".{rest}")),
        _ => plain(),
    }
}
