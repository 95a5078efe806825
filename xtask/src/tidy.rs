//! `cargo xtask tidy`: holds the repository to the rules of the house that no compiler checks.
//!
//! Every offence is listed as `path:line: what; why or how to mend`, and one is enough to fail. A rule is a
//! function of the [`Tree`] and a row of `RULES`; it works on tokens, so words inside comments and strings mean
//! nothing to it, and `clippy.toml` repeats with type knowledge what tokens can only guess at.

mod file_access;
mod hand;
mod length;
mod lexer;
mod links;
mod lock_file;
mod names;
mod outside_world;
mod panics;
mod platforms;
mod rust_source;
#[cfg(test)]
mod samples;
mod sql;
mod text;
mod tree;
mod unsafety;
mod words;

use std::fmt;

use crate::outcome::{Failure, Outcome};
use crate::repository;
use tree::Tree;

/// What the list of commands says.
pub const ABOUT: &str = "Check the rules of the house that no compiler checks";

/// A breach of one rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offence {
    /// The file, from the root of the repository.
    pub path: String,
    /// The line, counted from one.
    pub line: usize,
    /// What stands there.
    pub what: String,
    /// Why it may not, or how to mend it.
    pub mend: &'static str,
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            line,
            what,
            mend,
        } = self;
        write!(f, "{path}:{line}: {what}; {mend}")
    }
}

/// A rule: what it finds in the repository.
type Rule = fn(&Tree) -> Vec<Offence>;

const RULES: &[Rule] = &[
    file_access::check,
    hand::check,
    sql::check,
    outside_world::check,
    platforms::check_conditions,
    platforms::check_seam,
    length::check,
    names::check,
    panics::check,
    unsafety::check,
    text::check,
    words::check,
    links::check,
    lock_file::check,
];

/// Runs every rule over the repository and prints what they found.
pub fn run(arguments: &[String]) -> Outcome {
    if let Some(argument) = arguments.first() {
        return Err(Failure::Usage(format!("tidy takes no `{argument}`")));
    }
    let tree = Tree::read(&repository::root())?;
    let mut offences: Vec<Offence> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    offences.sort();
    for offence in &offences {
        println!("{offence}");
    }
    match offences.len() {
        0 => {
            println!(
                "tidy: {} files, {} rules, nothing to mend",
                tree.files.len(),
                RULES.len()
            );
            Ok(())
        }
        1 => Err(Failure::Failed("tidy found 1 offence".to_owned())),
        count => Err(Failure::Failed(format!("tidy found {count} offences"))),
    }
}
