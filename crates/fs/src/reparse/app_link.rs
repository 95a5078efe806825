//! What stands for a program of the Store.

use super::WideText;

/// An app link: `IO_REPARSE_TAG_APPEXECLINK`, a file of no bytes in the folder `WindowsApps` of a user that starts a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppLink {
    /// Version of the layout; 3 is known.
    pub version: u32,
    /// Its texts: the package, the entry point, the program, and the sort of program.
    pub texts: Vec<WideText>,
}

impl AppLink {
    /// Returns the program it starts, an absolute path of Windows.
    pub fn program(&self) -> Option<&WideText> {
        self.texts.get(2)
    }

    /// Reads the data behind the header: the version, and texts that each end in a NUL.
    pub(super) fn decode(data: &[u8]) -> Option<Self> {
        let (version, texts) = data.split_first_chunk::<4>()?;
        let (units, rest) = texts.as_chunks::<2>();
        if !rest.is_empty() {
            return None;
        }
        let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
        let units = units.strip_suffix(&[0])?;
        let texts = units.split(|unit| *unit == 0);
        Some(Self {
            version: u32::from_le_bytes(*version),
            texts: texts.map(|text| WideText::new(text.to_vec())).collect(),
        })
    }

    pub(super) fn data(&self) -> Vec<u8> {
        let mut out = self.version.to_le_bytes().to_vec();
        for text in &self.texts {
            out.extend(text.to_le_bytes());
            out.extend([0, 0]);
        }
        out
    }
}
