//! `lw convert`: links become links of another form or kind, and lead to where they led.

mod copies;
mod names;
mod native;
mod text;

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lw_fs::FsError;
use lw_fs::look::{self, Entry, Kind, Place};

use super::inventory::list::{self, ListRequest};
use super::inventory::{Names, Roots, Unseen};
use super::link::refuse_if_any;
use super::many_links::{Change, ManyLinks};
use super::new_link::NewLink;
use super::refusal::trace_at;
use super::replace::{self, Replacement};
use super::{AcrossWish, Refusal, Refused, Surroundings};
use crate::ledger::Ledger;
use crate::plan::{LinkForm, Notice, Plan, State, Subject};
use copies::Copies;
use names::NamesToCome;

/// A wish to convert links.
#[derive(Debug, Clone)]
pub struct ConvertRequest {
    /// Which links.
    pub which: Which,
    /// What they are to become.
    pub to: LinkForm,
    /// What is done about texts that say more than they need to.
    pub tidiness: Tidiness,
    /// The other name to which names of a file are to lead.
    pub target: Option<PathBuf>,
    /// How what links lead to is copied.
    pub copying: AcrossWish,
}

/// Which links are converted.
#[derive(Debug, Clone)]
pub enum Which {
    /// These.
    Named(Vec<PathBuf>),
    /// All symbolic links below these folders that have such names.
    Below(Roots, Box<Names>),
}

/// What is done about texts that say more than they need to: `a/../b`, `a//b`, `./b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tidiness {
    /// They stay as written.
    AsWritten,
    /// They are written as short as they can be.
    Shortest,
}

/// A link that stays as it is.
#[derive(Debug)]
pub struct Stays {
    /// The link.
    pub link: PathBuf,
    /// Its text.
    pub text: OsString,
    /// Why.
    pub why: Refusal,
}

/// What is going to be done, and what is not.
#[derive(Debug)]
pub struct Conversion {
    /// The plan for the links that can be converted.
    pub plan: Plan,
    /// Those that cannot be, by path.
    pub stays: Vec<Stays>,
    /// What was not seen where links were searched for.
    pub unseen: Unseen,
}

/// A link, or a name of a file.
struct Candidate {
    place: Place,
    entry: Entry,
    /// Its text, if it is a link.
    text: Option<OsString>,
}

/// Returns the plan that converts the links, and which of them stay as they are. If links were named and none of them
/// can be converted, the reasons are those against the plan.
pub fn plan(
    around: &Surroundings,
    ledger: Option<&Ledger>,
    request: &ConvertRequest,
) -> Result<Conversion, Refused> {
    let (candidates, unseen) = match &request.which {
        Which::Named(links) => (named(around, request, links)?, Unseen::default()),
        Which::Below(roots, names) => below(around, roots, names)?,
    };
    if matches!(request.to, LinkForm::Junction | LinkForm::Native) {
        refuse_if_any(native::reason_against_all(request, &candidates)?)?;
    }
    let mut work = Work {
        around,
        ledger,
        request,
        many: ManyLinks::new(around),
        names_to_come: NamesToCome::default(),
        copies: Copies::default(),
        converted: Vec::new(),
        notices: Vec::new(),
    };
    let mut stays = Vec::new();
    for candidate in candidates {
        match work.add(&candidate) {
            Ok(()) => {}
            Err(Refused(reasons)) => stays.extend(reasons.into_iter().next().map(|why| Stays {
                link: candidate.place.path(),
                text: candidate.text.unwrap_or_default(),
                why,
            })),
        }
    }
    if matches!(request.which, Which::Named(_)) && work.converted.is_empty() && !stays.is_empty() {
        return Err(Refused(stays.into_iter().map(|one| one.why).collect()));
    }
    Ok(Conversion {
        plan: work.into_plan(),
        stays,
        unseen,
    })
}

/// Whatever is no link is refused with all others: it was named by mistake.
fn named(
    around: &Surroundings,
    request: &ConvertRequest,
    links: &[PathBuf],
) -> Result<Vec<Candidate>, Refused> {
    let mut seen = HashSet::new();
    let mut refusals = Vec::new();
    let mut candidates = Vec::new();
    for link in links {
        match candidate(around, request, link) {
            Ok(candidate) if seen.insert(candidate.place.path()) => candidates.push(candidate),
            Ok(_) => {}
            Err(refusal) => refusals.push(refusal),
        }
    }
    refuse_if_any(refusals)?;
    Ok(candidates)
}

fn candidate(
    around: &Surroundings,
    request: &ConvertRequest,
    link: &Path,
) -> Result<Candidate, Refusal> {
    let place = around.existing_place(link)?;
    let path = place.path();
    let Some(entry) = look::entry_if_any(&path)? else {
        return Err(Refusal::Missing { path });
    };
    let kind = entry.kind;
    let text = match kind {
        kind if kind.is_link() => Some(look::read_link(&path)?),
        Kind::File if request.target.is_some() => None,
        // The same command again finds what it has made.
        Kind::File | Kind::Directory if request.to == LinkForm::Copy => None,
        Kind::File if request.to == LinkForm::Hard && entry.link_count > 1 => None,
        Kind::File if request.to == LinkForm::Symbolic => {
            return Err(match entry.link_count {
                0 | 1 => Refusal::LastName { path },
                _ => Refusal::NeedsTarget { path },
            });
        }
        kind => return Err(Refusal::NotALink { path, kind }),
    };
    if let (Some(text), Some(_)) = (&text, &request.target) {
        let leads_to = PathBuf::from(text);
        return Err(Refusal::AlreadyLink { path, leads_to });
    }
    Ok(Candidate { place, entry, text })
}

/// Links that vanish between two looks are left out.
fn below(
    around: &Surroundings,
    roots: &Roots,
    names: &Names,
) -> Result<(Vec<Candidate>, Unseen), Refused> {
    let links = ListRequest {
        symbolic: true,
        junctions: true,
        names: names.clone(),
        ..ListRequest::default()
    };
    let listing = list::list(around, roots, &links)?;
    let candidate = |link: list::Link| {
        Some(Candidate {
            place: Place {
                parent: link.path.parent()?.to_path_buf(),
                name: link.path.file_name()?.to_os_string(),
            },
            entry: look::entry(&link.path).ok()?,
            text: Some(link.text),
        })
    };
    let candidates = listing.links.into_iter().filter_map(candidate).collect();
    Ok((candidates, listing.unseen))
}

struct Work<'a> {
    around: &'a Surroundings,
    ledger: Option<&'a Ledger>,
    request: &'a ConvertRequest,
    many: ManyLinks<'a>,
    names_to_come: NamesToCome,
    copies: Copies,
    converted: Vec<PathBuf>,
    notices: Vec<Notice>,
}

impl Work<'_> {
    /// Adds what converts one link; nothing if it is so already.
    fn add(&mut self, candidate: &Candidate) -> Result<(), Refused> {
        let Candidate { place, entry, text } = candidate;
        if let (Some(text), LinkForm::Copy) = (text, self.request.to) {
            refuse_if_any(replace::leaving_refusals(self.around, place, entry))?;
            let asked = (self.around, self.ledger);
            self.copies.add(asked, self.request, (place, text))?;
            self.converted.push(place.path());
            return Ok(());
        }
        let Some(new) = self.replacement(candidate)? else {
            return Ok(());
        };
        refuse_if_any(replace::leaving_refusals(self.around, place, entry))?;
        let path = place.path();
        let old = trace_at(&path)?;
        let was = text
            .as_ref()
            .is_none_or(|text| old.text.as_ref() == Some(text));
        let new_text = match (&new, text) {
            (Replacement::Link(new), Some(_)) => Some(new.shown_text().to_os_string()),
            _ => None,
        };
        let change = Change {
            path: &path,
            now: State::of(&path),
            old: &old,
            new,
        };
        if !was || self.many.add(change)?.is_some() {
            return Err(FsError::changed("convert", &path).into());
        }
        self.notices
            .extend(
                new_text
                    .zip(text.clone())
                    .map(|(new_text, old_text)| Notice::NewText {
                        link: path.clone(),
                        old_text,
                        new_text,
                    }),
            );
        self.converted.push(path);
        Ok(())
    }

    fn replacement(&mut self, candidate: &Candidate) -> Result<Option<Replacement>, Refusal> {
        let Candidate { place, entry, text } = candidate;
        let ConvertRequest {
            to,
            tidiness,
            target,
            ..
        } = self.request;
        match (text, target) {
            (None, Some(target)) => {
                names::symbolic(self.around, place, entry, target, *to).map(Some)
            }
            (None, None) => Ok(None),
            (Some(text), _) if *to == LinkForm::Hard => {
                self.names_to_come.hard(place, text).map(Some)
            }
            (Some(text), _)
                if matches!(to, LinkForm::Native | LinkForm::Junction)
                    || (*to == LinkForm::Relative && native::is_junction(place, entry)?) =>
            {
                let new = native::new_link(self.around, (place, entry), text, *to)?;
                Ok(new.map(Replacement::Link))
            }
            (Some(text), _) => {
                let text = text::new_text(place, text, *to, *tidiness)?;
                Ok(text.map(|text| Replacement::Link(NewLink::plain(text))))
            }
        }
    }

    fn into_plan(self) -> Plan {
        let (units, gaps) = self.many.finish();
        let mut plan = Plan::new(Subject::Convert {
            to: self.request.to,
            links: self.converted.len() as u64,
            first: self.converted.into_iter().next().unwrap_or_default(),
            copied: self.copies.copied,
        });
        plan.units = units;
        plan.units.extend(self.copies.units);
        plan.notices = self.notices;
        plan.notices.extend(self.copies.notices);
        plan.notices.extend(gaps);
        plan
    }
}
