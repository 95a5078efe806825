//! Timing: the middle of several runs, with the extremes.

use std::time::Duration;

/// Several measurements of one thing.
pub struct Timing(Vec<Duration>);

impl Timing {
    /// Wraps measurements.
    pub fn from(mut taken: Vec<Duration>) -> Self {
        taken.sort();
        Self(taken)
    }

    /// Returns the middle one, in milliseconds.
    pub fn median_ms(&self) -> f64 {
        self.0[self.0.len() / 2].as_secs_f64() * 1000.0
    }

    /// Returns the middle one and the extremes, as a table cell.
    pub fn cell(&self) -> String {
        let ms = |time: &Duration| time.as_secs_f64() * 1000.0;
        format!(
            "{:.1} ({:.1}–{:.1})",
            self.median_ms(),
            ms(&self.0[0]),
            ms(&self.0[self.0.len() - 1])
        )
    }
}
