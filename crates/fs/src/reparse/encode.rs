//! A value as the bytes that Windows would write.

use super::decode::{RELATIVE_FLAG, WSL_VERSION};
use super::{BUFFER_LIMIT_BYTES, Names, ReparsePoint, Target, WideText};

/// Why a reparse point cannot be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A junction leads to a folder on a drive or volume of the same machine, by its full path.
    #[error("a junction needs the full path of a folder on a local drive")]
    NotLocal,
    /// The names take more room than there is.
    #[error("the target text is too long for NTFS")]
    TooLong,
}

impl ReparsePoint {
    /// Returns the whole buffer, header included.
    ///
    /// A junction has its substitute name first, and a NUL behind each; a symbolic link has its print name first, and no
    /// NULs, as `CreateSymbolicLinkW` writes it. An empty print name is filled in, but for a volume's mount point.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let data = match self {
            Self::MountPoint(names) => mount_point(names, &self.print_name(names))?,
            Self::SymbolicLink { names, is_relative } => {
                symbolic_link(names, &self.print_name(names), *is_relative)?
            }
            Self::WslLink { target } => {
                let mut data = WSL_VERSION.to_le_bytes().to_vec();
                data.extend_from_slice(target);
                data
            }
            Self::AppLink(link) => link.data(),
            Self::Other { data, .. } => data.clone(),
        };
        let guid_bytes = if self.tag().is_microsoft() { 0 } else { 16 };
        let stated = data.len().checked_sub(guid_bytes);
        let stated = stated.and_then(|bytes| u16::try_from(bytes).ok());
        let mut out = self.tag().0.to_le_bytes().to_vec();
        out.extend(stated.ok_or(EncodeError::TooLong)?.to_le_bytes());
        out.extend([0, 0]);
        out.extend(data);
        if out.len() > BUFFER_LIMIT_BYTES {
            return Err(EncodeError::TooLong);
        }
        Ok(out)
    }

    fn print_name(&self, names: &Names) -> WideText {
        // The mount point of a volume has none by custom.
        if self.has_empty_print_name() {
            self.target()
                .as_ref()
                .map(Target::shown)
                .unwrap_or_default()
        } else {
            names.print.clone()
        }
    }
}

fn mount_point(names: &Names, print: &WideText) -> Result<Vec<u8>, EncodeError> {
    let (substitute, print) = (names.substitute.to_le_bytes(), print.to_le_bytes());
    let mut data = fields((0, substitute.len()), (substitute.len() + 2, print.len()))?;
    data.extend(substitute);
    data.extend([0, 0]);
    data.extend(print);
    data.extend([0, 0]);
    Ok(data)
}

fn symbolic_link(
    names: &Names,
    print: &WideText,
    is_relative: bool,
) -> Result<Vec<u8>, EncodeError> {
    let (substitute, print) = (names.substitute.to_le_bytes(), print.to_le_bytes());
    let mut data = fields((print.len(), substitute.len()), (0, print.len()))?;
    let flags = if is_relative { RELATIVE_FLAG } else { 0 };
    data.extend(flags.to_le_bytes());
    data.extend(print);
    data.extend(substitute);
    Ok(data)
}

/// Offset and length of the substitute name and of the print name, in bytes.
fn fields(substitute: (usize, usize), print: (usize, usize)) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    for number in [substitute.0, substitute.1, print.0, print.1] {
        let number = u16::try_from(number).map_err(|_| EncodeError::TooLong)?;
        out.extend(number.to_le_bytes());
    }
    Ok(out)
}
