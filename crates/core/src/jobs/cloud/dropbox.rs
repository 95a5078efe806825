//! Dropbox: `info.json`, which it writes for other programs (help.dropbox.com, "How to find your Dropbox folder").

use serde_json::Value;

use super::told::{self, MOST_FOLDERS, NotRead, Telling, Told};

/// Returns the folders that an `info.json` names: one for each account, `personal` and `business`.
pub(super) fn told(bytes: &[u8]) -> Telling {
    let value: Value = serde_json::from_slice(bytes).map_err(|_| NotRead::OtherForm)?;
    let accounts = value.as_object().ok_or(NotRead::OtherForm)?;
    let folders = accounts.iter().filter_map(|(account, fields)| {
        let folder = told::folder(fields.get("path")?.as_str()?)?;
        let account = told::label(account);
        Some(Told { account, folder })
    });
    Ok(folders.take(MOST_FOLDERS).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_has_a_folder() {
        let text = r#"{"personal": {"path": "/home/ada/Dropbox (Personal)", "host": 4929262,
            "is_team": false, "subscription_type": "Basic"},
            "business": {"path": "/home/ada/Dropbox (Acme)", "host": 4929263, "is_team": true}}"#;
        let told = told(text.as_bytes()).unwrap();
        let named = told::named(&told);
        assert_eq!(
            named,
            [
                (Some("business"), "/home/ada/Dropbox (Acme)"),
                (Some("personal"), "/home/ada/Dropbox (Personal)")
            ]
        );
    }

    #[test]
    fn other_things_are_not_read() {
        for text in ["", "[]", "{", "\u{0}", "7", "\"x\""] {
            assert_eq!(told(text.as_bytes()), Err(NotRead::OtherForm), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(told(deep.as_bytes()), Err(NotRead::OtherForm));
        for text in ["{}", r#"{"personal": 7}"#, r#"{"personal": {"path": ""}}"#] {
            assert_eq!(told(text.as_bytes()), Ok(Vec::new()), "{text}");
        }
    }
}
