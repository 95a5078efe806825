//! Links that were, and are something else now.

use lw_fs::look::{self, Kind};

use super::Finding;
use super::check::Checked;
use crate::ledger::{Form, Tracked};

/// Returns what became of a remembered link, if it is no link of its kind any more.
///
/// Editors that save by renaming do this, and so do programs that copy what they find.
pub(super) fn of(known: &Tracked) -> Option<Checked> {
    let now = look::entry(&known.link).ok()?;
    let (text, finding) = match &known.form {
        Form::Symbolic(text) => {
            let finding = Finding::Replaced {
                kind: now.kind,
                target: known.target.clone(),
            };
            (!now.kind.is_link()).then(|| (text.clone(), finding))?
        }
        Form::Hard => {
            let other = look::entry(&known.target).ok()?;
            let is_split = now.kind == Kind::File
                && other.kind == Kind::File
                && !now.identity.is_same_now(&other.identity);
            let finding = Finding::Split {
                other: known.target.clone(),
            };
            is_split.then(|| (known.target.clone().into_os_string(), finding))?
        }
    };
    Some(Checked {
        path: known.link.clone(),
        text,
        native: None,
        finding,
    })
}
