//! What people should know before they say yes.

use lw_core::plan::Notice;

use super::mending::mending_line;
use super::{count, quote, quote_path};

/// The most lines of one sort of notice; the rest is counted.
const MOST_ALIKE: usize = 10;

/// Says what the user should know before saying yes.
pub(crate) fn notice_lines(notices: &[Notice]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut links = 0_usize;
    for notice in notices {
        if matches!(
            notice,
            Notice::ReAimed { .. }
                | Notice::ReAimedCopy { .. }
                | Notice::ReAimedBack { .. }
                | Notice::LeftAlone { .. }
                | Notice::Mended { .. }
                | Notice::NotMended { .. }
        ) {
            links += 1;
            if links > MOST_ALIKE {
                continue;
            }
        }
        lines.push(notice_line(notice));
    }
    if links > MOST_ALIKE {
        let more = count((links - MOST_ALIKE) as u64, "more link", "more links");
        lines.push(format!("and so for {more}; -v lists every step"));
    }
    lines
}

fn notice_line(notice: &Notice) -> String {
    match notice {
        Notice::KindChosen { why } => format!("chosen: {why}"),
        Notice::Gap { path, file_system } => format!(
            "the volume ({file_system}) cannot swap two names in one step: {} is missing for a moment",
            quote_path(path)
        ),
        Notice::SameFolder { path } => format!(
            "both names are in one folder: a program opening {} at that very instant may have to try again",
            quote_path(path)
        ),
        Notice::ReAimed {
            link,
            old_text,
            new_text,
        } => format!(
            "the link {} leads out of the folder; before the move its target {} is written as {}",
            quote_path(link),
            quote(old_text),
            quote(new_text)
        ),
        Notice::ReAimedCopy {
            link,
            old_text,
            new_text,
        } => format!(
            "the link {} leads out of the folder; in the copy its target {} is written as {}",
            quote_path(link),
            quote(old_text),
            quote(new_text)
        ),
        Notice::Resumed { stage } => format!(
            "a copy that was interrupted is gone on with: {}",
            quote_path(stage)
        ),
        Notice::KeepsOriginal { item, why } => format!(
            "the old one stays in quarantine as {}: {why}",
            quote_path(item)
        ),
        Notice::StaysMerged => {
            "'lw undo' brings the merged folder back; it does not part the two again".to_owned()
        }
        Notice::Lossy { what } => format!("the new volume cannot keep {what}"),
        Notice::Nuisance { what } => what.clone(),
        Notice::InUse { who } => format!("programs are at work in it: {who}"),
        Notice::SplitsHardLinks {
            count: number,
            first,
        } => format!(
            "{} elsewhere too, which stay with the old file; the first is {}",
            count(*number, "file has names", "files have names"),
            quote_path(first)
        ),
        Notice::ReAimedBack { link, text } => format!(
            "the link {} gets back its target from before the move, {}",
            quote_path(link),
            quote(text)
        ),
        Notice::Unreadable {
            count: number,
            first,
        } => format!(
            "{} could not be read, so links in there were not looked at; the first is {}",
            count(*number, "folder", "folders"),
            quote_path(first)
        ),
        Notice::MountsInside { mount_points } => {
            let points: Vec<String> = mount_points.iter().map(|path| quote_path(path)).collect();
            format!(
                "other volumes are mounted inside and go along: {}",
                points.join(", ")
            )
        }
        Notice::NotForWindows { link } => format!(
            "if Windows reads this volume too: it does not follow the plain link {}",
            quote_path(link)
        ),
        Notice::Dangling { missing } => {
            format!(
                "the link leads nowhere for now: {} does not exist",
                quote_path(missing)
            )
        }
        Notice::Recursive { folder } => format!(
            "the link leads to the folder {} that contains it; programs that follow links may run in circles",
            quote_path(folder)
        ),
        Notice::MendedByRule { .. }
        | Notice::Mended { .. }
        | Notice::MendedAlong { .. }
        | Notice::NotMended { .. } => mending_line(notice),
        Notice::LeftAlone { path, why } => format!("left alone: {}: {why}", quote_path(path)),
    }
}
