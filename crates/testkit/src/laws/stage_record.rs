//! The record of a stage: what is written of what was read is read as the same.

use lw_fs::stage::rewritten;

const HEADER: &[u8] = b"linkwright stage 1\n";

/// The most frames that are put together of some bytes.
const MOST_FRAMES: usize = 64;

/// Takes a record, and the contents of frames, each behind its length in two bytes: no fuzzer guesses their check sums.
pub(super) fn holds(bytes: &[u8]) {
    comes_back(bytes);
    let mut record = HEADER.to_vec();
    let mut rest = bytes;
    for _ in 0..MOST_FRAMES {
        let Some((length, behind)) = rest.split_first_chunk::<2>() else {
            break;
        };
        let length = usize::from(u16::from_le_bytes(*length)).min(behind.len());
        let (content, behind) = behind.split_at(length);
        record.extend((content.len() as u32).to_le_bytes());
        record.extend(&blake3::hash(content).as_bytes()[..8]);
        record.extend(content);
        rest = behind;
    }
    let whole = comes_back(&record).unwrap();
    // What was cut off is the record of less, never none.
    let half = comes_back(&record[..HEADER.len() + (record.len() - HEADER.len()) / 2]).unwrap();
    assert!(half.len() <= record.len().max(whole.len()));
}

fn comes_back(record: &[u8]) -> Option<Vec<u8>> {
    let written = rewritten(record);
    assert_eq!(written.is_some(), record.starts_with(HEADER));
    let written = written?;
    assert_eq!(rewritten(&written).as_ref(), Some(&written));
    Some(written)
}
