//! Looks for bytes that break the law `tracked_record`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lw_testkit::laws::check("tracked_record", bytes));
