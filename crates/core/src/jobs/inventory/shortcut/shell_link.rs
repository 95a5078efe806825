//! Windows shell links: [MS-SHLLINK], with the numbers of its sections.

use std::ffi::OsString;

use super::fields::{
    ended_bytes, ended_utf16, part, text, u16_at, u32_at, up_to_nul, usize_at, utf16,
};
use super::{Named, Target, Unknown};

/// 2.1: the size of the header, and the class identifier 00021401-0000-0000-C000-000000000046.
const BEGINNING: [u8; 20] = [
    0x4c, 0, 0, 0, 0x01, 0x14, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46,
];
const HEADER_BYTES: usize = 0x4c;
const FLAGS_AT: usize = 20;

/// 2.1.1: what follows the header.
const HAS_ID_LIST: u32 = 1;
const HAS_LINK_INFO: u32 = 1 << 1;
const IS_UNICODE: u32 = 1 << 7;
const IGNORES_LINK_INFO: u32 = 1 << 8;

/// 2.4: the texts that may follow, in this order: description, relative path, working folder, arguments, icon.
const HAS_TEXT: [u32; 5] = [1 << 2, HAS_RELATIVE_PATH, 1 << 4, 1 << 5, 1 << 6];
const HAS_RELATIVE_PATH: u32 = 1 << 3;

/// 2.3: what LinkInfo holds, and from which size of its header on it has texts in UTF-16.
const HAS_LOCAL_PATH: u32 = 1;
const HAS_SHARE: u32 = 1 << 1;
const LEAST_INFO_BYTES: usize = 0x1c;
const WIDE_INFO_BYTES: usize = 0x24;

/// 2.3.2: the least size of the part about the share; a text further on says that there are texts in UTF-16 too.
const LEAST_SHARE_BYTES: usize = 0x14;

/// 2.5.4: the block with environment variables.
const ENVIRONMENT_MARK: u32 = 0xa000_0001;
const ENVIRONMENT_BYTES: usize = 0x314;
const ENVIRONMENT_WIDE_AT: usize = 8 + 260;
const ENVIRONMENT_WIDE_BYTES: usize = 520;

/// 2.5: the least size of a block; a smaller number ends the list.
const LEAST_BLOCK_BYTES: usize = 8;

/// Returns what a shell link names: a path on its machine, else one on a share, else one with environment variables, else one
/// relative to the shell link.
pub(super) fn target(bytes: &[u8]) -> Target {
    if !bytes.starts_with(&BEGINNING) {
        return Err(Unknown::OtherContent);
    }
    match path(bytes) {
        None => Err(Unknown::Damaged),
        // Told by a list of identifiers alone, whose content is not documented: a printer, the recycle bin; some writers
        // tell files so too.
        Some(path) if path.is_empty() => Err(Unknown::NamesNone),
        Some(path) => Ok(Named::Foreign(path)),
    }
}

/// Returns the path, empty if there is none; `None` if something is not as it must be.
fn path(bytes: &[u8]) -> Option<OsString> {
    part(bytes, 0, HEADER_BYTES)?;
    let flags = u32_at(bytes, FLAGS_AT)?;
    let has = |flag| flags & flag != 0;
    let mut at = HEADER_BYTES;
    if has(HAS_ID_LIST) {
        at += 2 + usize::from(u16_at(bytes, at)?);
    }
    if has(HAS_LINK_INFO) {
        let size = usize_at(bytes, at)?;
        let info = part(bytes, at, size)?;
        if !has(IGNORES_LINK_INFO) {
            let path = path_in_info(info)?;
            if !path.is_empty() {
                return Some(path);
            }
        }
        at += size;
    }
    let mut relative = OsString::new();
    for flag in HAS_TEXT.into_iter().filter(|flag| has(*flag)) {
        let letters = usize::from(u16_at(bytes, at)?);
        let length = letters * if has(IS_UNICODE) { 2 } else { 1 };
        let found = part(bytes, at + 2, length)?;
        if flag == HAS_RELATIVE_PATH {
            // No NUL belongs there, and for Windows it ends the text.
            relative = match has(IS_UNICODE) {
                true => utf16(up_to_nul(found, 2)),
                false => text(up_to_nul(found, 1)),
            };
        }
        at += 2 + length;
    }
    match path_with_variables(bytes.get(at..)?)? {
        path if path.is_empty() => Some(relative),
        path => Some(path),
    }
}

/// 2.3: the path on the machine or on a share, and behind it what both have in common.
fn path_in_info(info: &[u8]) -> Option<OsString> {
    let header_bytes = usize_at(info, 4)?;
    if header_bytes < LEAST_INFO_BYTES {
        return None;
    }
    let flags = u32_at(info, 8)?;
    let is_wide = header_bytes >= WIDE_INFO_BYTES;
    let info_text = |place: usize, wide_place: usize| {
        let wide_at = if is_wide {
            usize_at(info, wide_place)?
        } else {
            0
        };
        text_at(info, header_bytes, usize_at(info, place)?, wide_at)
    };
    let base = if flags & HAS_LOCAL_PATH != 0 {
        info_text(16, 28)?
    } else if flags & HAS_SHARE != 0 {
        share_name(info.get(usize_at(info, 20)?..)?)?
    } else {
        return Some(OsString::new());
    };
    Some(joined(base, info_text(24, 32)?))
}

/// 2.3.2: `\\server\share`.
fn share_name(bytes: &[u8]) -> Option<OsString> {
    let share = part(bytes, 0, usize_at(bytes, 0)?)?;
    let name_at = usize_at(share, 8)?;
    let wide_at = match name_at > LEAST_SHARE_BYTES {
        true => usize_at(share, 20)?,
        false => 0,
    };
    text_at(share, LEAST_SHARE_BYTES, name_at, wide_at)
}

/// Returns the text in UTF-16, if there is one, else the other; neither can stand within the first `header_bytes`.
fn text_at(bytes: &[u8], header_bytes: usize, at: usize, wide_at: usize) -> Option<OsString> {
    let is_behind = |place: usize| place >= header_bytes;
    match wide_at {
        0 => is_behind(at).then(|| ended_bytes(bytes, at))?.map(text),
        wide_at => is_behind(wide_at).then(|| ended_utf16(bytes, wide_at))?,
    }
}

fn joined(base: OsString, suffix: OsString) -> OsString {
    let mut path = base;
    let needs_separator = !path.is_empty()
        && !suffix.is_empty()
        && !path.as_encoded_bytes().ends_with(b"\\")
        && !suffix.as_encoded_bytes().starts_with(b"\\");
    if needs_separator {
        path.push("\\");
    }
    path.push(suffix);
    path
}

/// 2.5.4: the path with environment variables, empty if there is none.
fn path_with_variables(blocks: &[u8]) -> Option<OsString> {
    let mut rest = blocks;
    // Each block is at least eight bytes long, so there are no more than the file has room for. Some writers leave out
    // the end of the list.
    while !rest.is_empty() {
        let size = usize_at(rest, 0)?;
        if size < LEAST_BLOCK_BYTES {
            break;
        }
        let block = part(rest, 0, size)?;
        if u32_at(block, 4)? == ENVIRONMENT_MARK {
            let wide = part(block, ENVIRONMENT_WIDE_AT, ENVIRONMENT_WIDE_BYTES)?;
            let path = ended_utf16(wide, 0)?;
            return match path.is_empty() && size == ENVIRONMENT_BYTES {
                true => ended_bytes(&block[..ENVIRONMENT_WIDE_AT], 8).map(text),
                false => Some(path),
            };
        }
        rest = &rest[size..];
    }
    Some(OsString::new())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A shell link as [MS-SHLLINK] lays it out.
    #[derive(Default)]
    pub(crate) struct Build {
        flags: u32,
        id_list: Option<Vec<u8>>,
        info: Option<Vec<u8>>,
        texts: Vec<(u32, &'static str)>,
        blocks: Vec<u8>,
    }

    impl Build {
        fn bytes(&self) -> Vec<u8> {
            let mut flags = self.flags;
            if self.id_list.is_some() {
                flags |= HAS_ID_LIST;
            }
            if self.info.is_some() {
                flags |= HAS_LINK_INFO;
            }
            for (flag, _) in &self.texts {
                flags |= flag;
            }
            let mut bytes = BEGINNING.to_vec();
            bytes.extend(flags.to_le_bytes());
            bytes.resize(HEADER_BYTES, 0);
            if let Some(list) = &self.id_list {
                bytes.extend((list.len() as u16).to_le_bytes());
                bytes.extend(list);
            }
            bytes.extend(self.info.iter().flatten());
            for (_, text) in &self.texts {
                match flags & IS_UNICODE != 0 {
                    true => {
                        let units: Vec<u16> = text.encode_utf16().collect();
                        bytes.extend((units.len() as u16).to_le_bytes());
                        bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
                    }
                    false => {
                        bytes.extend((text.len() as u16).to_le_bytes());
                        bytes.extend(text.as_bytes());
                    }
                }
            }
            bytes.extend(&self.blocks);
            bytes.extend(0_u32.to_le_bytes());
            bytes
        }
    }

    fn wide(text: &str) -> Vec<u8> {
        let units = text.encode_utf16().chain([0]);
        units.flat_map(u16::to_le_bytes).collect()
    }

    fn narrow(text: &[u8]) -> Vec<u8> {
        [text, b"\0"].concat()
    }

    /// LinkInfo with its texts behind each other; `wides` are those in UTF-16.
    fn info(
        flags: u32,
        base: &[u8],
        share: &[u8],
        suffix: &[u8],
        wides: Option<[&str; 2]>,
    ) -> Vec<u8> {
        let header = if wides.is_some() {
            WIDE_INFO_BYTES
        } else {
            LEAST_INFO_BYTES
        };
        let mut body = Vec::new();
        let mut put = |content: Vec<u8>| {
            let at = header + body.len();
            body.extend(content);
            at as u32
        };
        let base_at = put(narrow(base));
        let share_at = put(share.to_vec());
        let suffix_at = put(narrow(suffix));
        let wide_at = wides.map(|[base, suffix]| [put(wide(base)), put(wide(suffix))]);
        let size = (header + body.len()) as u32;
        let mut fields = vec![size, header as u32, flags, 0, base_at, share_at, suffix_at];
        fields.extend(wide_at.iter().flatten());
        let mut bytes: Vec<u8> = fields
            .iter()
            .flat_map(|field| field.to_le_bytes())
            .collect();
        bytes.extend(body);
        bytes
    }

    fn share(name: &str, wide_name: Option<&str>) -> Vec<u8> {
        let name_at = if wide_name.is_some() { 0x1c_u32 } else { 0x14 };
        let narrow_name = narrow(name.as_bytes());
        let wide_at = name_at + narrow_name.len() as u32;
        let wide_name = wide_name.map(wide);
        let size = wide_at + wide_name.as_ref().map_or(0, |name| name.len() as u32);
        let mut fields = vec![size, 2, name_at, 0, 0x2_0000];
        if wide_name.is_some() {
            fields.extend([wide_at, 0]);
        }
        let mut bytes: Vec<u8> = fields
            .iter()
            .flat_map(|field| field.to_le_bytes())
            .collect();
        bytes.extend(narrow_name);
        bytes.extend(wide_name.into_iter().flatten());
        bytes
    }

    fn variables(narrow_path: &str, wide_path: &str) -> Vec<u8> {
        let mut bytes = (ENVIRONMENT_BYTES as u32).to_le_bytes().to_vec();
        bytes.extend(ENVIRONMENT_MARK.to_le_bytes());
        bytes.extend(narrow_path.as_bytes());
        bytes.resize(ENVIRONMENT_WIDE_AT, 0);
        bytes.extend(wide(wide_path));
        bytes.resize(ENVIRONMENT_BYTES, 0);
        bytes
    }

    /// A shell link with every part there is.
    pub(crate) fn everything() -> Vec<u8> {
        let link = Build {
            flags: IS_UNICODE,
            id_list: Some(vec![4, 0, 0x1f, 0x50, 0, 0]),
            info: Some(info(
                HAS_LOCAL_PATH | HAS_SHARE,
                b"C:\\Users\\ada",
                &share("\\\\SRV\\ADA", Some("\\\\srv\\ada")),
                b"notes.txt",
                Some(["C:\\Users\\ada", "notes.txt"]),
            )),
            texts: HAS_TEXT.iter().map(|flag| (*flag, "some text")).collect(),
            blocks: variables("%A%", "%USERPROFILE%\\notes.txt"),
        };
        link.bytes()
    }

    fn named(link: &Build) -> Target {
        target(&link.bytes())
    }

    fn path(text: &str) -> Target {
        Ok(Named::Foreign(text.into()))
    }

    #[test]
    fn the_path_on_the_machine_comes_first() {
        assert_eq!(target(&everything()), path("C:\\Users\\ada\\notes.txt"));
        let narrow = |base: &[u8], suffix: &[u8]| Build {
            info: Some(info(HAS_LOCAL_PATH, base, b"", suffix, None)),
            ..Build::default()
        };
        assert_eq!(named(&narrow(b"C:\\x.txt", b"")), path("C:\\x.txt"));
        assert_eq!(named(&narrow(b"C:\\", b"x")), path("C:\\x"));
        if cfg!(unix) {
            let letters = lw_fs::name_from_bytes(b"C:\\B\xe9b\xe9").unwrap();
            assert_eq!(
                named(&narrow(b"C:\\B\xe9b\xe9", b"")),
                Ok(Named::Foreign(letters))
            );
        }
        let wide = Build {
            info: Some(info(
                HAS_LOCAL_PATH,
                b"C:\\?",
                b"",
                b"",
                Some(["C:\\é", ""]),
            )),
            ..Build::default()
        };
        assert_eq!(named(&wide), path("C:\\é"));
    }

    #[test]
    fn then_a_share_then_variables_then_the_relative_path() {
        let share = |share: Vec<u8>| Build {
            info: Some(info(HAS_SHARE, b"", &share, b"docs\\x", None)),
            texts: vec![(HAS_RELATIVE_PATH, "..\\x")],
            ..Build::default()
        };
        let shared = path("\\\\srv\\ada\\docs\\x");
        assert_eq!(named(&share(self::share("\\\\srv\\ada", None))), shared);
        assert_eq!(
            named(&share(self::share("?", Some("\\\\srv\\ada")))),
            shared
        );
        for (blocks, expected) in [
            (variables("", "%windir%\\x"), "%windir%\\x"),
            (variables("%windir%\\y", ""), "%windir%\\y"),
            (
                [
                    &[12, 0, 0, 0, 5, 0, 0, 0xa0, 1, 2, 3, 4][..],
                    &variables("", "%a%"),
                ]
                .concat(),
                "%a%",
            ),
            (Vec::new(), "..\\x"),
        ] {
            for flags in [0, IS_UNICODE, IS_UNICODE | IGNORES_LINK_INFO] {
                let mut link = Build {
                    flags,
                    blocks: blocks.clone(),
                    texts: vec![(HAS_TEXT[0], "a description"), (HAS_RELATIVE_PATH, "..\\x")],
                    ..Build::default()
                };
                if flags & IGNORES_LINK_INFO != 0 {
                    link.info = Some(info(HAS_LOCAL_PATH, b"C:\\x", b"", b"", None));
                }
                assert_eq!(named(&link), path(expected), "{flags}");
            }
        }
    }

    #[test]
    fn a_nul_ends_the_relative_path() {
        for flags in [0, IS_UNICODE] {
            for (text, expected) in [
                ("..\\x\0y", path("..\\x")),
                ("\0\0", Err(Unknown::NamesNone)),
            ] {
                let link = Build {
                    flags,
                    texts: vec![(HAS_RELATIVE_PATH, text)],
                    ..Build::default()
                };
                assert_eq!(named(&link), expected, "{flags} {text:?}");
            }
        }
    }

    #[test]
    fn what_is_odd_is_not_guessed_at() {
        assert_eq!(target(b""), Err(Unknown::OtherContent));
        assert_eq!(
            target(b"[InternetShortcut]\nURL=x\n"),
            Err(Unknown::OtherContent)
        );
        assert_eq!(target(&BEGINNING), Err(Unknown::Damaged));
        let mut other_class = everything();
        other_class[19] = 0x47;
        assert_eq!(target(&other_class), Err(Unknown::OtherContent));
        let of_the_shell = Build {
            id_list: Some(vec![4, 0, 0x1f, 0x50, 0, 0]),
            ..Build::default()
        };
        assert_eq!(named(&of_the_shell), Err(Unknown::NamesNone));
        let sound = info(HAS_LOCAL_PATH, b"C:\\x", b"", b"", None);
        // The size, the size of the header, the place of the path: beyond the end, and within the header.
        for (at, number) in [
            (0, 0),
            (0, 0x7fff_ffff),
            (4, 0),
            (16, 0),
            (16, 0xffff),
            (24, 4),
        ] {
            let mut damaged = sound.clone();
            damaged[at..at + 4].copy_from_slice(&u32::to_le_bytes(number));
            let link = Build {
                info: Some(damaged),
                ..Build::default()
            };
            assert_eq!(named(&link), Err(Unknown::Damaged), "{at} {number}");
        }
    }
}
