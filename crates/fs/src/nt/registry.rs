//! Numbers in the registry.

use windows_sys::Win32::System::Registry::{HKEY_LOCAL_MACHINE, RRF_RT_REG_DWORD, RegGetValueW};

/// Returns a number of the machine's settings; `None` where there is none, or it may not be read.
pub(crate) fn machine_number(key: &str, value: &str) -> Option<u32> {
    let wide = |text: &str| text.encode_utf16().chain([0]).collect::<Vec<u16>>();
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
