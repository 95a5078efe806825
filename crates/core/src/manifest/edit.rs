//! Adding entries to a manifest; what people wrote in it stays as it is.

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Key, Table, Value, value};

use super::{
    DotNames, Entry, Folding, Manifest, ManifestError, TreeKind, Wish, WishForm, WishKind,
};

/// Why entries cannot be added to a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text is no manifest.
    #[error(transparent)]
    Form(#[from] ManifestError),
}

/// Returns the text with further entries behind it; it is a manifest before and after.
///
/// What is there stays to the byte. New lines end as its last one does.
pub fn with_entries(text: &str, entries: &[Entry]) -> Result<String, EditError> {
    Manifest::parse(text.as_bytes())?;
    let end = line_end(text);
    let mut more = text.to_owned();
    for entry in entries {
        if !more.trim_start_matches(BYTE_ORDER_MARK).is_empty() {
            let is_cut_off = !more.ends_with('\n');
            more.extend(is_cut_off.then_some(end).into_iter().chain([end]));
        }
        for line in written_out(entry).lines() {
            more.extend([line, end]);
        }
    }
    Manifest::parse(more.as_bytes())?;
    Ok(more)
}

/// What some editors put before a text in UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Returns how the last line ends that ends.
fn line_end(text: &str) -> &'static str {
    match text.rfind('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

fn written_out(entry: &Entry) -> String {
    let (name, table) = table_of(entry);
    let mut tables = ArrayOfTables::new();
    tables.push(table);
    let mut document = DocumentMut::new();
    document.insert(name, Item::ArrayOfTables(tables));
    document.to_string()
}

fn table_of(entry: &Entry) -> (&'static str, Table) {
    let mut table = Table::new();
    let mut set = |key: &str, text: &str| {
        table.insert(key, value(in_one_line(text)));
    };
    let name = match &entry.what {
        Wish::Link {
            link,
            target,
            kind,
            form,
        } => {
            set("link", link);
            set("target", target);
            match kind {
                WishKind::Fitting => {}
                WishKind::Symbolic => set("kind", "symbolic"),
                WishKind::Hard => set("kind", "hard"),
                WishKind::Junction => set("kind", "junction"),
            }
            match form {
                WishForm::Fitting => {}
                WishForm::Relative => set("form", "relative"),
                WishForm::Absolute => set("form", "absolute"),
            }
            "link"
        }
        Wish::Move { source, dest } => {
            set("source", source);
            set("dest", dest);
            "move"
        }
        Wish::Tree {
            source,
            into,
            kind,
            folding,
            dot_names,
            ignore,
        } => {
            set("source", source);
            set("into", into);
            if *kind == TreeKind::Hard {
                set("kind", "hard");
            }
            if *folding == Folding::Unfold {
                table.insert("fold", value(false));
            }
            if *dot_names == DotNames::Translate {
                table.insert("dot-names", value(true));
            }
            if !ignore.is_empty() {
                table.insert("ignore", value(list(ignore)));
            }
            "tree"
        }
    };
    let mut when = InlineTable::new();
    for (key, names) in [("os", &entry.when.os), ("host", &entry.when.host)] {
        if !names.is_empty() {
            when.insert(key, list(names));
        }
    }
    if !when.is_empty() {
        table.insert("when", value(when));
    }
    if let Some(note) = &entry.note {
        table.insert("note", value(in_one_line(note)));
    }
    (name, table)
}

/// Returns the text as a value whose own line ends are escapes: what lies between lines of the file depends on the file.
fn in_one_line(text: &str) -> Value {
    match text.contains(['\n', '\r']) {
        // A key is written as a text is, but always in one line.
        true => Key::new(text)
            .display_repr()
            .parse()
            .unwrap_or_else(|_| text.into()),
        false => text.into(),
    }
}

fn list(names: &[String]) -> Value {
    match names {
        [one] => in_one_line(one),
        many => many
            .iter()
            .map(|name| in_one_line(name))
            .collect::<toml_edit::Array>()
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::When;
    use super::*;

    fn link(name: &str, note: Option<&str>) -> Entry {
        Entry {
            what: Wish::Link {
                link: name.to_owned(),
                target: "x".to_owned(),
                kind: WishKind::Hard,
                form: WishForm::Fitting,
            },
            when: When {
                os: vec!["linux".to_owned()],
                host: vec!["a".to_owned(), "b".to_owned()],
            },
            note: note.map(str::to_owned),
            line: 0,
        }
    }

    #[test]
    fn what_people_wrote_stays() {
        let text = "# mine\n[variables] # here\na = 'b'\n\n[[link]] # first\nlink = \"l\"\ntarget = \"t\"\n";
        let more = with_entries(text, &[link("m", Some("why \"so\""))]).unwrap();
        assert!(more.starts_with(text), "{more}");
        let manifest = Manifest::parse(more.as_bytes()).unwrap();
        assert_eq!(manifest.entries.len(), 2);
        let added = &manifest.entries[1];
        assert_eq!(added.note.as_deref(), Some("why \"so\""));
        assert_eq!(added.when.host, ["a", "b"]);
        assert!(with_entries("[[lynx]]", &[]).is_err());
    }

    #[test]
    fn every_byte_stays_and_new_lines_end_as_the_last_one() {
        let first = "[[link]]\r\nlink = 'l'\r\ntarget = \"\"\"\nt\r\n\"\"\"";
        for (text, end) in [
            ("", "\n"),
            ("\u{feff}", "\n"),
            ("\n\n# mine", "\n"),
            ("version = 1", "\n"),
            ("\u{feff}version = 1\r\n", "\r\n"),
            ("# a\n# b\r\n# c", "\r\n"),
            ("# a\r\n# b\n", "\n"),
            (first, "\r\n"),
        ] {
            let note = "so\nor\r\nso";
            let more = with_entries(text, &[link("m", Some(note)), link("n", None)]).unwrap();
            let added = more.strip_prefix(text).unwrap();
            assert_eq!(
                added.matches('\n').count(),
                added.matches(end).count(),
                "{text:?}: {added:?}"
            );
            assert_eq!(added.contains('\r'), end == "\r\n", "{text:?}: {added:?}");
            let manifest = Manifest::parse(more.as_bytes()).unwrap();
            let [.., m, _] = manifest.entries.as_slice() else {
                panic!("{more:?}");
            };
            assert_eq!(m.note.as_deref(), Some(note));
        }
    }

    #[test]
    fn a_new_file_begins_with_its_first_entry() {
        let text = with_entries("", &[link("m", None), link("n", None)]).unwrap();
        assert!(text.starts_with("[[link]]\n"), "{text}");
        let manifest = Manifest::parse(text.as_bytes()).unwrap();
        assert_eq!(manifest.entries.len(), 2);
    }
}
