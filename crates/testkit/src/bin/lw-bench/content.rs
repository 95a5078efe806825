//! What stands in the files of a benchmark: sizes as on real disks, and bytes that nothing can compress.
//!
//! Both come from one generator with a fixed start, so that every run moves the same bytes.

use std::fs::File;
use std::io::Write as _;

const SEED: u64 = 0x6c69_6e6b_7772_6967;
const CHUNK_BYTES: usize = 64 * 1024;

/// Half of all files are smaller; with the mean this fixes the lognormal distribution.
const MEDIAN_BYTES: f64 = 2.5 * 1024.0;
const MEAN_BYTES: f64 = 9.0 * 1024.0;

/// No file is larger, however rare a number the generator draws.
const LARGEST_BYTES: u64 = 16 * 1024 * 1024;

/// A source of sizes and bytes: SplitMix64, by Steele, Lea and Flood, 2014.
pub struct Content {
    state: u64,
    chunk: Vec<u8>,
}

impl Content {
    /// Starts from the beginning.
    pub fn new() -> Self {
        Self {
            state: SEED,
            chunk: vec![0; CHUNK_BYTES],
        }
    }

    /// Returns the size of the next file, lognormal.
    pub fn size(&mut self) -> u64 {
        let spread = (2.0 * (MEAN_BYTES / MEDIAN_BYTES).ln()).sqrt();
        let bytes = MEDIAN_BYTES * (spread * self.normal()).exp();
        (bytes.round() as u64).min(LARGEST_BYTES)
    }

    /// Writes the next `bytes` bytes to the file.
    pub fn write(&mut self, file: &mut File, bytes: u64) {
        let mut left = bytes;
        while left > 0 {
            let now = usize::try_from(left).map_or(CHUNK_BYTES, |left| left.min(CHUNK_BYTES));
            let mut at = 0;
            while at < now {
                let word = self.next().to_le_bytes();
                let end = (at + word.len()).min(now);
                self.chunk[at..end].copy_from_slice(&word[..end - at]);
                at = end;
            }
            file.write_all(&self.chunk[..now]).unwrap();
            left -= now as u64;
        }
    }

    /// Returns a number of the standard normal distribution, by Box and Muller.
    fn normal(&mut self) -> f64 {
        // Never zero, whose logarithm is infinite.
        let first = 1.0 - self.fraction();
        let second = self.fraction();
        (-2.0 * first.ln()).sqrt() * (std::f64::consts::TAU * second).cos()
    }

    /// Returns a number from 0 to below 1: the 53 bits that a double holds.
    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_median_and_the_mean_they_claim() {
        let mut content = Content::new();
        let mut sizes: Vec<u64> = (0..200_000).map(|_| content.size()).collect();
        sizes.sort_unstable();
        let median = sizes[sizes.len() / 2] as f64;
        let mean = sizes.iter().sum::<u64>() as f64 / sizes.len() as f64;
        assert!((median / MEDIAN_BYTES - 1.0).abs() < 0.02, "{median}");
        assert!((mean / MEAN_BYTES - 1.0).abs() < 0.05, "{mean}");
    }
}
