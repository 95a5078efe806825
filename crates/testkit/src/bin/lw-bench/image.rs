//! Volumes in image files: fresh ones, and copies that give each contender the same start.
//!
//! A loop device in front of an image reads and writes it past the page cache. Otherwise what is read back after
//! a file's own pages are dropped would come from the cached image, and no disk would have been looked at.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use lw_testkit::volumes::{attempt, output, run};

/// Size of every image; sparse, so only what is written takes room.
const IMAGE_BYTES: u64 = 8 << 30;

/// How the file system of an image is made; the image follows.
pub struct Format(&'static [&'static str]);

/// ext4, with its inode tables ready: otherwise a thread of the kernel writes them while something is timed.
pub const EXT4: Format = Format(&[
    "mkfs.ext4",
    "-q",
    "-F",
    "-E",
    "lazy_itable_init=0,lazy_journal_init=0",
]);

/// xfs.
pub const XFS: Format = Format(&["mkfs.xfs", "-q", "-f"]);

/// An image file; removed when dropped.
pub struct Image {
    path: PathBuf,
}

impl Image {
    /// Makes an empty volume in the file `path`.
    pub fn fresh(path: PathBuf, format: &Format) -> Self {
        let image = Self { path };
        let file = File::create_new(&image.path).unwrap();
        file.set_len(IMAGE_BYTES).unwrap();
        let (program, options) = format.0.split_first().unwrap();
        run(program, &[options, &[text(&image.path)]].concat());
        image
    }

    /// Copies an image that is not mounted.
    pub fn copy(&self, path: PathBuf) -> Self {
        let image = Self { path };
        let paths = [text(&self.path), text(&image.path)];
        run("cp", &[&["--sparse=always"], &paths[..]].concat());
        image
    }

    /// Mounts the image on the new folder `point`.
    pub fn mount(&self, point: PathBuf) -> Mount<'_> {
        fs::create_dir(&point).unwrap();
        let attach = ["--find", "--show", "--direct-io=on", text(&self.path)];
        let device = output("losetup", &attach);
        let mounted = attempt("mount", &[&device, text(&point)]);
        let direct = output("losetup", &["--noheadings", "--output", "DIO", &device]);
        // A device in use is detached when it no longer is, so whatever unmounts it also frees it.
        run("losetup", &["--detach", &device]);
        mounted.unwrap_or_else(|problem| panic!("{problem}"));
        let mount = Mount {
            point,
            _image: self,
        };
        assert_eq!(direct, "1", "{}: no direct I/O", self.path.display());
        mount
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        report(fs::remove_file(&self.path).map_err(|error| error.to_string()));
    }
}

/// A mounted image; unmounted when dropped.
pub struct Mount<'a> {
    point: PathBuf,
    _image: &'a Image,
}

impl Mount<'_> {
    /// Returns where it is mounted.
    pub fn path(&self) -> &Path {
        &self.point
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        report(attempt("umount", &[text(&self.point)]));
        report(fs::remove_dir(&self.point).map_err(|error| error.to_string()));
    }
}

/// Says what could not be cleaned up; the rest still is, and the benchmark's own failure matters more.
fn report<T>(cleaned: Result<T, String>) {
    if let Err(problem) = cleaned {
        eprintln!("not cleaned up: {problem}");
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
