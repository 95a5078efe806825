//! Writing to the two streams; a reader that went away is no failure.

use std::fmt::Display;
use std::io::Write as _;

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
