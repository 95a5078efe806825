//! What the process may do: its token.

use std::io;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::ptr;
use std::sync::OnceLock;

use windows_sys::Win32::Foundation::LUID;
use windows_sys::Win32::Security::{
    GetTokenInformation, LUID_AND_ATTRIBUTES, LookupPrivilegeValueW, TOKEN_ELEVATION,
    TOKEN_INFORMATION_CLASS, TOKEN_PRIVILEGES, TOKEN_QUERY, TokenElevation, TokenElevationType,
    TokenElevationTypeDefault, TokenOwner, TokenPrivileges, TokenUser,
};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetProcessMitigationPolicy, OpenProcessToken, ProcessRedirectionTrustPolicy,
};

/// What stands for a user whose token could not be read: no user has it.
const NOBODY: u32 = u32::MAX;

/// Returns the last number of the user's security identifier.
pub(crate) fn user_number() -> u32 {
    static KNOWN: OnceLock<u32> = OnceLock::new();
    *KNOWN.get_or_init(|| read_user_number().unwrap_or(NOBODY))
}

fn read_user_number() -> io::Result<u32> {
    let short = || io::Error::from(io::ErrorKind::UnexpectedEof);
    last_number(&identifier(TokenUser)?).ok_or_else(short)
}

/// Returns the last number of a security identifier: winnt.h, `SID`.
pub(crate) fn last_number(identifier: &[u8]) -> Option<u32> {
    let (_, last) = identifier.split_last_chunk::<4>()?;
    Some(u32::from_le_bytes(*last))
}

/// `S-1-5-32-544`.
const ADMINISTRATORS: [u8; 16] = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0];

/// Returns whether a security identifier is of the user, or of whom the system takes for the owner of what the user makes:
/// with the full rights of an administrator, the group of the administrators.
///
/// What such a user made with full rights is the user's own without them too.
pub(crate) fn is_own(found: &[u8]) -> bool {
    static KNOWN: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let own = KNOWN.get_or_init(|| {
        let parts = [TokenUser, TokenOwner].into_iter();
        let mut own: Vec<Vec<u8>> = parts.filter_map(|part| identifier(part).ok()).collect();
        let kind = information(TokenElevationType).map(|room| room.first().copied());
        let has_two_tokens =
            matches!(kind, Ok(Some(kind)) if kind as i32 != TokenElevationTypeDefault);
        if has_two_tokens {
            own.push(ADMINISTRATORS.to_vec());
        }
        own
    });
    own.iter().any(|own| own == found)
}

/// Returns the identifier that a part of the token begins with a pointer to: `TOKEN_USER`, `TOKEN_OWNER`.
fn identifier(part: TOKEN_INFORMATION_CLASS) -> io::Result<Vec<u8>> {
    let short = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let room = information(part)?;
    let start = room.as_ptr().addr();
    let pointer = *room.first().ok_or_else(short)?;
    let at = usize::try_from(pointer)
        .ok()
        .and_then(|pointer| pointer.checked_sub(start))
        .ok_or_else(short)?;
    let bytes: Vec<u8> = room.iter().flat_map(|word| word.to_le_bytes()).collect();
    super::security::identifier(bytes.get(at..).ok_or_else(short)?)
        .map(<[u8]>::to_vec)
        .ok_or_else(short)
}

/// Returns whether the process runs with the full rights of an administrator.
pub(crate) fn is_elevated() -> io::Result<bool> {
    let room = information(TokenElevation)?;
    let first = room.first().copied().unwrap_or_default();
    debug_assert_eq!(size_of::<TOKEN_ELEVATION>(), size_of::<u32>());
    Ok(first as u32 != 0)
}

/// Returns whether the token holds the privilege of this name, enabled or not.
pub(crate) fn holds_privilege(name: &str) -> io::Result<bool> {
    let name: Vec<u16> = name.encode_utf16().chain([0]).collect();
    let mut wanted = LUID::default();
    // SAFETY: the name ends in NUL, and the call writes to the number alone.
    let answer = unsafe { LookupPrivilegeValueW(ptr::null(), name.as_ptr(), &raw mut wanted) };
    if answer == 0 {
        return Err(io::Error::last_os_error());
    }
    let room = information(TokenPrivileges)?;
    let bytes: Vec<u8> = room.iter().flat_map(|word| word.to_le_bytes()).collect();
    let number = |at: usize| {
        let four = bytes.get(at..at + 4)?;
        Some(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
    };
    let count = number(0).unwrap_or_default() as usize;
    let first = std::mem::offset_of!(TOKEN_PRIVILEGES, Privileges);
    Ok((0..count).any(|index| {
        let at = first + index * size_of::<LUID_AND_ATTRIBUTES>();
        number(at) == Some(wanted.LowPart)
            && number(at + 4) == Some(wanted.HighPart.cast_unsigned())
    }))
}

/// Returns whether the system keeps this process from passing junctions that ordinary users made (Redirection Guard);
/// `None` before Windows 10 20H2, which has no such thing.
pub(crate) fn is_guarded() -> Option<bool> {
    const ENFORCED: u32 = 1;
    let mut flags = 0_u32;
    // SAFETY: takes nothing, and returns a handle that need not be closed.
    let process = unsafe { GetCurrentProcess() };
    // SAFETY: the call writes as many bytes as the number has.
    let answer = unsafe {
        GetProcessMitigationPolicy(
            process,
            ProcessRedirectionTrustPolicy,
            (&raw mut flags).cast(),
            size_of::<u32>(),
        )
    };
    (answer != 0).then_some(flags & ENFORCED != 0)
}

/// Asks the token of the process for one of its parts.
fn information(class: TOKEN_INFORMATION_CLASS) -> io::Result<Vec<u64>> {
    const ROOM_BYTES: usize = 4096;
    // SAFETY: takes nothing, and returns a handle that need not be closed.
    let process = unsafe { GetCurrentProcess() };
    let mut token = ptr::null_mut();
    // SAFETY: the call writes to the handle alone.
    let answer = unsafe { OpenProcessToken(process, TOKEN_QUERY, &raw mut token) };
    if answer == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded and gave a handle of our own.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    let mut room = vec![0_u64; ROOM_BYTES / size_of::<u64>()];
    let mut written = 0;
    // SAFETY: the token is open for the whole call, which writes as many bytes as the room has at most.
    let answer = unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            class,
            room.as_mut_ptr().cast(),
            ROOM_BYTES as u32,
            &raw mut written,
        )
    };
    if answer == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(room)
}
