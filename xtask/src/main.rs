//! Developers' commands of linkwright.
fn main() {}
