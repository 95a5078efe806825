//! A volume of NTFS, a lab beside it, and buffers that the product's own codec has no part in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lw_testkit::volumes::{FileSystem, Mounted};
use lw_testkit::{Fault, Lab, Outcome};
use rustix::fs::XattrFlags;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");
const REPARSE: &str = "system.ntfs_reparse_data";

/// A volume that is drive C:, and a state folder elsewhere.
pub struct Ground {
    pub volume: Mounted,
    lab: Lab,
}

impl Ground {
    pub fn new() -> Option<Self> {
        let volume = Mounted::new(FileSystem::Ntfs3g, 32)?;
        let lab = Lab::new(PROGRAM);
        fs::create_dir_all(lab.state()).unwrap();
        let ground = Self { volume, lab };
        ground.set_drives(&[("C", ground.volume.path())]);
        Some(ground)
    }

    pub fn set_drives(&self, drives: &[(&str, &Path)]) {
        let mut text = "[drives]\n".to_owned();
        for (letter, folder) in drives {
            text.push_str(&format!("{letter} = {:?}\n", folder.to_str().unwrap()));
        }
        fs::write(self.lab.state().join("settings.toml"), text).unwrap();
    }

    pub fn lab(&self) -> &Lab {
        &self.lab
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.volume.path().join(path)
    }

    fn words(&self, arguments: &[&str]) -> Vec<String> {
        let here = self.volume.path().to_str().unwrap();
        arguments
            .iter()
            .map(|word| word.replace("C:/", &format!("{here}/")))
            .collect()
    }

    /// Runs the program; `C:/` in the arguments is the root of the volume.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.lab.lw(&self.words(arguments))
    }

    pub fn lw(&self, arguments: &[&str]) -> Outcome {
        self.lab.lw_ok(&self.words(arguments))
    }

    pub fn lw_with(&self, arguments: &[&str], fault: &Fault) -> Outcome {
        self.lab.lw_with(&self.words(arguments), fault)
    }

    /// Runs the program; `C:/` at the beginning of an argument is the root of the volume, and nothing else is.
    pub fn run_as_typed(&self, arguments: &[&str]) -> Outcome {
        let here = self.volume.path().to_str().unwrap();
        let word = |word: &&str| match word.strip_prefix("C:/") {
            Some(below) => format!("{here}/{below}"),
            None => (*word).to_owned(),
        };
        let words: Vec<String> = arguments.iter().map(word).collect();
        self.lab.lw(&words)
    }

    /// Takes the operation back that `outcome` is of.
    pub fn undo(&self, outcome: &Outcome) -> Outcome {
        let (_, id) = outcome.stdout.rsplit_once("lw undo ").unwrap();
        self.lw(&["undo", id.trim(), "--yes"])
    }

    /// What is on the volume, the quarantine left out: kind and content, target text, or reparse point.
    pub fn view(&self) -> BTreeMap<PathBuf, String> {
        let mut all = BTreeMap::new();
        look(self.volume.path(), Path::new(""), &mut all);
        all
    }

    /// Fails if anything hidden of ours is left at the top.
    pub fn assert_nothing_left(&self, what: &str) {
        let names = fs::read_dir(self.volume.path()).unwrap();
        let left: Vec<_> = names
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| name.as_encoded_bytes().starts_with(b".linkwright"))
            .collect();
        assert!(left.is_empty(), "{what}: {left:?}");
    }

    /// Unmounts, has the volume looked through, mounts again, and fails unless all is as it was.
    pub fn remount(&self) {
        let before = self.view();
        self.volume.check_ntfs();
        assert_eq!(self.view(), before);
    }
}

fn look(top: &Path, below: &Path, all: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(top.join(below)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".linkwright") {
            continue;
        }
        let path = below.join(&name);
        let whole = top.join(&path);
        let kind = fs::symlink_metadata(&whole).unwrap().file_type();
        let words = match point(&whole) {
            Some(bytes) => format!("reparse {bytes:02x?}"),
            None if kind.is_symlink() => format!("plain {:?}", fs::read_link(&whole).unwrap()),
            None if kind.is_dir() => {
                look(top, &path, all);
                "folder".to_owned()
            }
            None => format!("file {:?}", fs::read(&whole).unwrap()),
        };
        all.insert(path, words);
    }
}

/// The reparse point at a path, if there is one.
pub fn point(path: &Path) -> Option<Vec<u8>> {
    let mut room = vec![0; 16 * 1024];
    let length = rustix::fs::lgetxattr(path, REPARSE, &mut room).ok()?;
    room.truncate(length);
    Some(room)
}

/// Makes something with a reparse point, without the product.
pub fn plant(path: &Path, bytes: &[u8], is_folder: bool) {
    match is_folder {
        true => fs::create_dir(path).unwrap(),
        false => fs::write(path, "").unwrap(),
    }
    rustix::fs::lsetxattr(path, REPARSE, bytes, XattrFlags::empty()).unwrap();
    // The kernel answers EIO once.
    let _stale = fs::symlink_metadata(path);
    assert!(fs::symlink_metadata(path).unwrap().is_symlink());
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn buffer(tag: u32, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&tag.to_le_bytes()[..], &length.to_le_bytes(), &[0, 0], data].concat()
}

fn fields(fields: [usize; 4]) -> Vec<u8> {
    let number = |field: usize| u16::try_from(field).unwrap().to_le_bytes();
    fields.into_iter().flat_map(number).collect()
}

/// What mklink /J writes.
pub fn junction(target: &str) -> Vec<u8> {
    mount_point(&format!(r"\??\{target}"), target)
}

pub fn mount_point(substitute: &str, print: &str) -> Vec<u8> {
    let (substitute, print) = (wide(substitute), wide(print));
    let head = fields([0, substitute.len(), substitute.len() + 2, print.len()]);
    buffer(
        0xA000_0003,
        &[&head[..], &substitute, &[0, 0], &print, &[0, 0]].concat(),
    )
}

/// What mklink writes for a relative target.
pub fn relative(target: &str) -> Vec<u8> {
    symbolic(target, target, 1)
}

/// What mklink writes for a target on a drive.
pub fn absolute(target: &str) -> Vec<u8> {
    symbolic(&format!(r"\??\{target}"), target, 0)
}

pub fn symbolic(substitute: &str, print: &str, flags: u32) -> Vec<u8> {
    let (substitute, print) = (wide(substitute), wide(print));
    let head = fields([print.len(), substitute.len(), 0, print.len()]);
    buffer(
        0xA000_000C,
        &[&head[..], &flags.to_le_bytes(), &print, &substitute].concat(),
    )
}

/// What the Windows Subsystem for Linux writes.
pub fn wsl(target: &str) -> Vec<u8> {
    buffer(
        0xA000_001D,
        &[&2_u32.to_le_bytes()[..], target.as_bytes()].concat(),
    )
}

/// What stands for a program of the Store.
pub fn app_link(program: &str) -> Vec<u8> {
    let mut data = 3_u32.to_le_bytes().to_vec();
    for text in ["Pack_1", "Pack_1!App", program, "0"] {
        data.extend(wide(text));
        data.extend([0, 0]);
    }
    buffer(0x8000_001B, &data)
}

/// A file whose content lies in a cloud.
pub fn placeholder() -> Vec<u8> {
    buffer(0x9000_601A, &[1, 2, 3, 4])
}
