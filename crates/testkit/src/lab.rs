//! A world of its own for the program.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::switch::{EFFECTS, FAULT, Fault};

/// The variable that names the home folder.
const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// A home, a state folder and a place for files, all scratch.
#[derive(Debug)]
pub struct Lab {
    program: PathBuf,
    _guard: TempDir,
    top: PathBuf,
    home: PathBuf,
    state: PathBuf,
}

/// What a run of the program ended with.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// The answer.
    pub stdout: String,
    /// The rest.
    pub stderr: String,
    /// The effects that passed the choke point, a line each: name, tab, path.
    pub effects: Vec<String>,
    /// Whether the fault happened.
    pub hit: bool,
}

impl Lab {
    /// Makes a lab in the default place for scratch files; `program` is the one to run.
    pub fn new(program: impl AsRef<Path>) -> Self {
        Self::at(program, &std::env::temp_dir())
    }

    /// Makes a lab in memory, where there is a place for that, and in the default one elsewhere: for what is done very often.
    pub fn in_memory(program: impl AsRef<Path>) -> Self {
        let memory = Path::new("/dev/shm");
        match memory.is_dir() {
            true => Self::at(program, memory),
            false => Self::new(program),
        }
    }

    /// Makes a lab whose files and state lie on the volume of `folder`.
    pub fn at(program: impl AsRef<Path>, folder: &Path) -> Self {
        let guard = tempfile::Builder::new()
            .prefix("lw-lab-")
            .tempdir_in(folder)
            .unwrap();
        let top = lw_fs::look::real_folder(guard.path()).unwrap();
        let home = top.join("home");
        std::fs::create_dir(&home).unwrap();
        let state = top.join("state");
        Self {
            program: program.as_ref().to_path_buf(),
            _guard: guard,
            top,
            home,
            state,
        }
    }

    /// Returns the folder that holds all.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// Returns the home folder, which is also the working folder of each run.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Returns the state folder.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// Keeps the state in another folder from now on.
    pub fn set_state(&mut self, state: &Path) {
        self.state = state.to_path_buf();
    }

    /// Returns the program, ready to run in this lab.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        // Windows programs find parts of the system by some of its own variables.
        let kept: &[&str] = match cfg!(windows) {
            true => &["PATH", "SYSTEMROOT", "TEMP", "TMP"],
            false => &["PATH"],
        };
        let kept = kept
            .iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?)));
        command
            .current_dir(&self.home)
            .env_clear()
            .envs(kept)
            .env(HOME, &self.home)
            .env("LW_HOME", &self.state)
            .env("TZ", "UTC")
            .env("NO_COLOR", "1");
        command
    }

    /// Runs the program.
    pub fn lw<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Outcome {
        self.run(arguments, None)
    }

    /// Runs the program and fails the test unless it ends with 0.
    pub fn lw_ok<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Outcome {
        let outcome = self.lw(arguments);
        assert_eq!(outcome.code, Some(0), "{outcome:#?}");
        outcome
    }

    /// Runs the program with a fault.
    pub fn lw_with<S: AsRef<OsStr>>(&self, arguments: &[S], fault: &Fault) -> Outcome {
        self.run(arguments, Some(fault))
    }

    /// Runs a shell script in the home folder, where `lw` is the program; it must succeed.
    #[cfg(unix)]
    pub fn sh(&self, script: &str) {
        let bin = self.top.join("bin");
        if !bin.is_dir() {
            std::fs::create_dir(&bin).unwrap();
            std::os::unix::fs::symlink(&self.program, bin.join("lw")).unwrap();
        }
        let path = std::env::var("PATH").unwrap_or_default();
        let output = Command::new("sh")
            .args(["-euc", script])
            .current_dir(&self.home)
            .env("HOME", &self.home)
            .env("LW_HOME", &self.state)
            .env("PATH", format!("{}:{path}", bin.display()))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{script}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Returns the names in the lab that the program should not leave behind: scratch links and private folders.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut waiting = vec![self.home.clone(), self.state.join("quarantine")];
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten() {
                let entry = entry.unwrap();
                let name = entry.file_name();
                let hidden = name.as_encoded_bytes().starts_with(b".lw-")
                    || name.as_encoded_bytes().starts_with(b".linkwright-")
                    || folder == self.state.join("quarantine");
                if hidden {
                    found.push(entry.path());
                } else if entry.file_type().unwrap().is_dir() {
                    waiting.push(entry.path());
                }
            }
        }
        found
    }

    fn run<S: AsRef<OsStr>>(&self, arguments: &[S], fault: Option<&Fault>) -> Outcome {
        let effects = self.top.join("effects");
        let mut command = self.command();
        command.args(arguments).env(EFFECTS, &effects);
        if let Some(fault) = fault {
            command.env(FAULT, fault.text());
        }
        let output = output_of(&mut command).unwrap();
        let lines = std::fs::read_to_string(&effects).unwrap_or_default();
        let _none_if_no_effect = std::fs::remove_file(&effects);
        let (hits, effects): (Vec<_>, Vec<_>) = lines
            .lines()
            .map(str::to_owned)
            .partition(|line| line == "hit");
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            effects,
            hit: !hits.is_empty(),
        }
    }
}

/// Runs a command; again a few times where Wine, out of breath, answers that it had an internal error.
fn output_of(command: &mut Command) -> std::io::Result<std::process::Output> {
    const INTERNAL_ERROR: i32 = 1359;
    const ATTEMPTS: usize = 5;
    for _ in 1..ATTEMPTS {
        match command.output() {
            Err(error) if cfg!(windows) && error.raw_os_error() == Some(INTERNAL_ERROR) => {}
            other => return other,
        }
    }
    command.output()
}
