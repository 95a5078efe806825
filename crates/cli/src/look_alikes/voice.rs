//! Speaking as the model speaks: lines of bytes that begin with the program's name, names quoted as it quotes them.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::process::ExitCode;

use lw_fs::{FsError, FsErrorKind, name_bytes};

use super::quoting::Letters;

/// How the program is called, and which letters people here can read.
#[derive(Debug)]
pub(super) struct Voice {
    program: Vec<u8>,
    pub(super) letters: Letters,
    /// Why the answer could not be written, if it could not.
    unheard: Option<io::Error>,
}

impl Voice {
    pub(super) fn new(program: &OsStr) -> Self {
        Self {
            program: name_bytes(program).to_vec(),
            letters: Letters::from_environment(),
            unheard: None,
        }
    }

    /// Returns the program's name.
    pub(super) fn program(&self) -> &[u8] {
        &self.program
    }

    /// Says a line on stderr, the program's name first.
    pub(super) fn complain(&self, parts: &[&[u8]]) {
        let mut line = [self.program.as_slice(), b": "].concat();
        line.extend(parts.concat());
        line.push(b'\n');
        self.murmur(&line);
    }

    /// Says a line on stderr without the program's name.
    pub(super) fn say(&self, line: &str) {
        self.murmur(format!("{line}\n").as_bytes());
    }

    /// Writes to stderr as it is.
    pub(super) fn murmur(&self, bytes: &[u8]) {
        // With stderr closed there is nowhere left to say so.
        let _written = io::stderr().lock().write_all(bytes);
    }

    /// Writes to stdout.
    pub(super) fn answer(&mut self, parts: &[&[u8]]) {
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(&parts.concat());
        if let Err(error) = written.and_then(|()| stdout.flush()) {
            self.unheard.get_or_insert(error);
        }
    }

    /// Returns whether all answers were written, and says so if not.
    fn was_heard(&self) -> bool {
        let Some(error) = &self.unheard else {
            return true;
        };
        self.complain(&[b"write error: ", system_text(error).as_bytes()]);
        false
    }

    /// Returns the exit code of a command that did what it was asked for, or not: no success either if it was not heard.
    pub(super) fn exit_code(&self, done: bool) -> ExitCode {
        if self.was_heard() && done {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// Returns the system's own words for an error.
pub(super) fn system_words(error: &FsError) -> String {
    if error.source.raw_os_error().is_some() {
        return system_text(&error.source);
    }
    let usual = match error.kind {
        FsErrorKind::NotFound => "No such file or directory",
        FsErrorKind::AlreadyExists => "File exists",
        FsErrorKind::NotADirectory => "Not a directory",
        FsErrorKind::IsADirectory => "Is a directory",
        FsErrorKind::NameTooLong => "File name too long",
        FsErrorKind::NotPermitted => "Operation not permitted",
        _ => return error.cause(),
    };
    usual.to_owned()
}

/// strerror(3): std adds the number, which no message here has.
fn system_text(error: &io::Error) -> String {
    let text = error.to_string();
    match error.raw_os_error() {
        Some(number) => text
            .strip_suffix(&format!(" (os error {number})"))
            .map_or(text.clone(), str::to_owned),
        None => text,
    }
}
