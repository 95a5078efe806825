//! A power cut at any point of a log, and which of the writes that no flush covers reached the disk all the same.

use std::ops::Range;

use super::log::{Log, Piece};

/// The power goes just before an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The number of the first event that never came, on any of the devices.
    pub at: usize,
    /// What happened to the writes before it that no flush covers.
    pub survivors: Survivors,
}

/// Which of the writes that were answered, but not flushed since, reached the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survivors {
    /// None of them.
    None,
    /// All of them.
    All,
    /// Each by a coin that `seed` decides.
    Some {
        /// Decides.
        seed: u64,
    },
    /// Each by a coin, and of one of them each sector by a coin.
    Torn {
        /// Decides.
        seed: u64,
    },
}

/// What of a device is on its disk after a power cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remains<'a> {
    /// The events whose writes to this device are all on the disk.
    pub durable: Range<usize>,
    /// What came later and reached the disk all the same, in the order it was written.
    pub survivors: Vec<Piece<'a>>,
}

impl Log {
    /// Returns what of `device` is on its disk after `cut`; the disk writes a sector wholly or not at all.
    pub fn remains(&self, device: usize, cut: Cut, sector_bytes: u64) -> Remains<'_> {
        let durable = 0..self.durable_until(device, cut.at);
        let uncertain = self.pieces(device, durable.end..cut.at);
        let survivors = match cut.survivors {
            Survivors::None => Vec::new(),
            Survivors::All => uncertain,
            Survivors::Some { seed } => {
                let mut coin = Coin::new(seed, device);
                uncertain.into_iter().filter(|_| coin.falls()).collect()
            }
            Survivors::Torn { seed } => torn(uncertain, Coin::new(seed, device), sector_bytes),
        };
        Remains { durable, survivors }
    }

    /// Returns the number of writes on all devices that no flush covers when the power goes before event `at`.
    pub fn uncertain(&self, at: usize) -> usize {
        let devices = self.devices();
        let uncertain = |device| {
            let since = self.durable_until(device, at);
            self.pieces(device, since..at).len()
        };
        (0..devices).map(uncertain).sum()
    }
}

fn torn(uncertain: Vec<Piece<'_>>, mut coin: Coin, sector_bytes: u64) -> Vec<Piece<'_>> {
    let in_sectors: Vec<Vec<Piece<'_>>> = uncertain
        .into_iter()
        .map(|piece| sectors(piece, sector_bytes))
        .collect();
    let can_tear: Vec<usize> = (0..in_sectors.len())
        .filter(|nth| in_sectors[*nth].len() > 1)
        .collect();
    let victim = (!can_tear.is_empty()).then(|| can_tear[coin.below(can_tear.len())]);
    let mut survivors = Vec::new();
    for (nth, sectors) in in_sectors.into_iter().enumerate() {
        if Some(nth) == victim {
            survivors.extend(sectors.into_iter().filter(|_| coin.falls()));
        } else if coin.falls() {
            survivors.extend(sectors);
        }
    }
    survivors
}

/// Cuts a piece where the sectors of the disk end.
fn sectors(mut piece: Piece<'_>, sector_bytes: u64) -> Vec<Piece<'_>> {
    let mut sectors = Vec::new();
    while !piece.bytes.is_empty() {
        let room = (sector_bytes - piece.offset % sector_bytes) as usize;
        let (bytes, rest) = piece.bytes.split_at(room.min(piece.bytes.len()));
        sectors.push(Piece {
            offset: piece.offset,
            bytes,
        });
        piece = Piece {
            offset: piece.offset + bytes.len() as u64,
            bytes: rest,
        };
    }
    sectors
}

/// A coin whose throws follow from a seed (splitmix64).
struct Coin(u64);

impl Coin {
    fn new(seed: u64, device: usize) -> Self {
        Self(seed.wrapping_mul(0x1_0001).wrapping_add(device as u64))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn falls(&mut self) -> bool {
        self.next() & 1 == 1
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::log::Pen;
    use super::*;

    const SECTOR_BYTES: u64 = 4;

    /// Two devices; the first is flushed after its first write.
    fn log() -> Log {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut pen = Pen::new(&path).unwrap();
        pen.write(0, 0, b"flushed").unwrap();
        pen.write(1, 0, b"other").unwrap();
        pen.flush(0).unwrap();
        pen.write(0, 2, b"abcdefgh").unwrap();
        pen.write(0, 40, b"last").unwrap();
        Log::read(&path).unwrap()
    }

    fn survivors(log: &Log, device: usize, survivors: Survivors) -> Vec<(u64, String)> {
        let cut = Cut {
            at: log.len(),
            survivors,
        };
        let remains = log.remains(device, cut, SECTOR_BYTES);
        let text = |piece: &Piece<'_>| String::from_utf8(piece.bytes.to_vec()).unwrap();
        let pieces = remains.survivors.iter();
        pieces.map(|piece| (piece.offset, text(piece))).collect()
    }

    #[test]
    fn a_flush_covers_what_its_own_device_wrote_before() {
        let log = log();
        assert_eq!((log.len(), log.devices()), (5, 2));
        assert_eq!(log.durable_until(0, log.len()), 2);
        assert_eq!(log.durable_until(0, 2), 0);
        assert_eq!(log.durable_until(1, log.len()), 0);
        assert_eq!(log.uncertain(2), 2);
        assert_eq!(log.uncertain(log.len()), 3);
        assert!(survivors(&log, 0, Survivors::None).is_empty());
        let all = survivors(&log, 0, Survivors::All);
        assert_eq!(all, [(2, "abcdefgh".to_owned()), (40, "last".to_owned())]);
        assert_eq!(
            survivors(&log, 1, Survivors::All),
            [(0, "other".to_owned())]
        );
    }

    #[test]
    fn the_seed_decides_what_survives() {
        let log = log();
        let found: BTreeSet<_> = (0..64)
            .map(|seed| survivors(&log, 0, Survivors::Some { seed }))
            .collect();
        assert_eq!(found.len(), 4, "each subset of two: {found:?}");
        let again = |seed| survivors(&log, 0, Survivors::Torn { seed });
        assert!((0..64).all(|seed| again(seed) == again(seed)));
    }

    #[test]
    fn a_torn_write_breaks_at_the_sectors_of_the_disk() {
        let log = log();
        let found: BTreeSet<_> = (0..256)
            .flat_map(|seed| survivors(&log, 0, Survivors::Torn { seed }))
            .collect();
        let sectors = [(2, "ab"), (4, "cdef"), (8, "gh"), (40, "last")];
        let sectors = sectors.map(|(offset, text)| (offset, text.to_owned()));
        assert_eq!(found.into_iter().collect::<Vec<_>>(), sectors);
    }
}
