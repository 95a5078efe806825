//! Text of Windows: UTF-16 that need not be well-formed.

use std::fmt;

/// A name or path as NTFS keeps it: 16-bit units, surrogates not always in pairs.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct WideText(Vec<u16>);

impl WideText {
    /// Returns the text of these units.
    pub fn new(units: Vec<u16>) -> Self {
        Self(units)
    }

    /// Returns the units.
    pub fn units(&self) -> &[u16] {
        &self.0
    }

    /// Returns whether it has no units.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the bytes as they stand in a buffer, little endian.
    pub fn to_le_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|unit| unit.to_le_bytes()).collect()
    }

    /// Returns the text as UTF-8, in which a lone surrogate stands as its three bytes: WTF-8, which is also what ntfs-3g
    /// shows, and what [`Self::from_wtf8`] takes back.
    pub fn to_wtf8(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.len());
        for read in char::decode_utf16(self.0.iter().copied()) {
            match read {
                Ok(letter) => {
                    out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Err(lone) => {
                    let unit = lone.unpaired_surrogate();
                    out.push(0xE0 | (unit >> 12) as u8);
                    out.push(0x80 | (unit >> 6 & 0x3F) as u8);
                    out.push(0x80 | (unit & 0x3F) as u8);
                }
            }
        }
        out
    }

    /// Returns the text of WTF-8 bytes; `None` if they are neither UTF-8 nor lone surrogates in its form.
    pub fn from_wtf8(bytes: &[u8]) -> Option<Self> {
        let mut units = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while !rest.is_empty() {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    units.extend(text.encode_utf16());
                    break;
                }
                Err(error) => {
                    let (sound, behind) = rest.split_at(error.valid_up_to());
                    units.extend(String::from_utf8_lossy(sound).encode_utf16());
                    let [0xED, second @ 0xA0..=0xBF, third @ 0x80..=0xBF, tail @ ..] = behind
                    else {
                        return None;
                    };
                    units.push(0xD000 | u16::from(second & 0x3F) << 6 | u16::from(third & 0x3F));
                    rest = tail;
                }
            }
        }
        Some(Self(units))
    }
}

impl From<&str> for WideText {
    fn from(text: &str) -> Self {
        Self(text.encode_utf16().collect())
    }
}

/// For display; what is not well-formed is replaced.
impl fmt::Display for WideText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf16_lossy(&self.0))
    }
}

impl fmt::Debug for WideText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf16_lossy(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_come_back() {
        for units in [
            vec![0xD83D, 0xDE00],
            vec![0xD800, 0x61],
            vec![0x61, 0xDFFF],
            vec![],
        ] {
            let text = WideText::new(units);
            assert_eq!(WideText::from_wtf8(&text.to_wtf8()), Some(text));
        }
        assert_eq!(WideText::from("é").to_wtf8(), "é".as_bytes());
        for foreign in [&[0xFF][..], &[0xED, 0xA0], &[0xC3], &[0xED, 0x20, 0x80]] {
            assert_eq!(WideText::from_wtf8(foreign), None, "{foreign:x?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_units_come_back(units in proptest::collection::vec(0_u16.., 0..40)) {
            let text = WideText::new(units);
            let bytes = text.to_wtf8();
            proptest::prop_assert_eq!(WideText::from_wtf8(&bytes), Some(text));
        }
    }
}
