//! `lw list`: the links below some folders, and the names of files that have several.

use std::collections::hash_map::{self, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use lw_fs::look::walk::{Found, Visitor};
use lw_fs::look::{self, Entry, Kind, NativeLink, NtfsVolumes, OnNtfs, Resolution, Resolver};
use lw_fs::reparse::{Tag, Target};

use super::check::shown_text;
use super::finding::{Examiner, Finding, Suspect};
use super::shortcut::{self, Named, Seen, Shortcut};
use super::{Names, Roots, Unseen};
use crate::jobs::{Refused, Surroundings};

/// Which links are listed.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    /// Whether symbolic links are listed.
    pub symbolic: bool,
    /// Whether junctions are listed.
    pub junctions: bool,
    /// Whether the names of files that have several are listed.
    pub hard: bool,
    /// Whether shortcuts are listed, which are no links: the files whose names say they may be some are opened.
    pub shortcuts: bool,
    /// Only those with target texts of this form.
    pub form: Option<Form>,
    /// Only those that lead nowhere.
    pub dangling: bool,
    /// Only those that lead to this folder or below, link-free.
    pub target_under: Option<PathBuf>,
    /// Only those that lead out of the folders that are searched.
    pub outside: bool,
    /// Only those with such names.
    pub names: Names,
}

impl ListRequest {
    /// An app link looks like a link on a walk.
    fn wants_links(&self) -> bool {
        self.symbolic || self.junctions || self.shortcuts
    }
}

/// How a target text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// It begins at the root.
    Absolute,
    /// It begins at the link.
    Relative,
}

/// One link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its path.
    pub path: PathBuf,
    /// Its kind.
    pub kind: Kind,
    /// Its target text, as this system follows it.
    pub text: OsString,
    /// The link as Windows follows it, if it is one of NTFS.
    pub native: Option<NativeLink>,
}

impl Link {
    /// Returns the target text as it stands in the link.
    pub fn shown_text(&self) -> &OsStr {
        shown_text(&self.text, self.native.as_ref())
    }

    /// Returns how its target text is written.
    pub fn form(&self) -> Form {
        form_of_either(&self.text, self.native.as_ref())
    }
}

fn form_of_either(text: &OsStr, native: Option<&NativeLink>) -> Form {
    match native.map(|native| Target::from_text(&native.text)) {
        Some(Ok(target)) if target.is_relative() => Form::Relative,
        Some(_) => Form::Absolute,
        None => form_of(text),
    }
}

/// All names of one file that were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HardLinks {
    /// The names, sorted.
    pub paths: Vec<PathBuf>,
    /// How many names the file has.
    pub link_count: u64,
    /// Size of the file in bytes.
    pub size_bytes: u64,
    /// Device number of its volume.
    pub device: u64,
    /// Its inode number.
    pub inode: u64,
}

/// Files with several names, by device and inode number.
#[derive(Debug, Default)]
pub(super) struct SeveralNames(HashMap<(u64, u64), HardLinks>);

impl SeveralNames {
    /// Notes one name of a file.
    pub(super) fn add(&mut self, file: &Entry, path: PathBuf) {
        let (device, inode) = (file.identity.device, file.identity.inode);
        let group = self.0.entry((device, inode)).or_insert_with(|| HardLinks {
            paths: Vec::new(),
            link_count: file.link_count,
            size_bytes: file.size_bytes,
            device,
            inode,
        });
        group.link_count = file.link_count;
        group.paths.push(path);
    }

    /// Adds what another thread noted.
    pub(super) fn join(&mut self, other: Self) {
        for (identity, group) in other.0 {
            match self.0.entry(identity) {
                hash_map::Entry::Occupied(known) => known.into_mut().paths.extend(group.paths),
                hash_map::Entry::Vacant(free) => {
                    free.insert(group);
                }
            }
        }
    }

    /// Returns whether a name of the file of this device and inode number was noted.
    pub(super) fn contain(&self, identity: (u64, u64)) -> bool {
        self.0.contains_key(&identity)
    }

    /// Returns the files, sorted by their first name, and the names of each sorted.
    pub(super) fn into_sorted(self) -> Vec<HardLinks> {
        let mut all: Vec<HardLinks> = self.0.into_values().collect();
        for group in &mut all {
            group.paths.sort_unstable();
        }
        all.sort_unstable_by(|a, b| a.paths.cmp(&b.paths));
        all
    }
}

impl HardLinks {
    /// Returns how many names lie outside of what was searched.
    pub fn outside_count(&self) -> u64 {
        self.link_count.saturating_sub(self.paths.len() as u64)
    }
}

/// What was found.
#[derive(Debug)]
pub struct Listing {
    /// The links, sorted by path.
    pub links: Vec<Link>,
    /// The files with several names, sorted by their first one.
    pub hard_links: Vec<HardLinks>,
    /// The shortcuts, sorted by path, and how many files that may be some could not be read, if they were asked for.
    pub shortcuts: Option<(Vec<Shortcut>, u64)>,
    /// What was not seen.
    pub unseen: Unseen,
}

/// Lists links below the folders.
pub fn list(
    around: &Surroundings,
    roots: &Roots,
    request: &ListRequest,
) -> Result<Listing, Refused> {
    let examiner = match request.dangling {
        true => Some(Examiner::new(around, roots)?),
        false => None,
    };
    let needs_way = request.outside || request.target_under.is_some();
    let ntfs = roots.ntfs_volumes()?;
    let (lists, unseen) = roots.walk(|| Lister {
        request,
        roots,
        examiner: examiner.as_ref(),
        resolver: needs_way.then(|| Resolver::remembering(None)),
        ntfs: &ntfs,
        links: Vec::new(),
        suspects: HashMap::new(),
        files: SeveralNames::default(),
        seen: Seen::default(),
    })?;
    let mut links = Vec::new();
    let mut suspects = HashMap::new();
    let mut files = SeveralNames::default();
    let mut seen = Seen::default();
    for list in lists {
        links.extend(list.links);
        suspects.extend(list.suspects);
        files.join(list.files);
        seen.join(list.seen);
    }
    if let Some(examiner) = &examiner {
        links.retain(|link: &Link| {
            let judged = suspects
                .get(&link.path)
                .and_then(|one| examiner.judge(&mut Resolver::default(), one));
            judged.is_some_and(|judged| is_dangling(&judged.finding))
        });
    }
    // Byte by byte, which is quick, and the order of `LC_ALL=C sort`.
    links.sort_unstable_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
    let shortcuts = match request.shortcuts {
        true => {
            let (mut shortcuts, unread_count) =
                shortcut::judged(seen, &Examiner::new(around, roots)?);
            shortcuts.retain(|shortcut| is_meant_too(request, roots, shortcut));
            Some((shortcuts, unread_count))
        }
        false => None,
    };
    Ok(Listing {
        links,
        hard_links: files.into_sorted(),
        shortcuts,
        unseen,
    })
}

/// What one thread has found.
struct Lister<'a> {
    request: &'a ListRequest,
    roots: &'a Roots,
    examiner: Option<&'a Examiner>,
    resolver: Option<Resolver>,
    ntfs: &'a NtfsVolumes,
    links: Vec<Link>,
    /// Those of the links that may be dangling.
    suspects: HashMap<PathBuf, Suspect>,
    files: SeveralNames,
    seen: Seen,
}

impl Visitor for Lister<'_> {
    fn visit(&mut self, found: &Found<'_>) {
        let request = self.request;
        match found.kind {
            kind if kind.is_link() && request.wants_links() && self.is_meant(found) => {
                self.add_link(found);
            }
            Kind::File => {
                if request.hard {
                    self.add_name(found);
                }
                if request.shortcuts {
                    let is_meant = || request.names.mean(self.roots, found);
                    self.seen.visit(found, is_meant);
                }
            }
            _ => {}
        }
    }

    fn enters(&mut self, folder: &Found<'_>) -> bool {
        self.request.names.leave(self.roots, folder)
    }
}

impl Lister<'_> {
    fn is_meant(&self, found: &Found<'_>) -> bool {
        self.request.names.mean(self.roots, found)
    }

    /// A link that vanishes between two looks is left out.
    fn add_link(&mut self, found: &Found<'_>) {
        let native = match self.on_ntfs(found) {
            None | Some(OnNtfs::Interix | OnNtfs::Damaged(_)) => None,
            Some(OnNtfs::Native(link, _)) => Some(link),
            Some(OnNtfs::Other(point)) if point.tag() == Tag::WSL_LINK => None,
            Some(OnNtfs::Other(point)) => {
                if self.request.shortcuts {
                    self.seen.visit_app_link(found, &point);
                }
                return;
            }
        };
        let kind = match &native {
            Some(link) if link.is_junction() => Kind::Junction,
            _ => found.kind,
        };
        let is_wanted = match kind {
            Kind::Junction => self.request.junctions,
            _ => self.request.symbolic,
        };
        let form = self.request.form;
        let read = found.with_link_text(|text| {
            let is_form = |form| form == form_of_either(text, native.as_ref());
            let is_meant = is_wanted && form.is_none_or(is_form);
            is_meant.then(|| text.to_os_string())
        });
        let Ok(Some(text)) = read else { return };
        if let Some(examiner) = self.examiner {
            let Some(suspect) = examiner.suspect(found, &text) else {
                return;
            };
            self.suspects.insert(suspect.path.clone(), suspect);
        }
        if let Some(resolver) = &mut self.resolver {
            let way = resolver.resolve(&found.folder.path(), &text);
            if !leads_as_asked(self.request, self.roots, &way) {
                return;
            }
        }
        self.links.push(Link {
            path: found.path(),
            kind,
            text,
            native,
        });
    }

    /// Returns what a link is to NTFS, if it is on such a volume.
    fn on_ntfs(&self, found: &Found<'_>) -> Option<OnNtfs> {
        if self.ntfs.is_empty() {
            return None;
        }
        let entry = found.entry().ok()?;
        let is_there = self.ntfs.hold(entry.identity.device);
        look::on_ntfs(&found.path(), &entry)
            .ok()?
            .filter(|_| is_there)
    }

    fn add_name(&mut self, found: &Found<'_>) {
        let Ok(entry) = found.entry() else { return };
        if entry.kind != Kind::File || entry.link_count < 2 || !self.is_meant(found) {
            return;
        }
        self.files.add(&entry, found.path());
    }
}

/// Returns how a target text is written.
pub fn form_of(text: &OsStr) -> Form {
    match Path::new(text).is_absolute() {
        true => Form::Absolute,
        false => Form::Relative,
    }
}

fn is_dangling(finding: &Finding) -> bool {
    matches!(
        finding,
        Finding::Dangling { .. } | Finding::ThroughFile { .. }
    )
}

/// What a filter asks of a target holds only for paths of this system.
fn is_meant_too(request: &ListRequest, roots: &Roots, shortcut: &Shortcut) -> bool {
    let needs_way = request.outside || request.target_under.is_some();
    if !needs_way && !request.dangling && request.form.is_none() {
        return true;
    }
    let (Ok(Named::Path(path)), Some(finding)) = (&shortcut.target, &shortcut.finding) else {
        return false;
    };
    let leads = || leads_as_asked(request, roots, &look::resolve(path));
    request.form != Some(Form::Relative)
        && (!request.dangling || is_dangling(finding))
        && (!needs_way || leads())
}

fn leads_as_asked(request: &ListRequest, roots: &Roots, way: &Resolution) -> bool {
    let Some(path) = way.would_end_at() else {
        return false;
    };
    let is_under = |folder: &PathBuf| path.starts_with(folder);
    request.target_under.as_ref().is_none_or(is_under) && !(request.outside && roots.hold(&path))
}
