//! The N-th-effect switch.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::process::Command;

use lw_fs::{Effect, Witness};

/// Environment variable that carries the fault.
pub(crate) const FAULT: &str = "LW_TEST_FAULT";

/// Environment variable that names the file to which each effect is appended as a line.
pub(crate) const EFFECTS: &str = "LW_TEST_EFFECTS";

/// What happens at the N-th effect; N counts from 1, in the order of that run: where several threads are at work, it differs each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The process is killed before it.
    KillBefore(usize),
    /// The process is killed after it.
    KillAfter(usize),
    /// It fails with this errno, once.
    FailOnce(usize, i32),
    /// It and all later ones fail with this errno.
    FailFrom(usize, i32),
    /// The first effect of this name on a path with this end fails with this errno.
    FailAt(String, String, i32),
    /// A shell command runs right before it: a second process under the program's feet.
    RunBefore(usize, String),
    /// A shell command runs right before it and before each later one.
    RunFrom(usize, String),
}

impl Fault {
    pub(crate) fn text(&self) -> OsString {
        match self {
            Self::KillBefore(n) => format!("kill-before {n}"),
            Self::KillAfter(n) => format!("kill-after {n}"),
            Self::FailOnce(n, errno) => format!("fail-once {n} {errno}"),
            Self::FailFrom(n, errno) => format!("fail-from {n} {errno}"),
            Self::FailAt(name, end, errno) => format!("fail-at {errno} {name}\t{end}"),
            Self::RunBefore(n, command) => format!("run-before {n} {command}"),
            Self::RunFrom(n, command) => format!("run-from {n} {command}"),
        }
        .into()
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.splitn(3, ' ');
        let kind = words.next()?;
        let n = words.next()?.parse().ok()?;
        let rest = words.next();
        if kind == "fail-at" {
            let (name, end) = rest?.split_once('\t')?;
            let errno = i32::try_from(n).ok()?;
            return Some(Self::FailAt(name.to_owned(), end.to_owned(), errno));
        }
        let errno = || rest?.parse().ok();
        Some(match kind {
            "kill-before" => Self::KillBefore(n),
            "kill-after" => Self::KillAfter(n),
            "fail-once" => Self::FailOnce(n, errno()?),
            "fail-from" => Self::FailFrom(n, errno()?),
            "run-before" => Self::RunBefore(n, rest?.to_owned()),
            "run-from" => Self::RunFrom(n, rest?.to_owned()),
            _ => return None,
        })
    }
}

/// A witness that counts effects and makes the wanted fault happen.
#[derive(Debug)]
pub struct Switch {
    fault: Option<Fault>,
    effects: Option<OsString>,
    count: usize,
    /// Whether the effect that was asked for by its name was met.
    has_met: bool,
}

impl Switch {
    /// Makes the switch that the environment asks for; without one it only counts.
    pub fn from_environment() -> Self {
        let fault = std::env::var(FAULT).ok().map(|text| {
            Fault::parse(&text).unwrap_or_else(|| panic!("cannot understand {FAULT}={text}"))
        });
        Self {
            fault,
            effects: std::env::var_os(EFFECTS),
            count: 0,
            has_met: false,
        }
    }

    fn note(&self, line: &str) {
        if let Some(path) = &self.effects {
            let mut file = OpenOptions::new()
                .create(true)
                .append(true)
                .open(path)
                .unwrap();
            writeln!(file, "{line}").unwrap();
        }
    }
}

impl Witness for Switch {
    fn is_watching(&self) -> bool {
        self.fault.is_some() || self.effects.is_some()
    }

    fn before(&mut self, effect: Effect<'_>) -> io::Result<()> {
        self.count += 1;
        let hit = |n: usize| n == self.count;
        match &self.fault {
            Some(Fault::KillBefore(n)) if hit(*n) => {
                self.note("hit");
                kill_self();
            }
            Some(Fault::FailOnce(n, errno)) if hit(*n) => {
                self.note("hit");
                return Err(io::Error::from_raw_os_error(*errno));
            }
            Some(Fault::FailFrom(n, errno)) if self.count >= *n => {
                self.note("hit");
                return Err(io::Error::from_raw_os_error(*errno));
            }
            Some(Fault::FailAt(name, end, errno))
                if !self.has_met && effect.name == name && effect.path.ends_with(end) =>
            {
                self.has_met = true;
                self.note("hit");
                return Err(io::Error::from_raw_os_error(*errno));
            }
            Some(Fault::RunBefore(n, command)) if hit(*n) => {
                self.note("hit");
                interfere(command)?;
            }
            Some(Fault::RunFrom(n, command)) if self.count >= *n => {
                self.note("hit");
                interfere(command)?;
            }
            _ => {}
        }
        self.note(&format!("{}\t{}", effect.name, effect.path.display()));
        Ok(())
    }

    fn after(&mut self, _effect: Effect<'_>, _succeeded: bool) {
        if self.fault == Some(Fault::KillAfter(self.count)) {
            self.note("hit");
            kill_self();
        }
    }
}

fn interfere(command: &str) -> io::Result<()> {
    #[cfg(unix)]
    let shell = ["sh", "-c"];
    #[cfg(not(unix))]
    let shell = ["cmd", "/c"];
    let status = Command::new(shell[0]).arg(shell[1]).arg(command).status()?;
    assert!(
        status.success(),
        "the interfering command failed: {command}"
    );
    Ok(())
}

/// Neither destructors nor handlers run.
#[cfg(not(unix))]
fn kill_self() -> ! {
    std::process::abort()
}

/// SIGKILL: nothing of the program gets to run again.
#[cfg(unix)]
fn kill_self() -> ! {
    let me = rustix::process::getpid();
    rustix::process::kill_process(me, rustix::process::Signal::KILL).unwrap();
    loop {
        std::thread::park();
    }
}
