//! Reparse tags: which of them are links, and what the others are.

use std::fmt;

/// A reparse tag: MS-FSCC 2.1.2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag(pub u32);

/// What something with a reparse point is to whoever looks for links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Use {
    /// Windows follows it as a link.
    Link,
    /// A link that Windows itself does not follow.
    ForeignLink,
    /// A file or folder whose content may lie in a cloud: reading it may fetch it.
    Placeholder,
    /// An ordinary file or folder that is stored in another way: compressed, deduplicated.
    Stored,
    /// Something that stands for a program of the Store.
    AppLink,
    /// A socket, pipe or device of Linux or NFS.
    Special,
    /// Anything else.
    Unknown,
}

impl Tag {
    /// `IO_REPARSE_TAG_MOUNT_POINT`.
    pub const MOUNT_POINT: Self = Self(0xA000_0003);
    /// `IO_REPARSE_TAG_SYMLINK`.
    pub const SYMBOLIC_LINK: Self = Self(0xA000_000C);
    /// `IO_REPARSE_TAG_LX_SYMLINK`.
    pub const WSL_LINK: Self = Self(0xA000_001D);
    /// `IO_REPARSE_TAG_APPEXECLINK`.
    pub const APP_LINK: Self = Self(0x8000_001B);

    /// Returns whether Microsoft gives the tag out; the buffer of any other carries a GUID behind its header.
    pub fn is_microsoft(self) -> bool {
        self.0 & 0x8000_0000 != 0
    }

    /// Returns whether it stands for another thing that has a name: `IsReparseTagNameSurrogate`.
    pub fn is_name_surrogate(self) -> bool {
        self.0 & 0x2000_0000 != 0
    }

    /// Returns what it is used for.
    pub fn used_for(self) -> Use {
        // OneDrive and others number their sixteen tags in these four bits.
        const CLOUD_MASK: u32 = 0xFFFF_0FFF;
        match self.0 {
            0xA000_0003 | 0xA000_000C => Use::Link,
            0xA000_001D => Use::ForeignLink,
            0x8000_001B => Use::AppLink,
            tag if tag & CLOUD_MASK == 0x9000_001A => Use::Placeholder,
            // OneDrive of old, projected file system, hierarchical storage.
            0x8000_0021 | 0x9000_001C | 0xC000_0004 | 0x8000_0006 => Use::Placeholder,
            // Enterprise Vault.
            0x0000_0010 => Use::Placeholder,
            // Deduplication, compressed system files, containers, single instance store.
            0x8000_0013 | 0x8000_0017 | 0x8000_0018 | 0x9000_1018 | 0x8000_0007 => Use::Stored,
            // NFS, sockets, pipes and devices of WSL.
            0x8000_0014 | 0x8000_0023..=0x8000_0026 => Use::Special,
            _ => Use::Unknown,
        }
    }

    /// Returns the tag in words for people.
    pub fn words(self) -> &'static str {
        match self.0 {
            0xA000_0003 => "junction",
            0xA000_000C => "symbolic link",
            0xA000_001D => "link of the Windows Subsystem for Linux",
            0x8000_001B => "app link",
            0x8000_0013 => "deduplicated file",
            0x8000_0017 => "compressed system file",
            0x8000_0018 | 0x9000_1018 => "file of a container",
            0x8000_0014 => "special file of NFS",
            0x9000_001C => "file of a projected file system",
            0x8000_0023 => "socket",
            0x8000_0024 => "named pipe of Linux",
            0x8000_0025 => "character device of Linux",
            0x8000_0026 => "block device of Linux",
            0xA000_0019 => "global link of the system",
            0xA000_0027 => "link of a container",
            0xC000_0004 | 0x8000_0006 => "file of a hierarchical store",
            0x8000_000A => "link of a distributed file system",
            0x8000_0012 => "file of a replicated folder",
            0xA000_0010 => "entry of a cache of IIS",
            0x0000_0010 => "archived file",
            _ if self.used_for() == Use::Placeholder => "cloud placeholder",
            _ => "unknown reparse point",
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:08X}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_tags_are_links_that_windows_follows() {
        for tag in [Tag::MOUNT_POINT, Tag::SYMBOLIC_LINK] {
            assert_eq!(tag.used_for(), Use::Link);
            assert!(tag.is_microsoft() && tag.is_name_surrogate());
        }
        // Surrogates by their bits, and yet nothing to follow, aim anew or remove.
        for tag in [Tag(0xA000_0019), Tag(0xA000_0027), Tag(0xA000_0010)] {
            assert!(tag.is_name_surrogate());
            assert_eq!(tag.used_for(), Use::Unknown);
        }
        assert_eq!(Tag::WSL_LINK.used_for(), Use::ForeignLink);
    }

    #[test]
    fn all_sixteen_cloud_tags_are_placeholders() {
        for number in 0..16_u32 {
            let tag = Tag(0x9000_001A | number << 12);
            assert_eq!(tag.used_for(), Use::Placeholder, "{tag}");
            assert_eq!(tag.words(), "cloud placeholder");
        }
        assert_ne!(Tag(0x9000_001B).used_for(), Use::Placeholder);
    }

    #[test]
    fn a_tag_that_is_not_microsofts_is_known_by_its_bit() {
        assert!(!Tag(0x0000_0010).is_microsoft());
        assert!(Tag(0x8000_0013).is_microsoft());
    }
}
