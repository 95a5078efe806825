//! A sound file takes the place of a damaged one.

use std::ffi::OsStr;
use std::io;

use super::ready::{Bench, Ready};
use crate::sys::dir::Dir;
use crate::{FsErrorKind, sys};

/// Lets a file that lies on the bench stand at a name, in one step where the volume can exchange names. What was there lies on the
/// bench afterwards.
pub(super) fn put(
    bench: &mut Bench<'_, '_>,
    ready: &Ready,
    (dir, name): (&Dir, &OsStr),
) -> io::Result<()> {
    match sys::tree::status_at(dir, name) {
        Ok(status) if status.inode == ready.inode => return Ok(()),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let link = || sys::link::create_hard_link(&bench.dir, &ready.name, dir, name);
            return bench.act("put in place", name, link);
        }
        Err(error) => return Err(error),
    }
    let kept = bench.free_name("", crate::name_bytes(name));
    let link = || sys::link::create_hard_link(&bench.dir, &ready.name, &bench.dir, &kept);
    bench.act("lay out link", &kept, link)?;
    swap(bench, &kept, (dir, name))
}

/// Exchanges what lies on the bench with what stands at a name.
pub(super) fn swap(
    bench: &mut Bench<'_, '_>,
    kept: &OsStr,
    (dir, name): (&Dir, &OsStr),
) -> io::Result<()> {
    let exchange = || sys::rename::exchange(&bench.dir, kept, dir, name);
    match bench.act("exchange", kept, exchange) {
        Err(error) if sys::errno::kind(&error) == FsErrorKind::Unsupported => {}
        other => return other,
    }
    // What is damaged may be missing for a moment; should that be the last one, the next repair finds it so.
    let aside = bench.free_name("", crate::name_bytes(name));
    let away = || sys::rename::rename(dir, name, &bench.dir, &aside);
    bench.act("take away", &aside, away)?;
    let into = || sys::rename::rename(&bench.dir, kept, dir, name);
    bench.act("put in place", name, into)
}
