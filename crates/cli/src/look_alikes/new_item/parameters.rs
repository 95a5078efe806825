//! The parameters of `New-Item`, read as PowerShell reads them.

use std::ffi::{OsStr, OsString};

use lw_fs::{name_bytes, name_from_bytes};

/// What a parameter asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parameter {
    Path,
    Name,
    ItemType,
    Value,
    Force,
    WhatIf,
    Confirm,
    Verbose,
    /// One that PowerShell has and that means nothing here.
    Other,
}

/// Every name and alias, in the order in which an ambiguous beginning names them.
const NAMES: &[(&str, Parameter)] = &[
    ("Path", Parameter::Path),
    ("ItemType", Parameter::ItemType),
    ("Type", Parameter::ItemType),
    ("Value", Parameter::Value),
    ("Target", Parameter::Value),
    ("Force", Parameter::Force),
    ("Credential", Parameter::Other),
    ("Name", Parameter::Name),
    ("WhatIf", Parameter::WhatIf),
    ("wi", Parameter::WhatIf),
    ("Confirm", Parameter::Confirm),
    ("cf", Parameter::Confirm),
    ("Verbose", Parameter::Verbose),
    ("vb", Parameter::Verbose),
    ("Debug", Parameter::Other),
    ("ErrorAction", Parameter::Other),
    ("ErrorVariable", Parameter::Other),
    ("WarningAction", Parameter::Other),
    ("WarningVariable", Parameter::Other),
    ("InformationAction", Parameter::Other),
    ("InformationVariable", Parameter::Other),
    ("ProgressAction", Parameter::Other),
    ("OutVariable", Parameter::Other),
    ("OutBuffer", Parameter::Other),
    ("PipelineVariable", Parameter::Other),
];

/// What was given.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) path: Option<OsString>,
    pub(super) name: Option<OsString>,
    pub(super) item_type: Option<OsString>,
    pub(super) value: Option<OsString>,
    pub(super) force: bool,
    pub(super) what_if: bool,
    pub(super) confirm: bool,
}

/// Reads the words, or returns what is wrong with them.
pub(super) fn read(words: &[OsString]) -> Result<Given, String> {
    let mut given = Given::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let bytes = name_bytes(word);
        let is_parameter = bytes.len() > 1 && bytes[0] == b'-' && bytes[1].is_ascii_alphabetic();
        if !is_parameter {
            // The only position there is.
            set(&mut given.path, "Path", word.clone())?;
            continue;
        }
        let (name, attached) = match bytes.iter().position(|byte| *byte == b':') {
            Some(at) => (&bytes[1..at], name_from_bytes(&bytes[at + 1..])),
            None => (&bytes[1..], None),
        };
        let name = String::from_utf8_lossy(name).into_owned();
        let (full, parameter) = find(&name)?;
        let mut value = || {
            attached.clone().filter(|text| !text.is_empty()).or_else(|| words.next().cloned()).ok_or_else(|| {
                format!("Missing an argument for parameter '{full}'. Specify a parameter of type 'System.String' and try again.")
            })
        };
        match parameter {
            Parameter::Path => set(&mut given.path, full, value()?)?,
            Parameter::Name => set(&mut given.name, full, value()?)?,
            Parameter::ItemType => set(&mut given.item_type, full, value()?)?,
            Parameter::Value => set(&mut given.value, full, value()?)?,
            Parameter::Force => given.force = switch(full, attached.as_deref())?,
            Parameter::WhatIf => given.what_if = switch(full, attached.as_deref())?,
            Parameter::Confirm => given.confirm = switch(full, attached.as_deref())?,
            Parameter::Verbose => {
                switch(full, attached.as_deref())?;
            }
            Parameter::Other => {
                return Err(format!(
                    "The parameter '{full}' means nothing here: leave it out."
                ));
            }
        }
    }
    Ok(given)
}

fn set(slot: &mut Option<OsString>, name: &str, value: OsString) -> Result<(), String> {
    if slot.is_some() {
        return Err(match name {
            "Path" => format!(
                "A positional parameter cannot be found that accepts argument '{}'.",
                value.display()
            ),
            _ => format!(
                "Cannot bind parameter because parameter '{name}' is specified more than once."
            ),
        });
    }
    *slot = Some(value);
    Ok(())
}

/// `-Force`, `-Force:$true`, `-Force:$false`.
fn switch(name: &str, value: Option<&OsStr>) -> Result<bool, String> {
    let Some(value) = value else {
        return Ok(true);
    };
    let text = value.to_string_lossy().to_ascii_lowercase();
    match text.trim_start_matches('$') {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(format!(
            "Cannot convert '{text}' to the type of the switch parameter '{name}'."
        )),
    }
}

/// Finds the parameter of this name, or the only one whose name begins so; letters of either case are alike.
fn find(name: &str) -> Result<(&'static str, Parameter), String> {
    let wanted = name.to_ascii_lowercase();
    let exact = NAMES
        .iter()
        .find(|(full, _)| full.to_ascii_lowercase() == wanted);
    if let Some(found) = exact {
        return Ok(*found);
    }
    let fitting: Vec<_> = NAMES
        .iter()
        .filter(|(full, _)| full.to_ascii_lowercase().starts_with(&wanted))
        .collect();
    match fitting.as_slice() {
        [] => Err(format!(
            "A parameter cannot be found that matches parameter name '{name}'."
        )),
        [only] => Ok(**only),
        several => {
            let names: Vec<String> = several.iter().map(|(full, _)| format!("-{full}")).collect();
            Err(format!(
                "Parameter cannot be processed because the parameter name '{name}' is ambiguous. Possible matches include: {}.",
                names.join(" ")
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn names_in_any_case_cut_short_and_with_a_colon() {
        let expected = Given {
            path: Some("p".into()),
            item_type: Some("SymbolicLink".into()),
            value: Some("t".into()),
            force: true,
            ..Given::default()
        };
        for line in [
            "-ItemType SymbolicLink -Path p -Target t -Force",
            "-itemtype SymbolicLink -PATH p -value t -force",
            "-it SymbolicLink p -ta t -f",
            "p -Type:SymbolicLink -Target:t -Force:$true",
            "-Path: p -Ty: SymbolicLink -Va: t -Fo -Confirm:$false",
        ] {
            assert_eq!(read(&words(line)).as_ref(), Ok(&expected), "{line}");
        }
        for (line, fault) in [
            ("-P x", "'P' is ambiguous"),
            ("-t x", "-Type -Target"),
            ("-Bogus", "matches parameter name 'Bogus'"),
            ("-Path", "Missing an argument for parameter 'Path'"),
            ("a b", "accepts argument 'b'"),
            ("-Name a -Name b", "more than once"),
            ("-Force:maybe", "switch parameter 'Force'"),
            ("-ErrorAction Stop", "means nothing here"),
        ] {
            let found = read(&words(line)).unwrap_err();
            assert!(found.contains(fault), "{line}: {found}");
        }
    }
}
