//! Aliases of the macOS Finder: told by how they begin. What they lead to is resolved by macOS from bookmark data, which
//! Apple does not document, so it is not told here.

use super::ShortcutTarget;

/// How a file with bookmark data begins.
const MAGIC: &[u8] = b"book\0\0\0\0mark\0\0\0\0";

pub(super) fn target_of(bytes: &[u8]) -> Option<ShortcutTarget> {
    bytes.starts_with(MAGIC).then_some(ShortcutTarget::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_how_it_begins() {
        assert_eq!(
            target_of(b"book\0\0\0\0mark\0\0\0\0rest"),
            Some(ShortcutTarget::Unknown)
        );
        assert_eq!(target_of(b"book\0\0\0\0mark"), None);
        assert_eq!(target_of(b""), None);
    }
}
