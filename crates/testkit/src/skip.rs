//! Saying why a test cannot run here, and making that a failure where everything must run.

/// What not every kernel has, each with the reason; these may be missing even where everything must run.
const KERNEL_GAPS: &str = include_str!("../kernel-gaps.txt");

/// Says on one line that a test is skipped, and why.
///
/// With `LW_REQUIRE_ALL=1` it fails the test, unless `need` is in `kernel-gaps.txt`.
pub fn skip(need: &str, why: &str) {
    let is_gap = KERNEL_GAPS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .any(|line| {
            line.split_once(':')
                .is_some_and(|(name, _)| name.trim() == need)
        });
    let required = std::env::var_os("LW_REQUIRE_ALL").is_some_and(|value| value == "1");
    assert!(
        !required || is_gap,
        "skipped where everything must run: {need}: {why}"
    );
    println!("skipped: {need}: {why}");
}

/// Returns whether the program `name` can be run, and says so if it cannot.
pub fn has_program(name: &str) -> bool {
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
            || ["/sbin", "/usr/sbin"]
                .iter()
                .any(|folder| std::path::Path::new(folder).join(name).is_file())
    });
    if !found {
        skip(name, "the program is not installed");
    }
    found
}

/// Returns whether this process is root, and says so if it is not.
#[cfg(unix)]
pub fn is_root() -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        skip("root", "the test mounts volumes or acts as another user");
    }
    root
}
