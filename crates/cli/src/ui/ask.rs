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
    match answer_to(&format!("{question} [y/N]")).as_deref() {
        Some("y" | "yes") => Answer::Yes,
        _ => Answer::No,
    }
}

/// Which of several things the user takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The one with this index.
    This(usize),
    /// The one with this index, and likewise for what is like it.
    ThisForAll(usize),
    /// None.
    None,
    /// None, and no more questions.
    Stop,
}

/// Asks on stderr for one of `count` things that were listed from 1 on; asks again until the answer means something.
///
/// An empty answer is none; without an answer no more is asked.
pub(crate) fn choose(count: usize) -> Choice {
    loop {
        let question = format!(
            "Which one? [1-{count}, a behind it for all of its kind, s: none, q: stop asking]"
        );
        let Some(answer) = answer_to(&question) else {
            return Choice::Stop;
        };
        if let Some(choice) = choice(&answer, count) {
            return choice;
        }
    }
}

fn choice(answer: &str, count: usize) -> Option<Choice> {
    let number = |digits: &str| match digits.parse::<usize>() {
        Ok(number) if (1..=count).contains(&number) => Some(number - 1),
        _ => None,
    };
    match answer {
        "" | "s" | "n" | "no" => Some(Choice::None),
        "q" => Some(Choice::Stop),
        _ => match answer.strip_suffix('a') {
            Some(digits) => number(digits.trim_end()).map(Choice::ThisForAll),
            None => number(answer).map(Choice::This),
        },
    }
}

/// Returns what is answered, trimmed and in small letters; `None` if the question cannot be written or nobody answers.
fn answer_to(question: &str) -> Option<String> {
    let mut stderr = anstream::stderr().lock();
    write!(stderr, "{question} ").ok()?;
    stderr.flush().ok()?;
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim().to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_listed_can_be_chosen() {
        for (answer, expected) in [
            ("1", Some(Choice::This(0))),
            ("3", Some(Choice::This(2))),
            ("2a", Some(Choice::ThisForAll(1))),
            ("2 a", Some(Choice::ThisForAll(1))),
            ("", Some(Choice::None)),
            ("s", Some(Choice::None)),
            ("q", Some(Choice::Stop)),
            ("0", None),
            ("4", None),
            ("-1", None),
            ("a", None),
            ("y", None),
            ("1b", None),
        ] {
            assert_eq!(choice(answer, 3), expected, "{answer}");
        }
    }
}
