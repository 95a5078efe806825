//! Looks for bytes that break the law `command_line`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lw_testkit::laws::check("command_line", bytes));
