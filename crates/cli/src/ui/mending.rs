//! The words of a repair.

use lw_core::plan::{NotMended, Notice};

use super::{Message, count, quote, quote_path};

/// Returns the words of a notice of a repair; nothing for any other.
pub(super) fn mending_line(notice: &Notice) -> String {
    match notice {
        Notice::MendedByRule {
            from,
            to,
            links,
            borne_out_by,
        } => {
            let links = count(*links, "link", "links");
            let (from, to) = (quote_path(from), quote_path(to));
            match borne_out_by {
                Some(targets) => {
                    let targets = count(*targets, "target stands", "targets stand");
                    format!("{links}: what was below {from} is below {to} now ({targets} there)")
                }
                None => format!("{links}: what was below {from} is below {to} now, as you said"),
            }
        }
        Notice::Mended {
            link,
            new_text,
            why,
        } => format!(
            "{} will lead to {}: {why}",
            quote_path(link),
            quote(new_text)
        ),
        Notice::MendedAlong { links: 1 } => {
            "1 more link leads to one of those and is sound again with it".to_owned()
        }
        Notice::MendedAlong { links } => format!(
            "{} lead to one of those and are sound again with it",
            count(*links, "more link", "more links")
        ),
        Notice::NotMended { link, text, why } => format!(
            "{} -> {} stays broken: {}",
            quote_path(link),
            quote(text),
            why_not(why)
        ),
        _ => String::new(),
    }
}

fn why_not(why: &NotMended) -> String {
    match why {
        NotMended::NothingFound => "its target was not found".to_owned(),
        NotMended::Ambiguous { candidates, count } => {
            let named: Vec<String> = candidates.iter().map(|path| quote_path(path)).collect();
            let more = count.saturating_sub(named.len() as u64);
            let more = match more {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("it could be any of {}{more}", named.join(", "))
        }
        NotMended::ByWayOf(link) => {
            format!("it leads to the link {}, which is broken", quote_path(link))
        }
        NotMended::CannotChange(why) => why.clone(),
    }
}

/// Returns how many broken links stay as they are.
pub(crate) fn not_mended_count(notices: &[Notice]) -> u64 {
    let is_one = |notice: &&Notice| matches!(notice, Notice::NotMended { .. });
    notices.iter().filter(is_one).count() as u64
}

/// Returns the message for broken links that stay as they are, where others may have been mended.
pub(crate) fn not_mended_message(count_: u64, mended_any: bool) -> Message {
    const PARTLY: u8 = 3;
    let links = count(count_, "link", "links");
    let message = Message::new(format!("cannot mend {links}"))
        .cause("where their targets are is not known, or not certain")
        .help("lw repair --search DIR   (searches there too)")
        .help("lw repair --from OLD --to NEW   (says what has moved)");
    match mended_any {
        true => message.state("the others are mended").exit_code(PARTLY),
        false => message,
    }
}
