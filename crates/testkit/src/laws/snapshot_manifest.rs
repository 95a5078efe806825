//! The manifest of a snapshot: what is written of what was read is read as the same.

use lw_fs::snapshot::rewritten;

const MAGIC: &[u8] = b"linkwright snapshot 1\n";

/// The most frames that are put together of some bytes.
const MOST_FRAMES: usize = 64;

/// The payload of an end: a letter, a place, fourteen counters, a digest.
const END_BYTES: usize = 1 + 8 + 14 * 8 + 32;

/// Takes a manifest, and the contents of folders' frames, each behind its length in two bytes: no fuzzer guesses their check
/// sums.
pub(super) fn holds(bytes: &[u8]) {
    comes_back(bytes);
    let mut manifest = MAGIC.to_vec();
    frame(&mut manifest, b"h{}");
    let mut rest = bytes;
    for _ in 0..MOST_FRAMES {
        let Some((length, behind)) = rest.split_first_chunk::<2>() else {
            break;
        };
        let length = usize::from(u16::from_le_bytes(*length)).min(behind.len());
        let (content, behind) = behind.split_at(length);
        frame(&mut manifest, &[b"f", content].concat());
        rest = behind;
    }
    frame(&mut manifest, b"i\0\0\0\0");
    let mut end = [0; END_BYTES];
    end[0] = b'e';
    frame(&mut manifest, &end);
    comes_back(&manifest);
    // What was cut off is none: it may lack anything.
    assert!(rewritten(&manifest[..manifest.len() - 1]).is_none());
}

fn frame(manifest: &mut Vec<u8>, payload: &[u8]) {
    manifest.extend((payload.len() as u32).to_le_bytes());
    manifest.extend(&blake3::hash(payload).as_bytes()[..8]);
    manifest.extend(payload);
}

fn comes_back(manifest: &[u8]) {
    if let Some(written) = rewritten(manifest) {
        assert!(manifest.starts_with(MAGIC));
        assert_eq!(rewritten(&written), Some(written));
    }
}
