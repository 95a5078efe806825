//! A configuration of dotbot: each of its links becomes one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lw_fs::look;

use super::super::Refused;
use super::found::{NotFound, found};
use super::{Here, ImportRequest, Imported, no_import, read, refused};
use crate::import::{Config, DotbotLink, Globbing, Source, as_written};
use crate::manifest::{Entry, Wish, written_from_here};

pub(super) fn import(request: &ImportRequest<'_>, path: &Path) -> Result<Imported, Refused> {
    let bytes = read(path)?;
    let is_json = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let config = match is_json {
        true => Config::of_json(&bytes),
        false => Config::of_yaml(&bytes),
    };
    let config = config.map_err(|error| refused(path, error))?;
    let Some(folder) = path.parent() else {
        return Err(no_import(path, None, "it lies in no folder").into());
    };
    let mut importing = Importing {
        here: Here::new(request.machine, folder),
        file: path,
        imported: Imported::default(),
        taken: BTreeMap::new(),
    };
    importing.imported.left_out(path, config.left_out);
    for link in &config.links {
        importing.link(link)?;
    }
    if config.links.is_empty() {
        importing.imported.note(path, None, "it asks for no links");
    }
    importing.imported.notes.sort_by_key(|note| note.line);
    Ok(importing.imported)
}

struct Importing<'a> {
    here: Here<'a>,
    file: &'a Path,
    imported: Imported,
    /// Where links stand already, and what they lead to.
    taken: BTreeMap<PathBuf, PathBuf>,
}

impl Importing<'_> {
    fn note(&mut self, asked: &DotbotLink, why: &str) {
        let why = format!("'{}' {why}", asked.link);
        self.imported.note(self.file, asked.line, why);
    }

    fn link(&mut self, asked: &DotbotLink) -> Result<(), Refused> {
        let link = match as_written(&asked.link) {
            Ok(link) => link,
            Err(why) => {
                self.note(asked, &format!("is left out: {why}"));
                return Ok(());
            }
        };
        match &asked.source {
            Source::Path(target) => match as_written(target) {
                Ok(target) => self.add(asked, without_slash(&link), &target),
                Err(why) => self.note(asked, &format!("is left out: '{target}': {why}")),
            },
            Source::Glob(globbing) => match self.all(globbing) {
                Ok((start, paths)) => self.add_all(asked, &link, globbing, (&start, &paths)),
                Err(NotFound::Refused(refused)) => return Err(refused),
                Err(NotFound::Pattern(why)) => {
                    let pattern = &globbing.pattern;
                    self.note(asked, &format!("is left out: '{pattern}': {why}"));
                }
            },
        }
        Ok(())
    }

    /// Adds a link for all that a pattern matches now.
    fn add_all(
        &mut self,
        asked: &DotbotLink,
        link: &str,
        globbing: &Globbing,
        (pattern, paths): (&str, &BTreeSet<PathBuf>),
    ) {
        let mut count = 0_usize;
        for path in paths {
            let target = match path.strip_prefix(self.here.folder) {
                Ok(below) => below.to_str().map(written_from_here),
                Err(_) => self.here.written(path),
            };
            let (Some(target), Some(text)) = (target, path.to_str()) else {
                self.note(asked, "is not complete: TOML has no way to write a name");
                continue;
            };
            let name = format!("{}{}", globbing.prefix, below_pattern(pattern, text));
            let at = format!("{}/{}", without_slash(link), name.replace('$', "$$"));
            count += 1;
            self.add(asked, &at, &target);
        }
        let why = format!(
            "stands for what '{}' matches now, {count} in number; what comes later is not in it",
            globbing.pattern
        );
        self.note(asked, &why);
    }

    /// Adds one link, if it can be one.
    fn add(&mut self, asked: &DotbotLink, link: &str, target: &str) {
        let whole = |written: &str| {
            let whole = self.here.paths().whole(written);
            whole.map_err(|error| error.to_string())
        };
        let (place, leads_to) = match (whole(link), whole(target)) {
            (Ok(place), Ok(leads_to)) => (place, leads_to),
            (Err(why), _) | (_, Err(why)) => {
                return self.note(asked, &format!("is left out: {why}"));
            }
        };
        if look::followed(&leads_to).is_err() {
            return self.note(asked, &format!("is left out: nothing is at '{target}'"));
        }
        match self.taken.get(&place) {
            Some(other) if asked.when.os.is_empty() => {
                if *other != leads_to {
                    self.note(
                        asked,
                        "is asked for before; the first counts, as for dotbot",
                    );
                }
                return;
            }
            _ => {}
        }
        // What holds on one system alone does not take the name from the others.
        if asked.when.os.is_empty() {
            self.taken.insert(place, leads_to);
        }
        self.imported.entries.push(Entry {
            what: Wish::Link {
                link: link.to_owned(),
                target: target.to_owned(),
                kind: asked.kind,
                form: asked.form,
            },
            when: asked.when.clone(),
            note: None,
            line: 0,
        });
    }

    /// Returns the pattern made whole, and what it matches.
    fn all(&self, globbing: &Globbing) -> Result<(String, BTreeSet<PathBuf>), NotFound> {
        let (pattern, mut paths) = self.matched(&globbing.pattern)?;
        for exclude in &globbing.exclude {
            for path in self.matched(exclude)?.1 {
                paths.remove(&path);
            }
        }
        Ok((pattern, paths))
    }

    fn matched(&self, pattern: &str) -> Result<(String, BTreeSet<PathBuf>), NotFound> {
        let written = as_written(pattern).map_err(|why| NotFound::Pattern(why.to_owned()))?;
        let whole = self.here.paths().whole(&written);
        let whole = whole.map_err(|error| NotFound::Pattern(error.to_string()))?;
        // What stands before the pattern itself is a path, whatever letters are in it.
        let starts = std::iter::once(self.here.folder);
        let mut starts = starts.chain(self.here.homes.iter().map(PathBuf::as_path));
        let start = starts.find(|start| whole.starts_with(start));
        let start = start.or_else(|| whole.ancestors().last());
        let start = start.unwrap_or(self.here.folder);
        let below = whole.strip_prefix(start).unwrap_or(&whole);
        let text = whole.to_str().unwrap_or_default().to_owned();
        Ok((text, found(start, below)?))
    }
}

fn without_slash(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => path,
        plain => plain,
    }
}

/// Returns the part of a match that follows the last folder that it shares with the pattern's text, as dotbot has it.
fn below_pattern<'p>(pattern: &str, path: &'p str) -> &'p str {
    let shared: usize = pattern
        .chars()
        .zip(path.chars())
        .take_while(|(a, b)| a == b)
        .map(|(letter, _)| letter.len_utf8())
        .sum();
    let folder_end = path[..shared].rfind('/').map_or(0, |at| at + 1);
    &path[folder_end..]
}
