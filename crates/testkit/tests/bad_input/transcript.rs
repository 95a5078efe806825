//! A record of what the program was asked, what it answered, and that it touched nothing it should not.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lw_testkit::{Lab, Picture};

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

/// What one run ended with; the streams as bytes, as a shell would get them.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A lab, and the text of all that was asked and answered in it.
pub(crate) struct Transcript {
    pub(crate) lab: Lab,
    text: String,
    masks: Vec<(String, String)>,
    watched: Vec<PathBuf>,
    program: PathBuf,
    folder: PathBuf,
    user: Option<u32>,
}

impl Transcript {
    pub(crate) fn new() -> Self {
        Self::at(&std::env::temp_dir())
    }

    /// Begins a transcript in a lab on the volume of `folder`.
    pub(crate) fn at(folder: &Path) -> Self {
        let lab = Lab::at(PROGRAM, folder);
        let top = lab.top().to_str().unwrap().to_owned();
        Self {
            text: String::new(),
            masks: vec![(top, "[lab]".to_owned())],
            watched: vec![lab.home().to_path_buf()],
            program: PROGRAM.into(),
            folder: lab.home().to_path_buf(),
            user: None,
            lab,
        }
    }

    /// Writes `mask` where the text has `text`; what is masked first wins.
    pub(crate) fn mask(&mut self, text: impl Into<String>, mask: &str) {
        self.masks.push((text.into(), mask.to_owned()));
    }

    /// Watches another tree too, and calls it `mask`.
    pub(crate) fn watch(&mut self, top: &Path, mask: &str) {
        self.mask(top.to_str().unwrap(), mask);
        self.watched.push(top.to_path_buf());
    }

    /// Copies the program to `path` and runs the copy from now on.
    ///
    /// The copying is left to a process of its own: a descriptor of this one that is open for writing would be
    /// inherited by whatever another test starts just then, and a file that is open for writing cannot be run
    /// (ETXTBSY of execve(2)).
    pub(crate) fn run_from(&mut self, path: &Path) {
        let copied = Command::new("cp").arg(PROGRAM).arg(path).status().unwrap();
        assert!(copied.success(), "{}", path.display());
        self.program = path.to_path_buf();
    }

    /// Runs from another folder from now on.
    pub(crate) fn set_folder(&mut self, folder: &Path) {
        self.folder = folder.to_path_buf();
    }

    /// Runs as this user from now on; the lab becomes theirs.
    pub(crate) fn act_as(&mut self, user: u32) {
        for folder in [self.lab.top(), self.lab.home()] {
            std::os::unix::fs::chown(folder, Some(user), Some(user)).unwrap();
        }
        self.user = Some(user);
    }

    /// Returns the path below the home folder.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.lab.home().join(name)
    }

    /// Makes a folder below the home folder.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).unwrap();
        self.own(&path);
        path
    }

    /// Makes a file below the home folder; it holds its own name.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, name).unwrap();
        self.own(&path);
        path
    }

    /// Makes a symbolic link below the home folder.
    pub(crate) fn link(&self, text: impl AsRef<Path>, name: &str) -> PathBuf {
        let path = self.path(name);
        std::os::unix::fs::symlink(text, &path).unwrap();
        self.own(&path);
        path
    }

    fn own(&self, path: &Path) {
        if let Some(user) = self.user {
            for above in path
                .ancestors()
                .take_while(|above| *above != self.lab.home())
            {
                std::os::unix::fs::lchown(above, Some(user), Some(user)).unwrap();
            }
        }
    }

    /// Returns the program, ready to run.
    pub(crate) fn command(&self) -> Command {
        let like = self.lab.command();
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.folder)
            .env_clear()
            .stdin(Stdio::null());
        for (name, value) in like.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        command
    }

    /// Writes words of our own between the answers.
    pub(crate) fn remark(&mut self, words: &str) {
        self.text.push_str(&format!("# {words}\n"));
    }

    /// Runs the program and writes down what it was asked and what it answered.
    pub(crate) fn run<S: AsRef<OsStr>>(&mut self, arguments: &[S]) -> Answer {
        let output = self.command().args(arguments).output().unwrap();
        let answer = Answer {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        assert!(
            !answer.stderr.contains("panicked") && answer.code.is_some(),
            "{answer:#?}"
        );
        let asked: Vec<String> = arguments.iter().map(|word| shown(word.as_ref())).collect();
        self.text.push_str(&format!("$ lw {}\n", asked.join(" ")));
        self.text.push_str(&answer.stdout);
        if !answer.stderr.is_empty() {
            self.text.push_str(&answer.stderr);
        }
        if answer.code != Some(0) {
            self.text.push_str(&format!("[{}]\n", answer.code.unwrap()));
        }
        self.text.push('\n');
        answer
    }

    /// Runs the program, which must do what it was asked.
    pub(crate) fn done<S: AsRef<OsStr>>(&mut self, arguments: &[S]) -> Answer {
        let answer = self.run(arguments);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        answer
    }

    /// Runs the program, which must refuse with exit code 4 before it touches anything.
    pub(crate) fn refused<S: AsRef<OsStr>>(&mut self, arguments: &[S]) -> Answer {
        self.ends(4, arguments)
    }

    /// Runs the program, which must end with `code` and a whole message before it touches anything.
    pub(crate) fn ends<S: AsRef<OsStr>>(&mut self, code: i32, arguments: &[S]) -> Answer {
        let before = self.look();
        let pictures = self.pictures();
        let answer = self.run(arguments);
        assert_eq!(answer.code, Some(code), "{answer:#?}");
        assert_eq!(before, self.look(), "{answer:#?}");
        assert_eq!(pictures, self.pictures(), "{answer:#?}");
        if code != 2 {
            assert_is_whole(&answer);
        }
        answer
    }

    /// Runs the program, which must fail with `code` and leave all content as it was; times of folders may change.
    pub(crate) fn fails<S: AsRef<OsStr>>(&mut self, code: i32, arguments: &[S]) -> Answer {
        let pictures = self.pictures();
        let answer = self.run(arguments);
        assert_eq!(answer.code, Some(code), "{answer:#?}");
        assert_eq!(pictures, self.pictures(), "{answer:#?}");
        assert_is_whole(&answer);
        answer
    }

    /// Returns everything `find` knows of the watched trees, times of change included.
    pub(crate) fn look(&self) -> String {
        self.watched.iter().map(|top| everything_in(top)).collect()
    }

    fn pictures(&self) -> Vec<Picture> {
        self.watched.iter().map(|top| Picture::of(top)).collect()
    }

    /// Compares the transcript with the one that was read and found good.
    pub(crate) fn compare(self, name: &str) {
        self.compare_with(name, (r"process \d+", "process [pid]"));
    }

    /// Compares the transcript, with one more pattern and what is written in its place.
    pub(crate) fn compare_with(self, name: &str, filter: (&str, &str)) {
        let mut text = self.text;
        for (from, to) in &self.masks {
            text = text.replace(from, to);
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.add_filter(r"[0-9a-f]{12,}-[0-9a-f]+", "[token]");
        settings.add_filter(r"volume:  \S+ on '[^']*'", "volume:  [one of this machine]");
        settings.add_filter(r"its file system is [\w.]+", "its file system is [some]");
        settings.add_filter(filter.0, filter.1);
        settings.add_filter(r"ps -p \d+", "ps -p [pid]");
        settings.add_filter(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "[time]");
        settings.bind(|| insta::assert_snapshot!(name, text));
    }
}

/// Returns all that `find` tells of a tree: paths, kinds, inodes, modes, owners, sizes, times of both changes, texts.
pub(crate) fn everything_in(top: &Path) -> String {
    let output = Command::new("find")
        .arg(top)
        .args(["-printf", r"%p %y %i %m %U:%G %s %T@ %C@ %l\n"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// A message says what could not be done, what was changed, and what gets further; never an errno, never a type.
fn assert_is_whole(answer: &Answer) {
    let text = &answer.stderr;
    let begins = |line: &str| line.starts_with("error: ");
    assert!(text.lines().any(begins), "{answer:#?}");
    assert!(text.contains("\n  state: "), "{answer:#?}");
    assert!(text.contains("\n  help:  "), "{answer:#?}");
    for bad in ["os error", "Errno", "Error {", "Some(", "Os {", "::"] {
        assert!(!text.contains(bad), "{bad}: {answer:#?}");
    }
    let json_only = answer.stdout.lines().all(|line| line.starts_with('{'));
    assert!(json_only, "{answer:#?}");
}

fn shown(word: &OsStr) -> String {
    match word.to_str() {
        Some(text) if !text.is_empty() && !text.chars().any(|c| c.is_control() || c == ' ') => {
            text.to_owned()
        }
        _ => format!("{word:?}"),
    }
}

/// Puts arguments of several types into one list.
pub(crate) fn words(all: &[&dyn AsRef<OsStr>]) -> Vec<OsString> {
    all.iter()
        .map(|word| (*word).as_ref().to_os_string())
        .collect()
}
