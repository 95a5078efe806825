//! The repository as the rules see it: paths and contents, nothing else of the disk.

use std::collections::BTreeSet;
use std::path::Path;

use super::rust_source::RustSource;
use crate::outcome::Failure;
use crate::repository;

/// Folders whose files are data that tests feed in or compare with, kept byte for byte.
const DATA_FOLDERS: [&str; 3] = ["fixtures", "snapshots", "corpus"];

/// Endings of the files that people write.
const TEXT_ENDINGS: [&str; 12] = [
    "rs", "toml", "md", "sh", "py", "yml", "yaml", "json", "html", "css", "js", "service",
];

/// Every file of the repository.
pub struct Tree {
    /// The files in the order of their paths.
    pub files: Vec<SourceFile>,
    test_files: BTreeSet<String>,
}

/// One file.
pub struct SourceFile {
    /// Its path from the root of the repository, with `/` between names.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its content cut into tokens, when it is Rust and UTF-8.
    pub rust: Option<RustSource>,
}

impl SourceFile {
    /// Takes a file's path and content.
    pub fn new(path: &str, bytes: Vec<u8>) -> Self {
        let text = std::str::from_utf8(&bytes)
            .ok()
            .filter(|_| path.ends_with(".rs"));
        let rust = text.map(RustSource::new);
        Self {
            path: path.to_owned(),
            bytes,
            rust,
        }
    }

    /// Returns the content as text, unless it is not UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    /// Returns whether people write this file, so that the rules for text hold.
    pub fn is_written(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        let by_name = name
            .rsplit_once('.')
            .is_some_and(|(_, ending)| TEXT_ENDINGS.contains(&ending));
        (by_name || self.bytes.starts_with(b"#!"))
            && !DATA_FOLDERS.iter().any(|folder| self.is_in_any(folder))
    }

    /// Returns whether it lies in `folder` or is the module of that name: `a/b/` holds `a/b/c.rs` and `a/b.rs`.
    pub fn is_of(&self, folder: &str) -> bool {
        let module = folder.trim_end_matches('/');
        self.path.starts_with(folder) || self.path.strip_suffix(".rs") == Some(module)
    }

    /// Returns whether a folder of this name is anywhere on its path.
    pub fn is_in_any(&self, folder: &str) -> bool {
        let mut names = self.path.split('/');
        names.next_back();
        names.any(|name| name == folder)
    }
}

impl Tree {
    /// Reads every file of the repository at `root`.
    pub fn read(root: &Path) -> Result<Self, Failure> {
        let mut files = Vec::new();
        for path in repository::files(root)? {
            let bytes = std::fs::read(root.join(&path))
                .map_err(|error| Failure::because(format!("could not read {path}"), error))?;
            files.push(SourceFile::new(&path, bytes));
        }
        Ok(Self::new(files))
    }

    /// Takes files, in the order of their paths.
    pub fn new(files: Vec<SourceFile>) -> Self {
        let test_files = files.iter().flat_map(test_files_of).collect();
        Self { files, test_files }
    }

    /// Returns the Rust files with their tokens.
    pub fn rust(&self) -> impl Iterator<Item = (&SourceFile, &RustSource)> {
        self.files
            .iter()
            .filter_map(|file| Some((file, file.rust.as_ref()?)))
    }

    /// Returns whether the whole file is there for tests: in `tests/`, `benches/`, `fuzz/`, or a module under `#[cfg(test)]`.
    pub fn is_test(&self, file: &SourceFile) -> bool {
        let in_folder = ["tests", "benches", "fuzz"]
            .iter()
            .any(|folder| file.is_in_any(folder));
        in_folder || self.test_files.iter().any(|module| file.is_of(module))
    }

    /// Returns whether a file or folder of this path is part of the repository.
    pub fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let is_it = |file: &SourceFile| {
            file.path
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        path.is_empty() || self.files.iter().any(is_it)
    }
}

/// Returns the folders of the modules that a file declares for tests, as [`SourceFile::is_of`] takes them.
fn test_files_of(file: &SourceFile) -> Vec<String> {
    let Some(rust) = &file.rust else {
        return Vec::new();
    };
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let stem = name.trim_end_matches(".rs");
    let inside = if matches!(stem, "lib" | "main" | "mod") {
        folder.to_owned()
    } else {
        format!("{folder}/{stem}")
    };
    rust.test_modules()
        .iter()
        .map(|module| format!("{inside}/{module}/"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_module_in_its_own_file_is_test_code() {
        let file = |path: &str, text: &str| SourceFile::new(path, text.as_bytes().to_vec());
        let tree = Tree::new(vec![
            file(
                "crates/core/src/run.rs",
                "#[cfg(test)]\nmod cases;\nmod real;",
            ),
            file("crates/core/src/run/cases.rs", ""),
            file("crates/core/src/run/cases/more.rs", ""),
            file("crates/core/src/run/real.rs", ""),
            file("crates/core/tests/crash.rs", ""),
        ]);
        let tests: Vec<bool> = tree.files.iter().map(|file| tree.is_test(file)).collect();
        assert_eq!(tests, [false, true, true, false, true]);
    }

    #[test]
    fn folders_are_part_of_the_tree() {
        let tree = Tree::new(vec![SourceFile::new("docs/guide/start.md", Vec::new())]);
        assert!(
            tree.has("docs/guide") && tree.has("docs/guide/") && tree.has("docs/guide/start.md")
        );
        assert!(!tree.has("docs/gui") && !tree.has("guide"));
    }
}
