//! Reading a manifest: TOML, every field known, every mistake with its line.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use super::{
    DotNames, Entry, Folding, Manifest, PlaceInText, TreeKind, When, Wish, WishForm, WishKind,
};

/// Why a text is no manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestError {
    /// What is wrong.
    pub why: String,
    /// Where, if it is at a place.
    pub at: Option<PlaceInText>,
}

impl fmt::Display for ManifestError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(at) => write!(formatter, "{} ({at})", self.why),
            None => formatter.write_str(&self.why),
        }
    }
}

impl std::error::Error for ManifestError {}

/// The systems that an entry can be for.
const SYSTEMS: [&str; 3] = ["linux", "macos", "windows"];

/// The only version of the form that there is.
const VERSION: i64 = 1;

impl Manifest {
    /// Returns what a file of these bytes says. Looks at nothing but the bytes, and takes any.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let text = std::str::from_utf8(bytes).map_err(|error| ManifestError {
            why: "it is not UTF-8".to_owned(),
            at: std::str::from_utf8(&bytes[..error.valid_up_to()])
                .ok()
                .map(|valid| PlaceInText::of(valid, valid.len()..valid.len())),
        })?;
        let document = Document::parse(text).map_err(|error| ManifestError {
            why: error.message().to_owned(),
            at: error.span().map(|span| PlaceInText::of(text, span)),
        })?;
        let lines = text.bytes().enumerate();
        let reader = Reader {
            text,
            line_ends: lines
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| at)
                .collect(),
        };
        reader.manifest(document.as_table())
    }
}

/// Reads the parts, and knows the text for the places of mistakes.
struct Reader<'a> {
    text: &'a str,
    /// Where each line ends: a manifest may have a hundred thousand entries.
    line_ends: Vec<usize>,
}

/// The fields of one table, which are taken out one by one.
struct Fields<'a> {
    name: &'static str,
    span: Range<usize>,
    table: &'a dyn TableLike,
    known: Vec<&'static str>,
}

impl Reader<'_> {
    fn error(&self, why: impl Into<String>, span: Option<Range<usize>>) -> ManifestError {
        ManifestError {
            why: why.into(),
            at: span.map(|span| PlaceInText::of(self.text, span)),
        }
    }

    fn manifest(&self, root: &dyn TableLike) -> Result<Manifest, ManifestError> {
        let mut manifest = Manifest::default();
        for (key, item) in root.iter() {
            match key {
                "version" => match item.as_integer() {
                    Some(VERSION) => {}
                    Some(_) => {
                        let why = "this program knows version 1 of the form only; a newer one may know this";
                        return Err(self.error(why, item.span()));
                    }
                    None => return Err(self.error("'version' is a number", item.span())),
                },
                "variables" => manifest.variables = self.variables(key, item)?,
                "machine" => {
                    for (host, item) in self.table(key, item)?.iter() {
                        let variables = self.variables(host, item)?;
                        manifest.machines.insert(host.to_owned(), variables);
                    }
                }
                "link" | "move" | "tree" => self.entries(key, item, &mut manifest.entries)?,
                _ => {
                    let why = format!(
                        "nothing is known of '{key}'; there are [variables], [machine.HOST], [[link]], [[move]] and [[tree]]"
                    );
                    return Err(self.error(why, key_span(root, key).or(item.span())));
                }
            }
        }
        manifest.entries.sort_by_key(|entry| entry.line);
        Ok(manifest)
    }

    fn table<'t>(&self, name: &str, item: &'t Item) -> Result<&'t dyn TableLike, ManifestError> {
        item.as_table_like()
            .ok_or_else(|| self.error(format!("'{name}' is a table"), item.span()))
    }

    fn variables(
        &self,
        name: &str,
        item: &Item,
    ) -> Result<BTreeMap<String, String>, ManifestError> {
        let mut found = BTreeMap::new();
        for (key, item) in self.table(name, item)?.iter() {
            let value = item
                .as_str()
                .ok_or_else(|| self.error(format!("'{key}' is a text"), item.span()))?;
            found.insert(key.to_owned(), value.to_owned());
        }
        Ok(found)
    }

    fn entries(
        &self,
        name: &str,
        item: &Item,
        entries: &mut Vec<Entry>,
    ) -> Result<(), ManifestError> {
        let twice = format!("each entry begins with [[{name}]], in double brackets");
        let tables = item
            .as_array_of_tables()
            .ok_or_else(|| self.error(twice, item.span()))?;
        for table in tables {
            let mut fields = Fields {
                name: match name {
                    "link" => "[[link]]",
                    "move" => "[[move]]",
                    _ => "[[tree]]",
                },
                span: table.span().unwrap_or_default(),
                table,
                known: Vec::new(),
            };
            let what = match name {
                "link" => self.link(&mut fields)?,
                "move" => Wish::Move {
                    source: self.needed(&mut fields, "source")?,
                    dest: self.needed(&mut fields, "dest")?,
                },
                _ => self.tree(&mut fields)?,
            };
            let when = self.when(&mut fields)?;
            let note = self.text_of(&mut fields, "note")?;
            self.nothing_else(&fields)?;
            entries.push(Entry {
                what,
                when,
                note,
                line: self
                    .line_ends
                    .partition_point(|end| *end < fields.span.start)
                    + 1,
            });
        }
        Ok(())
    }

    fn link(&self, fields: &mut Fields<'_>) -> Result<Wish, ManifestError> {
        Ok(Wish::Link {
            link: self.needed(fields, "link")?,
            target: self.needed(fields, "target")?,
            kind: self.one_of(
                fields,
                "kind",
                &[
                    ("symbolic", WishKind::Symbolic),
                    ("hard", WishKind::Hard),
                    ("junction", WishKind::Junction),
                ],
            )?,
            form: self.one_of(
                fields,
                "form",
                &[
                    ("relative", WishForm::Relative),
                    ("absolute", WishForm::Absolute),
                ],
            )?,
        })
    }

    fn tree(&self, fields: &mut Fields<'_>) -> Result<Wish, ManifestError> {
        let kinds = [("symbolic", TreeKind::Symbolic), ("hard", TreeKind::Hard)];
        Ok(Wish::Tree {
            source: self.needed(fields, "source")?,
            into: self.needed(fields, "into")?,
            kind: self.one_of(fields, "kind", &kinds)?,
            folding: match self.flag(fields, "fold")? {
                Some(false) => Folding::Unfold,
                _ => Folding::Fold,
            },
            dot_names: match self.flag(fields, "dot-names")? {
                Some(true) => DotNames::Translate,
                _ => DotNames::Keep,
            },
            ignore: self.list(fields, "ignore")?,
        })
    }

    fn when(&self, fields: &mut Fields<'_>) -> Result<When, ManifestError> {
        let Some(item) = fields.take("when") else {
            return Ok(When::default());
        };
        let mut inner = Fields {
            name: "when",
            span: item.span().unwrap_or_default(),
            table: self.table("when", item)?,
            known: Vec::new(),
        };
        let when = When {
            os: self.list(&mut inner, "os")?,
            host: self.list(&mut inner, "host")?,
        };
        self.nothing_else(&inner)?;
        match when.os.iter().find(|os| !SYSTEMS.contains(&os.as_str())) {
            Some(os) => {
                let why = format!("there is no system '{os}'; there are linux, macos and windows");
                Err(self.error(why, Some(inner.span)))
            }
            None => Ok(when),
        }
    }

    fn text_of(
        &self,
        fields: &mut Fields<'_>,
        key: &'static str,
    ) -> Result<Option<String>, ManifestError> {
        let Some(item) = fields.take(key) else {
            return Ok(None);
        };
        match item.as_str() {
            Some(text) if !text.contains('\0') => Ok(Some(text.to_owned())),
            _ => Err(self.error(format!("'{key}' is a text"), item.span())),
        }
    }

    fn needed(&self, fields: &mut Fields<'_>, key: &'static str) -> Result<String, ManifestError> {
        match self.text_of(fields, key)? {
            Some(text) if !text.is_empty() => Ok(text),
            Some(_) => {
                let item = fields.table.get(key);
                Err(self.error(format!("'{key}' is empty"), item.and_then(Item::span)))
            }
            None => Err(self.error(
                format!("{} has no '{key}'", fields.name),
                Some(fields.span.clone()),
            )),
        }
    }

    fn flag(
        &self,
        fields: &mut Fields<'_>,
        key: &'static str,
    ) -> Result<Option<bool>, ManifestError> {
        let Some(item) = fields.take(key) else {
            return Ok(None);
        };
        let flag = item.as_bool();
        flag.map(Some)
            .ok_or_else(|| self.error(format!("'{key}' is true or false"), item.span()))
    }

    /// One text or a list of texts.
    fn list(
        &self,
        fields: &mut Fields<'_>,
        key: &'static str,
    ) -> Result<Vec<String>, ManifestError> {
        let Some(item) = fields.take(key) else {
            return Ok(Vec::new());
        };
        if let Some(one) = item.as_str() {
            return Ok(vec![one.to_owned()]);
        }
        let wrong = || self.error(format!("'{key}' is a text or a list of texts"), item.span());
        let array = item.as_array().ok_or_else(wrong)?;
        array
            .iter()
            .map(|one| one.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect()
    }

    fn one_of<T: Copy + Default>(
        &self,
        fields: &mut Fields<'_>,
        key: &'static str,
        choices: &[(&str, T)],
    ) -> Result<T, ManifestError> {
        let Some(text) = self.text_of(fields, key)? else {
            return Ok(T::default());
        };
        match choices.iter().find(|(name, _)| *name == text) {
            Some((_, choice)) => Ok(*choice),
            None => {
                let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
                let why = format!("'{key}' is one of: {}", names.join(", "));
                let item = fields.table.get(key);
                Err(self.error(why, item.and_then(Item::span)))
            }
        }
    }

    /// Refuses a field that nobody asked for: a slip of the pen would pass in silence.
    fn nothing_else(&self, fields: &Fields<'_>) -> Result<(), ManifestError> {
        let stranger = fields
            .table
            .iter()
            .find(|(key, _)| !fields.known.contains(key));
        match stranger {
            Some((key, item)) => {
                let why = format!(
                    "{} has no field '{key}'; there are: {}",
                    fields.name,
                    fields.known.join(", ")
                );
                Err(self.error(why, key_span(fields.table, key).or(item.span())))
            }
            None => Ok(()),
        }
    }
}

impl<'a> Fields<'a> {
    fn take(&mut self, key: &'static str) -> Option<&'a Item> {
        self.known.push(key);
        self.table.get(key)
    }
}

fn key_span(table: &dyn TableLike, key: &str) -> Option<Range<usize>> {
    table.key(key).and_then(toml_edit::Key::span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_can_be_said() {
        let text = r#"
version = 1
[variables]
work = "~/work"
[machine.desk]
work = "/data/work"

[[link]]
link = "~/.vimrc"
target = "vim/vimrc"
kind = "hard"
form = "relative"
note = "why"
when = { os = "linux", host = ["desk", "lap"] }

[[tree]]
source = "bash"
into = "~"
fold = false
dot-names = true
ignore = ["README*"]

[[move]]
source = "~/Projects"
dest = "dropbox:Projects"
"#;
        let manifest = Manifest::parse(text.as_bytes()).unwrap();
        assert_eq!(manifest.variables["work"], "~/work");
        assert_eq!(manifest.machines["desk"]["work"], "/data/work");
        let lines: Vec<_> = manifest.entries.iter().map(|entry| entry.line).collect();
        assert_eq!(lines, [8, 16, 23]);
        assert_eq!(manifest.entries[0].when.host, ["desk", "lap"]);
        assert!(matches!(
            &manifest.entries[1].what,
            Wish::Tree {
                folding: Folding::Unfold,
                dot_names: DotNames::Translate,
                ..
            }
        ));
        assert_eq!(Manifest::parse(b"").unwrap(), Manifest::default());
    }

    #[test]
    fn each_mistake_has_its_place() {
        for (text, expected) in [
            ("[[link]]\nlink = \"a\n", "line 2"),
            (
                "[[link]]\nlink = \"a\"\n",
                "[[link]] has no 'target' (line 1, column 1",
            ),
            (
                "[[link]]\nlink = \"a\"\ntarget = \"b\"\ntragte = 1\n",
                "[[link]] has no field 'tragte'; there are: link, target, kind, form, when, note (line 4, column 1\n    tragte = 1\n    ^^^^^^)",
            ),
            ("[[link]]\nlink = 1\n", "'link' is a text (line 2, column 8"),
            (
                "[[link]]\nlink = \"a\"\ntarget = \"b\"\nkind = \"soft\"\n",
                "'kind' is one of: symbolic, hard, junction (line 4, column 8",
            ),
            ("[link]\nlink = \"a\"\n", "each entry begins with [[link]]"),
            ("[[links]]\n", "nothing is known of 'links'"),
            ("version = 2\n", "version 1"),
            ("[[move]]\nsource = \"a\"\ndest = \"\"\n", "'dest' is empty"),
            (
                "[[move]]\nsource = \"a\"\ndest = \"b\"\nwhen = { os = \"beos\" }\n",
                "there is no system 'beos'",
            ),
            ("variables = 3\n", "'variables' is a table"),
        ] {
            let error = Manifest::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}\n{error}");
        }
        let error = Manifest::parse(b"a = \xff").unwrap_err();
        assert_eq!(error.at.unwrap().column, 5);
    }
}
