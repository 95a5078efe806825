//! Fields of foreign bytes: little-endian numbers, texts of both sorts, and keys in groups. What lies outside is `None`.

use std::ffi::OsString;

/// Returns the bytes from `at` on, `length` of them.
pub(super) fn part(bytes: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    bytes.get(at..at.checked_add(length)?)
}

/// Returns the number of two bytes at `at`.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let field = part(bytes, at, 2)?;
    Some(u16::from_le_bytes(field.try_into().ok()?))
}

/// Returns the number of four bytes at `at`.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let field = part(bytes, at, 4)?;
    Some(u32::from_le_bytes(field.try_into().ok()?))
}

/// Returns the number of four bytes at `at` as a length or a place.
pub(super) fn usize_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}

/// Returns the bytes from `at` up to the first NUL; there must be one.
pub(super) fn ended_bytes(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let rest = bytes.get(at..)?;
    let end = rest.iter().position(|byte| *byte == 0)?;
    Some(&rest[..end])
}

/// Returns the UTF-16 text from `at` up to the first NUL; there must be one.
pub(super) fn ended_utf16(bytes: &[u8], at: usize) -> Option<OsString> {
    let rest = bytes.get(at..)?;
    let end = rest.chunks_exact(2).position(|unit| unit == [0, 0])?;
    Some(utf16(&rest[..end * 2]))
}

/// Returns the bytes before the first NUL, all of them if there is none; a NUL has `unit_bytes` bytes.
pub(super) fn up_to_nul(bytes: &[u8], unit_bytes: usize) -> &[u8] {
    let mut units = bytes.chunks_exact(unit_bytes);
    let end = units.position(|unit| unit.iter().all(|byte| *byte == 0));
    end.map_or(bytes, |end| &bytes[..end * unit_bytes])
}

/// Returns UTF-16 as text; what is none becomes a replacement letter.
pub(super) fn utf16(bytes: &[u8]) -> OsString {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
        .collect();
    String::from_utf16_lossy(&units).into()
}

/// Returns bytes of a code page that nothing names; they stay as they are.
pub(super) fn text(bytes: &[u8]) -> OsString {
    lw_fs::name_from_bytes(bytes)
        .unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned().into())
}

/// How names of groups and keys are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Capitals {
    /// `a` is not `A`.
    Matter,
    /// `a` is `A`.
    DoNotMatter,
}

/// A group of lines `KEY=VALUE` under a line `[NAME]`.
pub(super) struct Group<'a> {
    lines: &'a [u8],
    capitals: Capitals,
}

impl<'a> Group<'a> {
    /// Finds the first group of this name.
    pub(super) fn find(bytes: &'a [u8], name: &str, capitals: Capitals) -> Option<Self> {
        let mut rest = bytes;
        while let Some((line, behind)) = first_line(rest) {
            let is_it = heading(line).is_some_and(|found| is_same(found, name, capitals));
            if is_it {
                return Some(Self {
                    lines: behind,
                    capitals,
                });
            }
            rest = behind;
        }
        None
    }

    /// Returns the first value of the key, without the blanks around it.
    pub(super) fn value(&self, key: &str) -> Option<&'a [u8]> {
        let mut rest = self.lines;
        while let Some((line, behind)) = first_line(rest) {
            if heading(line).is_some() {
                return None;
            }
            if let Some(at) = line.iter().position(|byte| *byte == b'=')
                && is_same(line[..at].trim_ascii(), key, self.capitals)
            {
                return Some(line[at + 1..].trim_ascii());
            }
            rest = behind;
        }
        None
    }
}

/// Returns the first line, without the blanks around it, and what stands behind it.
fn first_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    if bytes.is_empty() {
        return None;
    }
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let end = end.unwrap_or(bytes.len());
    let behind = bytes.get(end + 1..).unwrap_or_default();
    Some((bytes[..end].trim_ascii(), behind))
}

fn heading(line: &[u8]) -> Option<&[u8]> {
    line.strip_prefix(b"[")?.strip_suffix(b"]")
}

fn is_same(found: &[u8], name: &str, capitals: Capitals) -> bool {
    match capitals {
        Capitals::Matter => found == name.as_bytes(),
        Capitals::DoNotMatter => found.eq_ignore_ascii_case(name.as_bytes()),
    }
}
