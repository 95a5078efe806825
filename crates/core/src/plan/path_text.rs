//! Paths and target texts in records: readable where they are UTF-8, exact where they are not.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Form {
    Text(String),
    Bytes { b64: String },
}

impl Form {
    fn of(name: &OsStr) -> Self {
        match name.to_str() {
            Some(text) => Self::Text(text.to_owned()),
            None => Self::Bytes {
                b64: BASE64.encode(lw_fs::name_bytes(name)),
            },
        }
    }

    fn name(self) -> Option<OsString> {
        match self {
            Self::Text(text) => Some(text.into()),
            Self::Bytes { b64 } => lw_fs::name_from_bytes(&BASE64.decode(b64.as_bytes()).ok()?),
        }
    }
}

/// A path that serialises as text, or as base64 of its bytes where it is not UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathText(pub PathBuf);

impl Serialize for PathText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        path::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for PathText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        path::deserialize(deserializer).map(Self)
    }
}

/// For `#[serde(with)]` on paths.
pub(crate) mod path {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        Form::of(path.as_os_str()).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<PathBuf, D::Error> {
        text::deserialize(deserializer).map(PathBuf::from)
    }
}

/// For `#[serde(with)]` on names and target texts.
pub(crate) mod text {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(text: &OsStr, serializer: S) -> Result<S::Ok, S::Error> {
        Form::of(text).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<OsString, D::Error> {
        Form::deserialize(deserializer)?
            .name()
            .ok_or_else(|| serde::de::Error::custom("not a name on this platform"))
    }
}

/// For `#[serde(with)]` on optional target texts.
pub(crate) mod optional_text {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(
        text: &Option<OsString>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        text.as_deref().map(Form::of).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<OsString>, D::Error> {
        match Option::<Form>::deserialize(deserializer)? {
            None => Ok(None),
            Some(form) => form
                .name()
                .map(Some)
                .ok_or_else(|| serde::de::Error::custom("not a name on this platform")),
        }
    }
}
