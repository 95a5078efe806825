//! The tree that is moved about, what must be found of it, and where.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};

use lw_testkit::recorder::Recorder;
use lw_testkit::{Lab, Outcome};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

/// The length of the one long file.
const LONG_BYTES: usize = 3 * 1024 * 1024;
const SHORT_FILES: usize = 30;

/// Which volumes what is on, by number; the tree is on volume 0.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    /// The folder that the tree is moved into.
    pub store: usize,
    /// The state folder.
    pub state: usize,
}

/// A lab on volume 0 with a tree in it.
#[derive(Debug)]
pub struct Ground {
    lab: Lab,
    store: PathBuf,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

/// Where the tree stands: wholly here or wholly there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In its place.
    Home,
    /// In the store, with a link in its place.
    Stored,
}

impl Ground {
    /// Makes a new tree on volume 0 of `recorder`, and the rest on the volumes that `places` says.
    pub fn new(recorder: &Recorder, places: Places) -> Self {
        let mut lab = Lab::at(PROGRAM, recorder.mount_point(0));
        let store = match places.store {
            0 => lab.home().join("store"),
            other => recorder.mount_point(other).join("store"),
        };
        if places.state != 0 {
            lab.set_state(&recorder.mount_point(places.state).join("state"));
        }
        fs::create_dir(&store).unwrap();
        let files = files();
        let tree = lab.home().join("tree");
        for (path, bytes) in &files {
            let path = tree.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        fs::hard_link(tree.join("long"), tree.join("deep/long-again")).unwrap();
        fs::create_dir(tree.join("empty-folder")).unwrap();
        fs::write(lab.home().join("beside"), "beside").unwrap();
        symlink("../../beside", tree.join("deep/leads-out")).unwrap();
        symlink("deep/er/1", tree.join("leads-in")).unwrap();
        symlink("nowhere", tree.join("dangling")).unwrap();
        Self { lab, store, files }
    }

    /// Returns the home folder.
    pub fn home(&self) -> &Path {
        self.lab.home()
    }

    /// Returns the folder that the tree is moved into.
    pub fn store(&self) -> &str {
        self.store.to_str().unwrap()
    }

    /// Runs the program; nothing but the program itself writes to the volumes.
    pub fn lw(&self, arguments: &[&str]) -> Outcome {
        let output = self.lab.command().args(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Outcome {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            effects: Vec::new(),
            hit: false,
        }
    }

    /// Returns the number of operations that are on record as done.
    pub fn done_operations(&self) -> usize {
        let log = self.lw(&["log", "--json"]);
        let is_done = |line: &&str| line.contains(r#""state":"done""#);
        log.stdout.lines().filter(is_done).count()
    }

    /// Returns where the tree stands, or what is missing, changed, half done or left over.
    pub fn standing(&self) -> Result<Standing, String> {
        self.all_content_is_there()?;
        let tree = self.lab.home().join("tree");
        let stored = self.store.join("tree");
        let text = fs::read_link(&tree).ok();
        let standing = match (text, fs::symlink_metadata(&stored).is_ok()) {
            (Some(text), true) if self.lab.home().join(&text) == stored => Standing::Stored,
            (None, false) => Standing::Home,
            (text, _) => return Err(format!("half done: link {text:?}, stored {stored:?}")),
        };
        let left: Vec<_> = self
            .lab
            .leftovers()
            .into_iter()
            .filter(|path| path.starts_with(self.lab.home()))
            .collect();
        match left.is_empty() {
            true => Ok(standing),
            false => Err(format!("left over: {left:?}")),
        }
    }

    /// Returns what is missing or changed, seen from the place the tree had at first.
    fn all_content_is_there(&self) -> Result<(), String> {
        let tree = self.lab.home().join("tree");
        let again = fs::metadata(tree.join("deep/long-again"));
        let is_one_file = again.is_ok_and(|again| {
            fs::metadata(tree.join("long")).is_ok_and(|long| long.ino() == again.ino())
        });
        let by_links = [
            (tree.join("deep/leads-out"), b"beside".to_vec()),
            (tree.join("leads-in"), b"leads in".to_vec()),
            (self.lab.home().join("beside"), b"beside".to_vec()),
        ];
        let files = self.files.iter();
        let all = files.map(|(path, bytes)| (tree.join(path), bytes.clone()));
        for (path, wanted) in all.chain(by_links) {
            match fs::read(&path) {
                Ok(bytes) if bytes == wanted => {}
                Ok(bytes) => {
                    let lengths = (bytes.len(), wanted.len());
                    return Err(format!("changed (length, wanted: {lengths:?}): {path:?}"));
                }
                Err(error) => return Err(format!("{error}: {path:?}")),
            }
        }
        let dangling = fs::read_link(tree.join("dangling"));
        let rest = [
            ("the hard links are one file", is_one_file),
            ("the empty folder", tree.join("empty-folder").is_dir()),
            (
                "the dangling link",
                dangling.is_ok_and(|text| text == Path::new("nowhere")),
            ),
        ];
        match rest.iter().find(|(_, holds)| !holds) {
            None => Ok(()),
            Some((what, _)) => Err(format!("missing: {what}")),
        }
    }
}

/// Files by their path in the tree; some are empty, one is long.
fn files() -> BTreeMap<PathBuf, Vec<u8>> {
    let folders = ["", "deep", "deep/er", "deep/er/still", "wide"];
    let short = (0..SHORT_FILES).map(|nth| {
        let path = Path::new(folders[nth % folders.len()]).join(nth.to_string());
        let length = if nth % 6 == 0 { 0 } else { nth * nth * 37 };
        (path, pattern(nth, length))
    });
    let one = [(PathBuf::from("deep/er/1"), b"leads in".to_vec())];
    let long = [(PathBuf::from("long"), pattern(SHORT_FILES, LONG_BYTES))];
    short.chain(one).chain(long).collect()
}

/// Bytes of which no two stretches are alike, so that one in the place of another is noticed.
fn pattern(nth: usize, length: usize) -> Vec<u8> {
    let lines = (0..).flat_map(|line| format!("{nth}:{line}\n").into_bytes());
    lines.take(length).collect()
}
