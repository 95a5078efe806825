//! Looks for bytes that break the law `target_text`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lw_testkit::laws::check("target_text", bytes));
