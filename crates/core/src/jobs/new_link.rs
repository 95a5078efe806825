//! A link that is yet to be made: its text here, and how Windows is to follow it where the volume is NTFS.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use lw_fs::look::{self, Kind, NativeForm, NativeLink, Place, Volume, relative_text};
use lw_fs::path_form::{self, FAMILY, Family};
use lw_fs::reparse::Target;

use super::drive::{drive_of, is_on_mount, nearest, on_drive, there};
use super::{Refusal, Surroundings, TextForm};
use crate::plan::{Lasting, Notice, Step, Trace};

/// A link that is yet to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewLink {
    /// Its target text for this system.
    pub(super) text: OsString,
    /// How Windows follows it, if it is to.
    pub(super) native: Option<Box<NativeLink>>,
}

/// Why Windows could not follow a link.
#[derive(Debug, Clone, PartialEq, Eq)]
enum NotNative {
    /// It leads to a volume, or is absolute, and the letter of that drive is not known.
    NoLetter { mount_point: PathBuf },
    /// The drive is known, and this system would not follow the link to it.
    NotFollowedHere,
    /// Names in the text cannot be on NTFS.
    BadName,
}

impl NewLink {
    /// Returns a plain link.
    pub(super) fn plain(text: OsString) -> Self {
        Self { text, native: None }
    }

    /// Returns the text that stands in it.
    pub(super) fn shown_text(&self) -> &OsStr {
        self.native
            .as_ref()
            .map_or(self.text.as_os_str(), |native| native.text.as_ref())
    }

    /// Returns the step that makes it at `link`.
    pub(super) fn step(&self, link: PathBuf, lasting: Lasting) -> Step {
        Step::CreateSymbolicLink {
            link,
            text: self.text.clone(),
            lasting,
            native: self.native.clone(),
        }
    }

    /// Returns the steps by which it gets its name `at`, where names cannot be exchanged: it was made as `waiting` in a private
    /// folder, to see that it can be made before anything goes away.
    ///
    /// To NTFS a link that leads to a folder is one itself, and ntfs-3g renames those by a call that may replace something; to
    /// make it at its name replaces nothing.
    pub(super) fn publish(&self, waiting: PathBuf, at: PathBuf, lasting: Lasting) -> Vec<Step> {
        match &self.native {
            Some(native) if native.form.is_folder() => vec![
                Step::RemoveScratch {
                    link: waiting,
                    text: self.text.clone(),
                    native: self.native.clone(),
                },
                self.step(at, lasting),
            ],
            _ => vec![Step::Rename {
                from: waiting,
                to: at,
                what: self.trace(),
            }],
        }
    }

    /// Returns what it will be.
    pub(super) fn trace(&self) -> Trace {
        Trace::new_link(&self.text, self.native.as_deref())
    }
}

/// A wish for a symbolic link that fits its volume.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fitting<'a> {
    /// Where it is to stand.
    pub(super) link: &'a Place,
    /// Its target text for this system.
    pub(super) text: &'a OsStr,
    /// How the target was asked to be written.
    pub(super) form: TextForm,
    /// What it leads to, if that is known before it is there.
    pub(super) leads_to: Option<Kind>,
}

/// Returns the link that fits this target, volume and user, with what to say of it.
///
/// Where only some users may make symbolic links and this one may not, that is a junction for a folder of this computer;
/// a file has none, and that is refused: a hard link is another thing, which nobody gets unasked.
pub(super) fn chosen(
    around: &Surroundings,
    wish: Fitting<'_>,
) -> Result<(NewLink, Vec<Notice>), Refusal> {
    // Where nobody can tell, the system has the last word.
    if look::rights::rights().may_make_symbolic_links() != Some(false) {
        let (new, notice) = fitting(around, wish);
        return Ok((new, notice.into_iter().collect()));
    }
    let folder = wish.link.parent.as_path();
    let target = whole_target(folder, wish.text);
    let kind = wish.leads_to.or_else(|| kind_of(folder, wish.text));
    if kind != Some(Kind::Directory) || path_form::is_on_share(&target) {
        return Err(Refusal::MayNotMakeLinks {
            is_file_beside: kind == Some(Kind::File) && is_on_volume_of(folder, &target),
            link: wish.link.path(),
            target,
        });
    }
    let (new, notice) = junction(around, folder, &target)?;
    let why = "a junction: this user may not make symbolic links, and junctions lead to folders";
    let chosen = Notice::KindChosen {
        why: why.to_owned(),
    };
    Ok((new, [chosen].into_iter().chain(notice).collect()))
}

fn is_on_volume_of(folder: &Path, target: &Path) -> bool {
    match (look::entry(folder), look::followed(target)) {
        (Ok(folder), Ok(target)) => look::same_volume(&folder, &target),
        _ => false,
    }
}

/// Returns the symbolic link for the volume of the folder: on NTFS one that Windows follows too.
///
/// Where that cannot be it is a plain one, and the notice says so. A text that is absolute by choice of `lw` becomes
/// relative there, if both ends are on the volume: it needs no drive letter.
pub(super) fn fitting(around: &Surroundings, wish: Fitting<'_>) -> (NewLink, Option<Notice>) {
    let plain = NewLink::plain(wish.text.to_os_string());
    let folder = wish.link.parent.as_path();
    let Ok(volume) = look::volume_of(folder) else {
        return (plain, None);
    };
    if !look::takes_native_links(folder) {
        let link = wish.link.path();
        let is_ntfs = matches!(volume.file_system.as_str(), "ntfs" | "ntfs3");
        return (plain, is_ntfs.then_some(Notice::NotForWindows { link }));
    }
    let target = whole_target(folder, wish.text);
    let text = match wish.form {
        TextForm::Fitting
            if FAMILY == Family::Unix && is_on_mount(&volume.mount_point, &target) =>
        {
            look::lexical_parents(folder, &target).into_os_string()
        }
        _ => plain.text.clone(),
    };
    let kind = wish.leads_to.or_else(|| kind_of(folder, &text));
    let form = match kind {
        Some(Kind::Directory) => NativeForm::FolderLink,
        _ => NativeForm::FileLink,
    };
    match native_text(around, &volume, folder, &text) {
        Ok(native) => {
            let native = Some(Box::new(NativeLink { form, text: native }));
            (NewLink { text, native }, None)
        }
        Err(_) => {
            let link = wish.link.path();
            (plain, Some(Notice::NotForWindows { link }))
        }
    }
}

/// Returns a link with another text that is what `old` was: Windows follows it if it did before. Fails in words if
/// that cannot be.
pub(super) fn like(
    around: &Surroundings,
    old: &Trace,
    folder: &Path,
    text: &OsStr,
) -> Result<NewLink, String> {
    let Some(was) = &old.native else {
        return Ok(NewLink::plain(text.to_os_string()));
    };
    let words = |why: NotNative| match why {
        NotNative::NoLetter { mount_point } => {
            format!("the drive letter of {} is not known", mount_point.display())
        }
        NotNative::NotFollowedHere => "only Windows could follow it to that drive".to_owned(),
        NotNative::BadName => "names in the text cannot be on NTFS".to_owned(),
    };
    let volume = look::volume_of(folder).map_err(|error| error.cause())?;
    let form = match (was.form, kind_of(folder, text)) {
        (NativeForm::Junction, _) => NativeForm::Junction,
        (_, Some(Kind::Directory)) => NativeForm::FolderLink,
        (_, Some(_)) => NativeForm::FileLink,
        (form, None) => form,
    };
    if form == NativeForm::Junction
        && kind_of(folder, text).is_some_and(|kind| kind != Kind::Directory)
    {
        return Err("a junction leads to folders only".to_owned());
    }
    if form == NativeForm::Junction && !Path::new(text).is_absolute() {
        return Err("a junction has no relative text".to_owned());
    }
    let native = native_text(around, &volume, folder, text).map_err(words)?;
    Ok(NewLink {
        text: text.to_os_string(),
        native: Some(Box::new(NativeLink { form, text: native })),
    })
}

/// Returns whether `found` is the link of Windows that has the text of `expected` here: the driver may show another one, as
/// it does not know which drive is which.
pub(super) fn is_meant(around: &Surroundings, expected: &Trace, found: &Trace) -> bool {
    let Some(native) = &found.native else {
        return false;
    };
    let there = Target::from_text(&native.text)
        .ok()
        .and_then(|target| there(&around.drives, &target));
    expected.native.is_none()
        && there.is_some()
        && there.map(PathBuf::into_os_string) == expected.text
}

/// Returns the junction in `folder` that leads to the folder `target`, a link-free path.
pub(super) fn junction(
    around: &Surroundings,
    folder: &Path,
    target: &Path,
) -> Result<(NewLink, Option<Notice>), Refusal> {
    let volume = look::volume_of(folder)?;
    if !look::takes_native_links(folder) {
        return Err(Refusal::NoJunctions {
            folder: folder.to_path_buf(),
            file_system: volume.file_system,
        });
    }
    if path_form::is_on_share(target) {
        let target = target.to_path_buf();
        return Err(Refusal::JunctionToShare { target });
    }
    let text = target.as_os_str();
    let (text, notice) = match native_text(around, &volume, folder, text) {
        Ok(text) => (text, None),
        Err(NotNative::NotFollowedHere) => {
            let drive = drive_of(&around.drives, target);
            let text = drive.and_then(|drive| on_drive(drive, target));
            let notice = drive.map(|drive| Notice::WindowsOnly {
                letter: drive.letter,
                helper: drive_link(&volume, drive.letter),
                folder: drive.folder.clone(),
            });
            (text.ok_or_else(|| bad_name(target))?, notice)
        }
        Err(NotNative::NoLetter { mount_point }) => {
            let target = target.to_path_buf();
            return Err(Refusal::NoDriveLetter {
                target,
                mount_point,
            });
        }
        Err(NotNative::BadName) => return Err(bad_name(target)),
    };
    let form = NativeForm::Junction;
    let native = Some(Box::new(NativeLink { form, text }));
    let text = target.as_os_str().to_os_string();
    Ok((NewLink { text, native }, notice))
}

fn bad_name(target: &Path) -> Refusal {
    Refusal::NotForWindows {
        target: target.to_path_buf(),
    }
}

/// Where `text` leads when it stands in `folder`, as far as the text alone tells.
fn whole_target(folder: &Path, text: &OsStr) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in folder.join(text).components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            Component::CurDir => {}
            other => whole.push(other),
        }
    }
    whole
}

fn kind_of(folder: &Path, text: &OsStr) -> Option<Kind> {
    let entry = look::followed(&folder.join(text)).ok()?;
    Some(entry.kind)
}

/// Returns the text by which Windows follows a link in `folder` to where `text` leads.
fn native_text(
    around: &Surroundings,
    volume: &Volume,
    folder: &Path,
    text: &OsStr,
) -> Result<String, NotNative> {
    if FAMILY == Family::Windows {
        // What leads there here, leads there.
        return text.to_str().map(str::to_owned).ok_or(NotNative::BadName);
    }
    let target = whole_target(folder, text);
    let inside = is_on_mount(&volume.mount_point, &target);
    if Path::new(text).is_relative() {
        return match inside {
            true => relative_text(text).ok_or(NotNative::BadName),
            // Windows counts from the link, and never across volumes.
            false => Err(NotNative::NotFollowedHere),
        };
    }
    let Some(drive) = drive_of(&around.drives, &target) else {
        let of_target = look::volume_of(nearest(&target)).map(|volume| volume.mount_point);
        return Err(NotNative::NoLetter {
            mount_point: of_target.unwrap_or_else(|_| volume.mount_point.clone()),
        });
    };
    let text = on_drive(drive, &target).ok_or(NotNative::BadName)?;
    // The driver looks for the path on the volume itself, or behind a link that somebody made for the drive.
    let helper = drive_link(volume, drive.letter);
    let leads_there = look::real_folder(&helper)
        .is_ok_and(|real| look::real_folder(&drive.folder).is_ok_and(|folder| real == folder));
    let has_helper = look::entry_if_any(&helper).is_ok_and(|there| there.is_some());
    // Of its own volume it finds all but the top.
    let is_own = drive.folder == volume.mount_point && !has_helper && target != volume.mount_point;
    match is_own || leads_there {
        true => Ok(text),
        false => Err(NotNative::NotFollowedHere),
    }
}

/// Where ntfs-3g looks for another drive: a link that the user makes.
fn drive_link(volume: &Volume, letter: char) -> PathBuf {
    volume
        .mount_point
        .join(".NTFS-3G")
        .join(format!("{letter}:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_text_leads_by_itself() {
        let whole = |text: &str| whole_target(Path::new("/m/a/b"), OsStr::new(text));
        assert_eq!(whole("../c"), Path::new("/m/a/c"));
        assert_eq!(whole("/x/./y/../z"), Path::new("/x/z"));
        assert_eq!(whole("../../../.."), Path::new("/"));
    }
}
