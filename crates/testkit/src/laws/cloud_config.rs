//! Configurations of cloud clients: whatever the bytes are, what they name is bounded and can be shown.

use lw_core::jobs::cloud::{MOST_FOLDERS, NotRead, Sort, Telling, parse, parse_with_log};

/// Takes a configuration of any client.
pub(super) fn holds(bytes: &[u8]) {
    for sort in [
        Sort::Dropbox,
        Sort::OneDriveLinux,
        Sort::GoogleDrive,
        Sort::OwnCloud,
        Sort::Syncthing,
    ] {
        let telling = parse(sort, bytes);
        names_folders(bytes, &telling);
        if sort == Sort::GoogleDrive {
            // Any bytes may lie beside it; its log or not.
            let half = bytes.len() / 2;
            names_folders(bytes, &parse_with_log(bytes.to_vec(), bytes));
            names_folders(
                bytes,
                &parse_with_log(bytes[..half].to_vec(), &bytes[half..]),
            );
        }
        // Only one of them is no text.
        if sort == Sort::GoogleDrive {
            assert!(telling.is_err() || bytes.starts_with(b"SQLite format 3\0"));
        } else {
            assert!(telling.is_err() || std::str::from_utf8(bytes).is_ok());
        }
    }
}

fn names_folders(bytes: &[u8], telling: &Telling) {
    // A letter by its number takes fewer bytes as a letter; of a database one page may hold many rows.
    let most_bytes = bytes.len().max(1024);
    match telling {
        Ok(told) => {
            assert!(told.len() <= MOST_FOLDERS);
            for told in told {
                let folder = told.folder.as_os_str();
                assert!(!folder.is_empty() && folder.len() <= most_bytes);
                assert!(!folder.as_encoded_bytes().contains(&0));
                if let Some(account) = &told.account {
                    assert!(!account.is_empty() && !account.chars().any(char::is_control));
                    assert_eq!(account.trim(), account);
                }
            }
        }
        Err(NotRead::OtherForm) => {}
        Err(other) => panic!("{other:?} without a file"),
    }
}
