//! `lw link`: a new link.

use std::path::{Path, PathBuf};

use lw_fs::look::{self, Entry, Kind, Place, Support};
use lw_fs::path_form::{self, FAMILY, Family};

use super::cloud::{self, Inside, Linking};
use super::new_link::{self, Fitting, NewLink};
use super::refusal::trace_at;
use super::replace::{self, Displacement, Exchange, Replacement};
use super::target_text::{self, Doubtful};
use super::{Allowance, Refusal, Refused, Surroundings, TextForm, staying};
use crate::plan::{Lasting, Notice, Plan, State, Step, Subject, Unit};

/// What sort of link is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// The right one for this target, volume and privilege.
    Fitting,
    /// A symbolic link.
    Symbolic,
    /// A hard link.
    Hard,
    /// A junction.
    Junction,
}

/// What to do with something that stands at the link's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Refuse.
    Keep,
    /// Displace it into quarantine.
    Displace,
}

/// A wish for a link.
#[derive(Debug, Clone)]
pub struct LinkRequest {
    /// What it leads to.
    pub target: PathBuf,
    /// Where it stands.
    pub link: PathBuf,
    /// What sort of link.
    pub kind: LinkKind,
    /// How the target is written.
    pub form: TextForm,
    /// What to do with what stands there.
    pub existing: Existing,
    /// Whether it may lead nowhere.
    pub dangling: Allowance,
    /// Whether it may lead to a folder that contains it.
    pub recursive: Allowance,
}

/// Returns the plan for a new link; an empty one if it is there already.
pub fn plan(around: &Surroundings, request: &LinkRequest) -> Result<Plan, Refused> {
    let link = around.place(&request.link)?;
    let target = around.target_place(&request.target)?;
    let there = look::entry_if_any(&link.path())?;
    let volume = look::volume_of(&link.parent)?;
    match request.kind {
        LinkKind::Junction => plan_leading(around, request, &link, &target, there.as_ref()),
        LinkKind::Hard => plan_hard(around, request, &link, &target, there.as_ref()),
        LinkKind::Fitting | LinkKind::Symbolic => {
            if look::link_support(&volume.file_system) == Support::No {
                return Err(Refused::from(Refusal::NoLinks {
                    folder: link.parent,
                    file_system: volume.file_system,
                }));
            }
            plan_leading(around, request, &link, &target, there.as_ref())
        }
    }
}

/// Plans a symbolic link or a junction.
fn plan_leading(
    around: &Surroundings,
    request: &LinkRequest,
    link: &Place,
    target: &Place,
    there: Option<&Entry>,
) -> Result<Plan, Refused> {
    let (new, mut notices) = new_link(around, request, link, target)?;
    let text = new.text.clone();
    let path = link.path();
    let doubtful = Doubtful {
        dangling: request.dangling,
        recursive: request.recursive,
    };
    let mut refusals = Vec::new();
    let doubt = target_text::check(link, &text, doubtful).unwrap_or_else(|refusal| {
        refusals.push(refusal);
        None
    });
    let old = State::of(&path)?;
    let is_so = State::Present(new.trace()).fits(&old);
    // A name that is to lead to itself must not be offered to be replaced.
    if !matches!(refusals.as_slice(), [Refusal::SameThing { .. }]) {
        refusals.extend(occupied(
            around,
            request,
            link,
            target,
            there.filter(|_| !is_so),
        ));
    }
    refuse_if_any(refusals)?;
    let subject = Subject::Link {
        link: path.clone(),
        target: text.clone(),
        hard: false,
        native: new.native.clone(),
        displaced: there.map(|entry| entry.kind),
    };
    let mut plan = Plan::new(subject);
    plan.notices.extend(doubt);
    if is_so {
        return Ok(plan);
    }
    plan.notices.append(&mut notices);
    plan.notices.extend(rewritten(&path));
    let is_junction = new.native.as_ref().is_some_and(|new| new.is_junction());
    let linking = Linking {
        link: &path,
        target: &target.path(),
        inside: match is_junction {
            true => Inside::Junction,
            false => Inside::Symbolic,
        },
        is_absolute: Path::new(&text).is_absolute(),
    };
    plan.notices.extend(cloud::of_link(around, &linking));
    place_new(around, &mut plan, link, &old, Replacement::Link(new))?;
    Ok(plan)
}

/// Returns the link that is wanted, and what to say of it.
fn new_link(
    around: &Surroundings,
    request: &LinkRequest,
    link: &Place,
    target: &Place,
) -> Result<(NewLink, Vec<Notice>), Refusal> {
    if request.kind == LinkKind::Junction {
        let target_path = target.path();
        let there = look::followed(&target_path).ok();
        if there.is_some_and(|there| there.kind != Kind::Directory) {
            return Err(Refusal::JunctionToFile {
                target: target_path,
            });
        }
        let (new, notice) = new_link::junction(around, &link.parent, &target_path)?;
        return Ok((new, notice.into_iter().collect()));
    }
    let form = request.form;
    target_text::check_roots(form, link, target)?;
    let text = target_text::text_for(around, link, target, &request.target, form);
    let leads_to = path_form::ends_in_separator(request.target.as_os_str());
    let leads_to = leads_to.then_some(Kind::Directory);
    let wish = Fitting {
        link,
        text: &text,
        form,
        leads_to,
    };
    if request.kind == LinkKind::Symbolic {
        // What was asked for by its name is tried: the system has the last word.
        let (new, notice) = new_link::fitting(around, wish);
        return Ok((new, notice.into_iter().collect()));
    }
    let (new, mut notices) = new_link::chosen(around, wish)?;
    if !new
        .native
        .as_ref()
        .is_some_and(|native| native.is_junction())
    {
        let why = match &new.native {
            Some(_) if FAMILY == Family::Unix => "a symbolic link that Windows follows too",
            _ => "a symbolic link: it works for files and folders and across volumes",
        };
        let why = why.to_owned();
        notices.push(Notice::KindChosen { why });
    }
    Ok((new, notices))
}

/// Says that the system replaces what becomes a link at `link`, where it does.
pub(super) fn rewritten(link: &Path) -> Option<Notice> {
    let link = link.to_path_buf();
    look::system::rewrites(&link).then_some(Notice::Rewritten { link })
}

fn plan_hard(
    around: &Surroundings,
    request: &LinkRequest,
    link: &Place,
    target: &Place,
    there: Option<&Entry>,
) -> Result<Plan, Refused> {
    let (target_path, path) = (target.path(), link.path());
    let Some(file) = look::entry_if_any(&target_path)? else {
        return Err(Refusal::Missing { path: target_path }.into());
    };
    let mut refusals = hard_link_refusals(target, &file, link)?;
    let is_so = there.is_some_and(|there| there.identity.is_same_now(&file.identity));
    refusals.extend(occupied(
        around,
        request,
        link,
        target,
        there.filter(|_| !is_so),
    ));
    refuse_if_any(refusals)?;
    let mut plan = Plan::new(Subject::Link {
        link: path.clone(),
        target: target_path.clone().into_os_string(),
        hard: true,
        native: None,
        displaced: there.map(|entry| entry.kind),
    });
    if is_so {
        return Ok(plan);
    }
    let file = trace_at(&target_path)?;
    let old = State::of(&path)?;
    let linking = Linking {
        link: &path,
        target: &target_path,
        inside: Inside::Hard,
        is_absolute: false,
    };
    plan.notices.extend(cloud::of_link(around, &linking));
    place_new(
        around,
        &mut plan,
        link,
        &old,
        Replacement::Hard {
            target: target_path,
            file,
        },
    )?;
    Ok(plan)
}

/// Returns the reasons why `file`, which is at `target`, cannot get the further name `link`.
pub(super) fn hard_link_refusals(
    target: &Place,
    file: &Entry,
    link: &Place,
) -> Result<Vec<Refusal>, Refusal> {
    let mut refusals = Vec::new();
    let target_path = target.path();
    // A junction is a folder to NTFS: ntfs-3g would give it a second name, and the volume would be damaged.
    if file.kind == Kind::Directory || look::is_folder_on_ntfs(&target_path, file)? {
        refusals.push(Refusal::HardLinkToFolder {
            target: target_path.clone(),
        });
    } else if file.is_locked {
        refusals.push(Refusal::Locked {
            path: target_path.clone(),
        });
    }
    let (here, folder) = (look::entry(&target.parent)?, look::entry(&link.parent)?);
    if !look::same_volume(&here, &folder) {
        refusals.push(other_volume(target, link)?);
    }
    let limit = link_limit(&link.parent);
    if limit.is_some_and(|limit| file.link_count >= limit) {
        refusals.push(Refusal::TooManyLinks {
            target: target_path,
            link_count: file.link_count,
        });
    }
    Ok(refusals)
}

/// The most names of one file, where the file system is known for a limit (`man 5 ext4`: 65,000).
fn link_limit(folder: &Path) -> Option<u64> {
    match look::volume_of(folder).ok()?.file_system.as_str() {
        "ext3" => Some(32_000),
        "ext4" => Some(65_000),
        "btrfs" => Some(65_535),
        // CreateHardLinkW: 1,023 more names than the first.
        "NTFS" => Some(1024),
        _ => None,
    }
}

/// Says on which volumes two places are.
pub(super) fn other_volume(from: &Place, to: &Place) -> Result<Refusal, Refusal> {
    Ok(Refusal::OtherVolume {
        from: from.path(),
        to: to.path(),
        from_volume: look::volume_of(&from.parent)?.mount_point,
        to_volume: look::volume_of(&to.parent)?.mount_point,
    })
}

/// Returns the reasons against putting something at `link`, where `there` is what stands there and is not wanted.
fn occupied(
    around: &Surroundings,
    request: &LinkRequest,
    link: &Place,
    target: &Place,
    there: Option<&Entry>,
) -> Vec<Refusal> {
    let path = link.path();
    match (there, request.existing) {
        (None, _) => replace::folder_refusals(link),
        (Some(there), Existing::Keep) => {
            let refusal = match there.kind {
                Kind::Directory => Refusal::ExistsFolder { path },
                kind => Refusal::Exists { path, kind },
            };
            vec![refusal]
        }
        (Some(there), Existing::Displace) => {
            let mut found = replace::leaving_refusals(around, link, there);
            if found.is_empty() {
                found.extend(staying::inside_refusals(&path, there.kind));
            }
            let end = look::resolve(&target.path());
            if let look::End::Found { path: end, .. } = end.end
                && end.starts_with(&path)
            {
                found.push(Refusal::DisplacesTarget {
                    link: path,
                    target: end,
                });
            }
            found
        }
    }
}

/// Adds the unit that puts something new at a name.
fn place_new(
    around: &Surroundings,
    plan: &mut Plan,
    link: &Place,
    old: &State,
    new: Replacement,
) -> Result<(), Refusal> {
    let path = link.path();
    let slot = replace::slot_at(around, link, 0)?;
    let steps = match old {
        State::Absent | State::AtMost(_) => vec![match new {
            Replacement::Link(new) => new.step(path, Lasting::Yes),
            Replacement::Hard { target, file } => Step::CreateHardLink {
                target,
                link: path,
                file,
            },
        }],
        State::Present(old) => {
            let exchange: Exchange = replace::exchange_in(&link.parent);
            plan.notices.extend(replace::gap(&path, &exchange));
            let displacement = Displacement {
                path: &path,
                old,
                new,
                slot: &slot,
                number: 1,
            };
            replace::steps(displacement, &exchange)
        }
    };
    plan.units.push(Unit::plain(steps, slot));
    Ok(())
}

pub(super) fn refuse_if_any(refusals: Vec<Refusal>) -> Result<(), Refused> {
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(Refused(refusals))
    }
}
