//! Where the repository is, and which files belong to it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::outcome::Failure;

/// Folders deeper than this are not walked when git cannot be asked.
const WALK_DEPTH_LIMIT: usize = 24;

/// Returns the root of the repository, which is the folder above this package.
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}

/// Returns the paths, relative to `root` and with `/` between names, of every file git knows or would add.
///
/// Deleted files are left out. Without git, or outside a checkout, the folder is walked instead, passing over
/// hidden folders other than `.cargo`, `.ci` and `.github`, and over any folder named `target`.
pub fn files(root: &Path) -> Result<Vec<String>, Failure> {
    let mut paths = match git_files(root) {
        Some(paths) => paths,
        None => {
            let mut found = Vec::new();
            walk(root, "", WALK_DEPTH_LIMIT, &mut found)?;
            found
        }
    };
    paths.retain(|path| root.join(path).is_file());
    paths.sort();
    paths.dedup();
    Ok(paths)
}

fn git_files(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .output()
        .ok()?;
    if !output.status.success() {
        return None;
    }
    let names = output
        .stdout
        .split(|&byte| byte == 0)
        .filter(|name| !name.is_empty());
    Some(
        names
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect(),
    )
}

fn walk(
    root: &Path,
    folder: &str,
    depth_left: usize,
    found: &mut Vec<String>,
) -> Result<(), Failure> {
    let place = root.join(folder);
    let unreadable = |error| Failure::because(format!("could not list {}", place.display()), error);
    for entry in std::fs::read_dir(&place).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() {
            name.clone()
        } else {
            format!("{folder}/{name}")
        };
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_file() {
            found.push(path);
        } else if kind.is_dir() && depth_left > 0 && is_walked(&name) {
            walk(root, &path, depth_left - 1, found)?;
        }
    }
    Ok(())
}

fn is_walked(folder: &str) -> bool {
    folder != "target"
        && (!folder.starts_with('.') || matches!(folder, ".cargo" | ".ci" | ".github"))
}
