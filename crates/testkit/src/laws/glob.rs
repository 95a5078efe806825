//! Patterns of names: any pattern is understood or refused, and simple ones mean what they say.

use std::path::{Path, PathBuf};

use lw_core::jobs::Surroundings;
use lw_core::jobs::cloud::Places;
use lw_core::jobs::inventory::{Names, Roots};
use lw_fs::look::walk::Mounts;

/// The longest pattern, and the longest name.
const MOST_BYTES: usize = 255;

thread_local! {
    static ROOTS: Roots = roots();
}

/// Takes a pattern, a NUL, and a name.
pub(super) fn holds(bytes: &[u8]) {
    let (pattern, name) = super::parted(bytes);
    let Ok(pattern) = std::str::from_utf8(pattern) else {
        return;
    };
    if pattern.len() > MOST_BYTES {
        return;
    }
    let names = Names::new(&[pattern.to_owned()], &[]);
    let without = Names::new(&[], &[pattern.to_owned()]);
    assert_eq!(names.is_ok(), without.is_ok(), "{pattern}");
    let (Ok(names), Ok(without)) = (names, without) else {
        assert!(!is_simple(pattern), "refused: {pattern}");
        return;
    };
    let is_name = !matches!(name, b"" | b"." | b"..") && !name.contains(&b'/');
    if !is_name || name.len() > MOST_BYTES || name.contains(&0) {
        return;
    }
    let name_path = Path::new("/").join(lw_fs::name_from_bytes(name).unwrap());
    let (is_meant, is_left) = ROOTS.with(|roots| {
        (
            names.would_mean(roots, &name_path),
            without.would_mean(roots, &name_path),
        )
    });
    assert_ne!(is_meant, is_left, "{pattern} {name_path:?}");
    if is_simple(pattern) {
        let plain = pattern.trim_end_matches('/');
        assert_eq!(
            is_meant,
            fits(plain.as_bytes(), name),
            "{pattern} {name_path:?}"
        );
    }
}

/// Whether it speaks of one name with `*`, `?` and letters that stand for themselves.
fn is_simple(pattern: &str) -> bool {
    let plain = pattern.trim_end_matches('/');
    plain.is_ascii() && !plain.contains(['/', '[', ']', '{', '}', '\\', ',', '!'])
}

/// glob(7) for such patterns and names of single bytes.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    // Which places of the name the pattern has come to so far.
    let mut at = vec![false; name.len() + 1];
    at[0] = true;
    for part in pattern {
        let mut next = vec![false; name.len() + 1];
        for place in 0..at.len() {
            match part {
                b'*' => next[place] = at[..=place].contains(&true),
                _ if place == 0 => {}
                b'?' => next[place] = at[place - 1],
                letter => next[place] = at[place - 1] && name[place - 1] == *letter,
            }
        }
        at = next;
    }
    at[name.len()]
}

fn roots() -> Roots {
    let around = Surroundings {
        working_folder: PathBuf::from("/"),
        home: None,
        state_folder: PathBuf::from("/nowhere"),
        program: None,
        fstab: PathBuf::from("/nowhere"),
        drives: Vec::new(),
        places: Places::default(),
        quotas: Vec::new(),
        token: String::new(),
    };
    Roots::find(&around, &[PathBuf::from("/")], Mounts::Stay).unwrap()
}
