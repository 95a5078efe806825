//! One link of `ln`: tried as it is, and if something stands at the name, what was asked for is done with that.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use lw_core::jobs::look_alike::{Spot, relative_text, spot};
use lw_core::plan::NewLink;
use lw_core::run;
use lw_fs::look::{self, Entry, Identity};
use lw_fs::{FsError, FsErrorKind, Witness, name_bytes};

use super::arguments::{Arguments, Backups, Existing};
use super::instead::{Instead, Refused};
use crate::look_alikes::ground::Ground;
use crate::look_alikes::quoting::quoted;
use crate::look_alikes::voice::{Voice, system_words};

/// Where a link is made.
#[derive(Debug)]
pub(super) struct Dest {
    /// As messages name it.
    pub(super) shown: Vec<u8>,
    /// As the system takes it.
    pub(super) path: PathBuf,
    /// Whether its folder was opened, so that a link to it was followed.
    pub(super) is_in_opened_folder: bool,
}

/// Whether a link was made, or was not to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    Yes,
    No,
}

/// What all links of one command share.
pub(super) struct Linking<'a> {
    pub(super) voice: &'a mut Voice,
    pub(super) asked: &'a Arguments,
    pub(super) ground: &'a Ground,
    pub(super) witness: &'a mut dyn Witness,
    pub(super) backups: Option<Backups>,
    /// The hard links made so far, by name.
    pub(super) made: Vec<(Vec<u8>, Identity)>,
    pub(super) number: usize,
}

impl Linking<'_> {
    /// Makes a link at a free name.
    pub(super) fn try_plainly(&mut self, target: &OsStr, path: &Path) -> Result<(), FsError> {
        if self.asked.symbolic && target.is_empty() {
            // The system looks at the text before it looks at the name, whatever stands there.
            let missing = std::io::ErrorKind::NotFound.into();
            return Err(FsError::new("symlink", path, missing));
        }
        let new = self.new_link(target)?;
        match spot(path)? {
            Spot::Name(place) => run::create(self.witness, &place, &new),
            Spot::Folder => Err(FsError {
                kind: FsErrorKind::AlreadyExists,
                ..FsError::new("link", path, std::io::ErrorKind::AlreadyExists.into())
            }),
        }
    }

    /// Makes one link, or says why not. `tried` is what came of trying it plainly, if that was done.
    pub(super) fn link(
        &mut self,
        target: &OsStr,
        dest: &Dest,
        tried: Option<Result<(), FsError>>,
    ) -> Made {
        let text = if self.asked.relative {
            // Where the working folder cannot be told, the target stays as it was given.
            relative_text(Path::new(target), &dest.path).unwrap_or_else(|_| target.to_os_string())
        } else {
            target.to_os_string()
        };
        let tried = tried.unwrap_or_else(|| self.try_plainly(&text, &dest.path));
        let source = match &tried {
            _ if self.asked.symbolic => None,
            Ok(()) if !self.is_guarding() => None,
            _ => match self.source(target) {
                Ok(entry) => Some(entry),
                Err(error) => return self.no_access(target, &error),
            },
        };
        let ended = match tried {
            Ok(()) => Ok(None),
            Err(error) => match self.instead(&text, dest, source.as_ref(), error) {
                Ok(Instead::Replaced(backup)) => Ok(backup),
                Ok(Instead::Declined) => return Made::Yes,
                Err(Refused::Said) => return Made::No,
                Err(Refused::System(error)) => Err(error),
            },
        };
        match ended {
            Ok(backup) => {
                if let Some(source) = source {
                    self.made.push((dest.shown.clone(), source.identity));
                }
                self.tell(&text, dest, backup.as_deref());
                Made::Yes
            }
            Err(error) => self.not_made(&text, dest, &error),
        }
    }

    /// Returns the link that is made for this target.
    pub(super) fn new_link(&self, target: &OsStr) -> Result<NewLink, FsError> {
        if self.asked.symbolic {
            return Ok(NewLink::Symbolic(target.to_os_string()));
        }
        let path = Path::new(target);
        if self.asked.logical {
            return look::real_folder(path).map(NewLink::Hard);
        }
        // A slash at the end follows a link, and only a folder may stand before it.
        let is_folder = name_bytes(target).ends_with(b"/") && look::entry(path).map(|_| true)?;
        if !is_folder && let Spot::Name(place) = spot(path)? {
            return Ok(NewLink::Hard(place.path()));
        }
        match look::real_folder(path)? {
            // The root has no name that could be opened beside its folder; no system links it either.
            root if root.file_name().is_none() => Err(FsError {
                kind: FsErrorKind::NotPermitted,
                ..FsError::new("link", path, std::io::ErrorKind::Other.into())
            }),
            folder => Ok(NewLink::Hard(folder)),
        }
    }

    fn source(&self, target: &OsStr) -> Result<Entry, FsError> {
        if self.asked.logical {
            look::followed(Path::new(target))
        } else {
            look::entry(Path::new(target))
        }
    }

    /// Whether a hard link made by this very command must not be replaced by its next one.
    pub(super) fn is_guarding(&self) -> bool {
        use lw_core::jobs::look_alike::BackupNaming::Numbered;
        let numbered = self
            .backups
            .as_ref()
            .is_some_and(|backups| backups.naming == Numbered);
        !self.asked.symbolic && self.asked.existing == Existing::IsReplaced && !numbered
    }

    fn no_access(&self, target: &OsStr, error: &FsError) -> Made {
        let name = quoted(self.voice.letters, name_bytes(target));
        self.voice.complain(&[
            b"failed to access ",
            &name,
            b": ",
            system_words(error).as_bytes(),
        ]);
        Made::No
    }

    fn tell(&mut self, text: &OsStr, dest: &Dest, backup: Option<&[u8]>) {
        if !self.asked.verbose {
            return;
        }
        let letters = self.voice.letters;
        let backup = backup.map_or(Vec::new(), |backup| {
            [&quoted(letters, backup), &b" ~ "[..]].concat()
        });
        let arrow: &[u8] = if self.asked.symbolic {
            b" -> "
        } else {
            b" => "
        };
        let (name, target) = (
            quoted(letters, &dest.shown),
            quoted(letters, name_bytes(text)),
        );
        self.voice.answer(&[&backup, &name, arrow, &target, b"\n"]);
    }

    fn not_made(&self, text: &OsStr, dest: &Dest, error: &FsError) -> Made {
        use FsErrorKind::{AlreadyExists, NameTooLong, NoSpace, ReadOnly, TooManyLinks};
        let letters = self.voice.letters;
        let (name, target) = (
            quoted(letters, &dest.shown),
            quoted(letters, name_bytes(text)),
        );
        let words = system_words(error);
        let what: Vec<u8> = if self.asked.symbolic {
            let names_target = error.kind == NameTooLong || text.is_empty();
            let target = if names_target {
                [b" -> ", target.as_slice()].concat()
            } else {
                Vec::new()
            };
            [b"failed to create symbolic link ", name.as_slice(), &target].concat()
        } else {
            match error.kind {
                TooManyLinks => [b"failed to create hard link to ", target.as_slice()].concat(),
                AlreadyExists | NoSpace | ReadOnly => {
                    [b"failed to create hard link ", name.as_slice()].concat()
                }
                _ => [
                    b"failed to create hard link ",
                    name.as_slice(),
                    b" => ",
                    &target,
                ]
                .concat(),
            }
        };
        self.voice.complain(&[&what, b": ", words.as_bytes()]);
        Made::No
    }
}
