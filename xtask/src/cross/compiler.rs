//! Debian's Rust compiler with its sources, unpacked beside the build instead of installed.
//!
//! Installed, its `/usr/bin/rustc` could stand before rustup's. The packages are those of Debian 12's security
//! archive (`rustc-web`, kept current for the browsers).

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{fill_folder, output, require};
use crate::outcome::{Failure, Outcome};

const FOLDER: &str = "rust";
const PACKAGES: [&str; 4] = [
    "rustc-web",
    "libstd-rust-web-dev",
    "rust-web-src",
    "rust-web-clippy",
];

/// Dependencies that are unpacked as well; all others must be installed.
const UNPACKED_DEPENDENCIES: [&str; 2] = ["libstd-rust-web", "libllvm"];

/// The chain of dependencies unpacked is three long; more would mean a loop.
const DEPENDENCY_LIMIT: usize = 12;

const HELP_INSTALL: &str =
    "apt-get install --no-install-recommends libedit2 libffi8 libxml2 libz3-4 libzstd1 zlib1g";

/// An unpacked compiler that runs.
pub struct Rust {
    place: PathBuf,
}

impl Rust {
    /// Returns what makes cargo use this compiler.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let usr = usr(&self.place);
        // Only `cargo-clippy` stands in this folder, so rustup's cargo and rustc stay what they are.
        let mut search_path = OsString::from(programs(&self.place));
        search_path.push(":");
        search_path.push(std::env::var_os("PATH").unwrap_or_default());
        vec![
            ("RUSTC", usr.join("bin/rustc").into()),
            // Debian's stable compiler lets -Zbuild-std pass with this.
            ("RUSTC_BOOTSTRAP", "1".into()),
            ("LD_LIBRARY_PATH", usr.join("lib/x86_64-linux-gnu").into()),
            ("PATH", search_path),
        ]
    }

    /// Returns the compiler's own account of its version, or why it does not run.
    fn version(&self) -> Result<String, Failure> {
        let rustc = usr(&self.place).join("bin/rustc");
        output(
            Command::new(rustc)
                .arg("--version")
                .envs(self.environment()),
        )
    }
}

/// Returns the path of the unpacked `cargo-clippy`, which finds its driver beside itself.
pub fn cargo_clippy(place: &Path) -> PathBuf {
    programs(place).join("cargo-clippy")
}

/// Returns the compiler under `place`, which is fetched and unpacked first unless it is there and runs.
///
/// Needs Debian on x86_64 with `apt-get` and `dpkg-deb`; fetches about 140 MB. Remove the folder `rust` to renew it.
pub fn ready(place: &Path) -> Result<Rust, Failure> {
    let rust = Rust {
        place: place.to_owned(),
    };
    if rust.version().is_err() {
        fetch(place)?;
    }
    let version = rust
        .version()
        .map_err(|failure| failure.with_help(HELP_INSTALL))?;
    let sources = usr(place).join("lib/rustlib/src/rust/library/Cargo.lock");
    if !sources.is_file() {
        return Err(Failure::Failed(format!(
            "rust-web-src holds no {}",
            sources.display()
        )));
    }
    println!("cross: {}", version.trim());
    Ok(rust)
}

fn usr(place: &Path) -> PathBuf {
    place.join(FOLDER).join("usr")
}

fn programs(place: &Path) -> PathBuf {
    place.join(FOLDER).join("programs")
}

fn fetch(place: &Path) -> Outcome {
    for program in ["apt-get", "apt-cache", "dpkg-deb"] {
        require(
            program,
            "run this on Debian 12 or newer, or in a container of it",
        )?;
    }
    let packages = packages()?;
    println!("cross: fetching {}", packages.join(" "));
    fill_folder(place, FOLDER, |folder| {
        output(
            Command::new("apt-get")
                .arg("download")
                .args(&packages)
                .current_dir(folder),
        )
        .map_err(|failure| failure.with_help("apt-get update"))?;
        let files = std::fs::read_dir(folder).map_err(|error| {
            Failure::because(format!("could not list {}", folder.display()), error)
        })?;
        let files: Vec<PathBuf> = files.flatten().map(|entry| entry.path()).collect();
        for package in files
            .iter()
            .filter(|path| path.extension().is_some_and(|ending| ending == "deb"))
        {
            output(Command::new("dpkg-deb").arg("-x").arg(package).arg(folder))?;
            std::fs::remove_file(package).map_err(|error| {
                Failure::because(format!("could not remove {}", package.display()), error)
            })?;
        }
        offer_clippy(folder)
    })
}

/// Puts a link to `cargo-clippy`, and nothing else, into a folder that may stand on the search path.
fn offer_clippy(folder: &Path) -> Outcome {
    let programs = folder.join("programs");
    output(Command::new("mkdir").arg(&programs))?;
    let link = programs.join("cargo-clippy");
    output(
        Command::new("ln")
            .arg("-s")
            .arg("../usr/bin/cargo-clippy")
            .arg(link),
    )
    .map(drop)
}

/// Returns the packages to unpack: the compiler's own and the libraries it alone uses.
fn packages() -> Result<Vec<String>, Failure> {
    let mut packages: Vec<String> = PACKAGES.iter().map(|name| (*name).to_owned()).collect();
    let mut next = 0;
    while next < packages.len() && packages.len() < DEPENDENCY_LIMIT {
        let record =
            output(Command::new("apt-cache").args(["show", "--no-all-versions", &packages[next]]))
                .map_err(|failure| failure.with_help("apt-get update"))?;
        for name in unpacked_dependencies(&record) {
            if !packages.contains(&name) {
                packages.push(name);
            }
        }
        next += 1;
    }
    Ok(packages)
}

/// Returns the dependencies in a record of `apt-cache show` that are unpacked too.
fn unpacked_dependencies(record: &str) -> Vec<String> {
    let depends = record
        .lines()
        .find_map(|line| line.strip_prefix("Depends: "))
        .unwrap_or_default();
    let names = depends
        .split(',')
        .filter_map(|dependency| dependency.split_whitespace().next());
    let names = names.filter(|name| {
        UNPACKED_DEPENDENCIES
            .iter()
            .any(|prefix| name.starts_with(prefix))
    });
    names.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compilers_own_libraries_are_unpacked_with_it() {
        let record = "Package: libstd-rust-web-1.96\nDepends: libc6 (>= 2.34), libgcc-s1 (>= 4.2), libllvm22, libstdc++6 (>= 11)\n";
        assert_eq!(unpacked_dependencies(record), ["libllvm22"]);
        let record = "Package: libstd-rust-web-dev\nDepends: libstd-rust-web-1.96 (= 1.96.0)\n";
        assert_eq!(unpacked_dependencies(record), ["libstd-rust-web-1.96"]);
        assert!(unpacked_dependencies("Package: rust-web-src\n").is_empty());
    }
}
