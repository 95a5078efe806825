//! How a tree is copied to another volume.

use std::ffi::OsString;
use std::path::PathBuf;

use lw_fs::look::NativeLink;
use lw_fs::stage::{NewText, NewTexts, Verify};
use serde::{Deserialize, Serialize};

use super::path_text;

/// How a tree is copied to another volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyOptions {
    /// How much of the copy is read back.
    pub verify: Verify,
    /// Whether others may write to the tree meanwhile.
    pub live: bool,
    /// Whether what the new volume cannot keep may be lost.
    pub lossy: bool,
    /// Links inside that get another text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub re_aims: Vec<ReAimedCopy>,
}

/// A link inside a copied tree that has another text in the copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReAimedCopy {
    /// Its path below the top of the tree.
    #[serde(with = "path_text::path")]
    pub path: PathBuf,
    /// Its text in the original.
    #[serde(with = "path_text::text")]
    pub was: OsString,
    /// Its text in the copy.
    #[serde(with = "path_text::text")]
    pub text: OsString,
    /// How Windows follows the original, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was_native: Option<NativeLink>,
    /// How Windows follows the copy, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native: Option<NativeLink>,
}

impl CopyOptions {
    /// Returns the new texts by the paths of their links.
    pub fn texts(&self) -> NewTexts {
        let new = |re_aim: &ReAimedCopy| NewText {
            text: re_aim.text.clone(),
            native: re_aim.native.clone(),
        };
        let all = self.re_aims.iter();
        all.map(|re_aim| (re_aim.path.clone(), new(re_aim)))
            .collect()
    }
}
