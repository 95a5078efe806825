//! The right to change files, and the one choke point that each change passes.

use std::io;
use std::path::Path;

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
pub trait Witness {
    /// Is called before the change; an error keeps it from happening and is what the caller sees.
    fn before(&mut self, effect: Effect<'_>) -> io::Result<()>;

    /// Is called after the change, with whether the system said that it succeeded.
    fn after(&mut self, effect: Effect<'_>, succeeded: bool);
}

/// Watches nothing and forbids nothing.
#[derive(Debug, Default, Clone, Copy)]
pub struct NoWitness;

impl Witness for NoWitness {
    fn before(&mut self, _effect: Effect<'_>) -> io::Result<()> {
        Ok(())
    }

    fn after(&mut self, _effect: Effect<'_>, _succeeded: bool) {}
}

/// The right to change files: every changing function of this crate asks for one.
///
/// Only the runner of `linkwright-core` makes a hand (`cargo xtask tidy` keeps it so); planning code never has one.
pub struct Hand<'a> {
    witness: &'a mut dyn Witness,
}

impl<'a> Hand<'a> {
    /// Makes a hand whose changes `witness` sees. To be called by the runner alone.
    pub fn grant(witness: &'a mut dyn Witness) -> Self {
        Self { witness }
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

impl std::fmt::Debug for Hand<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hand")
    }
}
