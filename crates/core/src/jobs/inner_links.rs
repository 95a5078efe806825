//! Relative links inside a moving folder that lead out of it: re-aimed before the move, so that none is ever wrong.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use lw_fs::look;
use lw_fs::look::tree::{self, Survey};

use super::new_link;
use super::replace::{self, Displacement, Exchange, Replacement};
use super::{Refusal, Surroundings, target_text};
use crate::plan::{Notice, State, Step, TreeCounts};

/// Item numbers of re-aimed links begin here; lower ones are for what the move itself displaces.
const FIRST_NUMBER: usize = 10;

/// A link inside that must be re-aimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReAim {
    /// Where it is now.
    pub(super) link: PathBuf,
    /// Its text until now.
    pub(super) old_text: OsString,
    /// A text that means the same from anywhere.
    pub(super) new_text: OsString,
}

/// What a look into a folder that is to be moved found.
#[derive(Debug, Default)]
pub(super) struct Inside {
    pub(super) counts: TreeCounts,
    pub(super) re_aims: Vec<ReAim>,
    pub(super) notices: Vec<Notice>,
    pub(super) private_folders: Vec<PathBuf>,
}

/// Looks into the link-free folder `root`: directory entries and link texts only.
pub(super) fn look_inside(root: &Path) -> Result<Inside, Refusal> {
    let survey = tree::survey(root, climbs_out)?;
    let mut inside = Inside {
        counts: TreeCounts {
            files: survey.files,
            directories: survey.directories,
            links: survey.links,
        },
        private_folders: survey
            .private_folders
            .iter()
            .map(|path| root.join(path))
            .collect(),
        ..Inside::default()
    };
    inside.notices.extend(notices(root, &survey)?);
    for found in survey.kept_links {
        let link = root.join(&found.path);
        match absolute_meaning(root, &link, &found.text) {
            Meaning::Outside(new_text) => {
                inside.re_aims.push(ReAim {
                    link,
                    old_text: found.text,
                    new_text,
                });
            }
            Meaning::Inside => {}
            Meaning::Unknown => inside.notices.push(Notice::LeftAlone {
                path: link,
                why:
                    "its relative target leads out of the folder through something that is missing"
                        .to_owned(),
            }),
        }
    }
    Ok(inside)
}

fn notices(root: &Path, survey: &Survey) -> Result<Vec<Notice>, Refusal> {
    let mut found = Vec::new();
    if let Some((first, _)) = survey.unreadable.first() {
        let (count, first) = (survey.unreadable_count, root.join(first));
        found.push(Notice::Unreadable { count, first });
    }
    let mount_points = look::mount_points_below(root)?;
    if !mount_points.is_empty() {
        found.push(Notice::MountsInside { mount_points });
    }
    Ok(found)
}

/// Returns whether a relative text, `depth` folders below the top, climbs above the top, or may: behind a name that
/// could be a link, `..` goes up from wherever that leads.
pub(super) fn climbs_out(depth: usize, text: &OsStr) -> bool {
    let mut level = depth;
    let mut named = false;
    for part in Path::new(text).components() {
        match part {
            Component::RootDir | Component::Prefix(_) => return false,
            Component::CurDir => {}
            Component::Normal(_) => named = true,
            Component::ParentDir if named || level == 0 => return true,
            Component::ParentDir => level -= 1,
        }
    }
    false
}

enum Meaning {
    /// It leads out; this absolute text means the same.
    Outside(OsString),
    /// It leads to something inside after all.
    Inside,
    /// It cannot be told.
    Unknown,
}

/// Says in absolute terms what the relative `text` of the link means.
fn absolute_meaning(root: &Path, link: &Path, text: &OsStr) -> Meaning {
    let Some(folder) = link.parent() else {
        return Meaning::Unknown;
    };
    match target_text::meaning(folder, text) {
        Ok(meant) if meant.base.starts_with(root) => Meaning::Inside,
        Ok(meant) => Meaning::Outside(meant.whole.into_os_string()),
        Err(_) => Meaning::Unknown,
    }
}

/// Returns the steps that re-aim these links, what to tell the user, and the reasons why it cannot be done.
pub(super) fn re_aim(
    around: &Surroundings,
    re_aims: &[ReAim],
    slot: &Path,
    exchange: &Exchange,
) -> ReAimed {
    let mut re_aimed = ReAimed::default();
    for (
        index,
        ReAim {
            link,
            old_text,
            new_text,
        },
    ) in re_aims.iter().enumerate()
    {
        if let Some(folder) = link.parent()
            && let Err(error) = look::access::may_change_names(folder)
        {
            let folder = folder.to_path_buf();
            re_aimed.refusals.push(Refusal::NotWritable {
                folder,
                kind: error.kind,
            });
        }
        let old = match State::of(link) {
            Ok(State::Present(old)) => old,
            Ok(State::Absent | State::AtMost(_)) => continue,
            Err(error) => {
                re_aimed.refusals.push(error.into());
                continue;
            }
        };
        // Only symbolic links with a relative text are re-aimed: a refusal here is one of names or drives.
        let folder = link.parent().unwrap_or(link);
        let new = match new_link::like(around, &old, folder, new_text) {
            Ok(new) => new,
            Err(why) => {
                re_aimed.refusals.push(Refusal::CannotReAim {
                    link: link.to_path_buf(),
                    why,
                });
                continue;
            }
        };
        re_aimed.steps.extend(replace::steps(
            Displacement {
                path: link,
                old: &old,
                new: Replacement::Link(new),
                slot,
                number: FIRST_NUMBER + index,
            },
            exchange,
        ));
        re_aimed.notices.push(Notice::ReAimed {
            link: link.clone(),
            old_text: old_text.clone(),
            new_text: new_text.clone(),
        });
    }
    re_aimed
}

/// What [`re_aim`] returns.
#[derive(Debug, Default)]
pub(super) struct ReAimed {
    pub(super) steps: Vec<Step>,
    pub(super) notices: Vec<Notice>,
    pub(super) refusals: Vec<Refusal>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn climbing_is_counted_from_the_links_own_depth() {
        let climbs = |depth, text: &str| climbs_out(depth, OsStr::new(text));
        assert!(climbs(0, "../x"));
        assert!(!climbs(1, "../x"));
        assert!(climbs(1, "../../x"));
        assert!(climbs(0, "a/../../x"));
        assert!(climbs(0, "a/../x"), "a may be a link");
        assert!(!climbs(0, "/absolute/../x"));
        assert!(climbs(0, ".."));
        assert!(!climbs(0, "."));
    }

    #[cfg(unix)]
    #[test]
    fn the_meaning_behind_a_link_is_the_kernels() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(top.join("tree/real")).unwrap();
        std::fs::create_dir_all(top.join("elsewhere/deep")).unwrap();
        std::os::unix::fs::symlink(top.join("elsewhere/deep"), top.join("tree/jump")).unwrap();
        let meaning = |text: &str| match absolute_meaning(
            &top.join("tree"),
            &top.join("tree/l"),
            OsStr::new(text),
        ) {
            Meaning::Outside(text) => Some(PathBuf::from(text)),
            _ => None,
        };
        assert_eq!(meaning("../x/y"), Some(top.join("x/y")));
        assert_eq!(meaning("jump/../../x"), Some(top.join("x")));
        assert_eq!(meaning("real/../real"), None);
        assert_eq!(meaning("missing/../../x"), None);
    }
}
