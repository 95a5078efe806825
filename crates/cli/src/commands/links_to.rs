//! `lw links-to`.

use std::path::PathBuf;
use std::process::ExitCode;

use lw_core::jobs::inventory::Roots;
use lw_core::jobs::inventory::links_to::{self, LinkTo, LinksTo as Found, OtherName};
use serde_json::{Value, json};

use super::{changing, searched};
use crate::arguments::LinksTo;
use crate::edge::Edge;
use crate::ui::{self, LongAnswer, Style, bare, bare_path, quote_path};

pub(super) fn run(arguments: &LinksTo, edge: &Edge) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let (roots, names) = match searched::find("search", &arguments.searched(), edge, style) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let found = match links_to::links_to(&edge.around, &roots, &names, &arguments.path) {
        Ok(found) => found,
        Err(refused) => return changing::refuse("search for links to", &refused, style),
    };
    let mut answer = LongAnswer::begin();
    if arguments.null {
        let links = found.links.iter().map(|link| &link.path);
        for path in links.chain(found.names.iter().map(|name| &name.path)) {
            answer.null_ended(lw_fs::path_bytes(&roots.named(path)));
        }
    } else if style == Style::Json {
        found
            .links
            .iter()
            .for_each(|link| answer.line(link_object(link)));
        found
            .names
            .iter()
            .for_each(|name| answer.line(name_object(name)));
        answer.line(summary(&found));
    } else {
        lines(&found, &roots)
            .into_iter()
            .for_each(|line| answer.line(line));
    }
    answer.end();
    if style == Style::Text
        && found.links.is_empty()
        && found.names.is_empty()
        && ui::notes_to_a_terminal()
    {
        ui::note(format_args!(
            "Nothing that was searched leads to {}.",
            quote_path(&found.target)
        ));
    }
    searched::end(&found.unseen, style)
}

/// Returns one line for each link and each name.
pub(super) fn lines(found: &Found, roots: &Roots) -> Vec<String> {
    let links = found.links.iter().map(|link| {
        let mut line = format!(
            "{} -> {}",
            bare_path(&roots.named(&link.path)),
            bare(&link.text)
        );
        let by_way_of: Vec<String> = link
            .by_way_of
            .iter()
            .map(|hop| quote_path(&roots.named(hop)))
            .collect();
        if !by_way_of.is_empty() {
            line.push_str(&format!("   (by way of {})", by_way_of.join(", ")));
        }
        if !link.is_sound {
            line.push_str("   (broken)");
        }
        line
    });
    let names = found.names.iter().map(|name| {
        let of = quote_path(&roots.named(&name.of));
        format!(
            "{}   (another name of {of})",
            bare_path(&roots.named(&name.path))
        )
    });
    links.chain(names).collect()
}

/// Returns a link as an object.
pub(super) fn link_object(link: &LinkTo) -> Value {
    let mut fields = ui::path_fields("path", &link.path);
    fields.extend(ui::path_fields("target", link.text.as_ref()));
    fields.extend(ui::paths_fields(
        "by_way_of",
        link.by_way_of.iter().map(PathBuf::as_path),
    ));
    match &link.ends_at {
        Some(end) => fields.extend(ui::path_fields("ends_at", end)),
        None => {
            fields.insert("ends_at".into(), Value::Null);
        }
    }
    fields.insert("sound".into(), json!(link.is_sound));
    Value::Object(ui::typed_object("link-to", fields))
}

/// Returns another name as an object.
pub(super) fn name_object(name: &OtherName) -> Value {
    let mut fields = ui::path_fields("path", &name.path);
    fields.extend(ui::path_fields("of", &name.of));
    Value::Object(ui::typed_object("other-name", fields))
}

fn summary(found: &Found) -> Value {
    let mut fields = ui::unseen_fields(&found.unseen);
    fields.extend(ui::path_fields("to", &found.target));
    fields.insert("links".into(), json!(found.links.len()));
    fields.insert("names".into(), json!(found.names.len()));
    Value::Object(ui::typed_object("searched", fields))
}
