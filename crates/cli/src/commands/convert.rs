//! `lw convert`.

use std::process::ExitCode;

use lw_core::jobs::AcrossWish;
use lw_core::jobs::convert::{self, Conversion, ConvertRequest, Tidiness, Which};
use lw_core::plan::{LinkForm, Notice, Plan};
use lw_fs::Witness;

use super::changing::{self, Question, Task};
use super::searched;
use crate::arguments::{Convert, To};
use crate::edge::Edge;
use crate::ui::{self, Message, Style};

const VERB: &str = "convert";

pub(super) fn run(arguments: Convert, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let style = Style::from_flag(arguments.changing.json);
    if let Err(message) = check(&arguments) {
        return ui::fail(&message, style);
    }
    let which = match arguments.below.is_empty() {
        true => Which::Named(arguments.links.clone()),
        false => match searched::find(VERB, &arguments.searched(), &edge, style) {
            Ok((roots, names)) => Which::Below(roots, Box::new(names)),
            Err(exit) => return exit,
        },
    };
    let request = ConvertRequest {
        which,
        to: form(arguments.to),
        tidiness: match arguments.shorten {
            true => Tidiness::Shortest,
            false => Tidiness::AsWritten,
        },
        target: arguments.target,
        copying: AcrossWish {
            live: arguments.live,
            lossy: arguments.lossy,
            ..AcrossWish::CAREFUL
        },
    };
    let task = Task {
        verb: VERB,
        flags: &arguments.changing,
        question: Question::Ask,
        limit: None,
    };
    changing::run(&task, edge, witness, |around, ledger| {
        let conversion = convert::plan(around, ledger, &request)?;
        searched::say_unseen(&conversion.unseen);
        Ok(with_what_stays(conversion))
    })
}

/// Refuses what the parser cannot: options that have no meaning with what the links are to become.
fn check(arguments: &Convert) -> Result<(), Message> {
    let wrong = |option: &str, help: &str| {
        let what = format!("cannot {VERB}: {option} has no meaning here");
        Err(Message::new(what).help(help).exit_code(2))
    };
    let is_text = matches!(
        arguments.to,
        None | Some(To::Relative | To::Absolute | To::Symbolic)
    );
    if arguments.shorten && !is_text {
        return wrong("--shorten", "only symbolic links have a text to shorten");
    }
    if arguments.target.is_some() && !is_text {
        return wrong(
            "--target",
            "lw convert --to symbolic --target PATH LINK   (LINK and PATH are names of one file)",
        );
    }
    if (arguments.live || arguments.lossy) && arguments.to != Some(To::Copy) {
        return wrong(
            "--live or --lossy",
            "only with --to copy something is copied",
        );
    }
    Ok(())
}

fn form(to: Option<To>) -> LinkForm {
    match to {
        None => LinkForm::Shorter,
        Some(To::Relative) => LinkForm::Relative,
        Some(To::Absolute) => LinkForm::Absolute,
        Some(To::Symbolic) => LinkForm::Symbolic,
        Some(To::Hard) => LinkForm::Hard,
        Some(To::Junction) => LinkForm::Junction,
        Some(To::Native) => LinkForm::Native,
        Some(To::Copy) => LinkForm::Copy,
    }
}

/// Puts what stays as it is among what the user should know.
fn with_what_stays(conversion: Conversion) -> Plan {
    let Conversion {
        mut plan, stays, ..
    } = conversion;
    let mut notices: Vec<Notice> = stays
        .into_iter()
        .map(|one| Notice::NotConverted {
            why: ui::refusal_words(VERB, &one.link, &one.why),
            link: one.link,
            text: one.text,
        })
        .collect();
    notices.append(&mut plan.notices);
    plan.notices = notices;
    plan
}
