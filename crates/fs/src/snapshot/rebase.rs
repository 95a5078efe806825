//! Links that lead into a source by an absolute text, made to lead to what is in the snapshot.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use super::take::{ROOT, Source, Taking};
use crate::stage::record::NodeId;

impl Taking<'_, '_> {
    /// Returns the relative text of a link in folder `id` that leads to the same place in the snapshot; `None` if it leads
    /// outside, or is relative already.
    pub(super) fn rebased(&self, id: NodeId, text: &OsStr) -> Option<OsString> {
        let mut levels = 0;
        let mut at = id;
        while at != ROOT {
            at = self.tree.node(at).parent;
            levels += 1;
        }
        rebased(self.request.sources, levels, Path::new(text))
    }
}

/// As [`Taking::rebased`], for a link so many levels below the folder that holds the sources.
fn rebased(sources: &[Source], levels: usize, text: &Path) -> Option<OsString> {
    // What '..' means behind a link, the text alone does not tell.
    if !text.is_absolute() || text.components().any(|part| part == Component::ParentDir) {
        return None;
    }
    let paths = sources.iter().flat_map(|source| {
        let paths = std::iter::once(&source.path).chain(&source.given);
        paths.map(move |path| (source, path))
    });
    // The innermost one, where one lies in another.
    let within = paths.filter(|(_, path)| text.starts_with(path));
    let (source, path) = within.max_by_key(|(_, path)| path.components().count())?;
    let rest = text.strip_prefix(path).ok()?;
    let mut relative: PathBuf = std::iter::repeat_n("..", levels).collect();
    relative.push(&source.name);
    if !rest.as_os_str().is_empty() {
        relative.push(rest);
    }
    Some(relative.into_os_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_into_a_source_lead_into_the_snapshot() {
        let source = |name: &str, path: &str| Source {
            name: name.into(),
            path: path.into(),
            given: None,
        };
        let top = if cfg!(windows) { r"C:\" } else { "/" };
        let at = |path: &str| format!("{top}{path}");
        let sources = [
            source("ann", &at("home/ann")),
            source("etc", &at("etc")),
            source("deep", &at("home/ann/deep")),
            Source {
                given: Some(at("home/ann/by-link").into()),
                ..source("far", &at("mnt/far"))
            },
        ];
        let text = |levels, text: &str| {
            rebased(&sources, levels, Path::new(text))
                .map(|text| text.to_str().map(|text| text.replace('\\', "/")))
        };
        let some = |text: &str| Some(Some(text.to_owned()));
        assert_eq!(text(1, &at("home/ann/x/y")), some("../ann/x/y"));
        assert_eq!(text(3, &at("etc")), some("../../../etc"));
        assert_eq!(text(0, &at("etc/hosts")), some("etc/hosts"));
        assert_eq!(text(2, &at("home/ann/deep/x")), some("../../deep/x"));
        assert_eq!(text(1, &at("mnt/far/x")), some("../far/x"));
        assert_eq!(text(1, &at("home/ann/by-link/x")), some("../far/x"));
        assert_eq!(text(1, &at("home/ann/by-link")), some("../far"));
        assert_eq!(text(2, &at("home/annabel/x")), None);
        assert_eq!(text(2, &at("usr/bin")), None);
        assert_eq!(text(2, "../x"), None);
        assert_eq!(text(2, &at("etc/../x")), None);
    }
}
