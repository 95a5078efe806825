//! Access lists and owners, as the file system keeps them: `GetKernelObjectSecurity`, `SetKernelObjectSecurity`.
//!
//! The calls for programs (`SetSecurityInfo`) hand what they are given down to everything inside a folder, and take what
//! the folder above hands down. These set what they are given, as a rename on one volume leaves it.

use std::io;
use std::os::windows::io::{AsRawHandle as _, BorrowedHandle};

use windows_sys::Win32::Foundation::ERROR_INSUFFICIENT_BUFFER;
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetKernelObjectSecurity, INHERITED_ACE, OBJECT_SECURITY_INFORMATION,
    OWNER_SECURITY_INFORMATION, SE_DACL_AUTO_INHERIT_REQ, SE_DACL_AUTO_INHERITED,
    SE_DACL_PROTECTED, SetKernelObjectSecurity,
};

/// A security descriptor in one piece (`SECURITY_DESCRIPTOR_RELATIVE`): owner and access list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Security(Vec<u8>);

/// Where the parts of a descriptor stand: winnt.h, `SECURITY_DESCRIPTOR_RELATIVE`.
const CONTROL_AT: usize = 2;
const OWNER_AT: usize = 4;
const DACL_AT: usize = 16;

impl Security {
    /// Returns owner and access list of a handle with the right `READ_CONTROL`.
    pub(crate) fn of(handle: BorrowedHandle<'_>) -> io::Result<Self> {
        // An access list has 64 KiB at most.
        const ROOMS_BYTES: [usize; 2] = [1024, 128 * 1024];
        for room_bytes in ROOMS_BYTES {
            let mut room = vec![0_u64; room_bytes / size_of::<u64>()];
            let mut needed = 0;
            // SAFETY: the handle is open for the whole call, which writes as many bytes as the room has at most.
            let answer = unsafe {
                GetKernelObjectSecurity(
                    handle.as_raw_handle(),
                    OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                    room.as_mut_ptr().cast(),
                    room_bytes as u32,
                    &raw mut needed,
                )
            };
            if answer != 0 {
                let mut bytes: Vec<u8> = room.iter().flat_map(|word| word.to_le_bytes()).collect();
                bytes.truncate(needed as usize);
                return Ok(Self(bytes));
            }
            let error = io::Error::last_os_error();
            if error.raw_os_error() != Some(ERROR_INSUFFICIENT_BUFFER.cast_signed()) {
                return Err(error);
            }
        }
        Err(super::error(ERROR_INSUFFICIENT_BUFFER))
    }

    /// Gives the access list to a handle with the right `WRITE_DAC`.
    pub(crate) fn give_access_list(&self, handle: BorrowedHandle<'_>) -> io::Result<()> {
        let mut descriptor = self.clone();
        // The system forgets that entries came from above unless it is asked to remember.
        if self.control() & SE_DACL_AUTO_INHERITED != 0 {
            let control = self.control() | SE_DACL_AUTO_INHERIT_REQ;
            if let Some(place) = descriptor.0.get_mut(CONTROL_AT..CONTROL_AT + 2) {
                place.copy_from_slice(&control.to_le_bytes());
            }
        }
        descriptor.set(handle, DACL_SECURITY_INFORMATION)
    }

    /// Gives the owner to a handle with the right `WRITE_OWNER`; anyone but oneself takes a privilege.
    pub(crate) fn give_owner(&self, handle: BorrowedHandle<'_>) -> io::Result<()> {
        self.set(handle, OWNER_SECURITY_INFORMATION)
    }

    fn set(&self, handle: BorrowedHandle<'_>, what: OBJECT_SECURITY_INFORMATION) -> io::Result<()> {
        let mut aligned: Vec<u64> = Vec::with_capacity(self.0.len().div_ceil(8));
        for part in self.0.chunks(size_of::<u64>()) {
            let mut word = [0; size_of::<u64>()];
            word[..part.len()].copy_from_slice(part);
            aligned.push(u64::from_le_bytes(word));
        }
        // SAFETY: the handle is open for the whole call, and the descriptor is one that the system wrote.
        let answer = unsafe {
            SetKernelObjectSecurity(handle.as_raw_handle(), what, aligned.as_mut_ptr().cast())
        };
        if answer == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }

    /// Returns whether both say the same of who may do what.
    pub(crate) fn has_same_access_list(&self, other: &Self) -> bool {
        let protected = |one: &Self| one.control() & SE_DACL_PROTECTED;
        self.access_list() == other.access_list() && protected(self) == protected(other)
    }

    /// Returns whether both have one owner.
    pub(crate) fn has_same_owner(&self, other: &Self) -> bool {
        self.owner() == other.owner()
    }

    /// Returns whether somebody decided who may do what here, and it was not only handed down from above.
    pub(crate) fn has_entries_of_its_own(&self) -> bool {
        if self.control() & SE_DACL_PROTECTED != 0 {
            return true;
        }
        let Some(list) = self.access_list() else {
            return false;
        };
        let count = number(list, 4).unwrap_or_default();
        let mut rest = list.get(8..).unwrap_or_default();
        for _ in 0..count {
            let (Some(flags), Some(bytes)) = (rest.get(1), number(rest, 2)) else {
                return false;
            };
            if u32::from(*flags) & INHERITED_ACE == 0 {
                return true;
            }
            rest = rest.get(usize::from(bytes)..).unwrap_or_default();
        }
        false
    }

    fn control(&self) -> u16 {
        number(&self.0, CONTROL_AT).unwrap_or_default()
    }

    fn access_list(&self) -> Option<&[u8]> {
        let list = self.part(DACL_AT)?;
        list.get(..usize::from(number(list, 2)?))
    }

    /// Returns the identifier of the owner.
    pub(crate) fn owner(&self) -> Option<&[u8]> {
        identifier(self.part(OWNER_AT)?)
    }

    fn part(&self, at: usize) -> Option<&[u8]> {
        let place = self.0.get(at..at + 4)?;
        let start = u32::from_le_bytes([place[0], place[1], place[2], place[3]]) as usize;
        (start != 0).then(|| self.0.get(start..)).flatten()
    }
}

/// Returns the security identifier that some bytes begin with: a revision, a count of numbers, six bytes, and as many numbers
/// of four bytes.
pub(crate) fn identifier(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(..8 + 4 * usize::from(*bytes.get(1)?))
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at + 2)?;
    Some(u16::from_le_bytes([two[0], two[1]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everyone's right to all, with the given flags of the entry and of the descriptor.
    fn descriptor(entry_flags: u8, control: u16) -> Security {
        let sid = [1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
        let mut bytes = vec![1, 0];
        bytes.extend(control.to_le_bytes());
        for start in [20_u32, 0, 0, 32] {
            bytes.extend(start.to_le_bytes());
        }
        bytes.extend(sid);
        bytes.extend([2, 0, 28, 0, 1, 0, 0, 0]);
        bytes.extend([0, entry_flags, 20, 0, 0xff, 1, 0x1f, 0]);
        bytes.extend(sid);
        Security(bytes)
    }

    #[test]
    fn what_is_handed_down_is_nobodys_decision() {
        const INHERITED: u8 = 0x10;
        let handed_down = descriptor(INHERITED, 0x8404);
        assert!(!handed_down.has_entries_of_its_own());
        assert!(descriptor(0, 0x8404).has_entries_of_its_own());
        assert!(descriptor(INHERITED, 0x8404 | SE_DACL_PROTECTED).has_entries_of_its_own());
        assert!(handed_down.has_same_owner(&descriptor(0, 0x8004)));
        assert!(!handed_down.has_same_access_list(&descriptor(0, 0x8404)));
        assert!(handed_down.has_same_access_list(&descriptor(INHERITED, 0x8004)));
    }

    #[test]
    fn any_bytes_are_read_or_not() {
        let whole = descriptor(0, 0x8404).0;
        for end in 0..whole.len() {
            let cut = Security(whole[..end].to_vec());
            let _answer = (cut.has_entries_of_its_own(), cut.owner());
        }
    }
}
