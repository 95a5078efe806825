//! Writing to the two streams; a reader that went away is no failure.

use std::fmt::Display;
use std::io::{BufWriter, IsTerminal as _, StdoutLock, Write as _};

/// Prints one line of the answer.
pub(crate) fn print(line: impl Display) {
    // A closed pipe: whoever read the answer has had enough of it.
    let _written = writeln!(anstream::stdout().lock(), "{line}");
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
        let _written = writeln!(self.0, "{line}");
    }

    /// Adds bytes with a NUL behind them.
    pub(crate) fn null_ended(&mut self, bytes: &[u8]) {
        let _written = self
            .0
            .write_all(bytes)
            .and_then(|()| self.0.write_all(b"\0"));
    }

    /// Hands over what is still held back.
    pub(crate) fn end(mut self) {
        let _written = self.0.flush();
    }
}
