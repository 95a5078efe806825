//! Reading a manifest: TOML, every field known, every mistake with its line.

use std::collections::BTreeMap;

use toml_edit::{Item, TableLike};

use super::fields::{Fields, ManifestError, Reader, key_span, read};
use super::{DotNames, Entry, Folding, Manifest, TreeKind, When, Wish, WishForm, WishKind};

/// The systems that an entry can be for.
const SYSTEMS: [&str; 3] = ["linux", "macos", "windows"];

impl Manifest {
    /// Returns what a file of these bytes says. Looks at nothing but the bytes, and takes any.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        read(bytes, |reader, root| reader.manifest(root))
    }
}

impl Reader<'_> {
    fn manifest(&self, root: &dyn TableLike) -> Result<Manifest, ManifestError> {
        let mut manifest = Manifest::default();
        for (key, item) in root.iter() {
            match key {
                "version" => self.version(item)?,
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
            let brackets = match name {
                "link" => "[[link]]",
                "move" => "[[move]]",
                _ => "[[tree]]",
            };
            let span = table.span().unwrap_or_default();
            let mut fields = Fields::new(brackets, span, table);
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
                line: self.line_of(fields.span.start),
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
        let span = item.span().unwrap_or_default();
        let mut inner = Fields::new("when", span, self.table("when", item)?);
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
