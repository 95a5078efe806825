//! Something stands at the name: what was asked for is done with it, or said why not.

use std::ffi::OsStr;
use std::io::BufRead as _;
use std::path::Path;

use lw_core::jobs::look_alike::{self, Spot, Wish, backup_name, spot};
use lw_core::plan::NewLink;
use lw_core::run::{self, ReplaceError};
use lw_fs::look::{self, Entry, Identity, Kind, Place};
use lw_fs::{FsError, FsErrorKind, name_bytes, path_bytes};

use super::arguments::Existing;
use super::one::{Dest, Linking};
use crate::look_alikes::quoting::{quoted, quoted_where_needed};
use crate::look_alikes::voice::system_words;

/// How often it is looked again when others change the same name.
const TRIES: usize = 20;

/// What was done where something stands at the name.
pub(super) enum Instead {
    /// The link stands there; what stood there before may have this name now.
    Replaced(Option<Vec<u8>>),
    /// The user said no.
    Declined,
}

/// Why no link was made.
pub(super) enum Refused {
    /// It was said.
    Said,
    System(FsError),
}

impl Linking<'_> {
    /// Does what was asked for with what stands at the name.
    pub(super) fn instead(
        &mut self,
        text: &OsStr,
        dest: &Dest,
        source: Option<&Entry>,
        error: FsError,
    ) -> Result<Instead, Refused> {
        let letters = self.voice.letters;
        let is_folder = source.is_some_and(|source| source.kind == Kind::Directory);
        if is_folder && !self.asked.hard_links_to_folders {
            let name = quoted_where_needed(letters, name_bytes(text));
            self.voice
                .complain(&[&name, b": hard link not allowed for directory"]);
            return Err(Refused::Said);
        }
        if self.asked.existing == Existing::Stays && self.backups.is_none() {
            return Err(Refused::System(error));
        }
        let old = match look::entry(&dest.path) {
            Ok(old) => old,
            Err(gone) if gone.kind == FsErrorKind::NotFound => return Err(Refused::System(error)),
            Err(other) => {
                let name = quoted(letters, &dest.shown);
                let words = system_words(&other);
                self.voice
                    .complain(&[b"failed to access ", &name, b": ", words.as_bytes()]);
                return Err(Refused::Said);
            }
        };
        self.check_old(text, dest, source, &old)?;
        if self.asked.existing == Existing::IsAskedFor && !self.agrees(dest) {
            return Ok(Instead::Declined);
        }
        if error.kind != FsErrorKind::AlreadyExists {
            return Err(Refused::System(error));
        }
        self.replace(text, dest)
    }

    /// Says why what stands at the name must stay, if it must.
    fn check_old(
        &self,
        text: &OsStr,
        dest: &Dest,
        source: Option<&Entry>,
        old: &Entry,
    ) -> Result<(), Refused> {
        let letters = self.voice.letters;
        let (name, target) = (
            quoted(letters, &dest.shown),
            quoted(letters, name_bytes(text)),
        );
        if old.kind == Kind::Directory {
            let name = quoted_where_needed(letters, &dest.shown);
            self.voice
                .complain(&[&name, b": cannot overwrite directory"]);
            return Err(Refused::Said);
        }
        let is_own = |(made, identity): &(Vec<u8>, Identity)| {
            *made == dest.shown && identity.is_same_now(&old.identity)
        };
        if self.is_guarding() && self.made.iter().any(is_own) {
            self.voice.complain(&[
                b"will not overwrite just-created ",
                &name,
                b" with ",
                &target,
            ]);
            return Err(Refused::Said);
        }
        // The model does not look when it has asked; then a file that would lose its last name is kept.
        if self.asked.existing == Existing::IsAskedFor && self.backups.is_none() {
            return Ok(());
        }
        // A link that has taken the place of its own target leads to itself.
        let followed = match source {
            Some(source) => Some(source.clone()),
            None if self.backups.is_none() => look::followed(Path::new(text)).ok(),
            None => None,
        };
        let is_itself = |source: &Entry| {
            source.identity.is_same_now(&old.identity)
                && (source.link_count == 1 || is_same_name(Path::new(text), dest))
        };
        if followed.as_ref().is_some_and(is_itself) {
            self.voice
                .complain(&[&target, b" and ", &name, b" are the same file"]);
            return Err(Refused::Said);
        }
        Ok(())
    }

    fn agrees(&self, dest: &Dest) -> bool {
        let name = quoted(self.voice.letters, &dest.shown);
        let question = [self.voice.program(), b": replace ", &name, b"? "].concat();
        self.voice.murmur(&question);
        let mut answer = Vec::new();
        // What cannot be read is no yes.
        let _read = std::io::stdin().lock().read_until(b'\n', &mut answer);
        matches!(answer.first(), Some(b'y' | b'Y'))
    }

    fn replace(&mut self, text: &OsStr, dest: &Dest) -> Result<Instead, Refused> {
        let place = match spot(&dest.path) {
            Ok(Spot::Name(place)) => place,
            Ok(Spot::Folder) => {
                return Err(Refused::System(FsError::changed("replace", &dest.path)));
            }
            Err(error) => return Err(Refused::System(error)),
        };
        let new = self.new_link(text).map_err(Refused::System)?;
        if let NewLink::Hard(target) = &new
            && self.backups.is_none()
            && is_one_thing(target, &place.path())
        {
            return Ok(Instead::Replaced(None));
        }
        let mut tries = 0;
        loop {
            tries += 1;
            match self.replace_once(&place, &new, dest) {
                Err(ReplaceError::Changed(_)) if tries < TRIES => {
                    match run::create(self.witness, &place, &new) {
                        Ok(()) => return Ok(Instead::Replaced(None)),
                        Err(error) if error.kind == FsErrorKind::AlreadyExists => {}
                        Err(error) => return Err(Refused::System(error)),
                    }
                }
                Ok(backup) => return Ok(Instead::Replaced(backup)),
                Err(ReplaceError::Link(error) | ReplaceError::Changed(error)) => {
                    return Err(Refused::System(error));
                }
                Err(error) => return Err(self.not_replaced(dest, &error)),
            }
        }
    }

    fn replace_once(
        &mut self,
        place: &Place,
        new: &NewLink,
        dest: &Dest,
    ) -> Result<Option<Vec<u8>>, ReplaceError> {
        let backup = self
            .backups
            .as_ref()
            .map(|backups| backup_name(place, backups.naming, &backups.suffix));
        if let Some(backup) = &backup {
            can_be_backup(backup).map_err(ReplaceError::Backup)?;
        }
        let wish = Wish {
            place,
            new,
            backup: backup.as_deref(),
            job: "ln",
            number: self.number,
            time_us: self.ground.time_us,
        };
        let replacement = look_alike::replacement(&self.ground.around, &wish).map_err(|error| {
            match error.kind {
                FsErrorKind::NotFound => ReplaceError::Changed(error),
                _ => ReplaceError::Link(error),
            }
        })?;
        self.number += 1;
        let kept = run::replace(self.witness, &replacement)?;
        if let Some(kept) = kept {
            let was = replacement
                .victim
                .map_or(replacement.path, |victim| victim.path);
            let was = was.file_name().map_or(dest.shown.as_slice(), name_bytes);
            let (was, kept) = (
                quoted(self.voice.letters, was),
                quoted(self.voice.letters, path_bytes(&kept)),
            );
            self.voice.complain(&[
                &was,
                b" was the last name of its content, which is kept in ",
                &kept,
            ]);
        }
        Ok(backup.map(|backup| {
            let name = backup.file_name().map_or(&b""[..], name_bytes);
            [folder_of(&dest.shown), name].concat()
        }))
    }

    fn not_replaced(&self, dest: &Dest, error: &ReplaceError) -> Refused {
        let name = quoted(self.voice.letters, &dest.shown);
        let (what, error) = match error {
            ReplaceError::Backup(error) => ("cannot backup ", error),
            ReplaceError::Keep(error) => ("cannot keep the content of ", error),
            ReplaceError::Link(error) | ReplaceError::Changed(error) => ("cannot replace ", error),
            ReplaceError::Remains(rest, error) => {
                let rest = quoted(self.voice.letters, path_bytes(rest));
                let words = system_words(error);
                self.voice
                    .complain(&[b"cannot remove ", &rest, b": ", words.as_bytes()]);
                return Refused::Said;
            }
        };
        self.voice.complain(&[
            what.as_bytes(),
            &name,
            b": ",
            system_words(error).as_bytes(),
        ]);
        Refused::Said
    }
}

/// Returns whether both names stand for one thing.
fn is_one_thing(a: &Path, b: &Path) -> bool {
    matches!((look::entry(a), look::entry(b)), (Ok(a), Ok(b)) if a.identity.is_same_now(&b.identity))
}

/// Fails as the rename to a backup's name would: over a folder, or to a name that is too long.
fn can_be_backup(backup: &Path) -> Result<(), FsError> {
    match look::entry_if_any(backup)? {
        Some(entry) if entry.kind == Kind::Directory => Err(FsError {
            kind: FsErrorKind::IsADirectory,
            ..FsError::new("rename", backup, std::io::ErrorKind::IsADirectory.into())
        }),
        _ => Ok(()),
    }
}

/// Returns whether the target is the very name of the link. A folder that is itself a link counts as another one, unless
/// it was opened.
fn is_same_name(target: &Path, dest: &Dest) -> bool {
    let folder = |path: &Path| {
        let parent = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        parent.unwrap_or(Path::new(".")).to_path_buf()
    };
    let dest_folder = folder(&dest.path);
    let dest_folder = if dest.is_in_opened_folder {
        look::followed(&dest_folder)
    } else {
        look::entry(&dest_folder)
    };
    target.file_name() == dest.path.file_name()
        && matches!(
            (look::entry(&folder(target)), dest_folder),
            (Ok(a), Ok(b)) if a.identity.is_same_now(&b.identity)
        )
}

/// Returns what stands before the last name, its slash included.
fn folder_of(path: &[u8]) -> &[u8] {
    let end = path
        .iter()
        .rposition(|byte| *byte == b'/')
        .map_or(0, |at| at + 1);
    &path[..end]
}
