//! Numbers and texts in the registry.

use std::ffi::OsString;
use std::os::windows::ffi::OsStringExt as _;

use windows_sys::Win32::System::Registry::{
    HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, RRF_RT_REG_DWORD, RRF_RT_REG_SZ, RegGetValueW,
};

/// The longest text that is read: no path is longer.
const MOST_LETTERS: usize = 32 * 1024;

/// Returns a text of this user's settings; `None` where there is none, it is longer than a path, or may not be read.
pub(crate) fn user_text(key: &str, value: &str) -> Option<OsString> {
    let (key, value) = (wide(key), wide(value));
    let mut found = vec![0_u16; MOST_LETTERS];
    let mut length = (MOST_LETTERS * size_of::<u16>()) as u32;
    // SAFETY: both texts end in NUL, and the call writes to the room at most as many bytes as `length` says.
    let answer = unsafe {
        RegGetValueW(
            HKEY_CURRENT_USER,
            key.as_ptr(),
            value.as_ptr(),
            RRF_RT_REG_SZ,
            std::ptr::null_mut(),
            found.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    let letters = found.iter().take_while(|letter| **letter != 0).count();
    (answer == 0 && letters > 0).then(|| OsString::from_wide(&found[..letters]))
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// Returns a number of the machine's settings; `None` where there is none, or it may not be read.
pub(crate) fn machine_number(key: &str, value: &str) -> Option<u32> {
    let (key, value) = (wide(key), wide(value));
    let mut found = 0_u32;
    let mut length = size_of::<u32>() as u32;
    // SAFETY: both texts end in NUL, and the call writes four bytes at most to the number, and to the length.
    let answer = unsafe {
        RegGetValueW(
            HKEY_LOCAL_MACHINE,
            key.as_ptr(),
            value.as_ptr(),
            RRF_RT_REG_DWORD,
            std::ptr::null_mut(),
            (&raw mut found).cast(),
            &raw mut length,
        )
    };
    (answer == 0).then_some(found)
}
