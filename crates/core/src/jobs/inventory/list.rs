//! `lw list`: the links below some folders, and the names of files that have several.

use std::collections::hash_map::{self, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use lw_fs::look::walk::{Found, Visitor};
use lw_fs::look::{self, End, Entry, Kind, Resolution, Resolver, content};

use super::finding::{Examiner, Finding, Suspect};
use super::{Names, Roots, Shortcut, ShortcutTarget, Unseen, shortcut};
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
    /// Whether shortcuts are listed, which are no links.
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
    /// Its target text.
    pub text: OsString,
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
    /// The shortcuts, sorted by path.
    pub shortcuts: Vec<Shortcut>,
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
    let (lists, unseen) = roots.walk(|| Lister {
        request,
        roots,
        examiner: examiner.as_ref(),
        resolver: needs_way.then(|| Resolver::remembering(None)),
        links: Vec::new(),
        suspects: HashMap::new(),
        files: SeveralNames::default(),
        shortcuts: Vec::new(),
    })?;
    let mut links = Vec::new();
    let mut shortcuts = Vec::new();
    let mut suspects = HashMap::new();
    let mut files = SeveralNames::default();
    for list in lists {
        links.extend(list.links);
        suspects.extend(list.suspects);
        files.join(list.files);
        shortcuts.extend(list.shortcuts);
    }
    if let Some(examiner) = &examiner {
        links.retain(|link: &Link| {
            let judged = suspects
                .get(&link.path)
                .and_then(|one| examiner.judge(&mut Resolver::default(), one));
            judged.is_some_and(|(_, finding)| is_dangling(&finding))
        });
    }
    // Byte by byte, which is quick, and the order of `LC_ALL=C sort`.
    links.sort_unstable_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
    shortcuts.sort_unstable_by(|a: &Shortcut, b| a.path.as_os_str().cmp(b.path.as_os_str()));
    Ok(Listing {
        links,
        shortcuts,
        hard_links: files.into_sorted(),
        unseen,
    })
}

/// What one thread has found.
struct Lister<'a> {
    request: &'a ListRequest,
    roots: &'a Roots,
    examiner: Option<&'a Examiner>,
    resolver: Option<Resolver>,
    links: Vec<Link>,
    /// Those of the links that may be dangling.
    suspects: HashMap<PathBuf, Suspect>,
    files: SeveralNames,
    shortcuts: Vec<Shortcut>,
}

impl Visitor for Lister<'_> {
    fn visit(&mut self, found: &Found<'_>) {
        let request = self.request;
        match found.kind {
            Kind::SymbolicLink if request.symbolic && self.is_meant(found) => self.add_link(found),
            Kind::Junction if request.junctions && self.is_meant(found) => self.add_link(found),
            Kind::File => {
                if request.hard {
                    self.add_name(found);
                }
                if request.shortcuts {
                    self.add_shortcut(found);
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
        let form = self.request.form;
        let read = found.with_link_text(|text| {
            let is_meant = form.is_none_or(|form| form == form_of(text));
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
            kind: found.kind,
            text,
        });
    }

    fn add_name(&mut self, found: &Found<'_>) {
        let Ok(entry) = found.entry() else { return };
        if entry.kind != Kind::File || entry.link_count < 2 || !self.is_meant(found) {
            return;
        }
        self.files.add(&entry, found.path());
    }
}

impl Lister<'_> {
    /// A file that cannot be read is left out: whether it is a shortcut is not known.
    fn add_shortcut(&mut self, found: &Found<'_>) {
        let Some(kind) = shortcut::may_be(found.name) else {
            return;
        };
        if !self.is_meant(found) {
            return;
        }
        let path = found.path();
        let Ok(bytes) = content::head(&path, shortcut::MAX_BYTES) else {
            return;
        };
        if let Some(target) = shortcut::target_of(kind, &bytes)
            && stands_for_what_is_asked(self.request, self.roots, &target)
        {
            self.shortcuts.push(Shortcut { path, kind, target });
        }
    }
}

/// Of a shortcut only what is a path of this system can be asked where it leads.
fn stands_for_what_is_asked(request: &ListRequest, roots: &Roots, target: &ShortcutTarget) -> bool {
    let asks = request.form.is_some()
        || request.dangling
        || request.outside
        || request.target_under.is_some();
    if !asks {
        return true;
    }
    let ShortcutTarget::Path(path) = target else {
        return false;
    };
    let way = look::resolve(path);
    let is_dangling = matches!(way.end, End::Missing { .. } | End::NotADirectory { .. });
    request.form != Some(Form::Relative)
        && (!request.dangling || is_dangling)
        && (!request.outside && request.target_under.is_none()
            || leads_as_asked(request, roots, &way))
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

fn leads_as_asked(request: &ListRequest, roots: &Roots, way: &Resolution) -> bool {
    let Some(path) = way.would_end_at() else {
        return false;
    };
    let is_under = |folder: &PathBuf| path.starts_with(folder);
    request.target_under.as_ref().is_none_or(is_under) && !(request.outside && roots.hold(&path))
}
