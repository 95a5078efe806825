//! `lw doctor`.

use std::process::ExitCode;

use lw_core::jobs::doctor::{self, Ground, LedgerHealth};
use lw_core::ledger::{Ledger, LedgerError};
use lw_core::run;
use lw_fs::act::{Found, Probe};
use lw_fs::look::rights::{Evaluation, Rights, rights};
use lw_fs::path_form::{FAMILY, Family};
use lw_fs::{FsError, Witness};
use serde_json::{Value, json};

use super::changing;
use crate::arguments::Doctor;
use crate::edge::Edge;
use crate::ui::{self, Style, path_fields, quote, quote_path};

pub(super) fn run(arguments: &Doctor, edge: &Edge, witness: &mut dyn Witness) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let ground = match doctor::ground(&edge.around, &arguments.path) {
        Ok(ground) => ground,
        Err(refused) => return changing::refuse("examine", &refused, style),
    };
    let probe = run::probe(witness, &ground.folder, &edge.context.token);
    let health = Ledger::open_to_read(&edge.context.state_folder)
        .and_then(|ledger| ledger.as_ref().map(doctor::ledger_health).transpose());
    match style {
        Style::Text => {
            volume_lines(&ground, &probe)
                .into_iter()
                .for_each(ui::print);
            drive_lines(edge).into_iter().for_each(ui::print);
            missing_lines(edge, &ground, &probe)
                .into_iter()
                .for_each(ui::print);
            rights_lines(&probe).into_iter().for_each(ui::print);
            ledger_lines(edge, &health).into_iter().for_each(ui::print);
        }
        Style::Json => ui::print_json(&object(edge, &ground, &probe, &health)),
    }
    match health {
        Err(error) => ui::fail(&ui::ledger_message(&error), style),
        Ok(Some(health)) if !health.faults.is_empty() || health.diverged > 0 => ExitCode::from(1),
        Ok(_) => ExitCode::SUCCESS,
    }
}

fn volume_lines(ground: &Ground, probe: &Result<Probe, FsError>) -> Vec<String> {
    let volume = &ground.volume;
    let mut lines = vec![
        quote_path(&ground.folder),
        format!("  file system:     {}", volume.file_system),
        format!("  mounted at:      {}", quote_path(&volume.mount_point)),
        format!("  from:            {}", volume.source),
    ];
    if volume.is_read_only {
        lines.push("  read-only:       yes".to_owned());
    }
    let probe = match probe {
        Ok(probe) => probe,
        Err(error) => {
            lines.push(format!("  not tried:       {}", error.cause()));
            return lines;
        }
    };
    for (name, found) in tried(probe) {
        lines.push(match found {
            Found::Yes => format!("  {:<16} yes", format!("{name}:")),
            Found::No(why) => format!("  {:<16} no: {why}", format!("{name}:")),
        });
    }
    lines.push(format!(
        "  {:<16} {}",
        "folds case:",
        if probe.folds_case { "yes" } else { "no" }
    ));
    let number = |limit: Option<u64>, unit: &str| {
        limit.map_or("not said by the system".to_owned(), |limit| {
            format!("{limit} {unit}")
        })
    };
    lines.push(format!(
        "  {:<16} {}",
        "longest name:",
        number(probe.name_limit_bytes, "bytes")
    ));
    lines.push(format!(
        "  {:<16} {}",
        "most names:",
        number(probe.link_limit, "of one file")
    ));
    lines
}

fn tried(probe: &Probe) -> Vec<(&'static str, &Found)> {
    let mut tried = vec![
        ("symbolic links", &probe.symbolic_links),
        ("hard links", &probe.hard_links),
        ("exchange", &probe.exchange),
        ("no-replace", &probe.no_replace),
        ("reflink", &probe.reflink),
        ("leases", &probe.leases),
    ];
    if let Some(native) = &probe.native {
        tried.insert(1, ("Windows links", &native.links));
        tried.insert(2, ("junctions", &native.junctions));
    }
    tried
}

/// What the system lets this process do with links, where it makes differences.
fn asked(rights: &Rights) -> Vec<(&'static str, bool)> {
    let follows = |pick: fn(&Evaluation) -> bool| rights.follows.as_ref().map(pick);
    let all = [
        ("developer mode", rights.has_developer_mode),
        ("link privilege", rights.holds_link_privilege),
        ("administrator", rights.is_elevated),
        ("follows local to local", follows(|to| to.local_to_local)),
        ("follows local to remote", follows(|to| to.local_to_remote)),
        ("follows remote to local", follows(|to| to.remote_to_local)),
        (
            "follows remote to remote",
            follows(|to| to.remote_to_remote),
        ),
        ("long paths for all programs", rights.has_long_paths),
        ("guarded from junctions of users", rights.is_guarded),
    ];
    let said = all.into_iter().filter_map(|(name, is)| Some((name, is?)));
    said.collect()
}

/// What the system says of links, and how to get what is missing.
fn rights_lines(probe: &Result<Probe, FsError>) -> Vec<String> {
    let asked = asked(&rights());
    if asked.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["links on this computer".to_owned()];
    lines.extend(asked.iter().map(|(name, is)| {
        let answer = if *is { "yes" } else { "no" };
        format!("  {name}: {answer}")
    }));
    let is_missing = |probe: &Probe| !probe.symbolic_links.works();
    if probe.as_ref().is_ok_and(is_missing) {
        let ways = ui::shell::ways_to_symbolic_links();
        lines.extend(
            ways.iter()
                .map(|way| format!("  to make symbolic links: {way}")),
        );
    }
    lines
}

/// The drives of Windows that were told.
fn drive_lines(edge: &Edge) -> Vec<String> {
    let drives = edge.around.drives.iter();
    drives
        .map(|drive| {
            format!(
                "drive {}:           {}",
                drive.letter,
                quote_path(&drive.folder)
            )
        })
        .collect()
}

/// How to get what the volume does not do as it is.
fn missing_lines(edge: &Edge, ground: &Ground, probe: &Result<Probe, FsError>) -> Vec<String> {
    let volume = &ground.volume;
    let Ok(probe) = probe else { return Vec::new() };
    let mut lines = Vec::new();
    if matches!(volume.file_system.as_str(), "ntfs" | "ntfs3") && probe.native.is_none() {
        lines.push(format!(
            "to make links that Windows follows: mount it by ntfs-3g, ntfs-3g {} {}",
            quote(volume.source.as_ref()),
            quote_path(&volume.mount_point)
        ));
    }
    let has_letter = || {
        let drives = edge.around.drives.iter();
        drives
            .into_iter()
            .any(|drive| drive.folder == volume.mount_point)
    };
    if FAMILY == Family::Unix && probe.native.is_some() && !has_letter() {
        lines.push(format!(
            "to make junctions: say which drive it is, lw link --drive C={} …",
            quote_path(&volume.mount_point)
        ));
    }
    if FAMILY == Family::Unix && !probe.symbolic_links.works() && !volume.is_read_only {
        let rest = match probe.hard_links.works() {
            true => "; hard links to files work",
            false => "",
        };
        lines.push(format!(
            "to make symbolic links: put the link on another volume, {} has none{rest}",
            volume.file_system
        ));
    }
    lines
}

type Health = Result<Option<LedgerHealth>, LedgerError>;

fn ledger_lines(edge: &Edge, health: &Health) -> Vec<String> {
    let mut lines = vec![
        "ledger".to_owned(),
        format!(
            "  state folder:    {}",
            quote_path(&edge.context.state_folder)
        ),
    ];
    match health {
        Err(error) => lines.push(format!("  unusable:        {error}")),
        Ok(None) => lines.push("  operations:      none yet".to_owned()),
        Ok(Some(health)) => {
            lines.push(format!("  operations:      {}", health.operations));
            lines.push(format!("  unfinished:      {}", health.running));
            lines.push(format!("  need a look:     {}", health.diverged));
            lines.push(format!(
                "  in quarantine:   {}",
                ui::count(health.slots as u64, "folder", "folders")
            ));
            if health.faults.is_empty() {
                lines.push("  database:        sound".to_owned());
            }
            for fault in &health.faults {
                lines.push(format!("  database:        {fault}"));
            }
        }
    }
    lines
}

fn object(edge: &Edge, ground: &Ground, probe: &Result<Probe, FsError>, health: &Health) -> Value {
    let mut object = path_fields("folder", &ground.folder);
    object.extend(path_fields("mount_point", &ground.volume.mount_point));
    object.extend(path_fields("state_folder", &edge.context.state_folder));
    object.insert("type".into(), json!("doctor"));
    object.insert("schema".into(), json!(1));
    object.insert("file_system".into(), json!(ground.volume.file_system));
    object.insert("read_only".into(), json!(ground.volume.is_read_only));
    if let Ok(probe) = probe {
        for (name, found) in tried(probe) {
            let key = name.replace([' ', '-'], "_");
            object.insert(key, json!(found.works()));
        }
        object.insert("folds_case".into(), json!(probe.folds_case));
        object.insert("name_limit_bytes".into(), json!(probe.name_limit_bytes));
        object.insert("link_limit".into(), json!(probe.link_limit));
    }
    let drives = edge.around.drives.iter().map(|drive| {
        let mut fields = path_fields("folder", &drive.folder);
        fields.insert("letter".into(), json!(drive.letter));
        Value::Object(fields)
    });
    object.insert("drives".into(), drives.collect());
    for (name, is) in asked(&rights()) {
        object.insert(name.replace(' ', "_"), json!(is));
    }
    if let Ok(Some(health)) = health {
        object.insert(
            "ledger".into(),
            json!({
                "operations": health.operations,
                "unfinished": health.running,
                "diverged": health.diverged,
                "slots": health.slots,
                "faults": health.faults,
            }),
        );
    }
    Value::Object(object)
}
