//! The server of the recording block devices: `lw-recorder MOUNT_POINT LOG IMAGE…`.
//!
//! It is a process of its own so that a test that dies while it waits for a recorded disk takes no disk with it: the
//! kernel could then neither answer nor give up.

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
use std::io::{self, Read as _, Write as _};
#[cfg(unix)]
use std::path::PathBuf;

#[cfg(unix)]
use lw_testkit::recorder::{READY, Service, serve};

#[cfg(unix)]
fn main() -> io::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(mount_point), Some(log)) = (arguments.next(), arguments.next()) else {
        return Err(io::Error::other(
            "usage: lw-recorder MOUNT_POINT LOG IMAGE...",
        ));
    };
    let service = Service {
        mount_point,
        log,
        images: arguments.collect(),
    };
    std::thread::spawn(end_with_the_input);
    serve(&service, || {
        let mut output = io::stdout();
        writeln!(output, "{READY}")?;
        output.flush()
    })
}

/// Ends the process when the one that started it is gone.
#[cfg(unix)]
fn end_with_the_input() {
    let mut input = Vec::new();
    let _until_the_end = io::stdin().read_to_end(&mut input);
    std::process::exit(0);
}
