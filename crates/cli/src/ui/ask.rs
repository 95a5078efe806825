//! The question before a change; no is the default.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

/// What the user said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
}

/// Returns whether there is someone to ask.
pub(crate) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks on stderr; all but a clear yes is no.
pub(crate) fn ask(question: &str) -> Answer {
    let mut stderr = anstream::stderr().lock();
    // Where the question cannot be written, no answer can be a yes.
    if write!(stderr, "{question} [y/N] ")
        .and_then(|()| stderr.flush())
        .is_err()
    {
        return Answer::No;
    }
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(_) if matches!(line.trim().to_lowercase().as_str(), "y" | "yes") => Answer::Yes,
        _ => Answer::No,
    }
}
