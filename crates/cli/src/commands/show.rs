//! `lw show`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lw_core::jobs::inventory::links_to::OtherName;
use lw_core::jobs::inventory::{self, Names, Roots};
use lw_core::jobs::show::{self, Shown};
use lw_core::jobs::{Refusal, Refused};
use lw_core::ledger::Ledger;
use lw_fs::look::walk::Mounts;
use lw_fs::look::{End, Kind, OnNtfs, Resolution};
use serde_json::{Map, Value, json};

use super::{changing, links_to, searched};
use crate::arguments::Show;
use crate::edge::Edge;
use crate::ui::{self, Style, path_fields, quote, quote_path};

pub(super) fn run(arguments: &Show, edge: &Edge) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let ledger = match Ledger::open_to_read(&edge.context.state_folder) {
        Ok(ledger) => ledger,
        Err(error) => {
            // What the path is can be told without the ledger.
            ui::note(format_args!("note: {error}"));
            None
        }
    };
    let shown =
        show::show(&edge.around, &arguments.path, ledger.as_ref()).or_else(|refused| match refused
            .0
            .as_slice()
        {
            [Refusal::Ledger(error)] => {
                ui::note(format_args!("note: {error}"));
                show::show(&edge.around, &arguments.path, None)
            }
            _ => Err(refused),
        });
    let shown = match shown {
        Ok(shown) => shown,
        Err(refused) => return changing::refuse("show", &refused, style),
    };
    let searched = search(&arguments.linked_in, &shown, edge).and_then(|links| {
        let siblings = search(&arguments.siblings, &shown, edge)?.map(|found| found.names);
        Ok((links, siblings))
    });
    let (links, siblings) = match searched {
        Ok(found) => found,
        Err(refused) => return changing::refuse("show", &refused, style),
    };
    let siblings = siblings.or_else(|| told_names(&shown));
    match style {
        Style::Text => {
            lines(&shown).into_iter().for_each(ui::print);
            let named = |path: &PathBuf| quote_path(path);
            if let Some(found) = links {
                let links = found.links.iter().map(|link| &link.path);
                list("linked by", links.map(named));
            }
            if let Some(names) = siblings {
                list("also named", names.iter().map(|name| named(&name.path)));
            }
        }
        Style::Json => {
            let mut object = object(&shown);
            if let Some(found) = links {
                object["linked_by"] = found.links.iter().map(links_to::link_object).collect();
            }
            if let Some(names) = siblings {
                object["other_names"] = names.iter().map(links_to::name_object).collect();
            }
            ui::print_json(&object);
        }
    }
    ExitCode::SUCCESS
}

/// Finds what leads to the path in these folders; nothing if there are none.
fn search(
    folders: &[PathBuf],
    shown: &Shown,
    edge: &Edge,
) -> Result<Option<inventory::links_to::LinksTo>, Refused> {
    if folders.is_empty() {
        return Ok(None);
    }
    let roots = Roots::find(&edge.around, folders, Mounts::Stay)?;
    let found =
        inventory::links_to::links_to(&edge.around, &roots, &Names::default(), &shown.path)?;
    searched::say_unseen(&found.unseen);
    Ok(Some(found))
}

/// Returns the other names that the system told without a search.
fn told_names(shown: &Shown) -> Option<Vec<OtherName>> {
    let names = shown.other_names.as_ref()?.iter();
    let other = |path: &PathBuf| OtherName {
        path: path.clone(),
        of: shown.path.clone(),
    };
    Some(names.map(other).collect())
}

fn list(what: &str, paths: impl Iterator<Item = String>) {
    let mut any = false;
    for path in paths {
        any = true;
        ui::print(format_args!("  {what}: {path}"));
    }
    if !any {
        ui::print(format_args!("  {what}: nothing that was searched"));
    }
}

fn lines(shown: &Shown) -> Vec<String> {
    let entry = &shown.entry;
    let mut lines = vec![
        quote_path(&shown.path),
        format!("  kind:    {}", kind_words(shown)),
    ];
    if entry.kind == Kind::File {
        let where_it_is = if entry.is_in_cloud_only {
            ", in the cloud alone"
        } else {
            ""
        };
        let size = ui::bytes(entry.size_bytes);
        lines.push(format!("  size:    {size}{where_it_is}"));
    }
    if let Some(target) = &shown.firmlink {
        lines.push(format!(
            "  firmlink: a folder of macOS that leads to {}",
            quote_path(target)
        ));
    }
    if entry.kind != Kind::Directory {
        lines.push(format!(
            "  names:   {}",
            ui::count(entry.link_count, "name", "names")
        ));
    }
    if let Some(on_ntfs) = &shown.on_ntfs {
        lines.push(format!("  windows: {}", windows_words(on_ntfs)));
    }
    if let Some(way) = &shown.way {
        lines.extend(way_lines(way));
    }
    let volume = &shown.volume;
    lines.push(format!(
        "  volume:  {} on {}{}",
        volume.file_system,
        quote_path(&volume.mount_point),
        if volume.is_read_only {
            ", read-only"
        } else {
            ""
        }
    ));
    if let Some(target) = led_elsewhere(shown) {
        lines.push(format!("  led to:  {} when last seen", quote_path(target)));
    }
    if shown.operations.is_empty() {
        lines.push("  ledger:  nothing known".to_owned());
    }
    for operation in &shown.operations {
        let time = ui::local_time(operation.started_us);
        let about = ui::done_sentence(&operation.subject);
        lines.push(format!(
            "  ledger:  operation {}, {time}: {about}{}",
            operation.id,
            ui::ending_in_brackets(operation)
        ));
    }
    lines
}

fn kind_words(shown: &Shown) -> &'static str {
    match &shown.on_ntfs {
        Some(OnNtfs::Native(link, _)) => link.form.words(),
        Some(OnNtfs::Other(point)) => point.tag().words(),
        _ => shown.entry.kind.words(),
    }
}

/// Returns what Windows makes of a link on a volume of NTFS.
fn windows_words(on_ntfs: &OnNtfs) -> String {
    match on_ntfs {
        OnNtfs::Native(link, _) => {
            format!("{}   (what is written in it)", quote(link.text.as_ref()))
        }
        OnNtfs::Other(point) => format!(
            "does not follow it: {} ({})",
            point.tag().words(),
            point.tag()
        ),
        OnNtfs::Damaged(why) => format!("does not follow it: its reparse point is damaged: {why}"),
        OnNtfs::Interix => "does not follow it: a plain link of this system".to_owned(),
    }
}

fn windows_object(on_ntfs: &OnNtfs) -> Value {
    match on_ntfs {
        OnNtfs::Native(link, point) => json!({
            "followed": true,
            "form": link.form,
            "text": link.text,
            "tag": point.tag().to_string(),
        }),
        OnNtfs::Other(point) => json!({
            "followed": false,
            "what": point.tag().words(),
            "tag": point.tag().to_string(),
        }),
        OnNtfs::Damaged(why) => json!({ "followed": false, "damaged": why }),
        OnNtfs::Interix => json!({ "followed": false, "what": "interix link" }),
    }
}

/// Returns where it led when it was last seen, if that is not where its way ends or should end now.
fn led_elsewhere(shown: &Shown) -> Option<&Path> {
    let target = shown.remembered.as_ref()?.target.as_path();
    let way = shown.way.as_ref();
    let leads_there = way.and_then(Resolution::would_end_at).as_deref() == Some(target);
    let is_name_of_it = || {
        let same = lw_fs::look::entry(target);
        same.is_ok_and(|other| other.identity.is_same_now(&shown.entry.identity))
    };
    (!leads_there && !is_name_of_it()).then_some(target)
}

fn way_lines(way: &Resolution) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, hop) in way.hops.iter().enumerate() {
        let what = if index == 0 {
            "target:".to_owned()
        } else {
            format!("hop {}:", index + 1)
        };
        let line = format!("  {what:<8} {}", quote(&hop.text));
        lines.push(if index == 0 {
            line
        } else {
            format!("{line}   (at {})", quote_path(&hop.link))
        });
        if hop.parent_taken_behind {
            lines.push("           behind this link the path goes up again: '..' means the parent of where it leads".to_owned());
        }
    }
    lines.push(match &way.end {
        End::Found { path, entry } => {
            format!("  ends at: {} ({})", quote_path(path), entry.kind.words())
        }
        End::Missing { first_missing } => {
            format!("  dangling: {} does not exist", quote_path(first_missing))
        }
        End::Loop { cycle } => {
            let links: Vec<String> = cycle.iter().map(|link| quote_path(link)).collect();
            format!("  loop:    {}", links.join(" -> "))
        }
        End::TooDeep => "  too deep: more links follow each other than a system follows".to_owned(),
        End::NotADirectory { at } => format!("  dangling: {} is no folder", quote_path(at)),
        End::Unreadable(error) => format!(
            "  cannot tell: {}: {}",
            quote_path(&error.path),
            error.cause()
        ),
    });
    lines
}

fn object(shown: &Shown) -> Value {
    let entry = &shown.entry;
    let mut object: Map<String, Value> = path_fields("path", &shown.path);
    object.insert("kind".into(), json!(entry.kind));
    object.insert("size_bytes".into(), json!(entry.size_bytes));
    if entry.is_in_cloud_only {
        object.insert("in_cloud_only".into(), json!(true));
    }
    if let Some(target) = &shown.firmlink {
        object.extend(path_fields("firmlink_to", target));
    }
    match &shown.remembered {
        Some(known) => object.extend(path_fields("led_to", &known.target)),
        None => {
            object.insert("led_to".into(), Value::Null);
        }
    }
    object.insert("link_count".into(), json!(entry.link_count));
    object.insert("mode".into(), json!(format!("{:04o}", entry.mode)));
    let mut volume = path_fields("mount_point", &shown.volume.mount_point);
    volume.insert("file_system".into(), json!(shown.volume.file_system));
    volume.insert("source".into(), json!(shown.volume.source));
    volume.insert("read_only".into(), json!(shown.volume.is_read_only));
    object.insert("volume".into(), Value::Object(volume));
    if let Some(on_ntfs) = &shown.on_ntfs {
        object.insert("windows".into(), windows_object(on_ntfs));
    }
    if let Some(way) = &shown.way {
        let hops = way.hops.iter().map(|hop| {
            let mut fields = path_fields("link", &hop.link);
            fields.extend(path_fields("target", hop.text.as_ref()));
            Value::Object(fields)
        });
        object.insert("hops".into(), hops.collect());
        object.insert("end".into(), end_object(&way.end));
    }
    let operations = shown.operations.iter().map(ui::operation_object).collect();
    object.insert("operations".into(), operations);
    Value::Object(ui::typed_object("path", object))
}

fn end_object(end: &End) -> Value {
    let with = |state: &str, path: &std::path::Path| {
        let mut fields = path_fields("path", path);
        fields.insert("state".into(), json!(state));
        Value::Object(fields)
    };
    match end {
        End::Found { path, entry } => {
            let mut found = with("found", path);
            found["kind"] = json!(entry.kind);
            found
        }
        End::Missing { first_missing } => with("dangling", first_missing),
        End::NotADirectory { at } => with("not-a-folder", at),
        End::Unreadable(error) => with("unreadable", &error.path),
        End::TooDeep => json!({"state": "too-deep"}),
        End::Loop { cycle } => {
            let links = cycle
                .iter()
                .map(|link| Value::Object(path_fields("link", link)));
            json!({"state": "loop", "cycle": links.collect::<Vec<_>>()})
        }
    }
}
