//! Paths as a manifest has them: what [`super::Paths`] makes whole, the other way round.

use std::path::Path;

use super::expand::is_cloud_name;

/// Returns the path as a manifest has it: below the home folder, so that it is right for others too.
///
/// `None` if TOML has no way to write its name.
pub fn written(home: Option<&Path>, path: &Path) -> Option<String> {
    let written = match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(below) if below.as_os_str().is_empty() => "~".to_owned(),
        Some(below) => format!("~/{}", below.to_str()?),
        None => path.to_str()?.to_owned(),
    };
    Some(written.replace('$', "$$"))
}

/// Returns a path relative to the manifest's own folder as a manifest has it, in which nothing stands for something else.
pub fn written_from_here(path: &str) -> String {
    let path = path.replace('$', "$$");
    match path.starts_with('~') || is_cloud_name(&path) {
        true => format!("./{path}"),
        false => path,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::{Machine, Manifest, Paths};
    use super::*;

    #[test]
    fn what_is_written_is_made_whole_again() {
        let home = Path::new("/home/ann");
        let (manifest, machine) = (
            Manifest::default(),
            Machine {
                home: Some(home.to_path_buf()),
                ..Machine::default()
            },
        );
        let paths = Paths::new(&manifest, &machine, Path::new("/etc/links"));
        for (path, expected) in [
            ("/home/ann", "~"),
            ("/home/ann/$x", "~/$$x"),
            ("/home/anna", "/home/anna"),
        ] {
            let text = written(Some(home), Path::new(path)).unwrap();
            assert_eq!(text, expected);
            assert_eq!(paths.whole(&text), Ok(PathBuf::from(path)));
        }
        for name in ["a", "~", "~a", "dropbox:x", "$a", "a$"] {
            let whole = paths.whole(&written_from_here(name)).unwrap();
            assert_eq!(whole, Path::new("/etc/links").join(name), "{name}");
        }
    }
}
