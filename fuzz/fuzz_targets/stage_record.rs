//! Looks for bytes that break the law `stage_record`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lw_testkit::laws::check("stage_record", bytes));
