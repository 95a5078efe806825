//! What is wrong with one link, if anything.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use lw_fs::look::walk::Found;
use lw_fs::look::{self, End, Entry, Kind, NativeLink, NtfsVolumes, Resolver, Unmounted};
use lw_fs::{FsError, FsErrorKind, path_form};

use super::tidy_text::{is_tidy, shortened};
use super::{Roots, on_ntfs};
use crate::jobs::cloud::{Client, Habit};
use crate::jobs::{Drive, Surroundings};
use crate::ledger::Tracked;

/// What is found about one link, the worst first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The links lead in a circle.
    Loop {
        /// The links of the circle, in order.
        cycle: Vec<PathBuf>,
    },
    /// More links follow each other than a system follows.
    TooDeep,
    /// It leads nowhere.
    Dangling {
        /// The first part of the way that is not there.
        first_missing: PathBuf,
    },
    /// It leads through something that is no folder.
    ThroughFile {
        /// That thing.
        at: PathBuf,
    },
    /// It leads to a folder that contains it: whoever follows links goes round for ever.
    Recursive {
        /// That folder.
        folder: PathBuf,
    },
    /// It was a symbolic link when it was last seen, and something else stands there now.
    Replaced {
        /// What stands there.
        kind: Kind,
        /// What the link led to.
        target: PathBuf,
    },
    /// It was a name of the same file as another one, and now they are two files.
    Split {
        /// The other name.
        other: PathBuf,
    },
    /// It says that it leads to a folder and leads to a file, or the other way round: Windows does not follow it.
    WrongKind {
        /// What it leads to.
        kind: Kind,
    },
    /// Its reparse point is damaged.
    Damaged {
        /// How.
        why: String,
    },
    /// It leads to a volume that is not mounted.
    NotMounted {
        /// The place where the volume would be.
        mount_point: PathBuf,
        /// What would be mounted there, if that is known.
        source: Option<String>,
    },
    /// Where it leads may not be seen.
    CannotTell {
        /// Where the look ended.
        at: PathBuf,
        /// Why.
        kind: FsErrorKind,
    },
    /// It leads to a drive or share of Windows to which this system does not follow it.
    OtherDrive {
        /// The drive or share.
        name: String,
    },
    /// It stands for a file that Windows keeps in another way, and is no link.
    NoLink {
        /// What it is, in words.
        what: &'static str,
    },
    /// It is sound here, on a volume of NTFS, and Windows does not follow it.
    NotForWindows {
        /// Who follows such links.
        followed_by: FollowedBy,
    },
    /// It is a link of Windows that shows an empty target there.
    EmptyPrintName,
    /// It is sound here, and stands in a folder that a cloud client syncs.
    Synced {
        /// The client.
        client: Client,
        /// What it does with such a link.
        habit: Habit,
        /// Whether it leads out of the synced folder.
        leads_out: bool,
    },
    /// It is sound, and the content of what it leads to lies in the cloud alone.
    InCloudOnly {
        /// What it leads to.
        at: PathBuf,
    },
    /// It is sound, and its text could be shorter.
    Messy {
        /// The text that means the same.
        shorter: OsString,
    },
    /// It is sound.
    Sound,
}

impl Finding {
    /// Returns whether something is broken or does harm.
    pub fn is_problem(&self) -> bool {
        self.rank() <= 8
    }

    /// Returns the place in the order from worst to best, from 0.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Loop { .. } => 0,
            Self::TooDeep => 1,
            Self::Dangling { .. } => 2,
            Self::ThroughFile { .. } => 3,
            Self::Recursive { .. } => 4,
            Self::Replaced { .. } => 5,
            Self::Split { .. } => 6,
            Self::WrongKind { .. } => 7,
            Self::Damaged { .. } => 8,
            Self::NotMounted { .. } => 9,
            Self::CannotTell { .. } => 10,
            Self::OtherDrive { .. } => 11,
            Self::NoLink { .. } => 12,
            Self::NotForWindows { .. } => 13,
            Self::EmptyPrintName => 14,
            Self::Synced { .. } => 15,
            Self::InCloudOnly { .. } => 16,
            Self::Messy { .. } => 17,
            Self::Sound => 18,
        }
    }

    /// Returns the word that stands for it in answers for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Loop { .. } => "loop",
            Self::TooDeep => "too-deep",
            Self::Dangling { .. } => "dangling",
            Self::ThroughFile { .. } => "through-file",
            Self::Recursive { .. } => "recursive",
            Self::Replaced { .. } => "replaced",
            Self::Split { .. } => "split",
            Self::WrongKind { .. } => "wrong-kind",
            Self::Damaged { .. } => "damaged",
            Self::OtherDrive { .. } => "other-drive",
            Self::NoLink { .. } => "no-link",
            Self::NotForWindows { .. } => "not-for-windows",
            Self::EmptyPrintName => "empty-print-name",
            Self::NotMounted { .. } => "not-mounted",
            Self::CannotTell { .. } => "cannot-tell",
            Self::Synced { .. } => "synced",
            Self::InCloudOnly { .. } => "in-cloud-only",
            Self::Messy { .. } => "messy",
            Self::Sound => "sound",
        }
    }
}

/// Who follows a link on a volume of NTFS that Windows does not follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowedBy {
    /// Interix, whose form ntfs-3g gives to the links of `ln -s`.
    Interix,
    /// The Windows Subsystem for Linux.
    Wsl,
}

/// A link that does not seem to be sound.
#[derive(Debug, Clone)]
pub(super) struct Suspect {
    pub(super) path: PathBuf,
    /// Its text and what is found about it, where no second look gets there.
    out_of_reach: Option<(OsString, Finding)>,
}

impl Suspect {
    /// A link that is looked at a second time though it seems to be sound.
    pub(super) fn at(path: PathBuf) -> Self {
        Self {
            path,
            out_of_reach: None,
        }
    }
}

/// What a second look at a link has found.
pub(super) struct Judged {
    /// Its text, or what it means here where that is another one.
    pub(super) text: OsString,
    /// The link as Windows follows it, if it does.
    pub(super) native: Option<NativeLink>,
    /// What was found.
    pub(super) finding: Finding,
}

/// What must be known of the system to judge links.
pub(super) struct Examiner {
    unmounted: Vec<Unmounted>,
    mount_points: Vec<PathBuf>,
    /// The folders above each root, root included: device and inode number.
    above_roots: Vec<Vec<(u64, u64)>>,
    pub(super) ntfs: NtfsVolumes,
    pub(super) drives: Vec<Drive>,
}

/// Below these, desktops mount what is plugged in: `/media/USER/LABEL`.
const DESKTOP_MOUNTS: [&str; 3] = ["/run/media", "/media", "/Volumes"];

impl Examiner {
    pub(super) fn new(around: &Surroundings, roots: &Roots) -> Result<Self, FsError> {
        let above = |root: &PathBuf| {
            let identities = root.ancestors().filter_map(|folder| {
                let identity = look::entry(folder).ok()?.identity;
                Some((identity.device, identity.inode))
            });
            identities.collect()
        };
        Ok(Self {
            unmounted: look::unmounted(&around.fstab)?,
            mount_points: look::mount_points()?,
            above_roots: roots.real().iter().map(above).collect(),
            ntfs: roots.ntfs_volumes()?,
            drives: around.drives.clone(),
        })
    }

    /// Returns the folders above a root, root included: device and inode number.
    pub(super) fn above_root(&self, root: usize) -> &[(u64, u64)] {
        &self.above_roots[root]
    }

    /// Returns whether a link that was met on a walk does not seem to be sound: one question to the kernel.
    ///
    /// What it is, the second look says, which comes by its path. Where that is longer than the system takes there is
    /// none, and it is said at once.
    pub(super) fn suspect(&self, link: &Found<'_>, text: &OsStr) -> Option<Suspect> {
        self.suspect_followed(link, link.followed(), text)
    }

    /// As [`Examiner::suspect`], for a link of which the kernel has said already where it leads. Where it said nowhere, the
    /// text is not asked for unless no second look gets there.
    pub(super) fn suspect_unread(&self, link: &Found<'_>) -> Result<Option<Suspect>, FsError> {
        let followed = link.followed();
        if followed.is_err() {
            let path = link.path();
            if !look::is_longer_than_paths_are(&path) {
                return Ok(Some(Suspect {
                    path,
                    out_of_reach: None,
                }));
            }
        }
        link.with_link_text(|text| self.suspect_followed(link, followed, text))
    }

    fn suspect_followed(
        &self,
        link: &Found<'_>,
        followed: Result<Entry, FsError>,
        text: &OsStr,
    ) -> Option<Suspect> {
        let is_suspect = match &followed {
            Ok(target) => {
                self.contains_it(link, target)
                    || target.is_in_cloud_only
                    || !is_tidy(text)
                    || self.is_on_ntfs(link)
            }
            Err(_) => true,
        };
        if !is_suspect {
            return None;
        }
        let path = link.path();
        let folder = || link.folder.path();
        let out_of_reach = look::is_longer_than_paths_are(&path).then(|| {
            let finding = match followed {
                Ok(target) if self.contains_it(link, &target) => {
                    Finding::Recursive { folder: folder() }
                }
                Ok(target) => sound(&target, &folder(), text),
                Err(error) => self.explain(&mut Resolver::default(), (&folder(), text), &error),
            };
            (text.to_os_string(), finding)
        });
        Some(Suspect { path, out_of_reach })
    }

    fn is_on_ntfs(&self, link: &Found<'_>) -> bool {
        !self.ntfs.is_empty()
            && link
                .entry()
                .is_ok_and(|entry| self.ntfs.hold(entry.identity.device))
    }

    fn contains_it(&self, link: &Found<'_>, target: &Entry) -> bool {
        let (device, inode) = (target.identity.device, target.identity.inode);
        target.kind == Kind::Directory
            && (link.folder.is_at_or_below(device, inode)
                || self.above_roots[link.folder.root()].contains(&(device, inode)))
    }

    /// Looks a second time: returns the link's text and what is found about it, or `None` if there is none any more.
    ///
    /// The kernel says anew whether it leads somewhere; why it does not, the resolver says, which may remember folders from
    /// one suspect to the next.
    pub(super) fn judge(&self, resolver: &mut Resolver, suspect: &Suspect) -> Option<Judged> {
        if let Some((text, finding)) = &suspect.out_of_reach {
            return Some(Judged {
                text: text.clone(),
                native: None,
                finding: finding.clone(),
            });
        }
        let path = &suspect.path;
        let text = look::read_link(path).ok()?;
        let folder = path.parent().unwrap_or(path);
        let on_ntfs = self.on_ntfs(path);
        let (text, native) = self.as_meant(text, on_ntfs.as_ref());
        let judged = |finding| Judged {
            text: text.clone(),
            native,
            finding,
        };
        let first = |what| self.first_of_ntfs(resolver, (path, &text), what);
        if let Some(finding) = on_ntfs.as_ref().and_then(first) {
            return Some(judged(finding));
        }
        let finding = match look::followed(path) {
            Ok(target) => match self.recursive(&target, folder, &text) {
                Some(finding) => finding,
                None => sound(&target, folder, &text),
            },
            Err(error) => self.explain(resolver, (folder, &text), &error),
        };
        let finding = match (&finding, &on_ntfs) {
            (Finding::Sound | Finding::Messy { .. }, Some(what)) => {
                on_ntfs::if_sound(what).unwrap_or(finding)
            }
            _ => finding,
        };
        Some(judged(finding))
    }

    /// Returns what is found at an absolute path that something other than a link names.
    pub(super) fn judge_path(&self, path: &Path) -> Finding {
        match look::followed(path) {
            Ok(_) => Finding::Sound,
            Err(error) => {
                let root = path_form::root_of(path);
                let way = (root.as_path(), path.as_os_str());
                self.explain(&mut Resolver::default(), way, &error)
            }
        }
    }

    fn recursive(&self, target: &Entry, folder: &Path, text: &OsStr) -> Option<Finding> {
        if target.kind != Kind::Directory {
            return None;
        }
        let is_it = |above: &&Path| {
            look::entry(above).is_ok_and(|entry| entry.identity.is_same_now(&target.identity))
        };
        folder.ancestors().find(is_it)?;
        let folder = match look::resolve_from(folder, text).end {
            End::Found { path, .. } => path,
            _ => folder.to_path_buf(),
        };
        Some(Finding::Recursive { folder })
    }

    /// The kernel did not get there: the way by hand says why.
    fn explain(
        &self,
        resolver: &mut Resolver,
        (folder, text): (&Path, &OsStr),
        error: &FsError,
    ) -> Finding {
        let way = resolver.resolve(folder, text);
        let is_too_deep = way.is_too_deep_behind_a_link();
        match way.end {
            End::Loop { cycle } => Finding::Loop { cycle },
            End::TooDeep => Finding::TooDeep,
            _ if is_too_deep => Finding::TooDeep,
            End::Missing { first_missing } => self.missing(first_missing),
            End::NotADirectory { at } => Finding::ThroughFile { at },
            End::Unreadable(_) if error.kind == FsErrorKind::NotFound => {
                self.missing(folder.join(text))
            }
            End::Unreadable(unreadable) => Finding::CannotTell {
                at: unreadable.path,
                kind: unreadable.kind,
            },
            // The system refuses to follow it (`fs.protected_symlinks`), or it has just come back.
            End::Found { path, .. } => Finding::CannotTell {
                at: path,
                kind: error.kind,
            },
        }
    }

    pub(super) fn missing(&self, first_missing: PathBuf) -> Finding {
        let expected = self
            .unmounted
            .iter()
            .find(|expected| first_missing.starts_with(&expected.mount_point));
        if let Some(expected) = expected {
            return Finding::NotMounted {
                mount_point: expected.mount_point.clone(),
                source: Some(expected.source.clone()),
            };
        }
        match self.desktop_mount(&first_missing) {
            true => Finding::NotMounted {
                mount_point: first_missing,
                source: None,
            },
            false => Finding::Dangling { first_missing },
        }
    }

    /// Returns that a link leads to a volume that is not mounted, if it was known to lead to one that is not there now.
    pub(super) fn not_mounted(&self, dangling: &Finding, known: &Tracked) -> Option<Finding> {
        let Finding::Dangling { first_missing } = dangling else {
            return None;
        };
        let mount_point = &known.mount_point;
        let is_there = mount_point.parent().is_none() || self.mount_points.contains(mount_point);
        let is_on_it =
            first_missing.starts_with(mount_point) || mount_point.starts_with(first_missing);
        (!is_there && is_on_it).then(|| Finding::NotMounted {
            mount_point: mount_point.clone(),
            source: None,
        })
    }

    /// Returns whether a desktop would mount something right there.
    fn desktop_mount(&self, first_missing: &Path) -> bool {
        const MOST_BELOW: usize = 2;
        let below = DESKTOP_MOUNTS
            .iter()
            .find_map(|top| first_missing.strip_prefix(top).ok());
        let is_near_the_top = below.is_some_and(|below| {
            let parts = below.components().count();
            // The folder itself may be made only when something is plugged in, as `/run/media` is.
            parts <= MOST_BELOW
        });
        let is_on_a_mounted_one = || {
            let mounts = &self.mount_points;
            mounts.iter().any(|mount| {
                first_missing.starts_with(mount)
                    && DESKTOP_MOUNTS.iter().any(|top| mount.starts_with(top))
            })
        };
        is_near_the_top && !is_on_a_mounted_one()
    }
}

/// What is left to say of a link that leads to something.
fn sound(target: &Entry, folder: &Path, text: &OsStr) -> Finding {
    if target.is_in_cloud_only {
        let at = folder.join(text);
        return Finding::InCloudOnly { at };
    }
    messy(folder, text)
}

fn messy(folder: &Path, text: &OsStr) -> Finding {
    if is_tidy(text) {
        return Finding::Sound;
    }
    match shortened(folder, text) {
        Some(shorter) => Finding::Messy { shorter },
        None => Finding::Sound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_the_cloud_alone_is_said_and_no_problem() {
        let folder = tempfile::tempdir().unwrap();
        let mut target = look::entry(folder.path()).unwrap();
        let judge = |target: &Entry| sound(target, Path::new("/a"), OsStr::new("b//c"));
        assert!(matches!(judge(&target), Finding::Messy { .. }));
        target.is_in_cloud_only = true;
        let finding = judge(&target);
        let at = PathBuf::from("/a/b//c");
        assert_eq!(finding, Finding::InCloudOnly { at });
        assert!(!finding.is_problem());
    }
}
