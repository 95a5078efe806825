//! YAML to values: one document, aliases written out as far as there is room for them.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::value::{Content, MAX_DEPTH, NODE_BYTES, Pairs, Room, TOO_DEEP, Value};
use super::{ImportError, text_of};

/// Returns the value that a file of these bytes holds; an empty file holds nothing.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, ImportError> {
    let text = text_of(bytes)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut builder = Builder {
        open: Vec::new(),
        anchors: BTreeMap::new(),
        room: Room::new(),
        root: None,
    };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            ImportError::at(Some(error.marker().line().max(1)), error.info().to_owned())
        })?;
        builder.event(event, line_of(&span))?;
    }
    match builder.open.is_empty() {
        true => Ok(builder.root.unwrap_or(Value {
            line: None,
            content: Content::Null,
        })),
        false => Err(ImportError::at(None, "it ends in the middle")),
    }
}

fn line_of(span: &Span) -> usize {
    span.start.line().max(1)
}

/// A list or a map that is not read to its end yet.
struct Open {
    line: usize,
    anchor: usize,
    inside: Inside,
}

enum Inside {
    List(Vec<Value>),
    Map {
        pairs: Pairs,
        /// The name whose value comes next.
        name: Option<String>,
    },
}

struct Builder {
    open: Vec<Open>,
    /// What an alias stands for, and how large that is.
    anchors: BTreeMap<usize, (Value, usize)>,
    room: Room,
    root: Option<Value>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, line: usize) -> Result<(), ImportError> {
        let wrong = |why: &str| Err(ImportError::at(Some(line), why));
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                wrong("it has a second document; a configuration is one")
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.room.take(NODE_BYTES + text.len(), Some(line))?;
                let is_text = tag.is_some_and(|tag| tag.suffix == "str");
                let content = match style {
                    ScalarStyle::Plain if !is_text => plain(&text),
                    _ => Content::Text(text.into_owned()),
                };
                let line = Some(line);
                self.value(Value { line, content }, anchor)
            }
            Event::Alias(anchor) => {
                let Some((value, size_bytes)) = self.anchors.get(&anchor) else {
                    return wrong("this alias stands for what contains it");
                };
                self.room.take(*size_bytes, Some(line))?;
                if self.open.len() + value.depth() > MAX_DEPTH {
                    return wrong(TOO_DEEP);
                }
                let value = value.clone();
                self.value(value, 0)
            }
            Event::SequenceStart(anchor, _) => self.begin(line, anchor, Inside::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                let pairs = Pairs::default();
                self.begin(line, anchor, Inside::Map { pairs, name: None })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else {
                    return wrong("an end without a beginning");
                };
                let content = match open.inside {
                    Inside::List(values) => Content::List(values),
                    Inside::Map { pairs, .. } => pairs.done(),
                };
                let line = Some(open.line);
                self.value(Value { line, content }, open.anchor)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, line: usize, anchor: usize, inside: Inside) -> Result<(), ImportError> {
        self.room.take(NODE_BYTES, Some(line))?;
        if self.open.len() >= MAX_DEPTH {
            return Err(ImportError::at(Some(line), TOO_DEEP));
        }
        self.open.push(Open {
            line,
            anchor,
            inside,
        });
        Ok(())
    }

    /// Takes a value that is read to its end.
    fn value(&mut self, value: Value, anchor: usize) -> Result<(), ImportError> {
        if anchor != 0 {
            // What an anchor names is kept a second time.
            let size_bytes = value.size_bytes();
            self.room.take(size_bytes, value.line)?;
            self.anchors.insert(anchor, (value.clone(), size_bytes));
        }
        let Some(open) = self.open.last_mut() else {
            self.root.get_or_insert(value);
            return Ok(());
        };
        match &mut open.inside {
            Inside::List(values) => values.push(value),
            Inside::Map { pairs, name } => match name.take() {
                Some(name) => pairs.set(name, value),
                None => *name = Some(name_of(value)?),
            },
        }
        Ok(())
    }
}

fn name_of(value: Value) -> Result<String, ImportError> {
    match value.content {
        Content::Text(name) if name == "<<" => {
            let why = "'<<' merges maps into others, which is not read here; write the pairs out";
            Err(ImportError::at(value.line, why))
        }
        Content::Text(name) => Ok(name),
        _ => Err(ImportError::at(value.line, "the name of a pair is a text")),
    }
}

/// Returns what a scalar without quotes stands for, by the rules of YAML 1.1 that dotbot's parser goes by.
fn plain(text: &str) -> Content {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Content::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => {
            Content::Flag(true)
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            Content::Flag(false)
        }
        text => Content::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::json;
    use super::*;

    #[test]
    fn yaml_and_json_say_the_same() {
        let yaml = "- defaults: {link: {create: yes, relink: true}}\n- link:\n    ~/.vimrc: vimrc\n    ~/a:\n    ~/b: {path: 'no', n: 1}\n";
        let json = r#"[{"defaults": {"link": {"create": true, "relink": true}}},
            {"link": {"~/.vimrc": "vimrc", "~/a": null, "~/b": {"path": "no", "n": 1}}}]"#;
        let plain = |value: Value| format!("{:?}", without_lines(value));
        assert_eq!(
            plain(parse(yaml.as_bytes()).unwrap()),
            plain(json::parse(json.as_bytes()).unwrap())
        );
    }

    fn without_lines(value: Value) -> Value {
        let content = match value.content {
            Content::List(values) => Content::List(values.into_iter().map(without_lines).collect()),
            Content::Map(pairs) => Content::Map(
                pairs
                    .into_iter()
                    .map(|(name, value)| (name, without_lines(value)))
                    .collect(),
            ),
            other => other,
        };
        Value {
            line: None,
            content,
        }
    }

    #[test]
    fn aliases_are_written_out_as_far_as_there_is_room() {
        let value = parse(b"- &a {path: x}\n- *a\n").unwrap();
        let Content::List(values) = value.content else {
            panic!("{value:?}");
        };
        assert_eq!(values[0], values[1]);
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..20 {
            let below = level - 1;
            let nine = vec![format!("*a{below}"); 9].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{nine}]\n"));
        }
        let error = parse(bomb.as_bytes()).unwrap_err();
        assert!(error.to_string().contains("16 MiB"), "{error}");
        let mut long = format!("- &a {}\n", "x".repeat(500_000));
        long.push_str(&"- *a\n".repeat(50_000));
        let error = parse(long.as_bytes()).unwrap_err();
        assert!(error.to_string().contains("16 MiB"), "{error}");
    }

    #[test]
    fn what_is_wrong_has_its_line() {
        for (text, words) in [
            ("a: b\n c: d\n", "(line 2)"),
            ("a: 1\n---\nb: 2\n", "second document"),
            ("- [a, b\n", "(line"),
            ("- *a\n", "(line 1)"),
            ("&a [*a]\n", "contains it (line 1)"),
            ("{[a]: b}\n", "the name of a pair is a text (line 1)"),
            ("x: 1\n<<: {a: b}\n", "merges maps"),
        ] {
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
        let deep = format!("{}{}", "[".repeat(60), "]".repeat(60));
        for error in [
            parse(deep.as_bytes()).unwrap_err(),
            json::parse(deep.as_bytes()).unwrap_err(),
        ] {
            assert!(error.to_string().contains("too deep"), "{error}");
        }
        let error = json::parse(b"[\n{\"a\": }]").unwrap_err().to_string();
        assert!(error.ends_with("(line 2)"), "{error}");
        let error = parse(b"a: \xff").unwrap_err().to_string();
        assert!(error.contains("not UTF-8"), "{error}");
        assert!(parse(&vec![b' '; 2 << 20]).is_err());
    }
}
