//! Nextcloud and ownCloud: `nextcloud.cfg` and `owncloud.cfg`, files of Qt's QSettings (doc.qt.io/qt-6/qsettings.html, "Format").
//!
//! Under `[Accounts]` stand keys like `0\Folders\1\localPath`, `0\dav_user` and `0\url`.

use std::collections::BTreeMap;

use super::told::{self, MOST_FOLDERS, NotRead, Telling, Told};

/// Under what the folders of an account stand: as they always did, those that older clients would not understand, and those with
/// virtual files (nextcloud/desktop, `FolderMan::setupFolders`).
const KINDS: [&str; 3] = ["Folders", "Multifolders", "FoldersWithPlaceholders"];

/// What is known of an account.
#[derive(Default)]
struct Account {
    user: Option<String>,
    host: Option<String>,
    folders: Vec<String>,
}

/// Returns the folders that such a file names.
pub(super) fn told(bytes: &[u8]) -> Telling {
    let text = std::str::from_utf8(bytes).map_err(|_| NotRead::OtherForm)?;
    if text.contains('\0') {
        return Err(NotRead::OtherForm);
    }
    let mut accounts: BTreeMap<&str, Account> = BTreeMap::new();
    let mut group = "";
    let mut folder_count = 0;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            group = name;
            continue;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| group == "Accounts") else {
            continue;
        };
        let parts: Vec<&str> = key.trim_end().split('\\').collect();
        match parts.as_slice() {
            [account, "dav_user" | "webflow_user" | "http_user"] => {
                let user = &mut accounts.entry(account).or_default().user;
                user.get_or_insert_with(|| unescaped(value));
            }
            [account, "url"] => {
                let url = unescaped(value);
                let behind = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
                let host = behind.split('/').next().unwrap_or(behind);
                accounts.entry(account).or_default().host = Some(host.to_owned());
            }
            [account, kind, .., "localPath"]
                if KINDS.contains(kind) && folder_count < MOST_FOLDERS =>
            {
                folder_count += 1;
                let folders = &mut accounts.entry(account).or_default().folders;
                folders.push(unescaped(value));
            }
            _ => {}
        }
    }
    Ok(accounts.into_values().flat_map(folders_of).collect())
}

fn folders_of(account: Account) -> impl Iterator<Item = Told> {
    let label = match (&account.user, &account.host) {
        (Some(user), Some(host)) => told::label(&format!("{user}@{host}")),
        (Some(one), None) | (None, Some(one)) => told::label(one),
        (None, None) => None,
    };
    account.folders.into_iter().filter_map(move |folder| {
        Some(Told {
            account: label.clone(),
            folder: told::folder(&folder)?,
        })
    })
}

/// Returns a value of QSettings without its quotes and escapes; `\xNNNN` is a letter by its number.
fn unescaped(value: &str) -> String {
    const MOST_DIGITS: usize = 6;
    let value = value.trim();
    let inner = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let mut rest = inner.unwrap_or(value).chars().peekable();
    let mut text = String::with_capacity(value.len());
    while let Some(letter) = rest.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        match rest.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('x') => {
                let mut number = 0_u32;
                for _ in 0..MOST_DIGITS {
                    let Some(digit) = rest.peek().and_then(|digit| digit.to_digit(16)) else {
                        break;
                    };
                    number = number * 16 + digit;
                    rest.next();
                }
                text.push(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => text.push(other),
            None => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "[General]\nclientVersion=3.16.0\n0\\Folders\\1\\localPath=/not/this\n\n\
        [Accounts]\nversion=2\n0\\dav_user=ada\n0\\url=https://cloud.example.org/nextcloud\n\
        0\\Folders\\1\\localPath=/home/ada/Nextcloud/\n0\\Folders\\1\\paused=false\n\
        0\\Folders\\2\\localPath=\"/home/ada/a, b/\"\n\
        1\\Folders\\1\\localPath=C:/Users/ada/B\\xfc\\x63her/\n\
        1\\FoldersWithPlaceholders\\3\\localPath=/home/ada/v\n\
        1\\Multifolders\\Docs\\Work\\localPath=/home/ada/m\n1\\Other\\1\\localPath=/not/this\n";

    #[test]
    fn accounts_have_folders() {
        let told = told(CONFIG.as_bytes()).unwrap();
        let named = told::named(&told);
        let ada = Some("ada@cloud.example.org");
        assert_eq!(
            named,
            [
                (ada, "/home/ada/Nextcloud/"),
                (ada, "/home/ada/a, b/"),
                (None, "C:/Users/ada/B\u{fc}cher/"),
                (None, "/home/ada/v"),
                (None, "/home/ada/m"),
            ]
        );
    }

    #[test]
    fn other_things_name_nothing() {
        assert_eq!(told(b"\xff"), Err(NotRead::OtherForm));
        assert_eq!(told(b"[Accounts]\n\0"), Err(NotRead::OtherForm));
        for text in [
            "",
            "[Accounts]",
            "[Accounts]\n0\\Folders\\1\\localPath=\n",
            "=\n",
        ] {
            assert_eq!(told(text.as_bytes()), Ok(Vec::new()), "{text}");
        }
        let many = "0\\Folders\\1\\localPath=/a\n".repeat(10_000);
        let told = told(format!("[Accounts]\n{many}").as_bytes()).unwrap();
        assert_eq!(told.len(), MOST_FOLDERS);
    }

    #[test]
    fn escapes_end_where_the_text_ends() {
        for (text, plain) in [
            ("a\\", "a"),
            ("\\x", "\0"),
            ("\\xd800", "\u{fffd}"),
            ("\"a\\\"b\"", "a\"b"),
            ("\"", "\""),
        ] {
            assert_eq!(unescaped(text), plain);
        }
    }
}
