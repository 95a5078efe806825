//! Paths that begin with the name of a cloud: `dropbox:`, `onedrive:Contoso/a`, `dropbox:Projects/x`.

use std::path::{Path, PathBuf, is_separator};

use lw_fs::{borrowed_name, look, path_bytes};

use super::{Client, CloudFolder, Clouds, found};
use crate::jobs::{Refusal, Surroundings};

/// A path that may begin with the name of a cloud.
struct Split<'a> {
    word: &'a str,
    /// What stands behind the colon, without separators at its beginning.
    rest: &'a Path,
}

/// Returns the path that a path with the name of a cloud means, and `None` for any other path.
///
/// One letter before the colon is a drive of Windows. What is really there under such a name is that and no cloud; so is what
/// begins with `./`. Another word than a client's is no cloud either, unless nothing follows the colon.
pub fn meant(around: &Surroundings, path: &Path) -> Result<Option<PathBuf>, Refusal> {
    let Some(split) = split(path) else {
        return Ok(None);
    };
    let is_client = Client::ALL.iter().any(|one| one.has_word(split.word));
    if !is_client && !split.rest.as_os_str().is_empty() {
        return Ok(None);
    }
    let first = path.components().next();
    if first.is_some_and(|first| look::entry(&around.working_folder.join(first)).is_ok()) {
        return Ok(None);
    }
    let clouds = found(&around.places);
    let (cloud, below) = choose(&clouds, path, &split)?;
    if let Err(kind) = cloud.place {
        return Err(Refusal::CloudNotThere {
            name: clouds.name_of(cloud),
            folder: cloud.folder.clone(),
            kind,
        });
    }
    Ok(Some(match below.as_os_str().is_empty() {
        true => cloud.folder.clone(),
        false => cloud.folder.join(below),
    }))
}

/// Returns the folder that has this name, as [`meant`] reads it; the name must not go further.
pub fn called<'a>(clouds: &'a Clouds, name: &str) -> Result<&'a CloudFolder, Refusal> {
    let path = Path::new(name);
    let split = split(path).unwrap_or(Split {
        word: name,
        rest: Path::new(""),
    });
    match choose(clouds, path, &split)? {
        (cloud, below) if below.as_os_str().is_empty() => Ok(cloud),
        // It is the only one, and its account is named all the same.
        (cloud, below) if is_called(clouds, cloud, &below.to_string_lossy()) => Ok(cloud),
        _ => Err(no_such(clouds, path)),
    }
}

fn split(path: &Path) -> Option<Split<'_>> {
    let bytes = path_bytes(path);
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    let word = std::str::from_utf8(&bytes[..colon]).ok()?;
    let is_of_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let is_word = word.len() > 1
        && word.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && word.chars().all(is_of_word);
    if !is_word {
        return None;
    }
    let rest = &bytes[colon + 1..];
    let begin = rest
        .iter()
        .position(|byte| !is_separator(char::from(*byte)));
    let rest = borrowed_name(&rest[begin.unwrap_or(rest.len())..])?;
    Some(Split {
        word,
        rest: Path::new(rest),
    })
}

/// Returns the folder that is meant and what is meant below it.
///
/// With several folders the first part behind the colon names one: by its account, its label or its last name. With one it is
/// part of the path, also if it is called as the account is: `dropbox:Personal` may be a folder that is yet to be made.
fn choose<'a, 'b>(
    clouds: &'a Clouds,
    path: &Path,
    split: &Split<'b>,
) -> Result<(&'a CloudFolder, &'b Path), Refusal> {
    let of_client: Vec<&CloudFolder> = clouds
        .folders
        .iter()
        .filter(|cloud| cloud.client.has_word(split.word))
        .collect();
    let mut parts = split.rest.components();
    let first = parts.next().map(|part| part.as_os_str().to_string_lossy());
    let below = parts.as_path();
    let is_called = |cloud: &CloudFolder| {
        let first = first.as_deref();
        first.is_some_and(|first| is_called(clouds, cloud, first))
    };
    match of_client.as_slice() {
        [] => Err(no_such(clouds, path)),
        [one] => Ok((one, split.rest)),
        several => {
            let mut called = several.iter().filter(|cloud| is_called(cloud));
            let mut nameless = several.iter().filter(|cloud| cloud.account.is_none());
            match (
                called.next(),
                called.next(),
                nameless.next(),
                nameless.next(),
            ) {
                (Some(one), None, ..) => Ok((one, below)),
                (None, _, Some(one), None) => Ok((one, split.rest)),
                _ => Err(Refusal::SeveralClouds {
                    path: path.to_path_buf(),
                    names: several.iter().map(|one| clouds.name_of(one)).collect(),
                }),
            }
        }
    }
}

/// Returns whether a folder is called so among those of its client.
fn is_called(clouds: &Clouds, cloud: &CloudFolder, name: &str) -> bool {
    let labels = [clouds.label_of(cloud), cloud.account.clone()];
    let mut labels = labels.into_iter().flatten();
    labels.any(|label| label.to_lowercase() == name.to_lowercase())
}

fn no_such(clouds: &Clouds, path: &Path) -> Refusal {
    Refusal::NoSuchCloud {
        path: path.to_path_buf(),
        names: clouds
            .folders
            .iter()
            .map(|one| clouds.name_of(one))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use lw_fs::FsErrorKind;

    use super::*;

    fn clouds(folders: &[(Client, Option<&str>, &str)]) -> Clouds {
        let folder = |(client, account, folder): &(Client, Option<&str>, &str)| CloudFolder {
            client: *client,
            account: account.map(str::to_owned),
            folder: folder.into(),
            place: Err(FsErrorKind::NotFound),
            told_by: PathBuf::new(),
        };
        Clouds {
            folders: folders.iter().map(folder).collect(),
            unread: Vec::new(),
        }
    }

    fn chosen(clouds: &Clouds, path: &str) -> Result<String, &'static str> {
        let split = split(Path::new(path)).ok_or("no cloud")?;
        match choose(clouds, Path::new(path), &split) {
            Ok((cloud, below)) => Ok(format!("{} {}", cloud.folder.display(), below.display())),
            Err(Refusal::NoSuchCloud { .. }) => Err("no such"),
            Err(Refusal::SeveralClouds { .. }) => Err("several"),
            Err(_) => Err("other"),
        }
    }

    #[test]
    fn words_before_a_colon() {
        for (path, parts) in [
            ("dropbox:", Some(("dropbox", ""))),
            ("Dropbox:/a/b", Some(("Dropbox", "a/b"))),
            ("onedrive:Work", Some(("onedrive", "Work"))),
            ("a-b:c:d", Some(("a-b", "c:d"))),
            ("c:x", None),
            ("C:", None),
            ("./dropbox:x", None),
            ("a/dropbox:x", None),
            ("a b:x", None),
            ("2024-01-01T10:00", None),
            (":x", None),
            ("dropbox", None),
        ] {
            let split = split(Path::new(path));
            let found = split.map(|split| (split.word, split.rest.to_str().unwrap()));
            assert_eq!(found, parts, "{path}");
        }
    }

    #[test]
    fn one_folder_needs_no_account() {
        let clouds = clouds(&[(Client::Dropbox, Some("personal"), "/d")]);
        assert_eq!(chosen(&clouds, "dropbox:"), Ok("/d ".to_owned()));
        assert_eq!(chosen(&clouds, "DROPBOX:a/b"), Ok("/d a/b".to_owned()));
        assert_eq!(
            chosen(&clouds, "dropbox:personal"),
            Ok("/d personal".to_owned())
        );
        assert_eq!(chosen(&clouds, "onedrive:"), Err("no such"));
        assert!(called(&clouds, "dropbox:Personal").is_ok());
        assert!(called(&clouds, "dropbox:other").is_err());
        assert_eq!(clouds.name_of(&clouds.folders[0]), "dropbox");
    }

    #[test]
    fn several_folders_need_one() {
        let clouds = clouds(&[
            (Client::OneDrive, Some("Personal"), "/p"),
            (Client::OneDrive, Some("Contoso"), "/c"),
            (Client::ICloud, None, "/i"),
            (Client::ICloud, Some("Desktop"), "/i-desktop"),
        ]);
        assert_eq!(chosen(&clouds, "onedrive:contoso/a"), Ok("/c a".to_owned()));
        assert_eq!(chosen(&clouds, "onedrive:Personal"), Ok("/p ".to_owned()));
        assert_eq!(chosen(&clouds, "onedrive:"), Err("several"));
        assert_eq!(chosen(&clouds, "onedrive:Other/a"), Err("several"));
        assert_eq!(chosen(&clouds, "icloud:a"), Ok("/i a".to_owned()));
        assert_eq!(
            chosen(&clouds, "icloud:Desktop/a"),
            Ok("/i-desktop a".to_owned())
        );
        assert!(called(&clouds, "onedrive:Contoso").is_ok());
        assert!(called(&clouds, "icloud").is_ok());
        assert!(called(&clouds, "onedrive").is_err());
        assert!(called(&clouds, "icloud:Desktop/a").is_err());
    }
}
