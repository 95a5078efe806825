//! Each step of a plan in words.

use std::path::Path;

use lw_core::plan::{FactsChange, PathText, Plan, Step};
use lw_fs::stage::Verify;

use super::{count, quote, quote_path};

/// Says each step, in the words of the table that is recorded, run and undone.
pub(crate) fn step_lines(plan: &Plan) -> Vec<String> {
    plan.units
        .iter()
        .flat_map(|unit| unit.steps.iter())
        .enumerate()
        .map(|(index, step)| format!("{:>3}. {}", index + 1, step_line(step)))
        .collect()
}

fn step_line(step: &Step) -> String {
    let two = |a: &Path, b: &Path| (quote_path(a), quote_path(b));
    match step {
        Step::CreateSymbolicLink {
            link,
            native: Some(native),
            ..
        } => {
            format!(
                "make the {} {} to {}",
                native.form.words(),
                quote_path(link),
                quote(native.text.as_ref())
            )
        }
        Step::CreateSymbolicLink { link, text, .. } => {
            format!(
                "make the symbolic link {} to {}",
                quote_path(link),
                quote(text)
            )
        }
        Step::CreateHardLink { target, link, .. } => {
            let (target, link) = two(target, link);
            format!("give the file {target} the further name {link}")
        }
        Step::WriteFile { file, .. } => format!("write the file {}", quote_path(file)),
        Step::CreateFolder { folder, mode } => {
            let bits = mode.map(|mode| format!(", with the permission bits {mode:o}"));
            let bits = bits.unwrap_or_default();
            format!("make the folder {}{bits}", quote_path(folder))
        }
        Step::RemoveFolder { folder, .. } => {
            format!("remove the folder {} if it is empty", quote_path(folder))
        }
        Step::Rename { from, to, .. } => {
            let (from, to) = two(from, to);
            format!("rename {from} to {to}, replacing nothing")
        }
        Step::Exchange { a, b, .. } => {
            let (a, b) = two(a, b);
            format!("swap {a} and {b} in one step")
        }
        Step::Quarantine { path, item, .. } => {
            let (path, item) = two(path, item);
            format!("move {path} into quarantine as {item}")
        }
        Step::RemoveScratch { link, .. } => {
            format!(
                "remove the link {}, which only served the way",
                quote_path(link)
            )
        }
        Step::ReAim { link, becomes, .. } => {
            let native = becomes.native.as_ref();
            let text = native.map(|native| native.text.as_ref());
            format!(
                "write the target {} into the {} {}",
                quote(text.unwrap_or_default()),
                native.map_or("link", |native| native.form.words()),
                quote_path(link)
            )
        }
        Step::GiveFacts { folder, facts, .. } => facts_line(folder, facts),
        Step::Check { compared } => format!(
            "look whether the {} still as compared",
            count(
                compared.len() as u64,
                "file that was compared is",
                "files that were compared are"
            )
        ),
        Step::Share { links, before } => {
            let missing_in = |those: &[PathText], all: &[PathText]| {
                all.iter().filter(|path| !those.contains(path)).count() as u64
            };
            let (more, fewer) = (missing_in(before, links), missing_in(links, before));
            let links = |number| count(number, "link", "links");
            let more = (more > 0)
                .then(|| format!("count {} of other manifests as this one's too", links(more)));
            let fewer = (fewer > 0).then(|| format!("leave {} to other manifests", links(fewer)));
            let parts: Vec<String> = more.into_iter().chain(fewer).collect();
            parts.join(", ")
        }
        Step::Stage {
            source,
            item,
            options,
            ..
        } => {
            let (source, item) = two(source, item);
            let read_back = match options.verify {
                Verify::Full => "read all of it back",
                Verify::Sample => "read a part of it back",
                Verify::None => "look whether all of it is there",
            };
            format!(
                "copy {source} to {item}, make it durable, {read_back} and look again for changes"
            )
        }
        Step::StageSnapshot { snapshot, item, .. } => {
            let sources: Vec<String> = snapshot
                .sources
                .iter()
                .map(|source| quote_path(&source.path))
                .collect();
            let (sources, item) = (sources.join(" and "), quote_path(item));
            match snapshot.adopts {
                true => format!(
                    "give the files of {sources} further names in {item}, read what is new, and make it durable"
                ),
                false => format!(
                    "copy what changed of {sources} to {item}, link the rest, and make it durable"
                ),
            }
        }
        Step::StageRestore {
            store,
            id,
            path,
            item,
            ..
        } => format!(
            "copy {} to {}, compare it with what was recorded, and make it durable",
            quote_path(&store.join(id).join(path)),
            quote_path(item)
        ),
        Step::Sync { folders } => {
            let folders: Vec<String> = folders.iter().map(|folder| quote_path(&folder.0)).collect();
            format!("make the names in {} durable", folders.join(" and "))
        }
        Step::Retire { old, new, keep, .. } => {
            let (old, new) = two(old, new);
            let rest = if *keep {
                "and leave the rest where it is"
            } else {
                "and remove what was verified"
            };
            format!("carry what was still written to {old} over to {new}, {rest}")
        }
        Step::Grace { wait_ms } => {
            format!("wait {wait_ms} ms for programs that are half-way through the path")
        }
    }
}

/// Says what a folder is given.
fn facts_line(folder: &Path, facts: &FactsChange) -> String {
    let (was, becomes) = (&facts.was, &facts.becomes);
    let mut parts = Vec::new();
    if was.mode != becomes.mode {
        parts.push(format!("the permission bits {:o}", becomes.mode));
    }
    if was.user_id != becomes.user_id {
        parts.push(format!("the owner {}", becomes.user_id));
    }
    if was.group_id != becomes.group_id {
        parts.push(format!("the group {}", becomes.group_id));
    }
    if becomes.attributes.is_some() && was.attributes != becomes.attributes {
        parts.push("its attributes and access lists".to_owned());
    }
    if becomes.modified_ns.is_some() {
        parts.push("its time".to_owned());
    }
    let all = parts.join(", ");
    format!("give the folder {} {all}", quote_path(folder))
}
