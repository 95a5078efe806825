//! What people should know before they say yes.

use std::path::Path;

use lw_core::plan::{Notice, Untouched};

use super::cloud::cloud_line;
use super::mending::{is_staying, mending_line};
use super::sentence::merge_words;
use super::{count, quote, quote_path};

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Of what is alike only the first few; the rest is counted.
    Brief,
    /// Everything.
    All,
}

/// The most lines of one sort of notice; the rest is counted.
const MOST_ALIKE: usize = 10;

/// Says what the user should know before saying yes.
pub(crate) fn notice_lines(notices: &[Notice], detail: Detail) -> Vec<String> {
    let most = match detail {
        Detail::Brief => MOST_ALIKE,
        Detail::All => usize::MAX,
    };
    let mut lines = Vec::new();
    let (mut staying, mut changing) = (0_usize, 0_usize);
    for notice in notices {
        let alike = if is_staying(notice) {
            &mut staying
        } else if is_of_one_link(notice) {
            &mut changing
        } else {
            lines.push(notice_line(notice));
            continue;
        };
        *alike += 1;
        if *alike <= most {
            lines.push(notice_line(notice));
        }
    }
    let more = |links: usize| count((links - most) as u64, "more link", "more links");
    if staying > most {
        lines.push(format!("and {} that stay; -v lists them", more(staying)));
    }
    if changing > most {
        let more = more(changing);
        lines.push(format!("and so for {more}; -v lists every step"));
    }
    lines
}

/// Returns whether there may be as many such notices as there are links.
fn is_of_one_link(notice: &Notice) -> bool {
    matches!(
        notice,
        Notice::ReAimed { .. }
            | Notice::ReAimedCopy { .. }
            | Notice::ReAimedBack { .. }
            | Notice::LeftAlone { .. }
            | Notice::Mended { .. }
            | Notice::NewText { .. }
            | Notice::Fixed { .. }
    )
}

fn notice_line(notice: &Notice) -> String {
    match notice {
        Notice::SourceIsLink { link, leads_to } => format!(
            "{} is a link; what it leads to is taken: {}",
            quote_path(link),
            quote_path(leads_to)
        ),
        Notice::StoreInSource { store, source } => format!(
            "the store {} lies in {}, and is left out",
            quote_path(store),
            quote_path(source)
        ),
        Notice::DamagedSnapshot { path, why } => format!(
            "the manifest of {} is damaged, and nothing is linked to it: {why}",
            quote_path(path)
        ),
        Notice::SharesFiles { folder } => format!(
            "the snapshots share their files with what is imported, {} and so on: whoever changes one there changes it in \
             them. The tool that made it must not be run on it any more",
            quote_path(folder)
        ),
        Notice::TimesOfFolders => {
            "when each was made is taken from when its folder last changed; --time tells it otherwise".to_owned()
        }
        Notice::NoLatest { link, why } => format!(
            "no link {} leads to the newest snapshot: {why}",
            quote_path(link)
        ),
        Notice::Merged { path, counts } => format!(
            "{} is at both ends; the two are merged: {}",
            quote_path(path),
            merge_words(counts)
        ),
        Notice::Unlisted { links } => format!(
            "{} of this manifest {} not listed any more; --prune removes {}",
            count(*links, "link", "links"),
            if *links == 1 { "is" } else { "are" },
            if *links == 1 { "it" } else { "them" }
        ),
        Notice::Shared {
            manifest,
            links,
            first,
        } => format!(
            "{} {} of {} too: --prune of either leaves what the other lists",
            links_with(*links, first),
            if *links == 1 { "is" } else { "are" },
            quote_path(manifest)
        ),
        Notice::LeftTo {
            manifest,
            links,
            first,
        } => format!(
            "{} {} not listed any more, and {} for {}",
            links_with(*links, first),
            if *links == 1 { "is" } else { "are" },
            if *links == 1 { "stays" } else { "stay" },
            quote_path(manifest)
        ),
        Notice::MadeAgainWithout { folder, without } => {
            let words: Vec<&str> = without.iter().map(|loss| loss.words()).collect();
            format!(
                "if the folder {} is made again, it is without what it has now: {}",
                quote_path(folder),
                words.join(", ")
            )
        }
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
            "from its new place the link {} would lead elsewhere; in the copy its target {} is written as {}",
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
            "if Windows reads this volume too: it cannot follow the link {} to there",
            quote_path(link)
        ),
        Notice::WindowsOnly {
            letter,
            helper,
            folder,
        } => format!(
            "Windows follows it to drive {letter}:; this system does once {} leads to {}",
            quote_path(helper),
            quote_path(folder)
        ),
        Notice::Rewritten { link } => format!(
            "macOS writes preferences anew and replaces the link at {} by a file; link the folder of the program, or copy",
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
        | Notice::NotMended { .. }
        | Notice::NewText { .. }
        | Notice::Fixed { .. }
        | Notice::FixedAlong { .. }
        | Notice::NotFixed { .. }
        | Notice::NotConverted { .. } => mending_line(notice),
        Notice::Cloud(notice) => cloud_line(notice),
        Notice::CopyGoes { path } => format!(
            "the copy {} goes to quarantine, with what was changed in it since",
            quote_path(path)
        ),
        Notice::NotRestored { path, why } => {
            format!("not restored: {}: {why}", quote_path(path))
        }
        Notice::RestoredBehind { path, leads_to } => format!(
            "the way to {} leads through a link by now; what it leads to is restored: {}",
            quote_path(path),
            quote_path(leads_to)
        ),
        Notice::NotTouched {
            count: number,
            first,
            why,
        } => {
            let first = quote_path(first);
            let what = match number {
                1 => first,
                _ => format!(
                    "{}, the first is {first}",
                    count(*number, "thing", "things")
                ),
            };
            format!("left alone: {what}: {}", untouched_words(*why))
        }
        Notice::LeftAlone { path, why } => format!("left alone: {}: {why}", quote_path(path)),
    }
}

/// Names the link, or says how many there are and names the first.
fn links_with(links: u64, first: &Path) -> String {
    match links {
        1 => quote_path(first),
        _ => format!(
            "{} ({}, …)",
            count(links, "link", "links"),
            quote_path(first)
        ),
    }
}

fn untouched_words(why: Untouched) -> &'static str {
    match why {
        Untouched::OfLw => "it is lw's own, with its ledger or quarantine",
        Untouched::Store => "it is the store that is restored from",
        Untouched::OtherStore => "it is another store of snapshots",
        Untouched::LeftOut => "the snapshot was not to have it",
        Untouched::Mount => "another volume is mounted there",
        Untouched::Unreadable => "it cannot be looked into",
    }
}
