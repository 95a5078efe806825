//! Commands that behave like other programs' commands, for hands and scripts that know those.
//!
//! Their arguments are not clap's: each is read as its model reads them.

mod getopt;
mod ground;
mod ln;
mod mklink;
mod new_item;
mod quoting;
mod voice;
mod windows_link;

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use lw_fs::Witness;

use ground::Ground;
use voice::Voice;

/// A command that is imitated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Model {
    Ln,
    Mklink,
    NewItem,
}

impl Model {
    fn of(name: &OsStr) -> Option<Self> {
        let name = name.to_str()?;
        let name = name.strip_suffix(".exe").unwrap_or(name);
        // Windows' commands are called in letters of either case.
        match name.to_ascii_lowercase().as_str() {
            "ln" if name == "ln" => Some(Self::Ln),
            "mklink" => Some(Self::Mklink),
            "new-item" => Some(Self::NewItem),
            _ => None,
        }
    }
}

/// Runs the look-alike that the arguments ask for, if they do: by the program's own name, or by the first argument.
pub(crate) fn run_if_asked(arguments: &[OsString], witness: &mut dyn Witness) -> Option<ExitCode> {
    let (program, rest) = arguments.split_first()?;
    let called = Path::new(program).file_name()?;
    if let Some(model) = Model::of(called) {
        return Some(run(model, Voice::new(program), rest, witness));
    }
    let (first, rest) = rest.split_first()?;
    let model = Model::of(first)?;
    let mut name = called.to_os_string();
    name.push(" ");
    name.push(first);
    Some(run(model, Voice::new(&name), rest, witness))
}

fn run(model: Model, voice: Voice, arguments: &[OsString], witness: &mut dyn Witness) -> ExitCode {
    let ground = Ground::from_environment();
    match model {
        Model::Ln => ln::run(voice, arguments, &ground, witness),
        Model::Mklink => mklink::run(voice, arguments, &ground, witness),
        Model::NewItem => new_item::run(voice, arguments, &ground, witness),
    }
}
