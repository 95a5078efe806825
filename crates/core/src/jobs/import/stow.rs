//! A folder of GNU Stow: each folder in it is a package, and becomes a tree.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use lw_fs::look::{self, Kind};

use super::super::{Refused, Surroundings};
use super::{Here, ImportRequest, Imported, no_import, read, refused};
use crate::import::{BUILT_IN_IGNORE_LIST, IgnoreList, LOCAL_IGNORE_LIST, StowOptions};
use crate::manifest::{DotNames, Entry, Folding, TreeKind, When, Wish, written_from_here};

/// Name of the file that Stow reads its options from, in the home folder and where it is called.
const OPTIONS: &str = ".stowrc";

/// Name of the ignore list in the home folder.
const GLOBAL_IGNORE_LIST: &str = ".stow-global-ignore";

/// The deepest that a package is searched for names that begin with `dot-`.
const MAX_DEPTH: usize = 100;

pub(super) fn import(
    around: &Surroundings,
    request: &ImportRequest<'_>,
    folder: &Path,
) -> Result<Imported, Refused> {
    let here = Here::new(request.machine, folder);
    let mut imported = Imported::default();
    let options = options(&here, &mut imported)?;
    let into = match (request.into, &options.target) {
        (Some(into), _) => around.leading_to(into)?,
        (None, Some(target)) => target_of(&here, target)?,
        (None, None) => folder.parent().unwrap_or(folder).to_path_buf(),
    };
    let Some(into_written) = here.written(&into) else {
        return Err(no_import(&into, None, "TOML has no way to write its name").into());
    };
    let usual = usual_list(&here, &mut imported)?;
    for package in packages(folder, &mut imported)? {
        let path = folder.join(&package);
        let own = path.join(LOCAL_IGNORE_LIST);
        let mut ignore = match is_file(&own) {
            true => list_in(&own, &mut imported)?,
            false => usual.clone(),
        };
        let dot_names = match options.dotfiles || request.dot_names == DotNames::Translate {
            true => DotNames::Translate,
            false => told_dot_names(&path, &into, &mut imported)?,
        };
        ignore.extend(options.ignore.iter().cloned());
        imported.entries.push(Entry {
            what: Wish::Tree {
                source: written_from_here(&package),
                into: into_written.clone(),
                kind: TreeKind::Symbolic,
                folding: match options.no_folding {
                    true => Folding::Unfold,
                    false => Folding::Fold,
                },
                dot_names,
                ignore,
            },
            when: When::default(),
            note: None,
            line: 0,
        });
    }
    if imported.entries.is_empty() {
        let why = "no folder in it could be a package of GNU Stow";
        return Err(no_import(folder, None, why).into());
    }
    Ok(imported)
}

/// Reads the options in the home folder, and over them those in the folder itself.
fn options(here: &Here<'_>, imported: &mut Imported) -> Result<StowOptions, Refused> {
    let mut options = StowOptions::default();
    let mut files = vec![here.folder.join(OPTIONS)];
    if let Some(home) = here.homes.last()
        && home != here.folder
    {
        files.insert(0, home.join(OPTIONS));
    }
    for file in files {
        if !is_file(&file) {
            continue;
        }
        let bytes = read(&file)?;
        options.add(&bytes).map_err(|error| refused(&file, error))?;
        imported.left_out(&file, std::mem::take(&mut options.left_out));
        let names_another = options.folder.take().filter(|told| {
            let whole = here.paths().whole(told);
            let real = whole.ok().map(|whole| look::real_folder(&whole));
            !matches!(real, Some(Ok(real)) if real == here.folder)
        });
        if let Some(another) = names_another {
            let why = format!("the folder of Stow is '{another}' there; the one given counts");
            imported.note(&file, None, why);
        }
    }
    Ok(options)
}

/// A pipe would be waited for.
fn is_file(path: &Path) -> bool {
    look::followed(path).is_ok_and(|entry| entry.kind == Kind::File)
}

fn target_of(here: &Here<'_>, target: &str) -> Result<PathBuf, Refused> {
    let whole = here.paths().whole(target).map_err(|error| {
        let why = format!("--target={target}: {error}");
        no_import(&here.folder.join(OPTIONS), None, &why)
    })?;
    // A place that is not there yet is as good.
    Ok(look::real_folder(&whole).unwrap_or(whole))
}

/// Returns what packages leave out that say nothing themselves.
fn usual_list(here: &Here<'_>, imported: &mut Imported) -> Result<Vec<String>, Refused> {
    let global = here.homes.last().map(|home| home.join(GLOBAL_IGNORE_LIST));
    if let Some(global) = global
        && is_file(&global)
    {
        return list_in(&global, imported);
    }
    let built_in = IgnoreList::parse(BUILT_IN_IGNORE_LIST.as_bytes());
    Ok(built_in.map(|list| list.patterns).unwrap_or_default())
}

fn list_in(path: &Path, imported: &mut Imported) -> Result<Vec<String>, Refused> {
    let list = IgnoreList::parse(&read(path)?).map_err(|error| refused(path, error))?;
    imported.left_out(path, list.left_out);
    Ok(list.patterns)
}

/// Returns the names of the packages, sorted.
fn packages(folder: &Path, imported: &mut Imported) -> Result<Vec<String>, Refused> {
    let mut names = look::content::names(folder)?;
    names.sort();
    let mut packages = Vec::new();
    for name in names {
        let path = folder.join(&name);
        if name.as_encoded_bytes().starts_with(b".") || look::tree::is_quarantine_name(&name) {
            continue;
        }
        // A link to a folder is as good for a package; one that leads nowhere is none.
        let is_folder = look::followed(&path).is_ok_and(|entry| entry.kind == Kind::Directory);
        match name.to_str() {
            _ if !is_folder => {}
            Some(name) => packages.push(name.to_owned()),
            None => imported.note(&path, None, "left out: TOML has no way to write its name"),
        }
    }
    Ok(packages)
}

/// Returns what becomes of names that begin with `dot-` where no option tells: what has become of them.
fn told_dot_names(
    package: &Path,
    into: &Path,
    imported: &mut Imported,
) -> Result<DotNames, Refused> {
    let Some(found) = dot_name_below(package, 0)? else {
        return Ok(DotNames::Keep);
    };
    let as_it_is = into.join(found.strip_prefix(package).unwrap_or(&found));
    let stands = |path: &Path| look::followed(path).ok();
    if let (Some(link), Some(own)) = (stands(&as_it_is), stands(&found))
        && link.identity.is_same_now(&own.identity)
    {
        return Ok(DotNames::Keep);
    }
    let why = "is taken for a dotfile as by 'stow --dotfiles'; if it is none, take out 'dot-names'";
    imported.note(&found, None, why);
    Ok(DotNames::Translate)
}

/// Returns the first name in a package that begins with `dot-`, links not followed.
fn dot_name_below(folder: &Path, depth: usize) -> Result<Option<PathBuf>, Refused> {
    let mut names = look::content::names(folder)?;
    names.sort();
    let is_dot_name = |name: &OsStr| {
        let bytes = name.as_encoded_bytes();
        bytes.len() > 4 && bytes.starts_with(b"dot-")
    };
    if let Some(name) = names.iter().find(|name| is_dot_name(name)) {
        return Ok(Some(folder.join(name)));
    }
    for name in names {
        let path = folder.join(&name);
        let is_folder = look::entry_if_any(&path)?
            .is_some_and(|entry| entry.kind == Kind::Directory && name != ".git");
        if is_folder
            && depth < MAX_DEPTH
            && let Some(found) = dot_name_below(&path, depth + 1)?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
