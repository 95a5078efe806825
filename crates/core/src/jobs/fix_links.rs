//! `--fix-links-in`: links elsewhere that a change would break, or lead a longer way, change with it.

use std::path::{Component, MAIN_SEPARATOR_STR, Path, PathBuf};

use lw_fs::look::{self, End};
use lw_fs::path_form;

use super::inventory::links_to::{self, LinkTo, OtherName};
use super::inventory::{Names, Roots, Unseen};
use super::many_links::{Change, ManyLinks};
use super::new_link::NewLink;
use super::replace::Replacement;
use super::{Refused, Surroundings, across, target_text};
use crate::plan::{Notice, Plan, State, Subject, Trace};

/// A plan with the links fixed, and what was not seen where they were looked for.
#[derive(Debug)]
pub struct FixedPlan {
    /// The plan.
    pub plan: Plan,
    /// What was not seen.
    pub unseen: Unseen,
}

/// Adds to the plan of a move, a way back, a removal or another target what leads links below the folders past it.
///
/// What such a link is to lead to is there before and after: where the links follow a move they come after it, else before
/// what would break them.
pub fn fix(around: &Surroundings, plan: Plan, roots: &Roots) -> Result<FixedPlan, Refused> {
    let mut plan = plan;
    let mut unseen = Unseen::default();
    if plan.units.is_empty() {
        return Ok(FixedPlan { plan, unseen });
    }
    let mut fixer = Fixer {
        many: ManyLinks::beside(around, plan.units.len() * across::MOST_FOLDERS),
        notices: Vec::new(),
        along: 0,
    };
    let passes = passes(&plan.subject);
    for pass in &passes {
        let found = links_to::links_to(around, roots, &Names::default(), &pass.from)?;
        for link in &found.links {
            let is_changed_itself = passes.iter().any(|pass| pass.from == link.path)
                || matches!(&plan.subject, Subject::BringBack { link: own, .. } if *own == link.path);
            if !is_changed_itself && !link.path.starts_with(&pass.from) {
                fixer.add(pass, link, &found.names)?;
            }
        }
        unseen = found.unseen;
    }
    let (units, of_units) = fixer.many.finish();
    match plan.subject {
        Subject::Move { .. } => plan.units.extend(units),
        _ => plan.units.splice(..0, units).for_each(drop),
    }
    plan.notices.extend(fixer.notices);
    plan.notices
        .extend((fixer.along > 0).then_some(Notice::FixedAlong { links: fixer.along }));
    plan.notices.extend(of_units);
    Ok(FixedPlan { plan, unseen })
}

/// A place that is not to be passed any more.
struct Pass {
    from: PathBuf,
    to: Instead,
}

enum Instead {
    /// The thing is at this place afterwards, and a link to it where it was.
    Moved(PathBuf),
    /// It is at this place already.
    There(PathBuf),
    /// Whoever leads below the place comes to the second one afterwards; what is not there stays below the first.
    Retargeted { old: PathBuf, new: PathBuf },
    /// It is one of several names of a file; any other one will do.
    OtherName,
}

fn passes(subject: &Subject) -> Vec<Pass> {
    let there = |link: &Path| match look::resolve(link).end {
        End::Found { path, .. } => Some(path),
        _ => None,
    };
    match subject {
        Subject::Move { source, dest, .. } => vec![Pass {
            from: source.clone(),
            to: Instead::Moved(dest.clone()),
        }],
        Subject::BringBack { link, dest, .. } => vec![Pass {
            from: dest.clone(),
            to: Instead::There(link.clone()),
        }],
        Subject::Retarget { link, new_text, .. } => {
            let folder = link.parent().unwrap_or(link);
            let new = look::resolve_from(folder, new_text).would_end_at();
            let old = there(link);
            old.zip(new)
                .map(|(old, new)| Pass {
                    from: link.clone(),
                    to: Instead::Retargeted { old, new },
                })
                .into_iter()
                .collect()
        }
        Subject::Remove { links } => {
            let pass = |link: &PathBuf| {
                let is_link = look::entry(link).ok()?.kind.is_link();
                Some(Pass {
                    from: link.clone(),
                    to: match is_link {
                        true => Instead::There(there(link)?),
                        false => Instead::OtherName,
                    },
                })
            };
            links.iter().filter_map(pass).collect()
        }
        Subject::Link { .. }
        | Subject::Adopt { .. }
        | Subject::Apply { .. }
        | Subject::Convert { .. }
        | Subject::Repair { .. }
        | Subject::Snapshot { .. }
        | Subject::Restore { .. }
        | Subject::Schedule { .. }
        | Subject::Undo { .. } => Vec::new(),
    }
}

struct Fixer<'a> {
    many: ManyLinks<'a>,
    notices: Vec<Notice>,
    /// Links that pass the place by way of another link.
    along: u64,
}

impl Fixer<'_> {
    fn add(&mut self, pass: &Pass, link: &LinkTo, names: &[OtherName]) -> Result<(), Refused> {
        let folder = link.path.parent().unwrap_or(&link.path);
        let new_place = match named_by(folder, link) {
            Named::Place(place) => match place.strip_prefix(&pass.from) {
                Ok(below) => instead(pass, below, names),
                Err(_) => {
                    self.along += 1;
                    return Ok(());
                }
            },
            Named::Behind(end) => match end.strip_prefix(&pass.from) {
                // Behind a link that comes to stand there, '..' means another folder.
                Ok(below) => instead(pass, below, names),
                Err(_) => Ok(Some(end)),
            },
            Named::Unclear if matches!(pass.to, Instead::Moved(_)) || !link.is_sound => Ok(None),
            Named::Unclear => Err("its text goes up again behind a link".to_owned()),
        };
        let new_place = match new_place {
            Ok(Some(place)) => place,
            Ok(None) => return Ok(()),
            Err(why) => {
                self.leave(pass, link, why);
                return Ok(());
            }
        };
        let mut new_text = target_text::in_the_form_of(&link.text, folder, new_place);
        // A slash at the end asks for a folder.
        if path_form::ends_in_separator(&link.text) {
            new_text.push(MAIN_SEPARATOR_STR);
        }
        let change = Change {
            path: &link.path,
            now: State::of(&link.path),
            old: &Trace::link(&link.text),
            new: Replacement::Link(NewLink::plain(new_text.clone())),
        };
        match self.many.add(change)? {
            None => self.notices.push(Notice::Fixed {
                link: link.path.clone(),
                old_text: link.text.clone(),
                new_text,
            }),
            Some(why) => self.leave(pass, link, why),
        }
        Ok(())
    }

    fn leave(&mut self, pass: &Pass, link: &LinkTo, why: String) {
        let path = link.path.clone();
        self.notices.push(match pass.to {
            // It goes on leading there, through the link.
            Instead::Moved(_) => Notice::LeftAlone { path, why },
            _ => Notice::NotFixed {
                link: path,
                text: link.text.clone(),
                why,
            },
        });
    }
}

/// Returns where what was `below` the place of the pass is afterwards; nothing if a link there needs no change.
fn instead(pass: &Pass, below: &Path, names: &[OtherName]) -> Result<Option<PathBuf>, String> {
    let at = |folder: &Path| match below.as_os_str().is_empty() {
        true => folder.to_path_buf(),
        false => folder.join(below),
    };
    let is_there = |place: &PathBuf| look::followed(place).is_ok();
    match &pass.to {
        Instead::Moved(to) => Ok(Some(at(to))),
        Instead::There(to) => Ok(Some(at(to)).filter(is_there)),
        Instead::Retargeted { old, new } => {
            let follows = below.as_os_str().is_empty() || is_there(&at(new));
            Ok(Some(at(old)).filter(|place| !follows && is_there(place)))
        }
        Instead::OtherName => match names {
            [only] => Ok(Some(only.path.clone())),
            [] => Err("no other name of the file was found in the folders".to_owned()),
            _ => Err("the file has several other names".to_owned()),
        },
    }
}

/// What a link's own text names, before any other link is followed.
enum Named {
    /// This place.
    Place(PathBuf),
    /// It goes up behind a folder, and no link is passed: it ends here.
    Behind(PathBuf),
    /// It cannot be told.
    Unclear,
}

fn named_by(folder: &Path, link: &LinkTo) -> Named {
    let mut place = folder.to_path_buf();
    let mut goes_down = false;
    for part in Path::new(&link.text).components() {
        match part {
            Component::RootDir | Component::Prefix(_) => path_form::go_to_root(&mut place, part),
            Component::CurDir => {}
            Component::Normal(name) => {
                place.push(name);
                goes_down = true;
            }
            Component::ParentDir if goes_down => {
                return match &link.ends_at {
                    Some(end) if link.is_sound && link.by_way_of.is_empty() => {
                        Named::Behind(end.clone())
                    }
                    _ => Named::Unclear,
                };
            }
            Component::ParentDir => {
                place.pop();
            }
        }
    }
    Named::Place(place)
}
