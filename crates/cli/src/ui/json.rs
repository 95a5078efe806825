//! Answers for programs: one object a line, with names that stay.

use std::path::Path;

use data_encoding::BASE64;
use lw_core::ledger::Operation;
use lw_core::plan::Plan;
use serde_json::{Map, Value, json};

use super::{Detail, notice_lines, print, step_lines};

/// Version of the shapes of all objects.
const SCHEMA: u32 = 1;

/// Prints one object as one line.
pub(crate) fn print_json(object: &Value) {
    print(with_bytes_beside(object.clone()));
}

/// Returns an object of a type; `fields` come from [`path_fields`] and the like.
pub(crate) fn typed_object(kind: &str, fields: Map<String, Value>) -> Map<String, Value> {
    let mut object = fields;
    object.insert("type".into(), json!(kind));
    object.insert("schema".into(), json!(SCHEMA));
    object
}

/// Returns the fields for a list of paths: their texts, and as `NAME_b64` the bytes of those whose text would lose
/// something, null for the others.
pub(crate) fn paths_fields<'a>(
    name: &str,
    paths: impl Iterator<Item = &'a Path> + Clone,
) -> Map<String, Value> {
    let mut fields = Map::new();
    let texts = paths.clone().map(|path| json!(path.to_string_lossy()));
    fields.insert(name.to_owned(), texts.collect());
    if paths.clone().any(|path| path.to_str().is_none()) {
        let bytes = paths.map(|path| match path.to_str() {
            Some(_) => Value::Null,
            None => json!(BASE64.encode(lw_fs::path_bytes(path))),
        });
        fields.insert(format!("{name}_b64"), bytes.collect());
    }
    fields
}

/// Returns the object with each name that is no text as `NAME` and `NAME_b64`; the ledger keeps only the bytes.
fn with_bytes_beside(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut out = Map::new();
            for (name, value) in fields {
                match bytes_of(&value) {
                    Some((text, b64)) => {
                        out.insert(format!("{name}_b64"), json!(b64));
                        out.insert(name, json!(text));
                    }
                    None => {
                        if let Value::Array(all) = &value
                            && all.iter().any(|one| bytes_of(one).is_some())
                        {
                            let bytes = all.iter().map(|one| match bytes_of(one) {
                                Some((_, b64)) => json!(b64),
                                None => Value::Null,
                            });
                            out.insert(format!("{name}_b64"), bytes.collect());
                        }
                        out.insert(name, with_bytes_beside(value));
                    }
                }
            }
            Value::Object(out)
        }
        Value::Array(all) => all
            .into_iter()
            .map(|one| match bytes_of(&one) {
                Some((text, _)) => json!(text),
                None => with_bytes_beside(one),
            })
            .collect(),
        other => other,
    }
}

/// Returns the text, as far as it is text, and the base64 of a name that is kept as bytes.
fn bytes_of(value: &Value) -> Option<(String, &str)> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    let b64 = fields.get("b64")?.as_str()?;
    let bytes = BASE64.decode(b64.as_bytes()).ok()?;
    Some((String::from_utf8_lossy(&bytes).into_owned(), b64))
}

/// Returns the fields for a path: its text, and its bytes as `NAME_b64` where the text would lose something.
pub(crate) fn path_fields(name: &str, path: &Path) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert(name.to_owned(), json!(path.to_string_lossy()));
    if path.to_str().is_none() {
        fields.insert(
            format!("{name}_b64"),
            json!(BASE64.encode(lw_fs::path_bytes(path))),
        );
    }
    fields
}

/// Returns a plan as an object.
pub(crate) fn plan_object(plan: &Plan) -> Value {
    json!({
        "type": "plan",
        "schema": SCHEMA,
        "subject": plan.subject,
        "notices": notice_lines(&plan.notices, Detail::Brief),
        "units": plan.units,
        "steps": step_lines(plan),
        "undoes": plan.undoes,
        "note": plan.note,
    })
}

/// Returns an operation of the ledger as an object.
pub(crate) fn operation_object(operation: &Operation) -> Value {
    json!({
        "type": "operation",
        "schema": SCHEMA,
        "operation": operation.id,
        "state": operation.state.word(),
        "subject": operation.subject,
        "note": operation.note,
        "undoes": operation.undoes,
        "undone_by": operation.undone_by,
        "started_us": operation.started_us,
        "finished_us": operation.finished_us,
        "pid": operation.pid,
    })
}
