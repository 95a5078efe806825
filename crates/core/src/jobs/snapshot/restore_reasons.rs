//! Why one thing is not restored, in words.

use std::path::Path;

use crate::jobs::{Held, Refusal};

/// Returns why the one thing at `dest` is left out; none if the reason is one against the whole plan.
pub(super) fn why_left_out(refusal: &Refusal, dest: &Path) -> Option<String> {
    let words = match refusal {
        Refusal::System(error) => return Some(error.cause()),
        Refusal::Missing { path } if dest.parent() == Some(path) => {
            "the folder that holds it is missing"
        }
        Refusal::Missing { .. } => "it went away in the meantime",
        Refusal::Dangling { link, missing } if link == dest => {
            let missing = missing.display();
            return Some(format!(
                "a link stands there that leads to {missing}, which does not exist"
            ));
        }
        Refusal::Dangling { missing, .. } => {
            let missing = missing.display();
            return Some(format!(
                "a link on the way leads to {missing}, which does not exist"
            ));
        }
        Refusal::Loop { .. } => "the links that lead there form a circle",
        Refusal::TooDeep { .. } => "too many links lead there",
        Refusal::NoFolder { .. } => "a link on the way leads through something that is no folder",
        Refusal::MountPoint { .. } => "another volume is mounted there",
        Refusal::SystemFolder { .. } => "the system needs what stands there",
        Refusal::HomeFolder { .. } => "what stands there is the home folder, or holds it",
        Refusal::PutBack { why, .. } => why,
        Refusal::Holds { held, .. } => match held {
            Held::Ledger => "what stands there has to do with the ledger of lw",
            Held::Program => "what stands there has to do with the running program",
            Held::Quarantine => "a quarantine of lw is in what stands there",
            Held::Store => "the store that is restored from is in what stands there",
        },
        Refusal::NotWritable { .. } => "the folder that holds it may not be written",
        Refusal::OwnFolderNotWritable { .. } => "the folder that stands there may not be written",
        Refusal::Sticky { .. } => "what stands there belongs to someone else, in a sticky folder",
        Refusal::Locked { .. } => "it or the folder that holds it is immutable or append-only",
        _ => return None,
    };
    Some(words.to_owned())
}
