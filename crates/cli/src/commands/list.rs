//! `lw list`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lw_core::jobs::inventory::Roots;
use lw_core::jobs::inventory::list::{self, Form, HardLinks, Link, ListRequest, Listing};
use lw_core::jobs::inventory::shortcut::Shortcut;
use serde_json::{Value, json};

use super::{changing, searched};
use crate::arguments::{LinkKind, List};
use crate::edge::Edge;
use crate::ui::{self, LongAnswer, Style, bare, bare_path};

/// The widest column of paths on a terminal.
const MAX_COLUMN: usize = 60;

pub(super) fn run(arguments: &List, edge: &Edge) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let (roots, names) = match searched::find("list", &arguments.searched, edge, style) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let target_under = match arguments
        .target_under
        .as_deref()
        .map(|folder| edge.around.leading_to(folder))
    {
        Some(Err(refusal)) => return changing::refuse("list", &refusal.into(), style),
        Some(Ok(folder)) => Some(folder),
        None => None,
    };
    let wants = |kind| arguments.kinds.is_empty() || arguments.kinds.contains(&kind);
    let request = ListRequest {
        symbolic: wants(LinkKind::Symbolic),
        junctions: wants(LinkKind::Junction),
        hard: arguments.hard || arguments.kinds.contains(&LinkKind::Hard),
        shortcuts: arguments.shortcuts || arguments.kinds.contains(&LinkKind::Shortcut),
        form: match (arguments.absolute, arguments.relative) {
            (true, _) => Some(Form::Absolute),
            (_, true) => Some(Form::Relative),
            _ => None,
        },
        dangling: arguments.dangling,
        target_under,
        outside: arguments.outside,
        names,
    };
    let listing = match list::list(&edge.around, &roots, &request) {
        Ok(listing) => listing,
        Err(refused) => return changing::refuse("list", &refused, style),
    };
    let mut answer = LongAnswer::begin();
    if arguments.null {
        for path in paths(&listing) {
            answer.null_ended(lw_fs::path_bytes(&roots.named(path)));
        }
    } else if style == Style::Json {
        listing
            .links
            .iter()
            .for_each(|link| answer.line(link_object(link)));
        listing
            .hard_links
            .iter()
            .for_each(|group| answer.line(group_object(group)));
        shortcuts(&listing).for_each(|shortcut| answer.line(ui::shortcut_object(shortcut)));
        answer.line(summary(&listing));
    } else {
        lines(&listing, &roots, &mut answer);
    }
    answer.end();
    if let (Style::Text, Some((_, unread_count @ 1..))) = (style, &listing.shortcuts) {
        let files = ui::count(*unread_count, "file", "files");
        ui::note(format_args!(
            "note: {files} that may be shortcuts could not be read"
        ));
    }
    searched::end(&listing.unseen, style)
}

fn paths(listing: &Listing) -> impl Iterator<Item = &PathBuf> {
    let hard = listing.hard_links.iter().flat_map(|group| &group.paths);
    let shortcuts = shortcuts(listing).map(|shortcut| &shortcut.path);
    let links = listing.links.iter().map(|link| &link.path);
    links.chain(hard).chain(shortcuts)
}

fn shortcuts(listing: &Listing) -> impl Iterator<Item = &Shortcut> {
    listing
        .shortcuts
        .iter()
        .flat_map(|(shortcuts, _)| shortcuts)
}

fn lines(listing: &Listing, roots: &Roots, answer: &mut LongAnswer) {
    let shown = |link: &Link| bare_path(&roots.named(&link.path));
    let width = match ui::answers_a_terminal() {
        true => {
            let widths = listing.links.iter().map(|link| shown(link).chars().count());
            widths.max().unwrap_or_default().min(MAX_COLUMN)
        }
        false => 0,
    };
    for link in &listing.links {
        let (path, text) = (shown(link), bare(link.shown_text()));
        match width {
            // Counting letters takes time, and a pipe has no columns.
            0 => answer.line(format_args!("{path} -> {text}")),
            _ => answer.line(format_args!("{path:<width$} -> {text}")),
        }
    }
    for group in &listing.hard_links {
        answer.line(heading(group));
        for path in &group.paths {
            answer.line(format_args!("  {}", bare_path(&roots.named(path))));
        }
    }
    for shortcut in shortcuts(listing) {
        let named = |path: &Path| roots.named(path);
        answer.line(ui::shortcut_line(shortcut, named));
    }
}

/// Returns how many names a file has.
pub(super) fn heading(group: &HardLinks) -> String {
    let names = ui::count(group.link_count, "name", "names");
    let size = ui::bytes(group.size_bytes);
    match group.outside_count() {
        0 => format!("{names} of one file of {size}:"),
        elsewhere => format!("{names} of one file of {size}, {elsewhere} of them elsewhere:"),
    }
}

fn link_object(link: &Link) -> Value {
    let mut fields = ui::path_fields("path", &link.path);
    fields.extend(ui::path_fields("target", link.shown_text().as_ref()));
    fields.insert("kind".into(), json!(link.kind));
    fields.insert("absolute".into(), json!(link.form() == Form::Absolute));
    if let Some(native) = &link.native {
        fields.insert("windows".into(), json!(native.form));
        fields.extend(ui::path_fields("target_here", link.text.as_ref()));
    }
    Value::Object(ui::typed_object("link", fields))
}

/// Returns the names of a file as an object.
pub(super) fn group_object(group: &HardLinks) -> Value {
    let mut fields = ui::paths_fields("paths", group.paths.iter().map(PathBuf::as_path));
    fields.insert("link_count".into(), json!(group.link_count));
    fields.insert("outside_count".into(), json!(group.outside_count()));
    fields.insert("size_bytes".into(), json!(group.size_bytes));
    fields.insert("device".into(), json!(group.device));
    fields.insert("inode".into(), json!(group.inode));
    Value::Object(ui::typed_object("hard-links", fields))
}

fn summary(listing: &Listing) -> Value {
    let mut fields = ui::unseen_fields(&listing.unseen);
    fields.insert("links".into(), json!(listing.links.len()));
    fields.insert("hard_link_files".into(), json!(listing.hard_links.len()));
    if let Some((shortcuts, unread_count)) = &listing.shortcuts {
        fields.insert("shortcuts".into(), json!(shortcuts.len()));
        fields.insert("unread_count".into(), json!(unread_count));
    }
    Value::Object(ui::typed_object("listed", fields))
}
