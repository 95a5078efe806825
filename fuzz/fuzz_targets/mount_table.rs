//! Looks for bytes that break the law `mount_table`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lw_testkit::laws::check("mount_table", bytes));
