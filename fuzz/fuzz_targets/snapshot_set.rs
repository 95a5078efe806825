//! Looks for bytes that break the law `snapshot_set`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lw_testkit::laws::check("snapshot_set", bytes));
