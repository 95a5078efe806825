//! Looks for bytes that break the law `quarantine_record`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lw_testkit::laws::check("quarantine_record", bytes));
