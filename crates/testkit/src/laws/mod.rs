//! What must hold for any bytes that are given to the readers of foreign bytes.
//!
//! Each law panics if it is broken. The fuzzer in `fuzz/` looks for bytes that break one; the suite `laws` gives them the
//! corpus that is kept, and what it throws together itself.

mod cloud_config;
mod command_line;
mod glob;
mod import;
mod manifest;
mod mount_table;
mod plan_record;
mod quarantine_record;
mod quote;
mod reparse;
mod settings;
mod shortcut;
mod snapshot_manifest;
mod snapshot_set;
mod stage_record;
mod target_text;
mod tracked_record;

/// A law, under the name of its fuzz target and of the folder of its corpus.
#[derive(Debug, Clone, Copy)]
pub struct Law {
    /// Its name.
    pub name: &'static str,
    /// Panics if it does not hold for these bytes.
    pub holds: fn(&[u8]),
}

/// All laws, by name.
pub const LAWS: &[Law] = &[
    law("cloud_config", cloud_config::holds),
    law("command_line", command_line::holds),
    law("glob", glob::holds),
    law("import", import::holds),
    law("manifest", manifest::holds),
    law("mount_table", mount_table::holds),
    law("plan_record", plan_record::holds),
    law("quarantine_record", quarantine_record::holds),
    law("quote", quote::holds),
    law("reparse", reparse::holds),
    law("settings", settings::holds),
    law("shortcut", shortcut::holds),
    law("snapshot_manifest", snapshot_manifest::holds),
    law("snapshot_set", snapshot_set::holds),
    law("stage_record", stage_record::holds),
    law("target_text", target_text::holds),
    law("tracked_record", tracked_record::holds),
];

/// Panics if the law of this name does not hold for the bytes, or if there is none.
pub fn check(name: &str, bytes: &[u8]) {
    let law = LAWS.iter().find(|law| law.name == name);
    (law.unwrap_or_else(|| panic!("no law is called {name}"))
        .holds)(bytes);
}

const fn law(name: &'static str, holds: fn(&[u8])) -> Law {
    Law { name, holds }
}

/// Returns what stands before the first NUL and what stands behind it.
fn parted(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == 0) {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, b""),
    }
}
