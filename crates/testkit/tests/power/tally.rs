//! What became of all the restarts after one command.

/// The most failures that are told one by one.
const FAILURES_TOLD: usize = 12;

/// Counts restarts by how they ended.
#[derive(Debug, Default)]
pub struct Tally {
    /// Cuts after the first write of the command and before its last flush.
    pub cuts_inside: usize,
    restarts: usize,
    settled: usize,
    before: usize,
    after: usize,
    failures: Vec<String>,
}

/// How a restart ended well.
#[derive(Debug)]
pub struct Mended {
    /// Whether there was something to settle.
    pub was_settled: bool,
    /// Whether all is as after the command; else as before.
    pub is_after: bool,
}

impl Tally {
    /// Counts one restart, or notes what went wrong.
    pub fn add(&mut self, mended: Result<Mended, String>) {
        self.restarts += 1;
        match mended {
            Ok(mended) => {
                self.settled += usize::from(mended.was_settled);
                self.before += usize::from(!mended.is_after);
                self.after += usize::from(mended.is_after);
            }
            Err(failure) => self.failures.push(failure),
        }
    }

    /// Fails the test if a restart failed, or if the cuts did not hit the program at work.
    pub fn judge(&self, what: &str) {
        println!(
            "{what}: {} cuts inside, {} restarts: {} settled, {} as before, {} as after",
            self.cuts_inside, self.restarts, self.settled, self.before, self.after
        );
        let told = self.failures.len().min(FAILURES_TOLD);
        assert!(
            self.failures.is_empty(),
            "{what}: {} of {} restarts failed:\n{}",
            self.failures.len(),
            self.restarts,
            self.failures[..told].join("\n")
        );
        assert!(self.cuts_inside > 0, "{what}: no cut hit its point");
        let is_hit = self.settled > 0 && self.before > 0 && self.after > 0;
        assert!(is_hit, "{what}: no cut fell while it was at work: {self:?}");
    }
}
