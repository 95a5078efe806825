//! The right to change files, and the one choke point that each change passes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::act::Lock;
use crate::sys::{self, dir::Dir};

/// One change about to happen, as the [`Witness`] sees it.
#[derive(Debug, Clone, Copy)]
pub struct Effect<'a> {
    /// The change in the infinitive: "exchange".
    pub name: &'static str,
    /// The path it changes.
    pub path: &'a Path,
}

/// Is told of each change before and after it happens, and can forbid it.
///
/// The program runs with [`NoWitness`]; tests use this seam to kill the process or to fail the N-th change.
pub trait Witness: Send {
    /// Is called before the change; an error keeps it from happening and is what the caller sees.
    fn before(&mut self, effect: Effect<'_>) -> io::Result<()>;

    /// Is called after the change, with whether the system said that it succeeded.
    fn after(&mut self, effect: Effect<'_>, succeeded: bool);

    /// Returns whether it wants to be called at all; asked once for each lot of parallel work.
    fn is_watching(&self) -> bool {
        true
    }
}

/// Watches nothing and forbids nothing.
#[derive(Debug, Default, Clone, Copy)]
pub struct NoWitness;

impl Witness for NoWitness {
    fn before(&mut self, _effect: Effect<'_>) -> io::Result<()> {
        Ok(())
    }

    fn after(&mut self, _effect: Effect<'_>, _succeeded: bool) {}

    fn is_watching(&self) -> bool {
        false
    }
}

/// The right to change files: every changing function of this crate asks for one.
///
/// Only the runner of `linkwright-core` makes a hand (`cargo xtask tidy` keeps it so); planning code never has one.
pub struct Hand<'a> {
    witness: &'a mut dyn Witness,
    /// The folders it worked in last, the latest at the end.
    folders: Vec<(PathBuf, Arc<Dir>)>,
    most_folders: usize,
    /// Locks that are let go when its work ends.
    locks: Vec<Lock>,
}

impl<'a> Hand<'a> {
    /// Makes a hand whose changes `witness` sees. To be called by the runner alone.
    pub fn grant(witness: &'a mut dyn Witness) -> Self {
        Self {
            witness,
            folders: Vec::new(),
            most_folders: 0,
            locks: Vec::new(),
        }
    }

    /// Lets it keep the folders open that it worked in last, as many as one change works in: for much work in few folders.
    ///
    /// A folder that is moved away is noticed after the change as ever, and the change taken back.
    pub fn keeping_folders(self) -> Self {
        const FOLDERS_OF_A_CHANGE: usize = 2;
        Self {
            most_folders: FOLDERS_OF_A_CHANGE,
            ..self
        }
    }

    /// Returns the folder at `path`, opened so that no link is passed, or the one that was kept open.
    pub(crate) fn folder(&mut self, path: &Path) -> io::Result<Arc<Dir>> {
        let kept = self.folders.iter().rposition(|(kept, _)| kept == path);
        let folder = match kept {
            Some(place) => self.folders.remove(place),
            None => (path.to_path_buf(), Arc::new(sys::dir::open_dir(path)?)),
        };
        let dir = Arc::clone(&folder.1);
        self.folders.push(folder);
        if self.folders.len() > self.most_folders {
            self.folders.remove(0);
        }
        Ok(dir)
    }

    /// Keeps a lock until the work of this hand ends; the file of the lock stays.
    pub(crate) fn hold(&mut self, lock: Lock) {
        self.locks.push(lock);
    }

    /// Returns whether it holds the lock at `path`.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        self.locks.iter().any(|lock| lock.path() == path)
    }

    /// Closes the folders that were kept open.
    pub(crate) fn let_folders_go(&mut self) {
        self.folders.clear();
    }

    /// Returns the same right for several threads; the witness sees their changes one at a time.
    pub(crate) fn shared(&mut self) -> SharedHand<'_> {
        let is_watched = self.witness.is_watching();
        SharedHand {
            witness: Mutex::new(self.witness),
            is_watched,
        }
    }

    /// Carries out one change: the only way from this crate to a changing system call.
    pub(crate) fn effect<T>(
        &mut self,
        name: &'static str,
        path: &Path,
        act: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        let effect = Effect { name, path };
        self.witness.before(effect)?;
        let result = act();
        self.witness.after(effect, result.is_ok());
        result
    }
}

/// A [`Hand`] that several threads share.
pub(crate) struct SharedHand<'a> {
    witness: Mutex<&'a mut dyn Witness>,
    is_watched: bool,
}

impl SharedHand<'_> {
    /// Carries out one change, as [`Hand::effect`] does; `path` is asked for only if somebody watches.
    pub(crate) fn effect<T>(
        &self,
        name: &'static str,
        path: impl FnOnce() -> PathBuf,
        act: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        if !self.is_watched {
            return act();
        }
        let path = path();
        let effect = Effect { name, path: &path };
        // Held over the change: what the witness sees is one order that the changes could have had.
        let mut witness = self.witness.lock().unwrap_or_else(PoisonError::into_inner);
        witness.before(effect)?;
        let result = act();
        witness.after(effect, result.is_ok());
        result
    }
}

impl std::fmt::Debug for Hand<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hand")
    }
}
