//! How far long work is, and the wish to stop it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lw_fs::stage::{Amount, Kept, Loss, Monitor, Phase};

use super::{bytes, count, note, quote_path};
use crate::edge;

/// Work that is over sooner is not spoken of.
const QUIET: Duration = Duration::from_millis(500);

/// The most paths that are listed of what stays behind.
const MOST_LISTED: usize = 10;

/// The most often that the line is drawn anew.
const DRAWS_A_SECOND: u8 = 10;

/// Shows progress on a terminal, keeps to a rate, and knows when the user wants to stop.
pub(crate) struct Progress {
    bar: ProgressBar,
    started: Instant,
    phase: Mutex<Begun>,
    phase_bytes: AtomicU64,
    phase_files: AtomicU64,
    total: Amount,
    limit_bytes_per_s: Option<u64>,
    stop: Stop,
    kept: Mutex<Vec<(PathBuf, Kept)>>,
    lost: Mutex<Vec<(Loss, u64)>>,
    damaged: Mutex<Vec<PathBuf>>,
    passed_over: AtomicU64,
    quiet: bool,
}

/// What is being done.
#[derive(Clone, Copy)]
struct Begun {
    phase: Phase,
    at: Instant,
    /// What lies before it; nothing where that is not known.
    total: Amount,
}

/// Whether the user wants to stop, and by which signal.
#[derive(Clone, Default)]
pub(crate) struct Stop {
    interrupted: Arc<AtomicBool>,
    terminated: Arc<AtomicBool>,
}

impl Stop {
    /// Lets the first Ctrl-C or SIGTERM ask for an orderly end; the second one ends the program at once.
    pub(crate) fn listen() -> Self {
        let stop = Self::default();
        for (signal, flag, code) in [
            (signal_hook::consts::SIGINT, &stop.interrupted, 130),
            (signal_hook::consts::SIGTERM, &stop.terminated, 143),
        ] {
            // Where a signal cannot be caught it ends the program, and settling deals with that.
            let _listening =
                signal_hook::flag::register_conditional_shutdown(signal, code, Arc::clone(flag))
                    .and_then(|_id| signal_hook::flag::register(signal, Arc::clone(flag)));
        }
        stop
    }

    /// Returns the exit code that the wish to stop asks for: 128 and the signal's number.
    pub(crate) fn exit_code(&self) -> u8 {
        if self.terminated.load(Ordering::Relaxed) {
            143
        } else {
            130
        }
    }

    fn is_wanted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed) || self.terminated.load(Ordering::Relaxed)
    }
}

impl Progress {
    /// Shows nothing until work has lasted half a second, and nothing at all if stderr is no terminal or `quiet`.
    pub(crate) fn new(
        total: Amount,
        limit_bytes_per_s: Option<u64>,
        quiet: bool,
        stop: Stop,
    ) -> Self {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr_with_hz(DRAWS_A_SECOND)
        };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(
            ProgressStyle::with_template("{msg}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        let now = Instant::now();
        Self {
            bar,
            started: now,
            phase: Mutex::new(Begun {
                phase: Phase::Copy,
                at: now,
                total,
            }),
            phase_bytes: AtomicU64::new(0),
            phase_files: AtomicU64::new(0),
            total,
            limit_bytes_per_s,
            stop,
            kept: Mutex::default(),
            lost: Mutex::default(),
            damaged: Mutex::default(),
            passed_over: AtomicU64::new(0),
            quiet,
        }
    }

    /// Returns the exit code for work that was stopped at the user's wish.
    pub(crate) fn stop_code(&self) -> u8 {
        self.stop.exit_code()
    }

    /// Takes the line away and says what stays behind and what was lost.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for (path, why) in kept.iter().take(MOST_LISTED) {
            note(format_args!(
                "note: {} stays in quarantine: {}",
                quote_path(path),
                why.words()
            ));
        }
        if kept.len() > MOST_LISTED {
            let more = count(
                (kept.len() - MOST_LISTED) as u64,
                "more thing",
                "more things",
            );
            note(format_args!("note: and {more}"));
        }
        let damaged = self.damaged.lock().unwrap_or_else(PoisonError::into_inner);
        for path in damaged.iter().take(MOST_LISTED) {
            note(format_args!(
                "note: left out, since it is not what was recorded: {}",
                quote_path(path)
            ));
        }
        if damaged.len() > MOST_LISTED {
            let more = count(
                (damaged.len() - MOST_LISTED) as u64,
                "more file",
                "more files",
            );
            note(format_args!("note: and {more}"));
        }
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        for (loss, times) in lost.iter().filter(|(loss, _)| *loss != Loss::Label) {
            let things = count(*times, "thing", "things");
            note(format_args!(
                "note: the volume did not keep {} of {things}",
                loss.words()
            ));
        }
        let passed_over = self.passed_over.load(Ordering::Relaxed);
        if passed_over > 0 && !self.quiet {
            let not_taken = match passed_over {
                1 => "1 device or socket is".to_owned(),
                more => format!("{more} devices or sockets are"),
            };
            note(format_args!(
                "note: {not_taken} not taken: 'lw snapshot show' names what is left out"
            ));
        }
    }

    /// Returns how much was left out since it is not what was recorded.
    pub(crate) fn damaged(&self) -> u64 {
        let damaged = self.damaged.lock().unwrap_or_else(PoisonError::into_inner);
        damaged.len() as u64
    }

    fn draw(&self) {
        if self.bar.is_hidden() || self.started.elapsed() < QUIET {
            return;
        }
        let begun = self.begun();
        let done = Amount {
            bytes: self.phase_bytes.load(Ordering::Relaxed),
            files: self.phase_files.load(Ordering::Relaxed),
        };
        let line = line(begun.phase, done, begun.total, begun.at.elapsed());
        self.bar.set_message(line);
        self.bar.tick();
    }

    fn begun(&self) -> Begun {
        *self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until what was copied is no more than the rate allows.
    fn keep_to_rate(&self) {
        const LONGEST_WAIT: Duration = Duration::from_millis(200);
        let Some(limit) = self.limit_bytes_per_s else {
            return;
        };
        let Begun { phase, at, .. } = self.begun();
        if phase != Phase::Copy && phase != Phase::Look {
            return;
        }
        loop {
            let copied = self.phase_bytes.load(Ordering::Relaxed);
            let due = Duration::from_secs_f64(copied as f64 / limit as f64);
            match due.checked_sub(at.elapsed()) {
                Some(early) if !early.is_zero() && !self.is_cancelled() => {
                    std::thread::sleep(early.min(LONGEST_WAIT));
                }
                _ => return,
            }
        }
    }
}

/// Says how far a phase is; what is not known, or was guessed too low, is left out.
fn line(phase: Phase, done: Amount, total: Amount, elapsed: Duration) -> String {
    let words = match phase {
        Phase::Copy => "copying",
        Phase::Sync => "making it durable",
        Phase::Verify => "reading it back",
        Phase::Look => "looking again",
        Phase::Clear => "clearing the old place",
    };
    if done == Amount::default() {
        return words.to_owned();
    }
    let rate = done.bytes as f64 / elapsed.as_secs_f64().max(0.001);
    let knows = |done, total| total > 0 && done <= total;
    let done_bytes = match knows(done.bytes, total.bytes) {
        true => format!("{} of {}", bytes(done.bytes), bytes(total.bytes)),
        false => bytes(done.bytes),
    };
    let done_files = match knows(done.files, total.files) {
        true => format!("{} of {}", done.files, count(total.files, "file", "files")),
        false => count(done.files, "file", "files"),
    };
    let mut line = format!(
        "{words}: {done_bytes}, {done_files}, {}/s",
        bytes(rate as u64)
    );
    if rate > 0.0 && total.bytes > done.bytes {
        let left = (total.bytes - done.bytes) as f64 / rate;
        line.push_str(&format!(", {} left", duration(left)));
    }
    line
}

fn duration(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds:02} s"),
        (hours, minutes, _) => format!("{hours} h {minutes:02} min"),
    }
}

impl Monitor for Progress {
    fn begin(&self, phase: Phase, total: Amount) {
        let total = match total == Amount::default() {
            true => self.total,
            false => total,
        };
        let at = Instant::now();
        *self.phase.lock().unwrap_or_else(PoisonError::into_inner) = Begun { phase, at, total };
        self.phase_bytes.store(0, Ordering::Relaxed);
        self.phase_files.store(0, Ordering::Relaxed);
        self.draw();
    }

    fn advance(&self, done: Amount) {
        const DRAW_EVERY_FILES: u64 = 64;
        self.phase_bytes.fetch_add(done.bytes, Ordering::Relaxed);
        let files = self.phase_files.fetch_add(done.files, Ordering::Relaxed);
        if done.bytes >= 1 << 16 || files.is_multiple_of(DRAW_EVERY_FILES) {
            self.draw();
        }
        self.keep_to_rate();
    }

    fn is_cancelled(&self) -> bool {
        self.stop.is_wanted()
    }

    fn kept(&self, path: &Path, why: Kept) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push((path.to_path_buf(), why));
    }

    fn lost(&self, path: &Path, loss: Loss) {
        if loss == Loss::Content {
            let mut damaged = self.damaged.lock().unwrap_or_else(PoisonError::into_inner);
            damaged.push(path.to_path_buf());
            return;
        }
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        match lost.iter_mut().find(|(known, _)| *known == loss) {
            Some((_, times)) => *times += 1,
            None => lost.push((loss, 1)),
        }
    }

    fn passed_over(&self) {
        self.passed_over.fetch_add(1, Ordering::Relaxed);
    }

    fn now_ns(&self) -> i64 {
        edge::now_us().saturating_mul(1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_of_nothing() {
        let amount = |bytes, files| Amount { bytes, files };
        let told = |done, total| line(Phase::Copy, done, total, Duration::from_secs(2));
        let none = Amount::default();
        assert_eq!(told(none, amount(4096, 3)), "copying");
        assert_eq!(
            told(amount(2048, 1), none),
            "copying: 2.0 KiB, 1 file, 1.0 KiB/s"
        );
        assert_eq!(
            told(amount(2048, 1), amount(4096, 3)),
            "copying: 2.0 KiB of 4.0 KiB, 1 of 3 files, 1.0 KiB/s, 2 s left"
        );
        // What the snapshot before held is a guess.
        assert_eq!(
            told(amount(2048, 2), amount(0, 3)),
            "copying: 2.0 KiB, 2 of 3 files, 1.0 KiB/s"
        );
        assert_eq!(
            told(amount(2048, 4), amount(0, 3)),
            "copying: 2.0 KiB, 4 files, 1.0 KiB/s"
        );
    }
}
