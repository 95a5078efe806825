//! The paths of a command line: each may begin with the name of a cloud.

use std::path::PathBuf;

use super::{Command, Searched};

/// The paths that a command was given, and what is needed to speak of them.
pub(crate) struct GivenPaths<'a> {
    pub(crate) verb: &'static str,
    pub(crate) json: bool,
    pub(crate) paths: Vec<&'a mut PathBuf>,
}

impl Command {
    /// Returns the paths this command was given.
    pub(crate) fn paths(&mut self) -> GivenPaths<'_> {
        let (verb, json, paths): (_, _, Vec<&mut PathBuf>) = match self {
            Self::Link(link) => {
                let rest = link.link.iter_mut().chain(&mut link.into);
                let paths = [&mut link.target].into_iter().chain(rest);
                ("link", link.changing.json, paths.collect())
            }
            Self::Move(to) => {
                let paths = [&mut to.source, &mut to.dest].into_iter();
                let paths = paths.chain(&mut to.fixing.folders).chain(&mut to.manifest);
                ("move", to.changing.json, paths.collect())
            }
            Self::BringBack(back) => {
                let paths = [&mut back.link].into_iter();
                let paths = paths.chain(&mut back.fixing.folders);
                ("bring-back", back.changing.json, paths.collect())
            }
            Self::Remove(remove) => {
                let paths = remove.links.iter_mut().chain(&mut remove.fixing.folders);
                ("remove", remove.changing.json, paths.collect())
            }
            Self::Retarget(retarget) => {
                let paths = [&mut retarget.link, &mut retarget.target].into_iter();
                let paths = paths.chain(&mut retarget.fixing.folders);
                ("retarget", retarget.changing.json, paths.collect())
            }
            Self::Convert(convert) => {
                let paths = convert.links.iter_mut().chain(&mut convert.target);
                let paths = paths.chain(&mut convert.below);
                ("convert", convert.changing.json, paths.collect())
            }
            Self::Show(show) => {
                let paths = [&mut show.path].into_iter();
                let paths = paths.chain(&mut show.linked_in).chain(&mut show.siblings);
                ("show", show.json, paths.collect())
            }
            Self::List(list) => {
                let paths = searched(&mut list.searched).chain(&mut list.target_under);
                ("list", list.json, paths.collect())
            }
            Self::Check(check) => {
                let paths = searched(&mut check.searched).chain(&mut check.root);
                ("check", check.json, paths.collect())
            }
            Self::LinksTo(links) => {
                let paths = [&mut links.path].into_iter().chain(&mut links.folders);
                ("links-to", links.json, paths.collect())
            }
            Self::Track(track) => {
                let paths = searched(&mut track.searched);
                ("track", track.json, paths.collect())
            }
            Self::Repair(repair) => {
                let paths = searched(&mut repair.searched).chain(&mut repair.search);
                let paths = paths.chain(&mut repair.from).chain(&mut repair.to);
                ("repair", repair.changing.json, paths.collect())
            }
            Self::Adopt(adopt) => {
                let paths = adopt.paths.iter_mut().chain([&mut adopt.into]);
                let paths = paths.chain(&mut adopt.manifest);
                ("adopt", adopt.changing.json, paths.collect())
            }
            Self::Apply(apply) => ("apply", apply.changing.json, vec![&mut apply.manifest]),
            Self::Status(status) => {
                let paths = vec![&mut status.manifest];
                ("tell the status of", status.json, paths)
            }
            Self::Export(export) => {
                let json = export.format == super::ExportFormat::Json;
                ("export", json, export.folders.iter_mut().collect())
            }
            Self::Import(import) => {
                let paths = [&mut import.path].into_iter().chain(&mut import.into);
                ("import", false, paths.collect())
            }
            Self::Snapshot(snapshot) => snapshot.paths(),
            Self::Doctor(doctor) => ("doctor", doctor.json, vec![&mut doctor.path]),
            Self::Log(_)
            | Self::Undo(_)
            | Self::Recover(_)
            | Self::Purge(_)
            | Self::Clouds(_)
            | Self::Demo
            | Self::Completions(_)
            | Self::Man(_) => ("", false, Vec::new()),
        };
        GivenPaths { verb, json, paths }
    }
}

fn searched(searched: &mut Searched) -> impl Iterator<Item = &mut PathBuf> {
    searched.folders.iter_mut()
}
