//! What people and scripts read: messages, previews, answers.

mod ask;
mod cloud;
mod danger;
mod failure;
mod finding;
mod json;
mod left_out;
mod manifest;
mod markdown;
mod mending;
mod message;
mod notice;
mod output;
mod preview;
mod progress;
mod quote;
mod refusal;
mod refusal_across;
mod refusal_kind;
mod refusal_snapshot;
mod sentence;
pub(crate) mod shell;
mod shortcut;
mod snapshot;
mod step;

pub(crate) use ask::{Answer, Choice, ask, can_ask, choose};
pub(crate) use cloud::cloud_word;
pub(crate) use danger::{danger_fields, danger_heading, danger_words};
pub(crate) use failure::{kept_message, ledger_message, make_room, run_message, settled_lines};
pub(crate) use finding::{
    finding_fields, finding_heading, finding_words, unseen_fields, unseen_notes,
};
pub(crate) use json::{
    operation_object, path_fields, paths_fields, plan_object, print_json, typed_object,
};
pub(crate) use left_out::left_out_messages;
pub(crate) use manifest::{
    import_note, known_cells, known_object, known_target, row_line, row_object, status_sentence,
    unlisted_line, unlisted_object,
};
pub(crate) use markdown::in_markdown;
pub(crate) use mending::{Others, staying_message};
pub(crate) use message::{Message, Style, fail, fail_all};
pub(crate) use notice::{Detail, notice_lines};
pub(crate) use output::{
    LongAnswer, answers_a_terminal, ended, note, notes_to_a_terminal, print, written,
};
pub(crate) use preview::headline;
pub(crate) use progress::{Progress, Stop};
pub use quote::{bare, quote};
pub(crate) use quote::{bare_path, quote_path};
pub(crate) use refusal::{refusal_message, refusal_words};
pub(crate) use sentence::{
    bytes, count, done_sentence, ending_in_brackets, ending_words, local_day, local_time,
};
pub(crate) use shortcut::{shortcut_line, shortcut_object};
pub(crate) use snapshot::{
    collapse_line, damaged_message, leftovers_line, snapshot_line, snapshot_lines, snapshot_object,
    totals_lines, with_leftovers,
};
pub(crate) use step::step_lines;
