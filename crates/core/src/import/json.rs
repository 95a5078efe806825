//! JSON to values.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::value::{Content, MAX_DEPTH, Pairs, TOO_DEEP, Value};
use super::{ImportError, text_of};

/// Returns the value that a file of these bytes holds.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, ImportError> {
    let text = text_of(bytes)?;
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let line = Some(error.line()).filter(|line| *line > 0);
        let words = error.to_string();
        let why = words.split(" at line ").next().unwrap_or(&words);
        ImportError::at(line, why)
    })?;
    // The parser itself goes no deeper than 128.
    match value.depth() > MAX_DEPTH {
        true => Err(ImportError::at(None, TOO_DEEP)),
        false => Ok(value),
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let content = deserializer.deserialize_any(Reader)?;
        Ok(Self {
            line: None,
            content,
        })
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Content;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Content, E> {
        Ok(Content::Flag(flag))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Content, E> {
        Ok(Content::Text(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Content, E> {
        Ok(Content::Text(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Content, E> {
        Ok(Content::Text(number.to_string()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Content, E> {
        Ok(Content::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = access.next_element()? {
            values.push(value);
        }
        Ok(Content::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut pairs = Pairs::default();
        while let Some((name, value)) = access.next_entry()? {
            pairs.set(name, value);
        }
        Ok(pairs.done())
    }
}
