//! What a folder's volume can really do, found by trying it in a private folder that is removed again.

use std::path::Path;

use crate::look::{NativeForm, NativeLink};
use crate::{FsError, Hand, look, sys};

/// What trying a thing showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It worked.
    Yes,
    /// It did not, and the system said this.
    No(String),
}

impl Found {
    fn from(result: Result<(), FsError>) -> Self {
        match result {
            Ok(()) => Self::Yes,
            Err(error) => Self::No(error.cause()),
        }
    }

    /// Returns whether it worked.
    pub fn works(&self) -> bool {
        *self == Self::Yes
    }
}

/// What a folder's volume can do.
#[derive(Debug, Clone)]
pub struct Probe {
    /// Symbolic links.
    pub symbolic_links: Found,
    /// Links and junctions that Windows follows, where the volume is one of NTFS.
    pub native: Option<NativeProbe>,
    /// Hard links.
    pub hard_links: Found,
    /// Exchanging two names in one step.
    pub exchange: Found,
    /// Renaming without replacing, by the system call's own flag.
    pub no_replace: Found,
    /// Sharing blocks between files (`FICLONE`).
    pub reflink: Found,
    /// Read leases (`F_SETLEASE`).
    pub leases: Found,
    /// Whether `A` and `a` are one name.
    pub folds_case: bool,
    /// The longest name, in bytes, as `pathconf(3)` says.
    pub name_limit_bytes: Option<u64>,
    /// The most names of one file, as `pathconf(3)` says.
    pub link_limit: Option<u64>,
}

/// What trying links of Windows showed.
#[derive(Debug, Clone)]
pub struct NativeProbe {
    /// Symbolic links.
    pub links: Found,
    /// Junctions.
    pub junctions: Found,
}

/// Tries what the volume of `folder` can do, in a new private folder `scratch` right inside it, and removes that
/// folder again.
///
/// Fails if nothing can be written there; a single thing that does not work is an answer and no failure.
pub fn probe(hand: &mut Hand<'_>, scratch: &Path) -> Result<Probe, FsError> {
    super::create_private_folder(hand, scratch)?;
    let found = try_all(hand, scratch);
    super::remove_purged(hand, scratch)?;
    found
}

fn try_all(hand: &mut Hand<'_>, scratch: &Path) -> Result<Probe, FsError> {
    let at = |name: &str| scratch.join(name);
    let (file, other, folder) = (at("file"), at("other"), at("folder"));
    super::write_record(hand, &file, b"linkwright")?;
    super::write_record(hand, &other, b"")?;
    super::create_private_folder(hand, &folder)?;
    let link = at("symbolic");
    let symbolic = super::create_symbolic_link(hand, &link, "file".as_ref());
    let native = look::takes_native_links(scratch).then(|| try_native(hand, scratch));
    // What matters to a relocation is that a folder changes places with a link.
    let partner = if symbolic.is_ok() { &link } else { &other };
    let exchange = super::exchange(hand, partner, &folder);
    let hard = super::HardLinkPaths {
        target: &file,
        link: &at("hard"),
    };
    let hard = super::create_hard_link(hand, hard);
    let try_flag = |hand: &mut Hand<'_>| {
        let name = at("renamed");
        hand.effect("probe no-replace", &name, || {
            sys::probe::rename_no_replace(&other, &name)
        })
        .map_err(|error| FsError::new("rename without replacing", &name, error))
    };
    let no_replace = try_flag(hand);
    let clone = at("clone");
    let reflink = hand
        .effect("probe reflink", &clone, || {
            sys::probe::reflink(&file, &clone)
        })
        .map_err(|error| FsError::new("share blocks at", &clone, error));
    let leases = sys::probe::lease(&file).map_err(|error| FsError::new("lease", &file, error));
    let folds_case = look::entry_if_any(&at("FILE"))?.is_some();
    Ok(Probe {
        symbolic_links: Found::from(symbolic),
        native,
        hard_links: Found::from(hard),
        exchange: Found::from(exchange),
        no_replace: Found::from(no_replace),
        reflink: Found::from(reflink),
        leases: Found::from(leases),
        folds_case,
        name_limit_bytes: sys::probe::name_limit_bytes(scratch),
        link_limit: sys::probe::link_limit(scratch),
    })
}

fn try_native(hand: &mut Hand<'_>, scratch: &Path) -> NativeProbe {
    let mut make = |name: &str, form, text: &str| {
        let text = text.to_owned();
        let link = NativeLink { form, text };
        Found::from(super::create_native_link(
            hand,
            &scratch.join(name),
            &link,
            scratch,
        ))
    };
    NativeProbe {
        links: make("native-link", NativeForm::FolderLink, "folder"),
        junctions: make("native-junction", NativeForm::Junction, r"C:\folder"),
    }
}
