//! Trees for benchmarks: always the same for the same request.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

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

/// Makes a tree of empty files and of relative links that stay inside.
pub fn make(top: &Path, shape: Shape) {
    const FAN_OUT: usize = 20;
    fs::create_dir_all(top).unwrap();
    let mut folders = vec![top.to_path_buf()];
    for number in 0..shape.folders {
        let folder = folders[number / FAN_OUT].join(format!("folder-{number}"));
        fs::create_dir(&folder).unwrap();
        folders.push(folder);
    }
    for number in 0..shape.files {
        let folder = &folders[number % folders.len()];
        fs::File::create(folder.join(format!("file-{number}.txt"))).unwrap();
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
