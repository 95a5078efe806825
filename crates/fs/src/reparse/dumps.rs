//! Buffers that other programs wrote, and buffers that are broken on purpose.

use super::*;

/// Reads the bytes of a dump; blanks in it are for the eye.
fn bytes(dump: &str) -> Vec<u8> {
    let digits: Vec<u8> = dump.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

/// Decodes, encodes and decodes again: the second reading leads where the first does.
fn there_and_back(buffer: &[u8]) -> ReparsePoint {
    let point = ReparsePoint::decode(buffer).unwrap();
    let again = ReparsePoint::decode(&point.encode().unwrap()).unwrap();
    assert_eq!(again.target(), point.target());
    assert_eq!(again.tag(), point.tag());
    point
}

fn names(point: &ReparsePoint) -> (String, String) {
    match point {
        ReparsePoint::MountPoint(names) | ReparsePoint::SymbolicLink { names, .. } => {
            (names.substitute.to_string(), names.print.to_string())
        }
        other => panic!("no names: {other:?}"),
    }
}

/// Puts a buffer together field by field, as no encoder of ours would.
fn by_hand(tag: u32, offsets: [u16; 4], flags: Option<u32>, paths: &[u8]) -> Vec<u8> {
    let mut data: Vec<u8> = offsets
        .iter()
        .flat_map(|field| field.to_le_bytes())
        .collect();
    data.extend(flags.into_iter().flat_map(u32::to_le_bytes));
    data.extend(paths);
    let mut out = tag.to_le_bytes().to_vec();
    out.extend(u16::try_from(data.len()).unwrap().to_le_bytes());
    out.extend([0, 0]);
    out.extend(data);
    out
}

fn utf16(text: &str) -> Vec<u8> {
    WideText::from(text).to_le_bytes()
}

const LINK_TO_DOT: &str = "0c0000a0 1000 0000 0200 0200 0000 0200 01000000 2e00 2e00";
const LINK_TO_FILE: &str = "0c0000a0 6800 0000 2a00 3200 0000 2a00 00000000
    78003a005c00740065007300740064006900720031005c007400650073007400660069006c0065003100
    5c003f003f005c0078003a005c00740065007300740064006900720031005c007400650073007400660069006c0065003100";
const LINK_TO_WINDOWS: &str = "0c0000a0 3c00 0000 1400 1c00 0000 1400 00000000
    63003a005c00770069006e0064006f0077007300
    5c003f003f005c0063003a005c00770069006e0064006f0077007300";
const JUNCTION_TO_WINDOWS: &str = "030000a0 3c00 0000 0000 1c00 1e00 1400
    5c003f003f005c0063003a005c00770069006e0064006f0077007300 0000
    63003a005c00770069006e0064006f0077007300 0000";
const JUNCTION_TO_FOO: &str = "030000a0 2c00 0000 0000 1400 1600 0c00
    5c003f003f005c0043003a005c0066006f006f00 0000 43003a005c0066006f006f00 0000";
const LINK_WITH_OTHER_PRINT_NAME: &str = "0c0000a0 2e00 0000 0000 1200 1400 0c00 01000000
    2e002e005c00740061007200670065007400 0000 740061007200670065007400 0000";
const LINK_TO_SHARE: &str = "0c0000a0 4000 0000 1400 2000 0000 1400 00000000
    5c005c007300720076005c00730068005c007800
    5c003f003f005c0055004e0043005c007300720076005c00730068005c007800";
const LINK_UPWARDS: &str =
    "0c0000a0 1c00 0000 0800 0800 0000 0800 01000000 2e002e005c007400 2e002e005c007400";

#[test]
fn real_links_and_junctions_decode() {
    for (dump, substitute, print, shown) in [
        (LINK_TO_DOT, ".", ".", "."),
        (
            LINK_TO_FILE,
            r"\??\x:\testdir1\testfile1",
            r"x:\testdir1\testfile1",
            r"x:\testdir1\testfile1",
        ),
        (
            LINK_TO_WINDOWS,
            r"\??\c:\windows",
            r"c:\windows",
            r"c:\windows",
        ),
        (
            JUNCTION_TO_WINDOWS,
            r"\??\c:\windows",
            r"c:\windows",
            r"c:\windows",
        ),
        (JUNCTION_TO_FOO, r"\??\C:\foo", r"C:\foo", r"C:\foo"),
        (
            LINK_WITH_OTHER_PRINT_NAME,
            r"..\target",
            "target",
            r"..\target",
        ),
        (
            LINK_TO_SHARE,
            r"\??\UNC\srv\sh\x",
            r"\\srv\sh\x",
            r"\\srv\sh\x",
        ),
        (LINK_UPWARDS, r"..\t", r"..\t", r"..\t"),
    ] {
        let point = there_and_back(&bytes(dump));
        assert_eq!(names(&point), (substitute.to_owned(), print.to_owned()));
        assert_eq!(point.target().unwrap().shown().to_string(), shown);
        assert!(point.is_link());
        assert!(!point.has_empty_print_name());
    }
}

#[test]
fn what_is_encoded_is_what_windows_writes() {
    for (dump, text) in [
        (LINK_TO_DOT, "."),
        (LINK_TO_FILE, r"x:\testdir1\testfile1"),
        (LINK_TO_WINDOWS, r"c:\windows"),
        (LINK_TO_SHARE, r"\\srv\sh\x"),
        (LINK_UPWARDS, r"..\t"),
    ] {
        let target = Target::from_text(text).unwrap();
        let made = ReparsePoint::symbolic_link(&target).encode().unwrap();
        assert_eq!(made, bytes(dump), "{text}");
    }
    for (dump, text) in [
        (JUNCTION_TO_WINDOWS, r"c:\windows"),
        (JUNCTION_TO_FOO, r"C:\foo"),
    ] {
        let target = Target::from_text(text).unwrap();
        let made = ReparsePoint::junction(&target).unwrap().encode().unwrap();
        assert_eq!(made, bytes(dump), "{text}");
    }
}

#[test]
fn a_junction_leads_to_a_local_folder_only() {
    for text in [r"\\srv\sh", r"..\x", r"\x", r"\\.\pipe\x"] {
        let target = Target::from_text(text).unwrap();
        assert_eq!(
            ReparsePoint::junction(&target),
            Err(EncodeError::NotLocal),
            "{text}"
        );
    }
}

#[test]
fn links_of_wsl() {
    let socket = "1d0000a0 1300 0000 02000000 2f746d702f6d7973716c2e736f636b";
    let with_nul = "1d0000a0 1400 0000 02000000 2f746d702f6d7973716c2e736f636b00";
    let program = "1d0000a0 0800 0000 02000000 6d6b7368";
    for (dump, expected) in [
        (socket, "/tmp/mysql.sock"),
        (with_nul, "/tmp/mysql.sock"),
        (program, "mksh"),
    ] {
        let point = there_and_back(&bytes(dump));
        let target = expected.as_bytes().to_vec();
        assert_eq!(point, ReparsePoint::WslLink { target });
        assert!(!point.is_link());
        assert_eq!(point.target(), None);
    }
    assert_eq!(
        ReparsePoint::decode(&bytes(socket))
            .unwrap()
            .encode()
            .unwrap(),
        bytes(socket)
    );
}

#[test]
fn the_header_of_a_link_with_longer_names() {
    let paths = [utf16(r"d:\Test.txt"), utf16(r"\??\d:\Test.txt")].concat();
    let buffer = by_hand(0xA000_000C, [0x16, 0x1E, 0, 0x16], Some(0), &paths);
    assert_eq!(buffer[4..6], [0x40, 0]);
    let point = there_and_back(&buffer);
    assert_eq!(
        names(&point),
        (r"\??\d:\Test.txt".into(), r"d:\Test.txt".into())
    );
    assert_eq!(point.encode().unwrap(), buffer);
}

#[test]
fn a_link_of_a_container_leads_to_a_name_of_the_kernel() {
    let inside = r"\ContainerMappedDirectories\01BA2580-95DA-48B9-94F2-B397D00CD0A1";
    let shown = r"\\?\ContainerMappedDirectories\01BA2580-95DA-48B9-94F2-B397D00CD0A1";
    let nul = [0, 0];
    let paths = [&utf16(inside)[..], &nul, &utf16(shown), &nul].concat();
    let buffer = by_hand(0xA000_000C, [0, 0x80, 0x82, 0x86], Some(0), &paths);
    assert_eq!(buffer[4..6], [0x16, 0x01]);
    let point = there_and_back(&buffer);
    assert_eq!(names(&point), (inside.into(), shown.into()));
    assert_eq!(point.target(), Some(Target::Nt(WideText::from(inside))));
}

#[test]
fn a_junction_without_a_print_name_gets_one() {
    let folder = format!(r"\??\C:\{}", "d".repeat(58));
    let paths = [utf16(&folder), vec![0, 0, 0, 0]].concat();
    let buffer = by_hand(0xA000_0003, [0, 130, 132, 0], None, &paths);
    let point = there_and_back(&buffer);
    assert!(point.has_empty_print_name());
    let again = ReparsePoint::decode(&point.encode().unwrap()).unwrap();
    let (substitute, print) = names(&again);
    assert_eq!(
        (substitute.as_str(), print.len() * 2),
        (folder.as_str(), 122)
    );
}

#[test]
fn the_mount_point_of_a_volume() {
    let volume = r"\??\Volume{780c6209-d8cd-4e63-838c-f5f047f03c16}\";
    let paths = [utf16(volume), vec![0, 0, 0, 0]].concat();
    let buffer = by_hand(0xA000_0003, [0, 0x62, 0x64, 0], None, &paths);
    assert_eq!(buffer[4..6], [0x6E, 0]);
    let point = there_and_back(&buffer);
    assert!(!point.has_empty_print_name());
    let expected = Target::Volume {
        volume: WideText::from("Volume{780c6209-d8cd-4e63-838c-f5f047f03c16}"),
        path: WideText::default(),
    };
    assert_eq!(point.target(), Some(expected));
}

#[test]
fn a_tag_that_is_not_microsofts_has_a_guid_behind_its_header() {
    let guid = "CD8AD59D E74B 364F 9CE3 B7738EE3C702";
    let dump = format!("10000000 0400 0000 {guid} 01020304");
    let point = there_and_back(&bytes(&dump));
    assert_eq!(point.tag(), Tag(0x10));
    assert_eq!(point.encode().unwrap(), bytes(&dump));
    let without_guid = bytes("10000000 0400 0000 01020304");
    assert!(matches!(
        ReparsePoint::decode(&without_guid),
        Err(DecodeError::TooShort { .. })
    ));
}

#[test]
fn an_app_link_names_its_program() {
    let texts = [
        "Example.App_8wekyb3d8bbwe",
        "Example.App_8wekyb3d8bbwe!App",
        r"C:\Program Files\WindowsApps\Example.App_1.0\app.exe",
        "0",
    ];
    let mut data = 3_u32.to_le_bytes().to_vec();
    for text in texts {
        data.extend(utf16(text));
        data.extend([0, 0]);
    }
    let mut buffer = 0x8000_001B_u32.to_le_bytes().to_vec();
    buffer.extend(u16::try_from(data.len()).unwrap().to_le_bytes());
    buffer.extend([0, 0]);
    buffer.extend(data);
    let ReparsePoint::AppLink(link) = there_and_back(&buffer) else {
        panic!("no app link")
    };
    assert_eq!(link.version, 3);
    assert_eq!(link.program().unwrap().to_string(), texts[2]);
    assert_eq!(ReparsePoint::AppLink(link).encode().unwrap(), buffer);
}

#[test]
fn any_order_overlap_or_nul_is_read() {
    // One text serves as both names, the print name being its tail.
    let shared = by_hand(
        0xA000_000C,
        [0, 28, 8, 20],
        Some(0),
        &utf16(r"\??\c:\windows"),
    );
    let point = there_and_back(&shared);
    assert_eq!(
        names(&point),
        (r"\??\c:\windows".into(), r"c:\windows".into())
    );
    // A NUL that is counted in.
    let counted = by_hand(0xA000_000C, [0, 4, 0, 4], Some(1), &[b'a', 0, 0, 0]);
    assert_eq!(names(&there_and_back(&counted)), ("a".into(), "a".into()));
    // Print name first in a junction, and no NULs.
    let paths = [utf16(r"C:\a"), utf16(r"\??\C:\a")].concat();
    let reversed = by_hand(0xA000_0003, [8, 16, 0, 8], None, &paths);
    assert_eq!(
        names(&there_and_back(&reversed)),
        (r"\??\C:\a".into(), r"C:\a".into())
    );
    // A prefix of the kernel in text that says it is relative is taken as it is written.
    let odd = by_hand(0xA000_000C, [0, 16, 0, 16], Some(1), &utf16(r"\??\café"));
    let target = there_and_back(&odd).target();
    assert_eq!(target, Some(Target::FromRoot(WideText::from(r"\??\café"))));
    // The other prefix.
    let other = by_hand(0xA000_000C, [0, 16, 0, 16], Some(0), &utf16(r"\\?\C:\a"));
    let target = ReparsePoint::decode(&other).unwrap().target().unwrap();
    assert_eq!(target.shown().to_string(), r"C:\a");
}

#[test]
fn broken_buffers_are_refused() {
    let cut = |dump: &str, length: usize| bytes(dump)[..length].to_vec();
    let link = |offsets, paths: &[u8]| by_hand(0xA000_000C, offsets, Some(0), paths);
    let outside = |offset_bytes, length_bytes| DecodeError::NameOutside {
        offset_bytes,
        length_bytes,
    };
    for (buffer, error) in [
        (Vec::new(), DecodeError::TooShort { bytes: 0 }),
        (vec![1, 2, 3, 4], DecodeError::TooShort { bytes: 4 }),
        (
            cut(LINK_TO_WINDOWS, 40),
            DecodeError::WrongLength {
                stated_bytes: 60,
                actual_bytes: 32,
            },
        ),
        (
            bytes("0c0000a0 0400 0000 01020304"),
            DecodeError::TooShort { bytes: 12 },
        ),
        (
            bytes("030000a0 0400 0000 01020304"),
            DecodeError::TooShort { bytes: 12 },
        ),
        (link([0, 4, 0, 6], b"a\0b\0"), outside(0, 6)),
        (
            link([0xFFFE, 0xFFFE, 0, 2], b"a\0b\0"),
            outside(0xFFFE, 0xFFFE),
        ),
        (link([0, 3, 0, 2], b"a\0b\0"), DecodeError::OddLength),
        (link([0, 6, 0, 2], b"a\0\0\0b\0"), DecodeError::InnerNul),
        (link([0, 0, 0, 2], b"a\0"), DecodeError::NoTarget),
        (link([0, 2, 0, 2], b"\0\0"), DecodeError::NoTarget),
        (bytes("1d0000a0 0400 0000 02000000"), DecodeError::NoTarget),
        (
            bytes("1d0000a0 0500 0000 03000000 61"),
            DecodeError::UnknownVersion { version: 3 },
        ),
        (vec![0; 16_385], DecodeError::TooLong { bytes: 16_385 }),
    ] {
        assert_eq!(ReparsePoint::decode(&buffer), Err(error), "{buffer:x?}");
    }
}

#[test]
fn text_that_is_too_long_is_refused() {
    let fits = Target::from_text(&format!(r"C:\{}", "x".repeat(4_000))).unwrap();
    assert!(ReparsePoint::symbolic_link(&fits).encode().is_ok());
    for letters in [4_090, 20_000] {
        let target = Target::from_text(&format!(r"C:\{}", "x".repeat(letters))).unwrap();
        assert_eq!(
            ReparsePoint::symbolic_link(&target).encode(),
            Err(EncodeError::TooLong)
        );
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_decode_or_are_refused(tag in 0_usize..6, body in proptest::collection::vec(0_u8.., 0..80)) {
        let tag: u32 = [0xA000_0003, 0xA000_000C, 0xA000_001D, 0x8000_001B, 0x10, 0x9000_001A][tag];
        let guid_bytes = if tag == 0x10 { 16 } else { 0 };
        let stated = u16::try_from(body.len().saturating_sub(guid_bytes)).unwrap();
        let buffer = [&tag.to_le_bytes()[..], &stated.to_le_bytes(), &[0, 0], &body].concat();
        if let Ok(point) = ReparsePoint::decode(&buffer) {
            let again = ReparsePoint::decode(&point.encode().unwrap()).unwrap();
            proptest::prop_assert_eq!(again.target(), point.target());
            if !matches!(point, ReparsePoint::MountPoint(_) | ReparsePoint::SymbolicLink { .. }) {
                proptest::prop_assert_eq!(again, point);
            }
        }
    }

    #[test]
    fn any_text_leads_where_it_says(text in r"(([A-Z]:)?[\\/])?([a-zé .]{0,5}[\\/]?){1,6}") {
        let Ok(target) = Target::from_text(&text) else { return Ok(()) };
        let bytes = ReparsePoint::symbolic_link(&target).encode().unwrap();
        let point = ReparsePoint::decode(&bytes).unwrap();
        proptest::prop_assert_eq!(point.target(), Some(target.clone()));
        // What is shown means the same when it is written again.
        let again = Target::from_wide(&target.shown()).unwrap();
        proptest::prop_assert_eq!(again, target);
    }
}
