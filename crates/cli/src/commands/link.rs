//! `lw link`.

use std::process::ExitCode;

use lw_core::jobs::link::{self, Existing, LinkKind, LinkRequest};
use lw_fs::Witness;

use super::changing::{self, Question, Task};
use crate::arguments::Link;
use crate::edge::Edge;
use crate::ui::{self, Message, Style, quote_path};

pub(super) fn run(arguments: Link, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let link = match (&arguments.link, &arguments.into) {
        (Some(link), _) => link.clone(),
        (None, Some(folder)) => match arguments.target.file_name() {
            Some(name) => folder.join(name),
            None => {
                let message = Message::new(format!(
                    "cannot link {} into a folder: it has no name of its own",
                    quote_path(&arguments.target)
                ))
                .help("name the link: lw link TARGET LINK");
                return ui::fail(&message, Style::from_flag(arguments.changing.json));
            }
        },
        (None, None) => unreachable!("clap asks for one of the two"),
    };
    let request = LinkRequest {
        target: arguments.target,
        link,
        kind: match (arguments.symbolic, arguments.hard, arguments.junction) {
            (true, ..) => LinkKind::Symbolic,
            (_, true, _) => LinkKind::Hard,
            (.., true) => LinkKind::Junction,
            _ => LinkKind::Fitting,
        },
        form: changing::text_form(&arguments.form),
        existing: if arguments.replace {
            Existing::Displace
        } else {
            Existing::Keep
        },
        dangling: changing::allowance(arguments.doubtful.allow_dangling),
        recursive: changing::allowance(arguments.doubtful.allow_recursive),
    };
    let task = Task {
        verb: "link",
        flags: &arguments.changing,
        question: Question::Never,
        limit: None,
    };
    changing::run(&task, edge, witness, |around, _| {
        link::plan(around, &request)
    })
}
