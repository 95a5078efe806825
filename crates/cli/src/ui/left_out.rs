//! The words of what was left out where other things were done.

use lw_core::plan::Notice;
use lw_core::run::LeftOut;

use super::failure::failure_words;
use super::{Message, Others, quote_path};

/// Returns a message for each thing that was left out where others were done.
pub(crate) fn left_out_messages(
    verb: &str,
    notices: &[Notice],
    left_out: &[LeftOut],
    others: Others,
) -> Vec<Message> {
    const PARTLY: u8 = 3;
    const NOTHING: u8 = 4;
    let (state, exit_code) = match others {
        Others::Done => (
            "what stands there is as it was, the others are done",
            PARTLY,
        ),
        Others::None => ("everything is as it was before", NOTHING),
    };
    let planned = notices.iter().filter_map(|notice| match notice {
        Notice::NotRestored { path, why } => {
            let what = format!("cannot {verb} {}", quote_path(path));
            let message = Message::new(what).cause(why);
            Some(message.state(state).exit_code(exit_code))
        }
        _ => None,
    });
    let begun = left_out.iter().map(|one| {
        let paths: Vec<String> = one.paths.iter().map(|path| quote_path(path)).collect();
        let message = Message::new(format!("cannot {verb} {}", paths.join(", ")));
        let message = message.cause(failure_words(&one.failure));
        match &one.stuck {
            Some(stuck) => message
                .state(format!(
                    "it stopped half-way and could not be taken back ({}); nothing is lost",
                    failure_words(stuck)
                ))
                .help("lw recover")
                .exit_code(PARTLY),
            None => message.state(state).exit_code(exit_code),
        }
    });
    planned.chain(begun).collect()
}
