//! Error messages: what could not be done, `cause:`, `state:`, `help:`.

use std::fmt::Display;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style as Paint};
use serde_json::json;

use super::{note, print_json};

/// What is said when something nobody changed anything for was refused.
const UNCHANGED: &str = "nothing was changed";

/// One error as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) what: String,
    pub(crate) cause: Option<String>,
    pub(crate) state: String,
    pub(crate) help: Vec<String>,
    pub(crate) exit_code: u8,
}

impl Message {
    /// Begins a message that says what could not be done and to which path; exit code 4, nothing changed.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            cause: None,
            state: UNCHANGED.to_owned(),
            help: Vec::new(),
            exit_code: 4,
        }
    }

    pub(crate) fn cause(self, cause: impl Display) -> Self {
        Self {
            cause: Some(cause.to_string()),
            ..self
        }
    }

    pub(crate) fn state(self, state: impl Into<String>) -> Self {
        Self {
            state: state.into(),
            ..self
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    pub(crate) fn exit_code(self, exit_code: u8) -> Self {
        Self { exit_code, ..self }
    }
}

/// How the answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Text,
    Json,
}

impl Style {
    pub(crate) fn from_flag(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }
}

/// Prints a message and returns its exit code.
pub(crate) fn fail(message: &Message, style: Style) -> ExitCode {
    fail_all(std::slice::from_ref(message), style)
}

/// Prints several messages, what they share only once, and returns the first one's exit code.
pub(crate) fn fail_all(messages: &[Message], style: Style) -> ExitCode {
    let error = Paint::new().bold().fg_color(Some(AnsiColor::Red.into()));
    for (index, message) in messages.iter().enumerate() {
        note(format_args!("{error}error{error:#}: {}", message.what));
        if let Some(cause) = &message.cause {
            note(format_args!("  cause: {cause}"));
        }
        let is_last_of_state = messages
            .get(index + 1)
            .is_none_or(|next| next.state != message.state);
        if is_last_of_state {
            note(format_args!("  state: {}", message.state));
        }
        for help in &message.help {
            note(format_args!("  help:  {help}"));
        }
        if style == Style::Json {
            print_json(&json!({
                "type": "error",
                "schema": 1,
                "what": message.what,
                "cause": message.cause,
                "state": message.state,
                "help": message.help,
                "exit_code": message.exit_code,
            }));
        }
    }
    ExitCode::from(messages.first().map_or(4, |message| message.exit_code))
}
