//! Adding entries to a manifest; what people wrote in it stays as it is.

use std::collections::BTreeMap;

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

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

/// Returns the text with further entries at its end, comments and order kept; it is a manifest before and after.
pub fn with_entries(text: &str, entries: &[Entry]) -> Result<String, EditError> {
    Manifest::parse(text.as_bytes())?;
    let mut document: DocumentMut =
        text.parse()
            .map_err(|error: toml_edit::TomlError| ManifestError {
                why: error.message().to_owned(),
                at: None,
            })?;
    let mut last: BTreeMap<&str, isize> = BTreeMap::new();
    for entry in entries {
        let (name, mut table) = table_of(entry);
        let tables = document
            .entry(name)
            .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        // Parsed before: it is an array of tables.
        if let Some(tables) = tables.as_array_of_tables_mut() {
            let position = last.entry(name).or_insert(isize::MAX / 2);
            *position += 1;
            table.set_position(Some(*position));
            table.decor_mut().set_prefix("\n");
            tables.push(table);
        }
    }
    let text = document.to_string();
    Manifest::parse(text.as_bytes())?;
    Ok(text.trim_start_matches('\n').to_owned())
}

fn table_of(entry: &Entry) -> (&'static str, Table) {
    let mut table = Table::new();
    let mut set = |key: &str, text: &str| {
        table.insert(key, value(text));
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
        table.insert("note", value(note));
    }
    (name, table)
}

fn list(names: &[String]) -> Value {
    match names {
        [one] => one.into(),
        many => many.iter().collect::<toml_edit::Array>().into(),
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
    fn a_new_file_begins_with_its_first_entry() {
        let text = with_entries("", &[link("m", None), link("n", None)]).unwrap();
        assert!(text.starts_with("[[link]]\n"), "{text}");
        let manifest = Manifest::parse(text.as_bytes()).unwrap();
        assert_eq!(manifest.entries.len(), 2);
    }
}
