//! What a database of SQLite holds once the log beside it counts: sqlite.org/fileformat2.html, section 4.
//!
//! Only what was committed is taken, and only up to the first frame that is not sound, as SQLite does.

/// Where a database says by which sort of journal it is written: 2 is a write-ahead log.
const JOURNAL_AT: usize = 18;
const PAGE_SIZE_AT: usize = 16;

/// The length of what the log begins with; while it stays the same, frames are only added.
pub(super) const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
const VERSION: u32 = 3_007_000;

/// Checksums are made of words in the order of bytes of the machine that began the log.
#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

/// The sums over all bytes so far.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Sums(u32, u32);

impl Sums {
    fn over(self, bytes: &[u8], order: Order) -> Self {
        let Self(mut first, mut second) = self;
        for pair in bytes.chunks_exact(8) {
            let (a, b) = (word(pair, 0, order), word(pair, 4, order));
            first = first.wrapping_add(a).wrapping_add(second);
            second = second.wrapping_add(b).wrapping_add(first);
        }
        Self(first, second)
    }

    fn written_at(bytes: &[u8], at: usize) -> Self {
        Self(big(bytes, at), big(bytes, at + 4))
    }
}

/// Returns the database with the committed pages of its log in place; as it is, if the log is none of its own.
///
/// Nothing becomes larger than `limit_bytes`.
pub(super) fn with_log(mut database: Vec<u8>, log: &[u8], limit_bytes: usize) -> Vec<u8> {
    if log.len() < HEADER_BYTES || database.get(JOURNAL_AT).is_some_and(|sort| *sort != 2) {
        return database;
    }
    let order = match big(log, 0) {
        0x377f_0682 => Order::Little,
        0x377f_0683 => Order::Big,
        _ => return database,
    };
    let page_bytes = big(log, 8) as usize;
    let is_size = page_bytes.is_power_of_two() && (512..=65536).contains(&page_bytes);
    let mut sums = Sums(0, 0).over(&log[..24], order);
    let is_sound = big(log, 4) == VERSION && sums == Sums::written_at(log, 24);
    if !is_size || !is_sound || page_size_of(&database).is_some_and(|own| own != page_bytes) {
        return database;
    }
    let mut written = Vec::new();
    let mut committed = (0, 0);
    for frame in log[HEADER_BYTES..].chunks_exact(FRAME_HEADER_BYTES + page_bytes) {
        let (header, page) = frame.split_at(FRAME_HEADER_BYTES);
        sums = sums.over(&header[..8], order).over(page, order);
        if header[8..16] != log[16..24] || sums != Sums::written_at(header, 16) {
            break;
        }
        written.push((big(header, 0) as usize, page));
        let pages = big(header, 4) as usize;
        if pages > 0 {
            committed = (written.len(), pages);
        }
    }
    let (frames, pages) = committed;
    let whole_bytes = pages.saturating_mul(page_bytes);
    if frames == 0 || whole_bytes > limit_bytes {
        return database;
    }
    database.resize(whole_bytes, 0);
    for (number, page) in &written[..frames] {
        let at = number.wrapping_sub(1).saturating_mul(page_bytes);
        // A later commit may have cut off what an earlier one wrote.
        if let Some(place) = database.get_mut(at..at.saturating_add(page_bytes)) {
            place.copy_from_slice(page);
        }
    }
    database
}

/// None for a database that has not one page yet.
fn page_size_of(database: &[u8]) -> Option<usize> {
    let bytes = database.get(PAGE_SIZE_AT..PAGE_SIZE_AT + 2)?;
    match u16::from_be_bytes([bytes[0], bytes[1]]) {
        1 => Some(65536),
        size => Some(size.into()),
    }
}

fn four(bytes: &[u8], at: usize) -> [u8; 4] {
    let found = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    found.unwrap_or_default()
}

fn big(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(four(bytes, at))
}

fn word(bytes: &[u8], at: usize, order: Order) -> u32 {
    match order {
        Order::Little => u32::from_le_bytes(four(bytes, at)),
        Order::Big => u32::from_be_bytes(four(bytes, at)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::drive_fs::tests::unfinished;
    use super::*;

    const LIMIT: usize = 1024 * 1024;

    /// A log as SQLite itself writes it: what is committed counts, also if the database has nothing yet.
    #[test]
    fn what_is_committed_counts() {
        let (database, log) = unfinished(
            "CREATE TABLE a (b); PRAGMA wal_checkpoint;
             INSERT INTO a VALUES ('in the log'); DELETE FROM a; INSERT INTO a VALUES ('newest');",
        );
        let holds = |bytes: &[u8], text: &str| {
            let mut windows = bytes.windows(text.len());
            windows.any(|window| window == text.as_bytes())
        };
        assert!(!holds(&database, "newest"));
        let whole = with_log(database.clone(), &log, LIMIT);
        assert!(holds(&whole, "newest"));
        // Up to the first frame that is not sound, and no further than the last commit before it.
        let mut damaged = log.clone();
        let at = HEADER_BYTES + FRAME_HEADER_BYTES + 100;
        damaged[at] ^= 1;
        assert!(with_log(database.clone(), &damaged, LIMIT) == database);
        let cut = &log[..log.len() - 1];
        assert!(!holds(&with_log(database.clone(), cut, LIMIT), "newest"));
        // Not a log of a database that has none, and nothing that is too large.
        let mut without = database.clone();
        without[JOURNAL_AT] = 1;
        assert!(with_log(without.clone(), &log, LIMIT) == without);
        assert!(with_log(database.clone(), &log, 100) == database);
    }

    #[test]
    fn any_bytes_are_taken() {
        let (database, log) = unfinished("CREATE TABLE a (b); INSERT INTO a VALUES (1);");
        for at in 0..log.len().min(4000) {
            let mut damaged = log.clone();
            damaged[at] ^= 0xff;
            assert!(with_log(database.clone(), &damaged, LIMIT).len() <= LIMIT);
            assert!(with_log(database.clone(), &log[..at], LIMIT).len() <= LIMIT);
        }
    }
}
