//! Shell links of Windows, `.lnk`: [MS-SHLLINK] 2.1 to 2.5.

use super::ShortcutTarget;

const HEADER_BYTES: u32 = 0x4c;

/// 00021401-0000-0000-C000-000000000046.
const CLASS_ID: [u8; 16] = [
    0x01, 0x14, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46,
];

// LinkFlags, 2.1.1.
const HAS_ID_LIST: u32 = 1;
const HAS_LINK_INFO: u32 = 1 << 1;
const HAS_NAME: u32 = 1 << 2;
const HAS_RELATIVE_PATH: u32 = 1 << 3;
const IS_UNICODE: u32 = 1 << 7;

// LinkInfoFlags, 2.3.
const HAS_LOCAL_PATH: u32 = 1;
const HAS_NETWORK_PATH: u32 = 1 << 1;

/// From this size on LinkInfo's header also has the offsets of the texts in UTF-16.
const UNICODE_HEADER_BYTES: u32 = 0x24;

/// Returns what the shell link stands for, the local path before the share before the relative path; `None` if the bytes
/// are no shell link.
pub(super) fn target_of(bytes: &[u8]) -> Option<ShortcutTarget> {
    let header = Part(bytes);
    if header.number(0)? != HEADER_BYTES || bytes.get(4..20)? != CLASS_ID {
        return None;
    }
    let target = header.number(0x14).and_then(|flags| {
        let mut rest = Part(bytes.get(HEADER_BYTES as usize..)?);
        if flags & HAS_ID_LIST != 0 {
            let size = usize::from(rest.short(0)?);
            rest = Part(rest.0.get(2 + size..)?);
        }
        if flags & HAS_LINK_INFO != 0 {
            let size = rest.number(0)? as usize;
            let info = Part(rest.0.get(..size)?);
            if let Some(path) = path_of(info) {
                return Some(path);
            }
            rest = Part(rest.0.get(size..)?);
        }
        relative_path(rest, flags)
    });
    Some(match target {
        Some(path) if !path.is_empty() => ShortcutTarget::Elsewhere(path),
        _ => ShortcutTarget::Unknown,
    })
}

/// Returns the path that LinkInfo, 2.3, puts together.
fn path_of(info: Part<'_>) -> Option<String> {
    let header_bytes = info.number(4)?;
    let flags = info.number(8)?;
    let is_unicode = header_bytes >= UNICODE_HEADER_BYTES;
    let suffix = match is_unicode {
        true => info.wide_text(info.number(0x20)? as usize),
        false => info.text(info.number(0x18)? as usize),
    };
    let suffix = suffix.unwrap_or_default();
    if flags & HAS_LOCAL_PATH != 0 {
        let base = match is_unicode {
            true => info.wide_text(info.number(0x1c)? as usize),
            false => info.text(info.number(0x10)? as usize),
        };
        return base.map(|base| base + &suffix);
    }
    if flags & HAS_NETWORK_PATH != 0 {
        let network = Part(info.0.get(info.number(0x14)? as usize..)?);
        let share = network.text(network.number(8)? as usize)?;
        return Some(match suffix.is_empty() {
            true => share,
            false => format!("{share}\\{suffix}"),
        });
    }
    None
}

/// Returns the relative path of StringData, 2.4.
fn relative_path(rest: Part<'_>, flags: u32) -> Option<String> {
    if flags & HAS_RELATIVE_PATH == 0 {
        return None;
    }
    let mut at = 0;
    for is_path in [false, true] {
        if !is_path && flags & HAS_NAME == 0 {
            continue;
        }
        let letters = usize::from(rest.short(at)?);
        let size = match flags & IS_UNICODE {
            0 => letters,
            _ => 2 * letters,
        };
        let string = rest.0.get(at + 2..at + 2 + size)?;
        if is_path {
            return Some(match flags & IS_UNICODE {
                0 => latin(string),
                _ => wide(string),
            });
        }
        at += 2 + size;
    }
    None
}

/// Bytes that are read with their bounds checked; numbers are little-endian.
#[derive(Clone, Copy)]
struct Part<'a>(&'a [u8]);

impl Part<'_> {
    fn number(self, at: usize) -> Option<u32> {
        let bytes = self.0.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }

    fn short(self, at: usize) -> Option<u16> {
        let bytes = self.0.get(at..at.checked_add(2)?)?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
    }

    /// Returns the text at an offset up to its NUL.
    fn text(self, at: usize) -> Option<String> {
        let rest = self.0.get(at..)?;
        let end = rest.iter().position(|byte| *byte == 0)?;
        Some(latin(&rest[..end]))
    }

    /// As [`Part::text`], in UTF-16.
    fn wide_text(self, at: usize) -> Option<String> {
        let rest = self.0.get(at..)?;
        let end = rest.chunks_exact(2).position(|pair| pair == [0, 0])?;
        Some(wide(&rest[..2 * end]))
    }
}

/// The system's code page is not told in the file: bytes beyond ASCII are taken for Latin-1.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn wide(bytes: &[u8]) -> String {
    let units = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(flags: u32) -> Vec<u8> {
        let mut bytes = HEADER_BYTES.to_le_bytes().to_vec();
        bytes.extend(CLASS_ID);
        bytes.extend(flags.to_le_bytes());
        bytes.resize(HEADER_BYTES as usize, 0);
        bytes
    }

    fn numbers(all: &[u32]) -> Vec<u8> {
        all.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    fn wide_bytes(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    /// With an id list of four bytes before it.
    fn local(base: &str, suffix: &str) -> Vec<u8> {
        let mut bytes = header(HAS_ID_LIST | HAS_LINK_INFO);
        bytes.extend([4, 0, 1, 2, 3, 4]);
        let base_at = 0x1c;
        let suffix_at = base_at + base.len() as u32 + 1;
        let size = suffix_at + suffix.len() as u32 + 1;
        bytes.extend(numbers(&[
            size,
            0x1c,
            HAS_LOCAL_PATH,
            0,
            base_at,
            0,
            suffix_at,
        ]));
        bytes.extend(base.bytes().chain([0]).chain(suffix.bytes()).chain([0]));
        bytes
    }

    fn elsewhere(text: &str) -> Option<ShortcutTarget> {
        Some(ShortcutTarget::Elsewhere(text.to_owned()))
    }

    #[test]
    fn a_local_path() {
        assert_eq!(
            target_of(&local("C:\\Users\\", "x.txt")),
            elsewhere("C:\\Users\\x.txt")
        );
        assert_eq!(target_of(&local("C:\\x.txt", "")), elsewhere("C:\\x.txt"));
    }

    #[test]
    fn a_local_path_in_utf16() {
        let (base, suffix) = (wide_bytes("D:\\Bücher\0"), wide_bytes("ж.txt\0"));
        let base_at = UNICODE_HEADER_BYTES;
        let suffix_at = base_at + base.len() as u32;
        let size = suffix_at + suffix.len() as u32;
        let mut bytes = header(HAS_LINK_INFO);
        let info = [size, 0x24, HAS_LOCAL_PATH, 0, 0, 0, 0, base_at, suffix_at];
        bytes.extend(numbers(&info));
        bytes.extend(base);
        bytes.extend(suffix);
        assert_eq!(target_of(&bytes), elsewhere("D:\\Bücherж.txt"));
    }

    #[test]
    fn a_share() {
        let share = b"\\\\server\\data\0";
        let network = numbers(&[0x14 + share.len() as u32, 0, 0x14, 0, 0]);
        let network_at = 0x1c;
        let suffix_at = network_at + (network.len() + share.len()) as u32;
        let suffix = b"a\\b\0";
        let size = suffix_at + suffix.len() as u32;
        let mut bytes = header(HAS_LINK_INFO);
        bytes.extend(numbers(&[
            size,
            0x1c,
            HAS_NETWORK_PATH,
            0,
            0,
            network_at,
            suffix_at,
        ]));
        bytes.extend(network);
        bytes.extend(share);
        bytes.extend(suffix);
        assert_eq!(target_of(&bytes), elsewhere("\\\\server\\data\\a\\b"));
    }

    #[test]
    fn a_relative_path_behind_a_name() {
        let mut bytes = header(HAS_NAME | HAS_RELATIVE_PATH | IS_UNICODE);
        for text in ["a name", "..\\x.txt"] {
            bytes.extend((text.len() as u16).to_le_bytes());
            bytes.extend(wide_bytes(text));
        }
        assert_eq!(target_of(&bytes), elsewhere("..\\x.txt"));
    }

    #[test]
    fn cut_off_anywhere_it_is_unknown_or_none() {
        let whole = local("C:\\Users\\", "x.txt");
        for length in 0..whole.len() {
            let cut = target_of(&whole[..length]);
            assert!(
                matches!(cut, None | Some(ShortcutTarget::Unknown)),
                "{length}: {cut:?}"
            );
        }
        assert_eq!(target_of(b"MZ"), None);
        // Offsets and sizes that lead out of the file.
        for at in HEADER_BYTES as usize..whole.len() - 4 {
            let mut bytes = whole.clone();
            bytes[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
            target_of(&bytes);
        }
    }
}
