//! Syncthing: `config.xml` (docs.syncthing.net/users/config.html, "Folder Element").

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::told::{self, MOST_FOLDERS, NotRead, Telling, Told};

/// Returns the folders that a `config.xml` names, each with its label or its id.
///
/// Those that stand right under `configuration` count; one under `defaults` is a pattern for new ones.
pub(super) fn told(bytes: &[u8]) -> Telling {
    let text = std::str::from_utf8(bytes).map_err(|_| NotRead::OtherForm)?;
    let mut reader = Reader::from_str(text);
    let mut depth = 0_usize;
    let mut is_config = false;
    let mut folders = Vec::new();
    loop {
        match reader.read_event().map_err(|_| NotRead::OtherForm)? {
            Event::Start(element) => {
                is_config |= depth == 0 && element.name().as_ref() == "configuration";
                if depth == 1 && is_config {
                    folders.extend(folder(&element));
                }
                depth += 1;
            }
            Event::Empty(element) if depth == 1 && is_config => folders.extend(folder(&element)),
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Eof => break,
            _ => {}
        }
        if folders.len() >= MOST_FOLDERS {
            break;
        }
    }
    match is_config {
        true => Ok(folders),
        false => Err(NotRead::OtherForm),
    }
}

fn folder(element: &BytesStart<'_>) -> Option<Told> {
    if element.name().as_ref() != "folder" {
        return None;
    }
    let value = |name: &str| {
        let attribute = element.try_get_attribute(name).ok()??;
        Some(
            quick_xml::escape::unescape(&attribute.value)
                .ok()?
                .into_owned(),
        )
    };
    let named = value("label").and_then(|label| told::label(&label));
    Some(Told {
        account: named.or_else(|| told::label(&value("id")?)),
        folder: told::folder(&value("path")?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"<configuration version="37">
    <folder id="default" label="Default Folder" path="/home/ada/Sync" type="sendreceive">
        <filesystemType>basic</filesystemType><device id="X"></device>
    </folder>
    <folder id="abcd-1234" label="" path="~/a &amp; b"/>
    <device id="X" name="laptop"><folder id="x" path="/not/this"/></device>
    <defaults><folder id="" label="" path="~"></folder></defaults>
</configuration>"#;

    #[test]
    fn folders_have_labels_or_ids() {
        let told = told(CONFIG.as_bytes()).unwrap();
        let named = told::named(&told);
        assert_eq!(
            named,
            [
                (Some("Default Folder"), "/home/ada/Sync"),
                (Some("abcd-1234"), "~/a & b")
            ]
        );
    }

    #[test]
    fn other_things_are_not_read() {
        for text in [
            "",
            "x",
            "<a/>",
            "<configuration",
            "<configuration></x>",
            "<!DOCTYPE",
        ] {
            assert_eq!(told(text.as_bytes()), Err(NotRead::OtherForm), "{text}");
        }
        assert_eq!(told(b"\xff\xfe<"), Err(NotRead::OtherForm));
        let many = "<folder id='a' path='/a'/>".repeat(10_000);
        let told = told(format!("<configuration>{many}</configuration>").as_bytes()).unwrap();
        assert_eq!(told.len(), MOST_FOLDERS);
    }
}
