//! What is found about links on volumes of NTFS, where Windows has its own word on them.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use lw_fs::look::{self, End, Entry, Kind, NativeLink, OnNtfs, Resolver};
use lw_fs::reparse::{ReparsePoint, Tag, Target};

use crate::jobs::drive;

use super::finding::{Examiner, Finding, FollowedBy};

impl Examiner {
    /// Returns what the link at `path` is to NTFS, if it is on such a volume and that can be read.
    pub(super) fn on_ntfs(&self, path: &Path) -> Option<OnNtfs> {
        if self.ntfs.is_empty() {
            return None;
        }
        let entry = look::entry(path).ok()?;
        let is_there = self.ntfs.hold(entry.identity.device);
        look::on_ntfs(path, &entry).ok()?.filter(|_| is_there)
    }

    /// Returns the text of a link as it is meant here, and the link as Windows follows it: of one that leads to a drive, the
    /// driver shows a path that nobody would write.
    pub(super) fn as_meant(
        &self,
        text: OsString,
        what: Option<&OnNtfs>,
    ) -> (OsString, Option<NativeLink>) {
        let Some(OnNtfs::Native(link, point)) = what else {
            return (text, None);
        };
        let there = point
            .target()
            .and_then(|target| drive::there(&self.drives, &target));
        (
            there.map_or(text, PathBuf::into_os_string),
            Some(link.clone()),
        )
    }

    /// Returns what is found before the way of the link is looked at: what is no link, and what leads to a drive that only
    /// Windows knows.
    pub(super) fn first_of_ntfs(
        &self,
        resolver: &mut Resolver,
        (path, text): (&Path, &OsStr),
        what: &OnNtfs,
    ) -> Option<Finding> {
        match what {
            OnNtfs::Interix => None,
            OnNtfs::Other(ReparsePoint::WslLink { .. }) => None,
            OnNtfs::Other(point) => {
                let what = point.tag().words();
                Some(Finding::NoLink { what })
            }
            OnNtfs::Damaged(why) => Some(Finding::Damaged { why: why.clone() }),
            OnNtfs::Native(link, point) => match look::followed(path) {
                Ok(target) if !self.is_guessed(path, &target, point) => {
                    wrong_kind(link, target.kind)
                }
                _ => self.not_followed(resolver, (path, text), link, &point.target()?),
            },
        }
    }

    /// Whether the driver followed a link to another drive on the very volume it stands on, as it does with drives that it
    /// does not know. Which drive the volume is must have been told.
    fn is_guessed(&self, path: &Path, followed: &Entry, point: &ReparsePoint) -> bool {
        let Some(letter) = point.target().and_then(|target| target.drive_letter()) else {
            return false;
        };
        let Ok(link) = look::entry(path) else {
            return false;
        };
        let is_here = |folder: &Path| {
            look::entry(folder).is_ok_and(|folder| look::same_volume(&folder, &link))
        };
        let mut here = self.drives.iter().filter(|drive| is_here(&drive.folder));
        look::same_volume(&link, followed)
            && here.next().is_some_and(|drive| drive.letter != letter)
            && here.next().is_none()
    }

    /// The driver does not follow a link that Windows may follow, or not to where Windows does.
    fn not_followed(
        &self,
        resolver: &mut Resolver,
        (path, text): (&Path, &OsStr),
        link: &NativeLink,
        target: &Target,
    ) -> Option<Finding> {
        let folder = path.parent().unwrap_or(path);
        let (there, shown) = match target {
            Target::Relative(_) => (folder.join(text), None),
            Target::FromRoot(_) => {
                let mount = look::volume_of(path).ok()?.mount_point;
                (mount.join(slashed(&target.shown().to_string())), None)
            }
            Target::Drive { .. } | Target::Share(_) | Target::Volume { .. } | Target::Nt(_) => {
                let name = match target.drive_letter() {
                    Some(letter) => format!("{letter}:"),
                    None => target.shown().to_string(),
                };
                match drive::there(&self.drives, target) {
                    Some(there) => (there, Some(name)),
                    None => return Some(Finding::OtherDrive { name }),
                }
            }
        };
        match resolver.resolve(Path::new("/"), there.as_os_str()).end {
            End::Found { entry, .. } => {
                wrong_kind(link, entry.kind).or(shown.map(|name| Finding::OtherDrive { name }))
            }
            End::Missing { first_missing } => Some(self.missing(first_missing)),
            // Why, the ordinary look says.
            _ => None,
        }
    }
}

/// A path of Windows below something, with slashes.
fn slashed(text: &str) -> String {
    text.trim_start_matches('\\').replace('\\', "/")
}

fn wrong_kind(link: &NativeLink, kind: Kind) -> Option<Finding> {
    (link.form.is_folder() != (kind == Kind::Directory)).then_some(Finding::WrongKind { kind })
}

/// Returns what is found about a link that is sound for this system.
pub(super) fn if_sound(what: &OnNtfs) -> Option<Finding> {
    match what {
        OnNtfs::Interix => Some(Finding::NotForWindows {
            followed_by: FollowedBy::Interix,
        }),
        OnNtfs::Other(point) if point.tag() == Tag::WSL_LINK => Some(Finding::NotForWindows {
            followed_by: FollowedBy::Wsl,
        }),
        OnNtfs::Native(_, point) if point.has_empty_print_name() => Some(Finding::EmptyPrintName),
        _ => None,
    }
}
