//! What is known of macOS that no call is needed for: its flags, its guarded folders, the form of its answers.
//!
//! Apart from the calls, so that it is tested wherever linkwright is built.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// sys/stat.h, chflags(2).
const UF_NODUMP: u32 = 0x0000_0001;
const UF_IMMUTABLE: u32 = 0x0000_0002;
const UF_APPEND: u32 = 0x0000_0004;
const UF_OPAQUE: u32 = 0x0000_0008;
const UF_HIDDEN: u32 = 0x0000_8000;
const SF_IMMUTABLE: u32 = 0x0002_0000;
const SF_APPEND: u32 = 0x0004_0000;
const SF_RESTRICTED: u32 = 0x0008_0000;
const SF_DATALESS: u32 = 0x4000_0000;

/// Returns whether these flags keep a thing from being changed, and the names in it, if it is a folder.
///
/// `SF_NOUNLINK` is none: the folders at the root have it, and take new names all the same.
pub(crate) fn is_locked(flags: u32) -> bool {
    const LOCKS: u32 = UF_IMMUTABLE | UF_APPEND | SF_IMMUTABLE | SF_APPEND | SF_RESTRICTED;
    flags & LOCKS != 0
}

/// Returns whether the content of a thing with these flags lies in the cloud alone.
pub(crate) fn is_dataless(flags: u32) -> bool {
    flags & SF_DATALESS != 0
}

/// Returns the flags that a copy gets, which has the flags `has` by itself.
///
/// Locks are refused before anything is copied. That content is compressed, tracked by the system or in the cloud is the
/// system's own affair: a copy holds the same bytes without.
pub(crate) fn flags_of_copy(wanted: u32, has: u32) -> u32 {
    const CARRIED: u32 = UF_NODUMP | UF_OPAQUE | UF_HIDDEN;
    has & !CARRIED | wanted & CARRIED
}

/// What is done with an extended attribute in a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carried {
    /// It is copied, and missed if it cannot be.
    Yes,
    /// It is copied if the system allows it: a mark that each system sets anew by its own rules.
    IfAllowed,
    /// It is made up by the file system.
    No,
}

/// Returns what is done with the attribute of this name.
pub(crate) fn carried(name: &[u8]) -> Carried {
    match name {
        // Content that is stored compressed; it is read and written in full.
        b"com.apple.decmpfs" => Carried::No,
        b"com.apple.macl" | b"com.apple.provenance" | b"com.apple.rootless" => Carried::IfAllowed,
        name if name.starts_with(b"com.apple.system.") => Carried::IfAllowed,
        _ => Carried::Yes,
    }
}

/// Folders of a home that macOS lets programs into only by the consent of its user: "Files & Folders" and "Full Disk
/// Access" in System Settings.
const GUARDED_IN_HOME: [&[&str]; 13] = [
    &["Desktop"],
    &["Documents"],
    &["Downloads"],
    &["Library", "CloudStorage"],
    &["Library", "Mobile Documents"],
    &["Library", "Containers"],
    &["Library", "Group Containers"],
    &["Library", "Mail"],
    &["Library", "Messages"],
    &["Library", "Safari"],
    &["Library", "Calendars"],
    &["Library", "Application Support", "AddressBook"],
    &["Library", "Application Support", "com.apple.TCC"],
];

/// Returns whether `path` lies in a folder that macOS guards: in such a home folder, or on a removable or network volume.
///
/// Homes are taken to lie in `/Users`, where macOS puts them.
pub(crate) fn is_guarded(path: &Path) -> bool {
    let path = without_data_volume(path);
    let mut names = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    });
    match names.next().and_then(|name| name.to_str()) {
        Some("Volumes") => names.next().is_some(),
        Some("Users") => {
            let below_home: Vec<_> = names.skip(1).collect();
            GUARDED_IN_HOME.iter().any(|guarded| {
                below_home
                    .get(..guarded.len())
                    .is_some_and(|start| start.iter().zip(*guarded).all(|(a, b)| a == b))
            })
        }
        _ => false,
    }
}

/// What macOS or a cloud puts back in a home when a link takes its place, and why.
const PUT_BACK: [(&[&str], &str); 8] = [
    (
        &["Desktop"],
        "iCloud's Desktop & Documents replaces a link there by a folder of its own",
    ),
    (
        &["Documents"],
        "iCloud's Desktop & Documents replaces a link there by a folder of its own",
    ),
    (
        &["Library"],
        "macOS and its programs write to it all the time",
    ),
    (
        &["Library", "CloudStorage"],
        "macOS makes the folders of cloud services there",
    ),
    (
        &["Library", "Mobile Documents"],
        "it is iCloud Drive itself",
    ),
    (
        &["Library", "Containers"],
        "programs in a sandbox follow no link out of it",
    ),
    (
        &["Library", "Group Containers"],
        "programs in a sandbox follow no link out of it",
    ),
    (
        &["Library", "Preferences"],
        "macOS writes preferences itself and replaces links",
    ),
];

/// Returns why what lies at `below_home` in a home is put back, if it is.
pub(crate) fn puts_back(below_home: &Path) -> Option<&'static str> {
    let is_it = |names: &[&str]| below_home.iter().eq(names.iter().copied());
    let found = PUT_BACK.iter().find(|(names, _)| is_it(names));
    found.map(|(_, why)| *why)
}

/// Returns whether the path is that of preferences in a home, which `cfprefsd` replaces if they are a link.
pub(crate) fn is_preference_list(path: &Path) -> bool {
    let is_in_preferences = path
        .parent()
        .is_some_and(|folder| folder.ends_with("Library/Preferences"));
    is_in_preferences && path.extension().is_some_and(|ending| ending == "plist")
}

/// Returns the path on the data volume that the firmlink at `path` leads to, by the table `/usr/share/firmlinks`: a line
/// holds a path, a tab, and a path below the data volume.
pub(crate) fn firmlink_in(table: &[u8], path: &Path) -> Option<PathBuf> {
    let table = std::str::from_utf8(table).ok()?;
    let target = table.lines().find_map(|line| {
        let (link, target) = line.split_once('\t')?;
        (Path::new(link) == path).then(|| target.trim_end())
    })?;
    let is_below = !target.is_empty() && Path::new(target).is_relative();
    is_below.then(|| Path::new(DATA_VOLUME).join(target))
}

/// Returns whether the attribute `com.apple.FinderInfo` of a file says that it is a Finder alias: `kIsAlias` of Finder.h, in
/// the flags behind type and creator.
pub(crate) fn is_alias(finder_info: &[u8]) -> bool {
    const IS_ALIAS: u16 = 0x8000;
    let flags = finder_info.get(8..10);
    flags.is_some_and(|flags| u16::from_be_bytes([flags[0], flags[1]]) & IS_ALIAS != 0)
}

/// Where the volume that is written to lies; firmlinks show its folders at the root.
const DATA_VOLUME: &str = "/System/Volumes/Data";

/// Returns the path by which firmlinks show what lies on the volume of the user's data.
fn without_data_volume(path: &Path) -> &Path {
    match path.strip_prefix(DATA_VOLUME) {
        Ok(below) if !below.as_os_str().is_empty() => below,
        _ => path,
    }
}

/// Returns the name in an answer of getattrlist(2) to `ATTR_CMN_NAME` alone: behind the length of the whole stand where
/// the name begins, counted from there, and how long it is with its NUL.
pub(crate) fn name_in_attributes(answer: &[u8]) -> Option<&[u8]> {
    const REFERENCE: usize = 4;
    let number = |at: usize| -> Option<u32> {
        let bytes = answer.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    };
    let start = REFERENCE.checked_add(usize::try_from(number(REFERENCE)?).ok()?)?;
    let length = usize::try_from(number(REFERENCE + 4)?).ok()?;
    let name = answer.get(start..start.checked_add(length)?)?;
    let name = name.split(|byte| *byte == 0).next()?;
    (!name.is_empty() && !name.contains(&b'/')).then_some(name)
}

/// Returns whether two names are the same but for capitals.
pub(crate) fn differ_in_case_alone(a: &OsStr, b: &OsStr) -> bool {
    let small = |name: &OsStr| name.to_str().map(str::to_lowercase);
    small(a).is_some_and(|small_a| small(b) == Some(small_a))
}

/// Returns the number in an answer of getattrlist(2) to one attribute that is a number of 32 bits.
pub(crate) fn number_in_attributes(answer: &[u8]) -> Option<u32> {
    let length = u32::from_le_bytes(answer.get(..4)?.try_into().ok()?);
    let number = answer.get(4..8)?;
    (length >= 8).then(|| number.try_into().map(u32::from_le_bytes).ok())?
}

/// Returns a number made of the volume's UUID, from an answer of getattrlist(2) to `ATTR_VOL_UUID`.
pub(crate) fn uuid_in_attributes(answer: &[u8]) -> Option<u64> {
    let length = u32::from_le_bytes(answer.get(..4)?.try_into().ok()?);
    let (first, second) = (answer.get(4..12)?, answer.get(12..20)?);
    let half = |bytes: &[u8]| bytes.try_into().map(u64::from_le_bytes).ok();
    let number = half(first)? ^ half(second)?;
    (length >= 20 && number != 0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guarded_folders_are_known_by_either_path() {
        for guarded in [
            "/Users/ada/Desktop",
            "/Users/ada/Documents/a/b",
            "/System/Volumes/Data/Users/ada/Downloads/x",
            "/Users/ada/Library/CloudStorage/Dropbox",
            "/Users/ada/Library/Mobile Documents/com~apple~CloudDocs",
            "/Volumes/Stick",
            "/Volumes/Stick/a",
        ] {
            assert!(is_guarded(Path::new(guarded)), "{guarded}");
        }
        for open in [
            "/",
            "/Users",
            "/Users/ada",
            "/Users/ada/Desktop2",
            "/Users/ada/Library",
            "/Users/Shared/a/Desktop",
            "/Volumes",
            "/System/Volumes/Data",
            "/tmp/Users/ada/Desktop",
            "Users/../Desktop",
        ] {
            assert!(!is_guarded(Path::new(open)), "{open}");
        }
    }

    #[test]
    fn a_copy_gets_the_flags_that_mean_the_same_there() {
        const UF_COMPRESSED: u32 = 0x20;
        assert_eq!(flags_of_copy(UF_HIDDEN | UF_COMPRESSED, 0), UF_HIDDEN);
        assert_eq!(flags_of_copy(UF_NODUMP, UF_COMPRESSED), 0x21);
        assert_eq!(flags_of_copy(0, UF_HIDDEN), 0);
        for (flags, locked) in [
            (UF_IMMUTABLE, true),
            (SF_RESTRICTED, true),
            (UF_HIDDEN, false),
            (SF_DATALESS, false),
        ] {
            assert_eq!(is_locked(flags), locked, "{flags:#x}");
        }
        assert!(is_dataless(SF_DATALESS | UF_HIDDEN) && !is_dataless(UF_HIDDEN));
    }

    #[test]
    fn what_is_put_back_is_the_folder_itself_and_nothing_in_it() {
        for kept in ["Desktop", "Documents", "Library/Mobile Documents"] {
            assert!(puts_back(Path::new(kept)).is_some(), "{kept}");
        }
        for free in ["", "Downloads", "Documents/a", "Library/Caches", "desktop"] {
            assert!(puts_back(Path::new(free)).is_none(), "{free}");
        }
        for (path, is_one) in [
            ("/Users/ada/Library/Preferences/com.a.plist", true),
            ("/Users/ada/Library/Preferences/a/com.a.plist", false),
            ("/Users/ada/Library/Preferences/x", false),
            ("/Users/ada/com.a.plist", false),
        ] {
            assert_eq!(is_preference_list(Path::new(path)), is_one, "{path}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn firmlinks_by_their_table() {
        let table = b"/AppleInternal\tAppleInternal\n/Users\tUsers\n/usr/local\tusr/local\nbroken\n/x\t/y\n";
        let found = |path: &str| firmlink_in(table, Path::new(path));
        assert_eq!(
            found("/usr/local"),
            Some(PathBuf::from("/System/Volumes/Data/usr/local"))
        );
        for none in ["/usr", "/Users/ada", "broken", "/x"] {
            assert_eq!(found(none), None, "{none}");
        }
        assert_eq!(firmlink_in(&[0xff], Path::new("/Users")), None);
    }

    #[test]
    fn the_alias_flag_stands_behind_type_and_creator() {
        let mut info = *b"alisMACS\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
        assert!(!is_alias(&info));
        info[8] = 0x80;
        assert!(is_alias(&info));
        assert!(!is_alias(&info[..9]));
    }

    #[test]
    fn attributes_of_the_system_are_not_missed_and_those_of_people_are() {
        for (name, wanted) in [
            (&b"com.apple.quarantine"[..], Carried::Yes),
            (b"com.apple.ResourceFork", Carried::Yes),
            (b"com.apple.FinderInfo", Carried::Yes),
            (b"user.note", Carried::Yes),
            (b"com.apple.provenance", Carried::IfAllowed),
            (b"com.apple.system.Security", Carried::IfAllowed),
            (b"com.apple.decmpfs", Carried::No),
        ] {
            assert_eq!(carried(name), wanted, "{}", String::from_utf8_lossy(name));
        }
    }

    fn answer_with(name: &[u8]) -> Vec<u8> {
        let mut answer = Vec::new();
        answer.extend_from_slice(&u32::try_from(12 + name.len()).unwrap().to_le_bytes());
        answer.extend_from_slice(&8_u32.to_le_bytes());
        answer.extend_from_slice(&u32::try_from(name.len()).unwrap().to_le_bytes());
        answer.extend_from_slice(name);
        answer
    }

    #[test]
    fn a_name_is_read_as_the_system_writes_it() {
        assert_eq!(
            name_in_attributes(&answer_with(b"a b\0")),
            Some(&b"a b"[..])
        );
        for bad in [&b"\0"[..], b"a/b\0", b""] {
            assert_eq!(name_in_attributes(&answer_with(bad)), None);
        }
        let mut answer = 20_u32.to_le_bytes().to_vec();
        answer.extend_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(uuid_in_attributes(&answer), Some(2));
        assert_eq!(number_in_attributes(&answer), Some(1));
        assert_eq!(uuid_in_attributes(&answer[..19]), None);
    }

    #[test]
    fn names_that_differ_in_more_than_case() {
        let alone = |a: &str, b: &str| differ_in_case_alone(OsStr::new(a), OsStr::new(b));
        assert!(alone("Ärger.TXT", "ärger.txt") && alone("a", "a"));
        assert!(!alone("a", "b") && !alone("a", "a "));
    }

    proptest::proptest! {
        #[test]
        fn any_answer_is_read_or_refused(bytes in proptest::collection::vec(0_u8.., 0..64)) {
            let _name = name_in_attributes(&bytes);
            let _number = (number_in_attributes(&bytes), uuid_in_attributes(&bytes));
        }
    }
}
