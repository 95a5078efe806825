//! The ways to move something to another volume, and what each has to leave.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::trees::Held;

/// Who moves a tree.
pub const TREE_CONTENDERS: [Contender; 3] = [
    Contender::ByHand {
        name: "`cp -a`, `sync -f`, caches dropped, `diff -r`, `rm -rf`, `sync -f`",
        script: "cp -a \"$1\" \"$2\"; sync -f \"$2\"; echo 3 > /proc/sys/vm/drop_caches; \
                 diff -r --no-dereference \"$1\" \"$2\"; rm -rf \"$1\"; sync -f \"$3\"",
    },
    MV,
    Contender::Ours,
];

/// Who moves a file.
pub const FILE_CONTENDERS: [Contender; 3] = [
    Contender::ByHand {
        name: "`cp`, `sync -f`, caches dropped, `cmp`, `rm`",
        script: "cp \"$1\" \"$2\"; sync -f \"$2\"; echo 3 > /proc/sys/vm/drop_caches; \
                 cmp \"$1\" \"$2\"; rm \"$1\"",
    },
    MV,
    Contender::Ours,
];

const MV: Contender = Contender::ByHand {
    name: "`mv`, `sync -f`: nothing verified",
    script: "mv \"$1\" \"$2\" && sync -f \"$2\"",
};

/// One way to move.
pub enum Contender {
    /// By a shell: `$1` is what is moved, `$2` is where to, `$3` is the volume it comes from.
    ByHand {
        name: &'static str,
        script: &'static str,
    },
    /// By the program measured.
    Ours,
}

/// What a contender is given.
pub struct Places {
    pub source: PathBuf,
    pub dest: PathBuf,
    pub source_volume: PathBuf,
}

impl Contender {
    /// Returns what the table calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ByHand { name, .. } => name,
            Self::Ours => "`lw move`",
        }
    }

    /// Returns the program to start and its arguments; `program` is ours.
    pub fn arguments(&self, program: &Path, places: &Places) -> Vec<OsString> {
        let (start, paths) = match self {
            Self::ByHand { script, .. } => (
                vec!["sh".into(), "-ec".into(), script.into(), "sh".into()],
                vec![&places.source, &places.dest, &places.source_volume],
            ),
            Self::Ours => (
                vec![program.into(), "move".into(), "-y".into()],
                vec![&places.source, &places.dest],
            ),
        };
        let paths = paths.into_iter().map(OsString::from);
        start.into_iter().chain(paths).collect()
    }

    /// Returns what is wrong with what the contender left.
    pub fn check(&self, places: &Places, expected: Held) -> Result<(), String> {
        let held = Held::by(&places.dest).map_err(|error| format!("DEST: {error}"))?;
        if held != expected {
            return Err(format!("DEST holds {held:?} and not {expected:?}"));
        }
        let left = places.source.symlink_metadata();
        match (self, left) {
            (Self::Ours, Ok(left)) if left.is_symlink() => Ok(()),
            (Self::ByHand { .. }, Err(error)) if error.kind() == ErrorKind::NotFound => Ok(()),
            (_, left) => Err(format!("SOURCE is left as {left:?}")),
        }
    }
}
