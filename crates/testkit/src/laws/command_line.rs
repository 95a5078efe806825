//! The command line: whatever the arguments are, they are understood or refused, and a rate means what it says.

use std::cell::RefCell;
use std::ffi::OsString;

use clap::{ArgMatches, Command};

/// The most arguments; more of them teach nothing.
const MOST_ARGUMENTS: usize = 32;

/// The least rate that is taken.
const LEAST_BYTES: u64 = 1024;

thread_local! {
    static COMMAND: RefCell<Command> = RefCell::new(linkwright::command_line());
}

/// Takes arguments with a NUL behind each.
pub(super) fn holds(bytes: &[u8]) {
    let arguments = bytes.split(|byte| *byte == 0).take(MOST_ARGUMENTS);
    let arguments = arguments.map(|argument| lw_fs::name_from_bytes(argument).unwrap());
    if let Some(rate) = parsed(arguments.collect()).as_ref().and_then(rate) {
        assert!(rate >= LEAST_BYTES, "{rate} bytes are less than 1K");
        // What is printed of it means the same.
        assert_eq!(rate_of(&rate.to_string()), Some(rate));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Some(rate) = rate_of(text) {
        assert_eq!(Some(rate), meant(text), "{text}");
    }
}

fn parsed(arguments: Vec<OsString>) -> Option<ArgMatches> {
    let arguments = [OsString::from("lw")].into_iter().chain(arguments);
    COMMAND.with_borrow_mut(|command| command.try_get_matches_from_mut(arguments).ok())
}

fn rate_of(text: &str) -> Option<u64> {
    let arguments = ["move", "a", "b", "--limit"].map(OsString::from);
    let arguments = arguments.into_iter().chain([OsString::from(text)]);
    parsed(arguments.collect()).as_ref().and_then(rate)
}

fn rate(matches: &ArgMatches) -> Option<u64> {
    match matches.subcommand()? {
        ("move" | "bring-back", of) => of.get_one("limit").copied(),
        _ => None,
    }
}

/// What a rate means by the book: a number, perhaps with a fraction, then a unit or none.
fn meant(text: &str) -> Option<u64> {
    const UNITS: [&str; 4] = ["k", "m", "g", "t"];
    let number_bytes = text
        .bytes()
        .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
        .count();
    let (number, unit) = text.split_at(number_bytes);
    let unit = unit.trim_start_matches(' ');
    let letter = unit.get(..unit.len().min(1))?.to_ascii_lowercase();
    let factor = match UNITS.iter().position(|known| *known == letter) {
        Some(power) if matches!(&unit[1..], "" | "B" | "iB") => 1024_f64.powi(power as i32 + 1),
        None if matches!(unit, "" | "B") => 1.0,
        _ => return None,
    };
    Some((number.parse::<f64>().ok()? * factor) as u64)
}
