//! `lw import`.

use std::process::ExitCode;

use lw_core::jobs::import::{self, ImportRequest};
use lw_core::manifest::{DotNames, with_entries};

use super::changing;
use crate::arguments::Import;
use crate::edge::Edge;
use crate::ui::{self, LongAnswer, Message, Style, quote_path};

pub(super) fn run(arguments: &Import, edge: &Edge) -> ExitCode {
    let request = ImportRequest {
        path: &arguments.path,
        into: arguments.into.as_deref(),
        dot_names: match arguments.dotfiles {
            true => DotNames::Translate,
            false => DotNames::Keep,
        },
        machine: &edge.machine(),
    };
    let imported = match import::import(&edge.around, &request) {
        Ok(imported) => imported,
        Err(refused) => return changing::refuse("import", &refused, Style::Text),
    };
    let text = match with_entries("", &imported.entries) {
        Ok(text) => text,
        Err(error) => {
            let path = quote_path(&arguments.path);
            let message = Message::new(format!("cannot import {path}: no manifest can say it"));
            return ui::fail(&message.cause(error), Style::Text);
        }
    };
    let mut answer = LongAnswer::begin();
    text.lines().for_each(|line| answer.line(line));
    answer.end();
    for note in &imported.notes {
        ui::note(ui::import_note(note));
    }
    ExitCode::SUCCESS
}
