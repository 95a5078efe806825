//! Writing to the two streams; a reader that went away is no failure.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, StdoutLock, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::OnceLock;

use lw_fs::FsError;

use super::{Message, Style, fail};

/// Why a part of the answer was not written, the first time that it was not.
static NOT_WRITTEN: OnceLock<FsError> = OnceLock::new();

/// Prints one line of the answer.
pub(crate) fn print(line: impl Display) {
    written(writeln!(anstream::stdout().lock(), "{line}"));
}

/// Keeps in mind whether a part of the answer was written.
pub(crate) fn written(result: io::Result<()>) {
    match result {
        // Whoever read the answer has had enough of it.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        Err(error) => {
            NOT_WRITTEN.get_or_init(|| FsError::new("write", Path::new("stdout"), error));
        }
        Ok(()) => {}
    }
}

/// Returns the exit code, or says that not all of the answer was written; then 0 becomes 3.
pub(crate) fn ended(exit: ExitCode) -> ExitCode {
    written(io::stdout().flush());
    let Some(error) = NOT_WRITTEN.get() else {
        return exit;
    };
    let message = Message::new("cannot write all of the answer")
        .cause(error.cause())
        .state("what the command has done is done")
        .help("lw log")
        .exit_code(3);
    let failed = fail(&message, Style::Text);
    match exit == ExitCode::SUCCESS {
        true => failed,
        false => exit,
    }
}

/// Prints one line that is not the answer.
pub(crate) fn note(line: impl Display) {
    // With stderr closed there is nowhere left to say so.
    let _written = writeln!(anstream::stderr().lock(), "{line}");
}

/// Returns whether people read the answer as it is printed.
pub(crate) fn answers_a_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// Returns whether people read what is not the answer.
pub(crate) fn notes_to_a_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// An answer of many lines, written in large pieces. A reader that went away is no failure.
pub(crate) struct LongAnswer(BufWriter<StdoutLock<'static>>);

impl LongAnswer {
    pub(crate) fn begin() -> Self {
        Self(BufWriter::with_capacity(1 << 16, std::io::stdout().lock()))
    }

    /// Adds one line.
    pub(crate) fn line(&mut self, line: impl Display) {
        written(writeln!(self.0, "{line}"));
    }

    /// Adds bytes with a NUL behind them.
    pub(crate) fn null_ended(&mut self, bytes: &[u8]) {
        let both = self.0.write_all(bytes);
        written(both.and_then(|()| self.0.write_all(b"\0")));
    }

    /// Hands over what is still held back.
    pub(crate) fn end(mut self) {
        written(self.0.flush());
    }
}
