//! Looks for bytes that break the law `cloud_config`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lw_testkit::laws::check("cloud_config", bytes));
