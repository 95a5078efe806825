//! Wine: runs the Windows programs on a Debian machine, for what Wine's file system can do.
//!
//! Wine and its prefix are Debian's and ours alone: the prefix lies under `target/cross`, and no process of another
//! prefix is touched. Wine 8's `bcryptprimitives.dll` lacks `ProcessPrng`, which std needs for its random keys; a DLL
//! of four lines stands in for it. Neither it nor anything else here is part of `lw`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::{fill_folder, finish, output, require};
use crate::outcome::{Failure, Outcome};

/// Where Debian puts the program when the package with the wrapper scripts is not installed.
const FOLDERS: [&str; 2] = ["/usr/lib/wine", "/usr/bin"];

const HELP: &str = "apt-get install --no-install-recommends wine64";

const SHIM: &str = "bcryptprimitives.dll";

const SHIM_SOURCE: &str = "\
__declspec(dllimport) unsigned char __stdcall SystemFunction036(void *, unsigned long);
__declspec(dllexport) int __stdcall ProcessPrng(void *room, unsigned long long bytes) {
  return SystemFunction036(room, (unsigned long)bytes);
}
";

/// No Mono, no Gecko, no menus: each would ask on a display that is not there.
const OVERRIDES: &str = "mscoree=d;mshtml=d;winemenubuilder.exe=d;bcryptprimitives=n";

/// How long making a prefix may take.
const BOOT_LIMIT: Duration = Duration::from_secs(180);

/// How long one program may run.
const PROGRAM_LIMIT: Duration = Duration::from_secs(900);

/// How often a running program is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A prefix with the shim in it. Dropped, it ends the processes of this prefix, and no other.
pub struct Wine {
    loader: PathBuf,
    server: PathBuf,
    prefix: PathBuf,
    /// A folder on another volume, which Windows programs see as drive `X:`.
    other_volume: Option<PathBuf>,
}

/// Returns Wine with a prefix under `place`, which is made first unless this Wine made it before.
pub fn ready(place: &Path, compiler: &str) -> Result<Wine, Failure> {
    let loader = found("wine64")?;
    let server = found("wineserver64").or_else(|_| found("wineserver"))?;
    let version = output(
        Command::new(&loader)
            .arg("--version")
            .env("WINEDEBUG", "-all"),
    )?;
    println!("cross: {}", version.trim());
    let folder = place.join("wine");
    let mark = folder.join("version");
    if !std::fs::read_to_string(&mark).is_ok_and(|made_by| made_by == version) {
        fill_folder(place, "wine", |part| {
            make(part, &loader, &server, compiler)?;
            std::fs::write(part.join("version"), &version)
                .map_err(|error| Failure::because("could not note Wine's version", error))
        })?;
    }
    let mut wine = Wine {
        loader,
        server,
        prefix: folder.join("prefix"),
        other_volume: None,
    };
    wine.offer_other_volume()?;
    Ok(wine)
}

fn found(program: &str) -> Result<PathBuf, Failure> {
    let at = FOLDERS.map(|folder| Path::new(folder).join(program));
    match at.into_iter().find(|path| path.is_file()) {
        Some(path) => Ok(path),
        None => require(program, HELP),
    }
}

fn make(part: &Path, loader: &Path, server: &Path, compiler: &str) -> Outcome {
    let source = part.join("shim.c");
    let written = std::fs::write(&source, SHIM_SOURCE);
    written.map_err(|error| Failure::because("could not write the shim", error))?;
    let shim = part.join(SHIM);
    finish(
        Command::new(compiler)
            .args(["-shared", "-O1", "-o"])
            .arg(&shim)
            .arg(&source)
            .arg("-ladvapi32"),
    )?;
    let prefix = part.join("prefix");
    std::fs::create_dir(&prefix)
        .map_err(|error| Failure::because("could not make the prefix", error))?;
    let wine = Wine {
        loader: loader.to_path_buf(),
        server: server.to_path_buf(),
        prefix: prefix.clone(),
        other_volume: None,
    };
    let mut boot = wine.command("wineboot".as_ref());
    boot.arg("--init")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let status = within(BOOT_LIMIT, boot)?;
    if !status.success() {
        return Err(Failure::Failed(format!("wineboot failed: {status}")));
    }
    wine.end_all();
    let system = prefix.join("drive_c/windows/system32").join(SHIM);
    std::fs::copy(&shim, &system)
        .map(drop)
        .map_err(|error| Failure::because(format!("could not fill {}", system.display()), error))
}

impl Wine {
    /// Runs a program with its output shown; fails if it does, or if it lasts longer than `PROGRAM_LIMIT`.
    pub fn run(&self, program: &Path, arguments: &[&str]) -> Outcome {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        let mut command = self.command(program);
        command.args(arguments);
        let status = within(PROGRAM_LIMIT, command)?;
        match status.success() {
            true => Ok(()),
            false => Err(Failure::Failed(format!(
                "{name} failed under Wine: {status}"
            ))),
        }
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(&self.loader);
        command
            .arg(program)
            .stdin(Stdio::null())
            .env("WINEPREFIX", &self.prefix)
            .env("WINEDEBUG", "-all")
            .env("WINEDLLOVERRIDES", OVERRIDES)
            .env_remove("DISPLAY");
        if self.other_volume.is_some() {
            command.env("LW_TEST_OTHER_VOLUME", "X:\\");
        }
        command
    }

    /// Gives the prefix a drive on another volume than drive C:, where this machine has one in memory.
    fn offer_other_volume(&mut self) -> Outcome {
        let memory = Path::new("/dev/shm");
        if !memory.is_dir() {
            return Ok(());
        }
        let folder = memory.join(format!("lw-wine-{}", std::process::id()));
        let drive = self.prefix.join("dosdevices/x:");
        let failed = |error| Failure::because("could not make drive X:", error);
        std::fs::create_dir(&folder).map_err(failed)?;
        let _none_from_before = std::fs::remove_file(&drive);
        std::os::unix::fs::symlink(&folder, &drive).map_err(failed)?;
        self.other_volume = Some(folder);
        Ok(())
    }

    fn end_all(&self) {
        for way in ["-k", "-w"] {
            let mut server = Command::new(&self.server);
            // It answers with a failure when nothing of this prefix runs.
            let _nothing_ran = server.arg(way).env("WINEPREFIX", &self.prefix).status();
        }
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        self.end_all();
        if let Some(folder) = &self.other_volume {
            let _in_memory_only = std::fs::remove_dir_all(folder);
        }
    }
}

/// Waits for a program, and ends it when it lasts longer than `limit`.
fn within(limit: Duration, mut command: Command) -> Result<ExitStatus, Failure> {
    let failed = |error| Failure::because("could not run Wine", error);
    let mut child: Child = command.spawn().map_err(failed)?;
    let end = Instant::now() + limit;
    while Instant::now() < end {
        if let Some(status) = child.try_wait().map_err(failed)? {
            return Ok(status);
        }
        std::thread::sleep(LOOK_EVERY);
    }
    child.kill().map_err(failed)?;
    child.wait().map_err(failed)?;
    let shown = format!("{command:?}");
    Err(Failure::because(
        format!("not done after {} s", limit.as_secs()),
        shown,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lasts_too_long_is_ended() {
        let mut long = Command::new("sleep");
        long.arg("60");
        let begun = Instant::now();
        let failure = within(Duration::from_millis(100), long).unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(30));
        assert!(matches!(failure, Failure::Failed(text) if text.starts_with("not done after")));
        assert!(within(BOOT_LIMIT, Command::new("true")).unwrap().success());
    }
}
