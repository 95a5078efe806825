//! Bytes of a reparse buffer as a value.

use super::{AppLink, BUFFER_LIMIT_BYTES, Names, ReparsePoint, Tag, WideText};

/// Length of the header: tag, length of the data, two bytes of nothing.
pub(super) const HEADER_BYTES: usize = 8;
/// Length of the GUID that follows the header of a tag that is not Microsoft's.
const GUID_BYTES: usize = 16;
/// Flag of a symbolic link whose text counts from where it stands.
pub(super) const RELATIVE_FLAG: u32 = 1;
/// The version of a link of the Windows Subsystem for Linux that is known.
pub(super) const WSL_VERSION: u32 = 2;

/// Why bytes are no reparse buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It ends before what it must hold.
    #[error("it has {bytes} bytes, too few for what it says it is")]
    TooShort {
        /// Its length.
        bytes: usize,
    },
    /// It is longer than any can be.
    #[error("it has {bytes} bytes, more than {BUFFER_LIMIT_BYTES}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The length it states is not the one it has.
    #[error("it says that {stated_bytes} bytes of data follow, and {actual_bytes} do")]
    WrongLength {
        /// Stated in the header.
        stated_bytes: usize,
        /// Really there.
        actual_bytes: usize,
    },
    /// A name reaches behind the end.
    #[error("a name reaches from byte {offset_bytes} over {length_bytes} bytes, past the end")]
    NameOutside {
        /// Where the name begins.
        offset_bytes: usize,
        /// How long it is.
        length_bytes: usize,
    },
    /// A name is not made of whole 16-bit units.
    #[error("a name has an odd number of bytes")]
    OddLength,
    /// A name goes on behind a NUL.
    #[error("a name goes on behind a NUL")]
    InnerNul,
    /// It leads nowhere.
    #[error("it has no target")]
    NoTarget,
    /// A link of the Windows Subsystem for Linux in a version that is not known.
    #[error("it is of version {version}, which is not known")]
    UnknownVersion {
        /// Its version.
        version: u32,
    },
}

impl ReparsePoint {
    /// Reads a whole reparse buffer, header included.
    ///
    /// Names may stand in either order, overlap, and have or lack a NUL; they must lie inside, and hold none.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > BUFFER_LIMIT_BYTES {
            return Err(DecodeError::TooLong { bytes: bytes.len() });
        }
        let too_short = DecodeError::TooShort { bytes: bytes.len() };
        let mut reader = Reader(bytes);
        let header = (reader.u32(), reader.u16(), reader.u16());
        let (Some(tag), Some(stated), Some(_reserved)) = header else {
            return Err(too_short);
        };
        let tag = Tag(tag);
        if !tag.is_microsoft() {
            reader.take(GUID_BYTES).ok_or(too_short)?;
        }
        let data = reader.0;
        if usize::from(stated) != data.len() {
            return Err(DecodeError::WrongLength {
                stated_bytes: stated.into(),
                actual_bytes: data.len(),
            });
        }
        match tag {
            Tag::MOUNT_POINT => {
                let fields = Fields::read(&mut reader).ok_or(too_short)?;
                Ok(Self::MountPoint(fields.names(reader.0)?))
            }
            Tag::SYMBOLIC_LINK => {
                let fields = Fields::read(&mut reader).ok_or(too_short)?;
                let flags = reader.u32().ok_or(too_short)?;
                Ok(Self::SymbolicLink {
                    names: fields.names(reader.0)?,
                    is_relative: flags & RELATIVE_FLAG != 0,
                })
            }
            Tag::WSL_LINK => {
                let version = reader.u32().ok_or(too_short)?;
                if version != WSL_VERSION {
                    return Err(DecodeError::UnknownVersion { version });
                }
                // A NUL at the end is not part of the text; some programs write one.
                let target = reader.0.strip_suffix(&[0]).unwrap_or(reader.0);
                if target.is_empty() {
                    return Err(DecodeError::NoTarget);
                }
                if target.contains(&0) {
                    return Err(DecodeError::InnerNul);
                }
                Ok(Self::WslLink {
                    target: target.to_vec(),
                })
            }
            Tag::APP_LINK => Ok(AppLink::decode(data).map_or_else(
                || Self::Other {
                    tag,
                    data: data.to_vec(),
                },
                Self::AppLink,
            )),
            _ => Ok(Self::Other {
                tag,
                data: bytes[HEADER_BYTES..].to_vec(),
            }),
        }
    }
}

/// Where the two names lie in the bytes behind them.
struct Fields {
    substitute: (u16, u16),
    print: (u16, u16),
}

impl Fields {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            substitute: (reader.u16()?, reader.u16()?),
            print: (reader.u16()?, reader.u16()?),
        })
    }

    fn names(&self, paths: &[u8]) -> Result<Names, DecodeError> {
        let names = Names {
            substitute: name(paths, self.substitute)?,
            print: name(paths, self.print)?,
        };
        if names.substitute.is_empty() {
            return Err(DecodeError::NoTarget);
        }
        Ok(names)
    }
}

fn name(paths: &[u8], (offset, length): (u16, u16)) -> Result<WideText, DecodeError> {
    let (start, length) = (usize::from(offset), usize::from(length));
    let bytes = paths
        .get(start..start + length)
        .ok_or(DecodeError::NameOutside {
            offset_bytes: start,
            length_bytes: length,
        })?;
    let (units, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(DecodeError::OddLength);
    }
    let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    // Some programs count the closing NUL in.
    let units = units.strip_suffix(&[0]).unwrap_or(&units);
    if units.contains(&0) {
        return Err(DecodeError::InnerNul);
    }
    Ok(WideText::new(units.to_vec()))
}

/// Takes fields off the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        let bytes = self.take(2)?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        let bytes = self.take(4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }
}
