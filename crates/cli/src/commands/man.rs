//! `lw man`.

use std::process::ExitCode;

use crate::arguments::{self, Man};
use crate::ui::{self, Message, Style, quote};

pub(super) fn run(arguments: &Man) -> ExitCode {
    let mut command = arguments::command_line();
    command.build();
    let wanted = match &arguments.command {
        None => command,
        Some(name) => match command.find_subcommand(name) {
            Some(found) => found.clone().name(format!("lw-{name}")),
            None => {
                let message = Message::new(format!("there is no command {}", quote(name.as_ref())))
                    .help("lw help")
                    .exit_code(2);
                return ui::fail(&message, Style::Text);
            }
        },
    };
    let mut page = Vec::new();
    match clap_mangen::Man::new(wanted).render(&mut page) {
        Ok(()) => {
            ui::print(String::from_utf8_lossy(&page).trim_end());
            ExitCode::SUCCESS
        }
        Err(error) => ui::fail(
            &Message::new("cannot make the manual page").cause(error),
            Style::Text,
        ),
    }
}
