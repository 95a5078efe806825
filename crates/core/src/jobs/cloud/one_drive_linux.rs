//! The Linux client of OneDrive: lines `key = "value"` (abraunegg/onedrive, docs/application-config-options.md).

use super::told::{self, NotRead, Telling, Told};

/// Where it syncs to unless it is told.
const DEFAULT: &str = "~/OneDrive";

/// Returns the one folder that a `config` names, the usual one if it names none.
pub(super) fn told(bytes: &[u8]) -> Telling {
    let text = std::str::from_utf8(bytes).map_err(|_| NotRead::OtherForm)?;
    if text.contains('\0') {
        return Err(NotRead::OtherForm);
    }
    // The last one counts, as in the client.
    let named = text.lines().filter_map(sync_folder).next_back();
    let folder = told::folder(named.unwrap_or(DEFAULT));
    let told = folder.map(|folder| Told {
        account: None,
        folder,
    });
    Ok(told.into_iter().collect())
}

fn sync_folder(line: &str) -> Option<&str> {
    let (key, value) = line.trim().split_once('=')?;
    let value = value.trim().strip_prefix('"')?;
    let end = value.find('"')?;
    (key.trim() == "sync_dir" && end > 0).then(|| &value[..end])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_folder_is_named_or_the_usual_one() {
        for (text, folder) in [
            ("sync_dir = \"~/OneDrive\"\n", "~/OneDrive"),
            (
                "# sync_dir = \"~/x\"\nmonitor_interval = \"300\"\n",
                "~/OneDrive",
            ),
            (
                "  sync_dir=\"/data/One Drive\"  # mine\n",
                "/data/One Drive",
            ),
            ("sync_dir = \"/a\"\r\nsync_dir = \"/b\"\r\n", "/b"),
            ("sync_dir = \"\"\n", "~/OneDrive"),
            ("", "~/OneDrive"),
        ] {
            let told = told(text.as_bytes()).unwrap();
            assert_eq!(told[0].folder, Path::new(folder), "{text}");
        }
        assert_eq!(told(b"\xff\xfe"), Err(NotRead::OtherForm));
        assert_eq!(told(b"a\0b"), Err(NotRead::OtherForm));
    }
}
