//! Where a junction or symbolic link of Windows leads.

use super::{Names, WideText};

const BACKSLASH: u16 = b'\\' as u16;
const SLASH: u16 = b'/' as u16;
const COLON: u16 = b':' as u16;

/// Where a junction or symbolic link leads, by the form of its substitute name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A place on a drive that has a letter: `C:\dir`.
    Drive {
        /// The letter, in the case it is written in.
        letter: u8,
        /// What follows the root, without a backslash in front.
        path: WideText,
    },
    /// A place on a share: `\\server\share\dir`, kept without the two backslashes.
    Share(WideText),
    /// A place on a volume that is named by its GUID.
    Volume {
        /// `Volume{…}`.
        volume: WideText,
        /// What follows the root, without a backslash in front.
        path: WideText,
    },
    /// Counted from the folder that holds the link: `..\dir`.
    Relative(WideText),
    /// Counted from the root of the drive that holds the link, kept with its backslash: `\dir`.
    FromRoot(WideText),
    /// Another name of the NT kernel: `\Device\…`.
    Nt(WideText),
}

/// Why text is no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing is written.
    #[error("the text is empty")]
    Empty,
    /// `C:dir` means the working folder of that drive, which a link does not know.
    #[error("the text names a drive and does not begin at its root")]
    DriveWithoutRoot,
    /// A NUL ends a text for Windows.
    #[error("the text holds a NUL")]
    Nul,
    /// The bytes are no text that Windows could keep.
    #[error("the text is not Unicode")]
    NotUnicode,
}

impl Target {
    /// Returns the target of text as people write it; slashes become backslashes, and `.` and `..` of an absolute path are
    /// worked out, since the kernel takes both literally there.
    pub fn from_text(text: &str) -> Result<Self, TextError> {
        Self::from_wide(&WideText::from(text))
    }

    /// As [`Self::from_text`], for bytes as Linux has them.
    pub fn from_bytes(text: &[u8]) -> Result<Self, TextError> {
        Self::from_wide(&WideText::from_wtf8(text).ok_or(TextError::NotUnicode)?)
    }

    /// As [`Self::from_text`], for text as Windows has it.
    pub fn from_wide(text: &WideText) -> Result<Self, TextError> {
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if text.units().contains(&0) {
            return Err(TextError::Nul);
        }
        let units: Vec<u16> = text
            .units()
            .iter()
            .map(|unit| if *unit == SLASH { BACKSLASH } else { *unit })
            .collect();
        for marker in [r"\\?\", r"\??\", r"\\.\"] {
            if let Some(rest) = without(&units, marker) {
                return Ok(Self::from_nt(rest).unwrap_or_else(|| Self::Nt(under_dos(rest))));
            }
        }
        if let Some(rest) = without(&units, r"\\") {
            let share = worked_out(rest, 2);
            // `\\\?\C:\x` is `\\?\C:\x` once it is worked out, and would be read as that when it is shown.
            return match without(share.units(), r"?\") {
                Some(_) => Self::from_wide(&joined(&[&wide(r"\\"), share.units()])),
                None => Ok(Self::Share(share)),
            };
        }
        if units[0] == BACKSLASH {
            let text = rooted(worked_out(&units[1..], 0));
            // `/./??/C:/x` is `\??\C:\x` once it is worked out, and the kernel would take it for that.
            return match without(text.units(), r"\??\") {
                Some(_) => Self::from_wide(&text),
                None => Ok(Self::FromRoot(text)),
            };
        }
        match drive(&units) {
            Some((letter, [BACKSLASH, path @ ..])) => Ok(Self::Drive {
                letter,
                path: worked_out(path, 0),
            }),
            Some(_) => Err(TextError::DriveWithoutRoot),
            None => Ok(Self::Relative(WideText::new(units))),
        }
    }

    /// Returns the target of a substitute name, as it is written.
    pub(super) fn from_substitute(substitute: &WideText, is_relative: bool) -> Self {
        let units = substitute.units();
        if is_relative {
            let verbatim = WideText::new(units.to_vec());
            return if units.first() == Some(&BACKSLASH) {
                Self::FromRoot(verbatim)
            } else {
                Self::Relative(verbatim)
            };
        }
        let inner = without(units, r"\??\").or_else(|| without(units, r"\\?\"));
        inner
            .and_then(Self::from_nt)
            .unwrap_or_else(|| Self::Nt(substitute.clone()))
    }

    /// Reads what follows `\??\`.
    fn from_nt(units: &[u16]) -> Option<Self> {
        if let Some(rest) = without(units, r"UNC\") {
            // No server has such a name, or none; shown as a share, it would be read as something else.
            if [r"\", r"?\", r".\"]
                .iter()
                .any(|marker| without(rest, marker).is_some())
            {
                return None;
            }
            return Some(Self::Share(WideText::new(rest.to_vec())));
        }
        if without(units, "Volume{").is_some() {
            let end = units.iter().position(|unit| *unit == BACKSLASH);
            let (volume, path) = units.split_at(end.unwrap_or(units.len()));
            return Some(Self::Volume {
                volume: WideText::new(volume.to_vec()),
                path: WideText::new(path.get(1..).unwrap_or_default().to_vec()),
            });
        }
        match drive(units)? {
            (letter, []) => Some((letter, &[][..])),
            (letter, [BACKSLASH, path @ ..]) => Some((letter, path)),
            _ => None,
        }
        .map(|(letter, path)| Self::Drive {
            letter,
            path: WideText::new(path.to_vec()),
        })
    }

    /// Returns whether the text counts from where the link stands: `SYMLINK_FLAG_RELATIVE`.
    pub fn is_relative(&self) -> bool {
        matches!(self, Self::Relative(_) | Self::FromRoot(_))
    }

    /// Returns the letter of the drive that it names, as a capital; `None` if it names none.
    pub fn drive_letter(&self) -> Option<char> {
        match self {
            Self::Drive { letter, .. } => Some(char::from(letter.to_ascii_uppercase())),
            _ => None,
        }
    }

    /// Returns the text as Windows shows it.
    pub fn shown(&self) -> WideText {
        match self {
            Self::Drive { letter, path } => joined(&[&drive_root(*letter), path.units()]),
            Self::Share(rest) => joined(&[&wide(r"\\"), rest.units()]),
            Self::Volume { volume, path } => {
                joined(&[&wide(r"\\?\"), volume.units(), &[BACKSLASH], path.units()])
            }
            Self::Relative(text) | Self::FromRoot(text) | Self::Nt(text) => text.clone(),
        }
    }

    /// Returns the name that the kernel follows.
    pub fn substitute(&self) -> WideText {
        match self {
            Self::Drive { letter, path } => {
                joined(&[&wide(r"\??\"), &drive_root(*letter), path.units()])
            }
            Self::Share(rest) => joined(&[&wide(r"\??\UNC\"), rest.units()]),
            Self::Volume { volume, path } => {
                joined(&[&wide(r"\??\"), volume.units(), &[BACKSLASH], path.units()])
            }
            Self::Relative(text) | Self::FromRoot(text) | Self::Nt(text) => text.clone(),
        }
    }

    pub(super) fn names(&self) -> Names {
        Names {
            substitute: self.substitute(),
            print: self.shown(),
        }
    }
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn joined(parts: &[&[u16]]) -> WideText {
    WideText::new(parts.concat())
}

fn drive_root(letter: u8) -> [u16; 3] {
    [letter.into(), COLON, BACKSLASH]
}

/// A name below `\??\` that is none of the forms above, written as the kernel knows it.
fn under_dos(rest: &[u16]) -> WideText {
    joined(&[&wide(r"\??\"), rest])
}

/// Returns what follows `marker`, letters compared without their case.
fn without<'a>(units: &'a [u16], marker: &str) -> Option<&'a [u16]> {
    let lower =
        |unit: u16| u8::try_from(unit).map_or(unit, |byte| byte.to_ascii_lowercase().into());
    let marker = wide(marker);
    let (head, rest) = units.split_at_checked(marker.len())?;
    let is_same = head
        .iter()
        .zip(&marker)
        .all(|(a, b)| lower(*a) == lower(*b));
    is_same.then_some(rest)
}

/// Splits `C:` off.
fn drive(units: &[u16]) -> Option<(u8, &[u16])> {
    let (&first, rest) = units.split_first()?;
    let letter = u8::try_from(first).ok().filter(u8::is_ascii_alphabetic)?;
    Some((letter, rest.strip_prefix(&[COLON])?))
}

fn rooted(path: WideText) -> WideText {
    joined(&[&[BACKSLASH], path.units()])
}

/// Works out `.`, `..` and doubled backslashes; the first `fixed` parts cannot be left. A backslash at the end stays off.
fn worked_out(path: &[u16], fixed: usize) -> WideText {
    let mut parts: Vec<&[u16]> = Vec::new();
    for part in path.split(|unit| *unit == BACKSLASH) {
        if part.is_empty() || part == wide(".") {
            continue;
        }
        if part != wide("..") {
            parts.push(part);
        } else if parts.len() > fixed {
            parts.pop();
        }
    }
    WideText::new(parts.join(&BACKSLASH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_what_the_kernel_follows() {
        for (text, substitute, shown) in [
            (r"C:\dir", r"\??\C:\dir", r"C:\dir"),
            ("c:/dir/sub", r"\??\c:\dir\sub", r"c:\dir\sub"),
            (r"C:\", r"\??\C:\", r"C:\"),
            (r"C:\a\..\b\.\c\\d\", r"\??\C:\b\c\d", r"C:\b\c\d"),
            (r"C:\..\..\a", r"\??\C:\a", r"C:\a"),
            (r"\\srv\sh\x", r"\??\UNC\srv\sh\x", r"\\srv\sh\x"),
            (r"//srv/sh/../../x", r"\??\UNC\srv\sh\x", r"\\srv\sh\x"),
            (r"\\\\srv\sh", r"\??\UNC\srv\sh", r"\\srv\sh"),
            (r"\\..\?\C:\dir", r"\??\C:\dir", r"C:\dir"),
            (r"\\\?\C:\dir", r"\??\C:\dir", r"C:\dir"),
            (r"\\?\C:\dir", r"\??\C:\dir", r"C:\dir"),
            (r"\\?\UNC\?\UNC\x", r"\??\UNC\?\UNC\x", r"\??\UNC\?\UNC\x"),
            (r"\\?\UNC\\srv", r"\??\UNC\\srv", r"\??\UNC\\srv"),
            (r"\\?\UNC\srv\sh", r"\??\UNC\srv\sh", r"\\srv\sh"),
            (r"\.\??\D:\x", r"\??\D:\x", r"D:\x"),
            (r"\??\D:\x", r"\??\D:\x", r"D:\x"),
            (
                r"\\?\Volume{1-2}\",
                r"\??\Volume{1-2}\",
                r"\\?\Volume{1-2}\",
            ),
            (
                r"\\?\Volume{1-2}\a\b",
                r"\??\Volume{1-2}\a\b",
                r"\\?\Volume{1-2}\a\b",
            ),
            (r"\\.\pipe\x", r"\??\pipe\x", r"\??\pipe\x"),
            (r"..\a\..\b", r"..\a\..\b", r"..\a\..\b"),
            ("../a", r"..\a", r"..\a"),
            (r"\dir\x\..", r"\dir", r"\dir"),
            ("file.txt", "file.txt", "file.txt"),
            ("ü ö", "ü ö", "ü ö"),
        ] {
            let target = Target::from_text(text).unwrap();
            assert_eq!(target.substitute().to_string(), substitute, "{text}");
            assert_eq!(target.shown().to_string(), shown, "{text}");
            let again = Target::from_substitute(&target.substitute(), target.is_relative());
            assert_eq!(again, target, "{text}");
        }
    }

    #[test]
    fn what_is_no_target() {
        for (text, error) in [
            ("", TextError::Empty),
            ("C:dir", TextError::DriveWithoutRoot),
            ("C:", TextError::DriveWithoutRoot),
            ("a\0b", TextError::Nul),
        ] {
            assert_eq!(Target::from_text(text), Err(error), "{text:?}");
        }
        assert_eq!(Target::from_bytes(b"\xFF"), Err(TextError::NotUnicode));
    }

    #[test]
    fn two_kinds_count_from_where_the_link_stands() {
        for (text, expected) in [
            ("a", true),
            (r"\a", true),
            (r"C:\a", false),
            (r"\\s\h", false),
            (r"\\?\Volume{0}\", false),
        ] {
            assert_eq!(
                Target::from_text(text).unwrap().is_relative(),
                expected,
                "{text}"
            );
        }
    }
}
