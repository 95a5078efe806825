//! A plan as people read it before they say yes.

use lw_core::plan::{Across, Plan, Subject, TreeCounts};
use lw_fs::look::Kind;

use super::sentence::{apply_parts, form_words, kind_word, merge_words};
use super::{bytes, count, local_time, quote, quote_path};

/// Says what the plan amounts to, in a few lines.
pub(crate) fn headline(plan: &Plan) -> Vec<String> {
    subject_lines(&plan.subject)
}

fn subject_lines(subject: &Subject) -> Vec<String> {
    match subject {
        Subject::Link {
            link,
            target,
            hard,
            native,
            displaced,
        } => {
            let mut lines = vec![if let Some(native) = native {
                format!(
                    "Make a {} {} that leads to {}",
                    native.form.words(),
                    quote_path(link),
                    quote(native.text.as_ref())
                )
            } else if *hard {
                format!(
                    "Make {} another name of the file {}",
                    quote_path(link),
                    quote(target)
                )
            } else {
                format!(
                    "Make a symbolic link {} that leads to {}",
                    quote_path(link),
                    quote(target)
                )
            }];
            if let Some(kind) = displaced {
                lines.push(format!(
                    "The {} that is there now goes to quarantine; 'lw undo' brings it back.",
                    kind_word(*kind)
                ));
            }
            lines
        }
        Subject::Adopt {
            manifest, items, ..
        } => vec![format!(
            "Adopt {}: each leaves a link, and is listed in {}",
            count(*items, "file or folder", "files and folders"),
            quote_path(manifest)
        )],
        Subject::Apply { manifest, counts } => {
            let mut lines = vec![format!("Apply {}:", quote_path(manifest))];
            let parts = apply_parts(counts);
            lines.extend(parts.into_iter().map(|part| format!("  {part}")));
            lines
        }
        Subject::Move {
            source,
            dest,
            kind,
            counts,
            merge,
            across,
        } => {
            let mut lines = vec![
                format!("Move the {} {}", kind_word(*kind), quote_path(source)),
                format!("to {}", quote_path(dest)),
                "and leave a link in its place, so that the old path still works.".to_owned(),
            ];
            lines.extend(counts_line(*kind, counts, across.as_ref()));
            if let Some(merge) = merge {
                lines.push(format!(
                    "A folder of that name is there already; the two are merged: {}.",
                    merge_words(merge)
                ));
                lines.push("What gives way goes to quarantine.".to_owned());
            }
            lines
        }
        Subject::BringBack {
            link,
            dest,
            kind,
            counts,
            across,
        } => {
            let mut lines = vec![
                format!("Bring the {} {}", kind_word(*kind), quote_path(dest)),
                format!("back to {}, in place of the link.", quote_path(link)),
            ];
            lines.extend(counts_line(*kind, counts, across.as_ref()));
            lines
        }
        Subject::Remove { links } => {
            let mut lines: Vec<String> = links
                .iter()
                .map(|link| format!("Remove the link {}", quote_path(link)))
                .collect();
            lines.push("What the links lead to stays as it is.".to_owned());
            lines
        }
        Subject::Retarget {
            link,
            old_text,
            new_text,
        } => vec![
            format!("Let the link {}", quote_path(link)),
            format!("lead to {} instead of {}", quote(new_text), quote(old_text)),
        ],
        Subject::Convert {
            to,
            links,
            first,
            copied,
        } => {
            let what = match links {
                1 => format!("the link {}", quote_path(first)),
                links => count(*links, "link", "links"),
            };
            let after = match copied {
                Some(copied) => format!(
                    "{} in {} are copied; what is changed in a copy later is not changed in the original.",
                    bytes(copied.bytes),
                    count(copied.files, "file", "files")
                ),
                None => "What it leads to stays the same.".to_owned(),
            };
            vec![format!("Convert {what}: {}.", form_words(*to)), after]
        }
        Subject::Repair { links, .. } => vec![format!(
            "Mend {}: each gets a text that leads to where its target is now.",
            count(*links, "broken link", "broken links")
        )],
        Subject::Snapshot {
            store,
            sources,
            imported,
            ..
        } if !imported.is_empty() => {
            let of: Vec<String> = sources.iter().map(|source| quote_path(&source.0)).collect();
            let mut lines = vec![format!(
                "Make snapshots of {} in {} from",
                of.join(" and "),
                quote_path(store)
            )];
            let folders = imported.iter();
            lines.extend(folders.map(|folder| {
                let time = local_time(folder.taken_us);
                format!("  {time}  {}", quote_path(&folder.path))
            }));
            lines.push("Nothing is copied: their files get further names.".to_owned());
            lines
        }
        Subject::Snapshot {
            store,
            id,
            sources,
            basis,
            ..
        } => {
            let mut lines = vec![format!(
                "Take the snapshot {} of",
                quote_path(&store.join(id))
            )];
            lines.extend(
                sources
                    .iter()
                    .map(|source| format!("  {}", quote_path(&source.0))),
            );
            lines.push(match basis {
                Some(basis) => {
                    format!("What did not change since {basis} is linked to it and takes no room.")
                }
                None => "It is the first one here: everything is copied.".to_owned(),
            });
            lines
        }
        Subject::Restore {
            store,
            id,
            items,
            first,
            replaced,
        } => {
            let mut lines = vec![format!(
                "Restore from {}: {}, the first to {}",
                quote_path(&store.join(id)),
                count(*items, "thing", "things"),
                quote_path(first)
            )];
            if *replaced > 0 {
                lines.push(format!(
                    "What is there and differs goes to quarantine: {}.",
                    count(*replaced, "thing", "things")
                ));
            }
            lines
        }
        Subject::Schedule { set, files } => {
            let mut lines = vec![format!("Write a schedule for {}:", quote_path(set))];
            lines.extend(
                files
                    .iter()
                    .map(|file| format!("  {}", quote_path(&file.0))),
            );
            lines
        }
        Subject::Undo { operation_id, of } => {
            let mut lines = vec![format!("Take back operation {operation_id}:")];
            lines.push(format!("  {}", super::done_sentence(of)));
            lines
        }
    }
}

fn counts_line(kind: Kind, counts: &TreeCounts, across: Option<&Across>) -> Vec<String> {
    let mut lines = Vec::new();
    if kind == Kind::Directory {
        let end = if across.is_none() {
            "; nothing is copied."
        } else {
            "."
        };
        lines.push(format!(
            "It holds {}, {} and {}{end}",
            count(counts.files, "file", "files"),
            count(counts.directories, "folder", "folders"),
            count(counts.links, "link", "links")
        ));
    }
    if let Some(across) = across {
        lines.push(format!(
            "It goes to another volume: {} are copied and read back ({} are free there).",
            bytes(across.bytes),
            bytes(across.free_bytes)
        ));
        lines.push(if across.keeps_original {
            "The old one stays in quarantine until 'lw purge'.".to_owned()
        } else {
            "Then the old files are removed, each only if it was verified and nobody has it open for writing."
                .to_owned()
        });
    }
    lines
}
