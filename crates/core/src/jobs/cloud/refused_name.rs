//! Names that OneDrive and SharePoint refuse on any system: support.microsoft.com, "Restrictions and limitations in OneDrive
//! and SharePoint".

use std::ffi::OsStr;

/// Returns whether OneDrive refuses the name of a file or folder.
pub(super) fn is_refused(name: &OsStr) -> bool {
    const LETTERS: &[char] = &['"', '*', ':', '<', '>', '?', '/', '\\', '|'];
    const NAMES: [&str; 6] = [".lock", "con", "prn", "aux", "nul", "desktop.ini"];
    let Some(name) = name.to_str() else {
        return true;
    };
    let lower = name.to_lowercase();
    let is_port = ["com", "lpt"].iter().any(|port| {
        let number = lower.strip_prefix(port);
        number.is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9']))
    });
    name.contains(LETTERS)
        || name.chars().any(char::is_control)
        || name.starts_with(' ')
        || name.ends_with([' ', '.'])
        || name.starts_with("~$")
        || name.contains("_vti_")
        || NAMES.contains(&lower.as_str())
        || is_port
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_refused() {
        for name in [
            "a:b",
            "what?",
            "a ",
            " a",
            "a.",
            "CON",
            "com7",
            "~$x",
            "a_vti_b",
            "Desktop.ini",
            "a\nb",
        ] {
            assert!(is_refused(OsStr::new(name)), "{name}");
        }
        for name in ["a b", "com10", "console", ".git", "a~$", "\u{e9}"] {
            assert!(!is_refused(OsStr::new(name)), "{name}");
        }
    }
}
