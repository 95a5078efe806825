//! What people and scripts read: messages, previews, answers.

mod ask;
mod failure;
mod json;
mod message;
mod output;
mod preview;
mod progress;
mod quote;
mod refusal;
mod refusal_across;
mod sentence;

pub(crate) use ask::{Answer, ask, can_ask};
pub(crate) use failure::{kept_message, ledger_message, run_message, settled_lines};
pub(crate) use json::{operation_object, path_fields, plan_object, print_json};
pub(crate) use message::{Message, Style, fail, fail_all};
pub(crate) use output::{note, print};
pub(crate) use preview::{headline, notice_lines, step_lines};
pub(crate) use progress::{Progress, Stop};
pub(crate) use quote::{quote, quote_path};
pub(crate) use refusal::refusal_message;
pub(crate) use sentence::{bytes, count, done_sentence, ending_words, local_time};
