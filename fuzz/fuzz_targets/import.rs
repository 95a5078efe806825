//! Looks for bytes that break the law `import`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lw_testkit::laws::check("import", bytes));
