//! Answers for programs: one object a line, with names that stay.

use std::path::Path;

use data_encoding::BASE64;
use lw_core::ledger::Operation;
use lw_core::plan::Plan;
use serde_json::{Map, Value, json};

use super::{notice_lines, print, step_lines};

/// Version of the shapes of all objects.
const SCHEMA: u32 = 1;

/// Prints one object as one line.
pub(crate) fn print_json(object: &Value) {
    print(object);
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
        "notices": notice_lines(&plan.notices),
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
