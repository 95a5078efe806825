//! Target texts of symbolic links: where one leads is where the kernel goes, and a converted one leads to the same.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};

use lw_core::jobs::cloud::Places;
use lw_core::jobs::convert::{self, ConvertRequest, Tidiness, Which};
use lw_core::jobs::{AcrossWish, Surroundings};
use lw_core::plan::{LinkForm, Step};
use lw_fs::look::{self, End, Resolver};
use tempfile::TempDir;

/// The longest text: longer ones only reach limits of the system, which depend on where the ground lies.
const MOST_BYTES: usize = 600;

/// `ELOOP` and `ENAMETOOLONG`, for which the library has no stable names.
const LOOP: i32 = 40;
const NAME_TOO_LONG: i32 = 36;

thread_local! {
    static GROUND: Ground = Ground::new();
}

/// Takes a target text; one that begins with a slash begins at the top of the ground.
pub(super) fn holds(bytes: &[u8]) {
    if bytes.is_empty() || bytes.contains(&0) || bytes.len() > MOST_BYTES {
        return;
    }
    GROUND.with(|ground| ground.try_text(bytes));
}

/// Folders and links to lead through.
struct Ground {
    _guard: TempDir,
    top: PathBuf,
    /// Where the link stands.
    folder: PathBuf,
    around: Surroundings,
}

/// What a path leads to by the kernel's word.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    There(u64, u64),
    Missing,
    NoFolder,
    Circle,
    TooLong,
}

impl Ground {
    fn new() -> Self {
        let guard = tempfile::Builder::new()
            .prefix("lw-laws-")
            .tempdir()
            .unwrap();
        let top = guard.path().canonicalize().unwrap();
        for folder in ["a/b/c", "far/deep"] {
            fs::create_dir_all(top.join(folder)).unwrap();
        }
        for file in ["a/f", "a/b/f", "far/f", "far/deep/g"] {
            fs::write(top.join(file), "").unwrap();
        }
        for (link, text) in [
            ("a/j", "../far/deep"),
            ("a/s", "b/"),
            ("a/g", "gone/x"),
            ("a/o", "o"),
            ("a/p", "q"),
            ("a/q", "./p/x"),
            ("a/n", "f/"),
            ("far/deep/u", "../../a"),
            ("far/deep/v", "v/../u"),
            ("a/b/w", "../j/../deep/u/b"),
        ] {
            symlink(text, top.join(link)).unwrap();
        }
        symlink(top.join("far"), top.join("a/t")).unwrap();
        let around = Surroundings {
            working_folder: top.clone(),
            home: None,
            state_folder: top.join("state"),
            program: None,
            fstab: PathBuf::from("/nowhere"),
            drives: Vec::new(),
            places: Places::default(),
            quotas: Vec::new(),
            token: "token".to_owned(),
        };
        Self {
            _guard: guard,
            folder: top.join("a"),
            top,
            around,
        }
    }

    fn try_text(&self, bytes: &[u8]) {
        let mut text = match bytes.first() {
            Some(b'/') => self.top.clone().into_os_string(),
            _ => OsString::new(),
        };
        text.push(OsStr::from_bytes(bytes));
        let way = Resolver::default()
            .fenced(self.top.clone())
            .resolve(&self.folder, &text);
        if way.outside_fence.is_some() {
            // What is there is not ours to compare with.
            return;
        }
        let word = self.word(&text);
        match &way.end {
            End::Found { path, entry } => {
                let identity = &entry.identity;
                let found = fs::symlink_metadata(path).unwrap();
                assert_eq!(found.ino(), identity.inode);
                assert_eq!(word, Word::There(found.dev(), found.ino()), "{text:?}");
                assert_eq!(&path.canonicalize().unwrap(), path, "{text:?}");
                let relative = look::lexical_parents(&self.folder, path);
                assert!(relative.is_relative());
                assert_eq!(
                    word,
                    self.word(relative.as_os_str()),
                    "{text:?} {relative:?}"
                );
            }
            End::Missing { .. } => assert_eq!(word, Word::Missing, "{text:?}"),
            End::NotADirectory { .. } => assert_eq!(word, Word::NoFolder, "{text:?}"),
            End::Loop { .. } | End::TooDeep => assert_eq!(word, Word::Circle, "{text:?}"),
            End::Unreadable(_) => assert_eq!(word, Word::TooLong, "{text:?}"),
        }
        self.try_converting(&text, &word);
    }

    fn try_converting(&self, text: &OsStr, word: &Word) {
        let link = self.folder.join("link");
        symlink(text, &link).unwrap();
        for (to, tidiness) in [
            (LinkForm::Relative, Tidiness::AsWritten),
            (LinkForm::Absolute, Tidiness::AsWritten),
            (LinkForm::Relative, Tidiness::Shortest),
            (LinkForm::Shorter, Tidiness::Shortest),
        ] {
            let Some(new) = self.converted(&link, to, tidiness) else {
                continue;
            };
            assert_eq!(&self.word(&new), word, "{text:?} to {new:?}");
            assert_ne!(new, text, "nothing to do");
            match to {
                LinkForm::Relative => assert!(Path::new(&new).is_relative(), "{new:?}"),
                LinkForm::Absolute => assert!(Path::new(&new).is_absolute(), "{new:?}"),
                _ => assert!(new.len() < text.len(), "{text:?} to {new:?}"),
            }
        }
        fs::remove_file(&link).unwrap();
    }

    /// Returns the new text of the link, if it gets one.
    fn converted(&self, link: &Path, to: LinkForm, tidiness: Tidiness) -> Option<OsString> {
        let request = ConvertRequest {
            which: Which::Named(vec![link.to_path_buf()]),
            to,
            tidiness,
            target: None,
            copying: AcrossWish::CAREFUL,
        };
        let plan = convert::plan(&self.around, None, &request).ok()?.plan;
        let mut steps = plan.units.iter().flat_map(|unit| &unit.steps);
        steps.find_map(|step| match step {
            Step::CreateSymbolicLink { text, .. } => Some(text.clone()),
            _ => None,
        })
    }

    fn word(&self, text: &OsStr) -> Word {
        match fs::metadata(self.folder.join(text)) {
            Ok(found) => Word::There(found.dev(), found.ino()),
            Err(error) => match error.kind() {
                ErrorKind::NotFound => Word::Missing,
                ErrorKind::NotADirectory => Word::NoFolder,
                _ if error.raw_os_error() == Some(LOOP) => Word::Circle,
                _ if error.raw_os_error() == Some(NAME_TOO_LONG) => Word::TooLong,
                _ => panic!("{text:?}: {error}"),
            },
        }
    }
}
