//! What is to be said before a change that a cloud client will notice.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use lw_fs::look::walk::{Found, Mounts, Visitor, walk};
use lw_fs::look::{self, Kind, measure};
use lw_fs::path_form;

use super::refused_name::is_refused;
use super::{CloudFolder, Clouds, Inside, Measuring, Treatment, known, marked_above};
use crate::jobs::Surroundings;
use crate::jobs::inner_links::climbs_out;
use crate::plan::{CloudNotice, Notice};

/// Something that moves, both paths link-free.
pub(in crate::jobs) struct Moving<'a> {
    pub(in crate::jobs) source: &'a Path,
    pub(in crate::jobs) dest: &'a Path,
    pub(in crate::jobs) kind: Kind,
    /// Bytes of its content, if they have been counted.
    pub(in crate::jobs) content_bytes: Option<u64>,
}

/// A link that is made, its path link-free.
pub(in crate::jobs) struct Linking<'a> {
    pub(in crate::jobs) link: &'a Path,
    /// What it leads to.
    pub(in crate::jobs) target: &'a Path,
    pub(in crate::jobs) inside: Inside,
    /// Whether its text is an absolute path.
    pub(in crate::jobs) is_absolute: bool,
}

/// Returns what clients have to do with a move that leaves a link.
pub(in crate::jobs) fn of_move(around: &Surroundings, moving: &Moving<'_>) -> Vec<Notice> {
    let clouds = about(around, &[moving.source, moving.dest]);
    let mut notices: Vec<CloudNotice> = moved_clouds(&clouds, moving.source).collect();
    let (from, into) = (clouds.holding(moving.source), clouds.holding(moving.dest));
    if let Some(from) = from.filter(|_| from != into && notices.is_empty()) {
        notices.push(leaves(from, Some(Inside::Symbolic)));
    }
    if let Some(into) = into {
        match from == Some(into) {
            true => notices.push(CloudNotice::LinkInside {
                client: into.client,
                habit: into.client.habit(Inside::Symbolic),
                folder: into.folder.clone(),
                instead: None,
            }),
            false => notices.extend(enters(around, &clouds, into, moving)),
        }
    }
    notices.into_iter().map(Notice::Cloud).collect()
}

/// Returns what clients have to do with a thing that comes back from `source` to where its link is.
pub(in crate::jobs) fn of_return(around: &Surroundings, source: &Path, dest: &Path) -> Vec<Notice> {
    let clouds = about(around, &[source, dest]);
    let from = clouds
        .holding(source)
        .filter(|from| clouds.holding(dest) != Some(from));
    let notices = moved_clouds(&clouds, source).chain(from.map(|from| leaves(from, None)));
    notices.map(Notice::Cloud).collect()
}

/// Returns what the client will do with a new link, if it stands in a synced folder and would not be the same elsewhere.
pub(in crate::jobs) fn of_link(around: &Surroundings, linking: &Linking<'_>) -> Option<Notice> {
    let clouds = about(around, &[linking.link]);
    let cloud = clouds.holding(linking.link)?;
    let habit = cloud.client.habit(linking.inside);
    let is_held = clouds.holding(linking.target) == Some(cloud);
    let stays_true = is_held && !linking.is_absolute;
    if habit.treatment == Treatment::KeptAsLink && stays_true {
        return None;
    }
    let is_there = || look::entry(linking.target).is_ok();
    let instead = (!is_held && is_there())
        .then(|| (linking.target.to_path_buf(), linking.link.to_path_buf()));
    Some(Notice::Cloud(CloudNotice::LinkInside {
        client: cloud.client,
        habit,
        folder: cloud.folder.clone(),
        instead,
    }))
}

/// Returns what is known of clouds, and what bears a mark above these paths.
fn about(around: &Surroundings, paths: &[&Path]) -> Clouds {
    let mut clouds = known(&around.places);
    for marked in paths.iter().filter_map(|path| marked_above(path)) {
        clouds.add(marked);
    }
    clouds
}

fn moved_clouds(clouds: &Clouds, source: &Path) -> impl Iterator<Item = CloudNotice> {
    let itself = clouds.holding(source).filter(|cloud| {
        let real = cloud.place.as_ref();
        real.is_ok_and(|real| real == source)
    });
    let moved = itself.into_iter().chain(clouds.inside(source));
    moved.map(|cloud| CloudNotice::MovesCloud {
        client: cloud.client,
        folder: cloud.folder.clone(),
    })
}

fn leaves(from: &CloudFolder, link: Option<Inside>) -> CloudNotice {
    CloudNotice::Leaves {
        client: from.client,
        folder: from.folder.clone(),
        habit: link.map(|inside| from.client.habit(inside)),
    }
}

fn enters(
    around: &Surroundings,
    clouds: &Clouds,
    into: &CloudFolder,
    moving: &Moving<'_>,
) -> Vec<CloudNotice> {
    let room = clouds.room(around, into, Measuring::WithQuota);
    let measured = || measure::measure(moving.source).map_or(0, |found| found.content_bytes);
    let mut notices = vec![CloudNotice::Into {
        name: clouds.name_of(into),
        client: into.client,
        folder: into.folder.clone(),
        size_bytes: moving.content_bytes.unwrap_or_else(measured),
        free_bytes: room.free_bytes,
        left_bytes: room.left_bytes(),
    }];
    let inside = look_inside(moving, into);
    let links = inside.outward.first.or(inside.links.first);
    if let Some(first) = links {
        notices.push(CloudNotice::LinksInside {
            client: into.client,
            habit: into.client.habit(Inside::Symbolic),
            count: inside.links.count,
            outward_count: inside.outward.count,
            first,
        });
    }
    if let Some(first) = inside.refused.first {
        notices.push(CloudNotice::RefusedNames {
            client: into.client,
            count: inside.refused.count,
            first,
        });
    }
    notices
}

/// Things of one sort: how many, and the first by path.
#[derive(Debug, Default)]
struct Counted {
    count: u64,
    first: Option<PathBuf>,
}

impl Counted {
    fn add(&mut self, path: PathBuf) {
        self.join(Self {
            count: 1,
            first: Some(path),
        });
    }

    fn join(&mut self, other: Self) {
        self.count += other.count;
        self.first = match (self.first.take(), other.first) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}

/// What goes into a cloud with a folder.
#[derive(Debug, Default)]
struct Contents {
    links: Counted,
    outward: Counted,
    refused: Counted,
}

/// Looks at the names in what is moved and at the texts of its links. What cannot be read, the move itself tells of.
fn look_inside(moving: &Moving<'_>, into: &CloudFolder) -> Contents {
    let refuses = into.client.refuses_names();
    let mut contents = Contents::default();
    if let Some(name) = moving.dest.file_name()
        && refuses
        && is_refused(name)
    {
        contents.refused.add(moving.source.to_path_buf());
    }
    if moving.kind != Kind::Directory {
        return contents;
    }
    let walked = walk(&[moving.source.to_path_buf()], Mounts::Stay, || Looker {
        root: moving.source,
        refuses,
        contents: Contents::default(),
    });
    for looker in walked.into_iter().flat_map(|walked| walked.visitors) {
        contents.links.join(looker.contents.links);
        contents.outward.join(looker.contents.outward);
        contents.refused.join(looker.contents.refused);
    }
    contents
}

struct Looker<'a> {
    root: &'a Path,
    refuses: bool,
    contents: Contents,
}

impl Visitor for Looker<'_> {
    fn visit(&mut self, found: &Found<'_>) {
        if self.refuses && is_refused(found.name) {
            self.contents.refused.add(found.path());
        }
        if found.kind.is_link() {
            self.contents.links.add(found.path());
            let leads_out = |text: &OsStr| leads_out(self.root, found.folder.depth(), text);
            if found.with_link_text(leads_out).unwrap_or(true) {
                self.contents.outward.add(found.path());
            }
        }
    }
}

/// Returns whether a text, `depth` folders below the root, leads out of it as far as its letters tell.
fn leads_out(root: &Path, depth: usize, text: &OsStr) -> bool {
    let path = Path::new(text);
    match path.is_absolute() {
        true => !path_form::lies_in(path, root),
        false => climbs_out(depth, text),
    }
}
