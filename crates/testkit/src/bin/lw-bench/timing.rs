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

    /// Returns the middle one.
    pub fn median(&self) -> Duration {
        self.0[self.0.len() / 2]
    }

    /// Returns the middle one, in milliseconds.
    pub fn median_ms(&self) -> f64 {
        self.median().as_secs_f64() * 1000.0
    }

    /// Returns the middle one and the extremes in milliseconds, as a table cell.
    pub fn cell(&self) -> String {
        self.cell_of(|time| format!("{:.1}", time.as_secs_f64() * 1000.0))
    }

    /// Returns the middle one and the extremes in seconds, as a table cell.
    pub fn cell_seconds(&self) -> String {
        self.cell_of(|time| format!("{:.2}", time.as_secs_f64()))
    }

    fn cell_of(&self, shown: impl Fn(Duration) -> String) -> String {
        let (least, most) = (self.0[0], self.0[self.0.len() - 1]);
        format!(
            "{} ({}–{})",
            shown(self.median()),
            shown(least),
            shown(most)
        )
    }
}
