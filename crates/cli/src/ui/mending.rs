//! The words of a repair and of a conversion: which links change how, and which stay as they are.

use lw_core::plan::{NotMended, Notice};

use super::{Message, count, quote, quote_path};

/// Returns the words of a notice of a repair or a conversion; nothing for any other.
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
        Notice::NewText {
            link,
            old_text,
            new_text,
        } => format!(
            "{} leads to the same by {} instead of {}",
            quote_path(link),
            quote(new_text),
            quote(old_text)
        ),
        Notice::Fixed {
            link,
            old_text,
            new_text,
        } => format!(
            "the link {} gets the target {} instead of {}",
            quote_path(link),
            quote(new_text),
            quote(old_text)
        ),
        Notice::FixedAlong { links: 1 } => {
            "1 link leads there by way of another link, and stays as it is".to_owned()
        }
        Notice::FixedAlong { links } => format!(
            "{} there by way of other links, and stay as they are",
            count(*links, "link leads", "links lead")
        ),
        Notice::NotFixed { link, text, why } => format!(
            "the link {} -> {} will be broken: {why}",
            quote_path(link),
            quote(text)
        ),
        Notice::NotConverted { link, text, why } => format!(
            "{} -> {} stays as it is: {why}",
            quote_path(link),
            quote(text)
        ),
        _ => String::new(),
    }
}

fn why_not(why: &NotMended) -> String {
    match why {
        NotMended::NothingFound => "its target was not found".to_owned(),
        NotMended::Deleted => "its target was deleted".to_owned(),
        NotMended::ThrownAway(path) => {
            format!(
                "its target was thrown away, and lies at {}",
                quote_path(path)
            )
        }
        NotMended::OtherContent(path) => format!(
            "{} has the name of its target, but other content",
            quote_path(path)
        ),
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

/// Returns whether the notice tells of a link that stays as it is.
pub(super) fn is_staying(notice: &Notice) -> bool {
    matches!(
        notice,
        Notice::NotMended { .. } | Notice::NotConverted { .. } | Notice::NotFixed { .. }
    )
}

/// What became of the other links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    /// They are changed.
    Done,
    /// There were none that could be changed.
    None,
}

/// Returns the message for links that stay as they are, if there are such.
pub(crate) fn staying_message(verb: &str, notices: &[Notice], others: Others) -> Option<Message> {
    const PARTLY: u8 = 3;
    let staying = notices.iter().filter(|notice| is_staying(notice));
    let number = staying.clone().count() as u64;
    let (message, done) = match staying.clone().next()? {
        Notice::NotConverted { link, why, .. } => {
            let link = quote_path(link);
            let (what, cause) = match number {
                1 => (link.clone(), why.clone()),
                many => (
                    count(many, "link", "links"),
                    format!("the first is {link}: {why}"),
                ),
            };
            let message = Message::new(format!("cannot {verb} {what}")).cause(cause);
            (
                message.help(format!("lw show {link}")),
                "the others are done",
            )
        }
        Notice::NotFixed { link, why, .. } => {
            let links = count(number, "link is broken now", "links are broken now");
            let cause = format!("the first is {}: {why}", quote_path(link));
            let message = Message::new(links).cause(cause);
            (message.help("lw undo"), "all else is done")
        }
        _ => (
            Message::new(format!("cannot mend {}", count(number, "link", "links")))
                .cause("where their targets are is not known, or not certain")
                .help("lw repair --search DIR   (searches there too)")
                .help("lw repair --from OLD --to NEW   (says what has moved)"),
            "the others are mended",
        ),
    };
    Some(match others {
        Others::Done => message.state(done).exit_code(PARTLY),
        Others::None => message,
    })
}
