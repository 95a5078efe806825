//! zig as compiler and linker for macOS, with `cargo-zigbuild` in front, both from PyPI.
//!
//! zig carries Apple's libc headers and stubs, so no SDK is needed as long as no framework is linked.

use std::path::Path;
use std::process::Command;

use super::{Tools, cargo_program, fill_folder, output, require};
use crate::outcome::Failure;

const FOLDER: &str = "zig";

/// The packages with the versions this was tried with: zig changes its driver often.
const PACKAGES: [(&str, &str); 2] = [("ziglang", "0.17.0"), ("cargo-zigbuild", "0.24.0")];

/// Returns the tools for macOS, which are fetched first unless these versions are there (about 100 MB).
pub fn tools(place: &Path) -> Result<Tools, Failure> {
    let folder = place.join(FOLDER);
    let is_there = PACKAGES.iter().all(|(name, version)| {
        folder
            .join(format!("{}-{version}.dist-info", name.replace('-', "_")))
            .is_dir()
    });
    if !is_there {
        fetch(place)?;
    }
    let zigbuild = folder.join("bin/cargo-zigbuild");
    Ok(Tools {
        lint: vec![zigbuild.clone().into(), "clippy".into()],
        build: vec![zigbuild.into(), "zigbuild".into()],
        environment: vec![
            ("CARGO", cargo_program()),
            ("CARGO_ZIGBUILD_ZIG_PATH", folder.join("ziglang/zig").into()),
            ("CARGO_ZIGBUILD_CACHE_DIR", place.join("zig-cache").into()),
            (
                "ZIG_GLOBAL_CACHE_DIR",
                place.join("zig-cache/global").into(),
            ),
        ],
    })
}

fn fetch(place: &Path) -> Result<(), Failure> {
    let help = "apt-get install --no-install-recommends python3 python3-pip";
    require("python3", help)?;
    fill_folder(place, FOLDER, |folder| {
        let wanted = PACKAGES.map(|(name, version)| format!("{name}=={version}"));
        println!("cross: fetching {}", wanted.join(" "));
        let mut pip = Command::new("python3");
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
        ]);
        pip.args(["--root-user-action=ignore", "--target"])
            .arg(folder)
            .args(wanted);
        output(&mut pip)
            .map(drop)
            .map_err(|failure| failure.with_help(help))
    })
}
