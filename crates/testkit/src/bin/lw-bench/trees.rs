//! Trees for benchmarks: always the same for the same request.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// What a tree is to hold.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub folders: usize,
    pub files: usize,
    pub links: usize,
}

impl Shape {
    /// Number of entries below the top.
    pub fn entries(self) -> usize {
        self.folders + self.files + self.links
    }
}

/// How many folders each folder holds.
const FAN_OUT: usize = 20;

/// Returns the path of the `number`-th folder of a tree.
pub fn folder(top: &Path, number: usize) -> PathBuf {
    let parent = match number / FAN_OUT {
        0 => top.to_path_buf(),
        nth => folder(top, nth - 1),
    };
    parent.join(format!("folder-{number}"))
}

/// Makes a tree of empty files and of relative links that stay inside.
pub fn make(top: &Path, shape: Shape) {
    make_filled(top, shape, |_stays_empty| {});
}

/// Makes such a tree, and has each of its files filled as it is made.
pub fn make_filled(top: &Path, shape: Shape, mut fill: impl FnMut(&mut File)) {
    fs::create_dir_all(top).unwrap();
    let mut folders = vec![top.to_path_buf()];
    for number in 0..shape.folders {
        let folder = folders[number / FAN_OUT].join(format!("folder-{number}"));
        fs::create_dir(&folder).unwrap();
        folders.push(folder);
    }
    for number in 0..shape.files {
        let folder = &folders[number % folders.len()];
        fill(&mut File::create(folder.join(format!("file-{number}.txt"))).unwrap());
    }
    for number in 0..shape.links {
        let folder = &folders[number % folders.len()];
        symlink(
            format!("file-{number}.txt"),
            folder.join(format!("link-{number}")),
        )
        .unwrap();
    }
}

/// What a tree holds; the sum over its regular files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    pub files: u64,
    pub bytes: u64,
}

impl Held {
    /// Adds up a file, or everything below a folder; links are not followed and do not count.
    pub fn by(top: &Path) -> std::io::Result<Self> {
        let mut held = Self::default();
        let mut waiting = vec![top.to_path_buf()];
        while let Some(path) = waiting.pop() {
            let metadata = path.symlink_metadata()?;
            if metadata.is_dir() {
                for entry in path.read_dir()? {
                    waiting.push(entry?.path());
                }
            } else if metadata.is_file() {
                held.files += 1;
                held.bytes += metadata.len();
            }
        }
        Ok(held)
    }
}
