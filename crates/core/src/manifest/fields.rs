//! Fields of a file that people write: every one known, every mistake with its place in the text.

use std::fmt;
use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use super::PlaceInText;

/// Why a text does not have the form that it should.
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

/// The only version of each form that there is.
const VERSION: i64 = 1;

/// Reads the parts, and knows the text for the places of mistakes.
pub(crate) struct Reader<'a> {
    text: &'a str,
    /// Where each line ends: a manifest may have a hundred thousand entries.
    line_ends: Vec<usize>,
}

/// Returns what `form` makes of a TOML file of these bytes. Looks at nothing but the bytes, and takes any.
pub(crate) fn read<T>(
    bytes: &[u8],
    form: impl FnOnce(&Reader<'_>, &dyn TableLike) -> Result<T, ManifestError>,
) -> Result<T, ManifestError> {
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
    form(&reader, document.as_table())
}

/// The fields of one table, which are taken out one by one.
pub(crate) struct Fields<'a> {
    pub(crate) name: &'static str,
    pub(crate) span: Range<usize>,
    pub(crate) table: &'a dyn TableLike,
    known: Vec<&'static str>,
}

impl Reader<'_> {
    pub(crate) fn error(
        &self,
        why: impl Into<String>,
        span: Option<Range<usize>>,
    ) -> ManifestError {
        ManifestError {
            why: why.into(),
            at: span.map(|span| PlaceInText::of(self.text, span)),
        }
    }

    /// Returns the line, counted from 1, of a place in the text.
    pub(crate) fn line_of(&self, at: usize) -> usize {
        self.line_ends.partition_point(|end| *end < at) + 1
    }

    /// Refuses a form that this program does not know.
    pub(crate) fn version(&self, item: &Item) -> Result<(), ManifestError> {
        match item.as_integer() {
            Some(VERSION) => Ok(()),
            Some(_) => {
                let why =
                    "this program knows version 1 of the form only; a newer one may know this";
                Err(self.error(why, item.span()))
            }
            None => Err(self.error("'version' is a number", item.span())),
        }
    }

    pub(crate) fn table<'t>(
        &self,
        name: &str,
        item: &'t Item,
    ) -> Result<&'t dyn TableLike, ManifestError> {
        item.as_table_like()
            .ok_or_else(|| self.error(format!("'{name}' is a table"), item.span()))
    }

    pub(crate) fn text_of(
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

    pub(crate) fn needed(
        &self,
        fields: &mut Fields<'_>,
        key: &'static str,
    ) -> Result<String, ManifestError> {
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

    pub(crate) fn flag(
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
    pub(crate) fn list(
        &self,
        fields: &mut Fields<'_>,
        key: &'static str,
    ) -> Result<Vec<String>, ManifestError> {
        let Some(item) = fields.take(key) else {
            return Ok(Vec::new());
        };
        let wrong = || self.error(format!("'{key}' is a text or a list of texts"), item.span());
        let text = |one: &str| match one.contains('\0') {
            true => Err(wrong()),
            false => Ok(one.to_owned()),
        };
        if let Some(one) = item.as_str() {
            return Ok(vec![text(one)?]);
        }
        let array = item.as_array().ok_or_else(wrong)?;
        array
            .iter()
            .map(|one| text(one.as_str().ok_or_else(wrong)?))
            .collect()
    }

    pub(crate) fn one_of<T: Copy + Default>(
        &self,
        fields: &mut Fields<'_>,
        key: &'static str,
        choices: &[(&str, T)],
    ) -> Result<T, ManifestError> {
        Ok(self.choice(fields, key, choices)?.unwrap_or_default())
    }

    pub(crate) fn choice<T: Copy>(
        &self,
        fields: &mut Fields<'_>,
        key: &'static str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, ManifestError> {
        let Some(text) = self.text_of(fields, key)? else {
            return Ok(None);
        };
        match choices.iter().find(|(name, _)| *name == text) {
            Some((_, choice)) => Ok(Some(*choice)),
            None => {
                let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
                let why = format!("'{key}' is one of: {}", names.join(", "));
                let item = fields.table.get(key);
                Err(self.error(why, item.and_then(Item::span)))
            }
        }
    }

    /// Refuses a field that nobody asked for: a slip of the pen would pass in silence.
    pub(crate) fn nothing_else(&self, fields: &Fields<'_>) -> Result<(), ManifestError> {
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
    pub(crate) fn new(name: &'static str, span: Range<usize>, table: &'a dyn TableLike) -> Self {
        Self {
            name,
            span,
            table,
            known: Vec::new(),
        }
    }

    pub(crate) fn take(&mut self, key: &'static str) -> Option<&'a Item> {
        self.known.push(key);
        self.table.get(key)
    }
}

pub(crate) fn key_span(table: &dyn TableLike, key: &str) -> Option<Range<usize>> {
    table.key(key).and_then(toml_edit::Key::span)
}
