//! The same words given to both programs on the same tree, and what each made of it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lw_testkit::{Lab, skip};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

/// The program that is imitated, and the version whose manner it is.
const GNU: &str = "/usr/bin/ln";
const GNU_VERSION: &str = "ln (GNU coreutils) 9.1";

/// What only ours says.
const KEPT: &[u8] = b" was the last name of its content, which is kept in ";

/// So much is shown of what was tried.
const MOST_SHOWN_BYTES: usize = 4000;

/// Something in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    File(String),
    Folder,
    Symbolic(OsString),
    Hard(String),
    Fifo,
}

/// A tree, in the order in which it is made; what cannot be made is left out.
pub(crate) type Tree = Vec<(OsString, Node)>;

/// What a program is given.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    pub(crate) arguments: Vec<OsString>,
    pub(crate) answers: String,
    pub(crate) environment: Vec<(&'static str, String)>,
}

impl Words {
    pub(crate) fn new<S: AsRef<OsStr>>(arguments: &[S]) -> Self {
        Self {
            arguments: arguments
                .iter()
                .map(|word| word.as_ref().to_os_string())
                .collect(),
            answers: String::new(),
            environment: Vec::new(),
        }
    }
}

/// What a program made of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Result {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) tree: BTreeMap<String, String>,
}

/// A place where both programs are tried.
pub(crate) struct Bench {
    pub(crate) lab: Lab,
    ours: PathBuf,
}

impl Bench {
    /// Makes one; none where the program that is imitated is not there in the version that is.
    pub(crate) fn new() -> Option<Self> {
        let version = Command::new(GNU).arg("--version").output();
        let is_it = version.is_ok_and(|output| output.stdout.starts_with(GNU_VERSION.as_bytes()));
        if !is_it {
            skip::skip(
                "GNU ln 9.1",
                "another version says and does some things otherwise",
            );
            return None;
        }
        let lab = Lab::new(PROGRAM);
        let ours = lab.top().join("ln");
        symlink(PROGRAM, &ours).unwrap();
        Some(Self { lab, ours })
    }

    /// Returns what differs between the two, if anything does.
    pub(crate) fn differences(&self, tree: &Tree, words: &Words) -> Option<String> {
        let gnu = self.run(Path::new(GNU), tree, words);
        let ours = self.run(&self.ours, tree, words);
        (gnu != ours).then(|| {
            let mut text = format!("{words:?}\nin {tree:?}\n");
            text.truncate(text.floor_char_boundary(MOST_SHOWN_BYTES));
            for (what, gnu, ours) in [
                (
                    "code",
                    format!("{:?}", gnu.code),
                    format!("{:?}", ours.code),
                ),
                ("stdout", gnu.stdout.clone(), ours.stdout.clone()),
                ("stderr", gnu.stderr.clone(), ours.stderr.clone()),
                (
                    "tree",
                    format!("{:#?}", gnu.tree),
                    format!("{:#?}", ours.tree),
                ),
            ] {
                let (gnu, ours) = (lines(&gnu), lines(&ours));
                let only = |a: &[String], b: &[String]| -> Vec<String> {
                    a.iter().filter(|line| !b.contains(line)).cloned().collect()
                };
                if gnu != ours {
                    let (left, right) = (only(&gnu, &ours), only(&ours, &gnu));
                    text.push_str(&format!("{what}\n  GNU:  {left:#?}\n  ours: {right:#?}\n"));
                }
            }
            text
        })
    }

    pub(crate) fn gnu(&self, tree: &Tree, words: &Words) -> Result {
        self.run(Path::new(GNU), tree, words)
    }

    pub(crate) fn ours(&self, tree: &Tree, words: &Words) -> Result {
        self.run(&self.ours, tree, words)
    }

    fn run(&self, program: &Path, tree: &Tree, words: &Words) -> Result {
        // Two folders above the tree belong to it: what a program makes in '..' is seen, and gone the next time.
        let ground = self.lab.home().join("ground");
        if ground.exists() {
            fs::remove_dir_all(&ground).unwrap();
        }
        let work = ground.join("above/work");
        fs::create_dir_all(ground.join("above")).unwrap();
        make(&work, tree);
        let mut command = Command::new(program);
        command
            .arg0("ln")
            .args(&words.arguments)
            .current_dir(&work)
            .env_clear()
            .env("HOME", self.lab.home())
            .env("LW_HOME", self.lab.state())
            .env("LC_ALL", "C")
            .envs(words.environment.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that asks nothing does not read it, and may have ended.
        let _unread = child
            .stdin
            .take()
            .unwrap()
            .write_all(words.answers.as_bytes());
        let output = child.wait_with_output().unwrap();
        Result {
            code: output.status.code(),
            stdout: output.stdout.escape_ascii().to_string(),
            stderr: without_kept(&output.stderr).escape_ascii().to_string(),
            tree: picture(&ground),
        }
    }
}

fn lines(text: &str) -> Vec<String> {
    text.replace("\\n", "\n")
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Returns what was said without the sentences that only ours says.
pub(crate) fn without_kept(said: &[u8]) -> Vec<u8> {
    let mut rest = said.to_vec();
    let find = |bytes: &[u8]| bytes.windows(KEPT.len()).position(|window| window == KEPT);
    while let Some(at) = find(&rest) {
        let start = rest[..at]
            .windows(4)
            .rposition(|window| window == b"ln: ")
            .unwrap();
        let end = at + rest[at..].iter().position(|byte| *byte == b'\n').unwrap();
        rest.drain(start..=end);
    }
    rest
}

/// Makes a tree; what cannot be made, because its folder is none or its name is taken, is left out.
pub(crate) fn make(top: &Path, tree: &Tree) {
    fs::create_dir(top).unwrap();
    for (name, node) in tree {
        let path = top.join(name);
        let _left_out = match node {
            Node::File(text) if !path.exists() && !path.is_symlink() => fs::write(&path, text),
            Node::File(_) => Ok(()),
            Node::Folder => fs::create_dir(&path),
            Node::Symbolic(text) => symlink(text, &path),
            Node::Hard(target) => fs::hard_link(top.join(target), &path),
            Node::Fifo => {
                let made = Command::new("mkfifo")
                    .arg("--")
                    .arg(&path)
                    .stderr(Stdio::null())
                    .status();
                made.map(|_| ())
            }
        };
    }
}

/// Returns what each name below `top` is: kind, text or content, and which names are of one file.
pub(crate) fn picture(top: &Path) -> BTreeMap<String, String> {
    let mut names = Vec::new();
    collect(top, Path::new(""), &mut names);
    names.sort();
    let mut first_names = BTreeMap::new();
    let mut entries = BTreeMap::new();
    for name in names {
        let path = top.join(&name);
        let found = fs::symlink_metadata(&path).unwrap();
        let shown = name.as_os_str().as_bytes().escape_ascii().to_string();
        let first = first_names
            .entry(found.ino())
            .or_insert_with(|| shown.clone());
        let kind = found.file_type();
        let what = if kind.is_symlink() {
            let text = fs::read_link(&path).unwrap();
            format!("link to {}", text.as_os_str().as_bytes().escape_ascii())
        } else if kind.is_dir() {
            "folder".to_owned()
        } else if kind.is_file() {
            format!("file with {}", fs::read(&path).unwrap().escape_ascii())
        } else {
            "special".to_owned()
        };
        entries.insert(shown, format!("{what}, is {first}"));
    }
    entries
}

fn collect(top: &Path, below: &Path, names: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(top.join(below)).unwrap() {
        let name = below.join(entry.unwrap().file_name());
        if fs::symlink_metadata(top.join(&name)).unwrap().is_dir() {
            collect(top, &name, names);
        }
        names.push(name);
    }
}
