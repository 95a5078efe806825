//! The name a backup gets, as GNU's commands choose it.

use std::ffi::OsString;
use std::path::PathBuf;

use lw_fs::look::{self, Place};
use lw_fs::{name_bytes, name_from_bytes};

/// How backups are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupNaming {
    /// By the suffix.
    Simple,
    /// By the next number.
    Numbered,
    /// By the next number if there is a numbered backup, else by the suffix.
    Existing,
}

/// The longest name where the system does not say: `NAME_MAX` of limits.h.
const USUAL_NAME_LIMIT_BYTES: u64 = 255;

/// Returns the name for a backup of what stands at `place`, in the same folder.
///
/// `NAME.~N~` is a numbered backup. Where numbers are looked for, a name that would be too long is cut and gets a `~` in
/// place of its suffix.
pub fn backup_name(place: &Place, naming: BackupNaming, suffix: &[u8]) -> PathBuf {
    let number = match naming {
        BackupNaming::Simple => None,
        BackupNaming::Numbered | BackupNaming::Existing => highest_number(place),
    };
    let suffix = match (naming, number) {
        (BackupNaming::Simple, _) | (BackupNaming::Existing, None) => suffix.to_vec(),
        (_, highest) => {
            let next = highest.map_or(b"1".to_vec(), |highest| next_number(&highest));
            [b".~", next.as_slice(), b"~"].concat()
        }
    };
    let name = name_bytes(&place.name);
    let limit = look::name_limit_bytes(&place.parent).unwrap_or(USUAL_NAME_LIMIT_BYTES);
    // The model leaves room for one byte more than it needs.
    let limit = usize::try_from(limit).map_or(usize::MAX, |limit| limit - 1);
    let whole = if naming == BackupNaming::Simple || name.len() + suffix.len() <= limit {
        [name, &suffix].concat()
    } else {
        [&name[..name.len().min(limit - 1)], b"~"].concat()
    };
    let whole = name_from_bytes(&whole).unwrap_or_else(|| {
        // Only where names are no bytes, and only a cut inside a letter: the suffix alone tells them apart.
        let mut name = OsString::from(&place.name);
        name.push("~");
        name
    });
    place.parent.join(whole)
}

/// Returns the highest number of the backups that are there, in digits; a folder that cannot be read has none.
fn highest_number(place: &Place) -> Option<Vec<u8>> {
    let names = look::content::names(&place.parent).unwrap_or_default();
    let numbers = names.iter().filter_map(|name| {
        let digits = name_bytes(name)
            .strip_prefix(name_bytes(&place.name))?
            .strip_prefix(b".~")?
            .strip_suffix(b"~")?;
        let is_number =
            digits.iter().all(u8::is_ascii_digit) && matches!(digits.first(), Some(b'1'..=b'9'));
        is_number.then(|| digits.to_vec())
    });
    numbers.max_by(|a, b| (a.len(), a).cmp(&(b.len(), b)))
}

/// Returns the number after this one, in digits of any length.
fn next_number(digits: &[u8]) -> Vec<u8> {
    let mut next = digits.to_vec();
    for digit in next.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return next;
        }
        *digit = b'0';
    }
    next.insert(0, b'1');
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(naming: BackupNaming, suffix: &str, others: &[&str]) -> String {
        let folder = tempfile::tempdir().unwrap();
        for other in others {
            std::fs::write(folder.path().join(other), "").unwrap();
        }
        let place = Place {
            parent: folder.path().to_path_buf(),
            name: "b".into(),
        };
        let path = backup_name(&place, naming, suffix.as_bytes());
        path.file_name().unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn numbers_and_suffixes() {
        use BackupNaming::{Existing, Numbered, Simple};
        let many = ["b.~3~", "b.~09~", "b.~x~", "b.~99~", "bb.~200~", "b~"];
        for (naming, suffix, others, expected) in [
            (Simple, "~", &many[..], "b~"),
            (Simple, ".bak", &[], "b.bak"),
            (Existing, "~", &["b~"], "b~"),
            (Existing, "~", &many, "b.~100~"),
            (Numbered, "~", &[], "b.~1~"),
            (
                Numbered,
                "~",
                &["b.~99999999999999999999999~"],
                "b.~100000000000000000000000~",
            ),
        ] {
            assert_eq!(name(naming, suffix, others), expected);
        }
    }
}
