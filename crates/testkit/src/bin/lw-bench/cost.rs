//! What a command costs from cold caches to its end: time, processor time and memory.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The program that asks `wait4` for the usage of its child and all that the child waited for: GNU time.
///
/// A child started from here would be charged with the memory of this process, which Linux carries over `exec`.
pub const METER: &str = "time";

/// What one command took.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// From the start to the end.
    pub wall: Duration,
    /// User and system time, of all its processes.
    pub cpu: Duration,
    /// The most memory that any one of its processes held, in KiB.
    pub peak_kib: u64,
}

impl Cost {
    /// Runs the command with `LW_HOME` set to `state`, after all is written and the caches are dropped; `report` is
    /// a file to use.
    ///
    /// Returns what the command said if it failed.
    pub fn of(arguments: &[OsString], state: &Path, report: &Path) -> Result<Self, String> {
        drop_caches();
        Self::of_warm(arguments, state, report, &[0])
    }

    /// Runs the command with the caches as they are; to end with one of `codes` is no failure.
    pub fn of_warm(
        arguments: &[OsString],
        state: &Path,
        report: &Path,
        codes: &[i32],
    ) -> Result<Self, String> {
        let mut command = Command::new(METER);
        command
            .args(["--quiet", "--format=%U %S %M", "--output"])
            .arg(report)
            .arg("--")
            .args(arguments)
            .env("LW_HOME", state)
            .stdin(Stdio::null());
        let start = Instant::now();
        let output = command.output().unwrap();
        let wall = start.elapsed();
        if !output
            .status
            .code()
            .is_some_and(|code| codes.contains(&code))
        {
            return Err(format!(
                "{arguments:?} ended with {}\n{}{}",
                output.status,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        let usage = fs::read_to_string(report).unwrap();
        let words: Vec<&str> = usage.split_whitespace().collect();
        let [user, system, peak] = words.as_slice() else {
            panic!("{METER} wrote {usage:?}");
        };
        let seconds = |word: &str| Duration::from_secs_f64(word.parse().unwrap());
        Ok(Self {
            wall,
            cpu: seconds(user) + seconds(system),
            peak_kib: peak.parse().unwrap(),
        })
    }
}

/// Has everything written and everything that is only a copy of the disk forgotten.
fn drop_caches() {
    rustix::fs::sync();
    fs::write("/proc/sys/vm/drop_caches", "3").unwrap();
}
