//! `lw clouds`.

use std::process::ExitCode;

use lw_core::jobs::Surroundings;
use lw_core::jobs::cloud::{self, CloudFolder, Clouds, Inside, Measuring, Room, Unread};
use lw_core::run;
use lw_fs::{FsErrorKind, Witness};
use serde_json::{Value, json};

use super::changing;
use crate::arguments::{self, CloudsCommand, CloudsSet, Wanted};
use crate::edge::Edge;
use crate::ui::{self, LongAnswer, Message, Style, quote_path};

pub(super) fn run(
    arguments: &arguments::Clouds,
    edge: Edge,
    witness: &mut dyn Witness,
) -> ExitCode {
    if let Some(CloudsCommand::Set(set)) = &arguments.command {
        return keep_quota(set, edge, witness);
    }
    let style = Style::from_flag(arguments.json);
    let clouds = cloud::found(&edge.around.places);
    let mut answer = LongAnswer::begin();
    if arguments.null {
        for cloud in &clouds.folders {
            if cloud.place.is_ok() {
                answer.null_ended(lw_fs::path_bytes(&cloud.folder));
            }
        }
    } else if style == Style::Json {
        for cloud in &clouds.folders {
            answer.line(object(&edge.around, &clouds, cloud));
        }
        clouds
            .unread
            .iter()
            .for_each(|unread| answer.line(unread_object(unread)));
    } else {
        for cloud in &clouds.folders {
            let lines = lines(&edge.around, &clouds, cloud);
            lines.into_iter().for_each(|line| answer.line(line));
        }
        if clouds.folders.is_empty() {
            answer.line("No cloud folders were found.");
        }
    }
    answer.end();
    if style == Style::Text {
        for unread in &clouds.unread {
            ui::note(format_args!(
                "note: {} of {} is not read: {}",
                quote_path(&unread.path),
                unread.client.name(),
                unread.why.words()
            ));
        }
    }
    ExitCode::SUCCESS
}

fn lines(around: &Surroundings, clouds: &Clouds, cloud: &CloudFolder) -> Vec<String> {
    let name = clouds.name_of(cloud);
    let room = clouds.room(around, cloud, Measuring::WithQuota);
    let account = cloud
        .account
        .as_deref()
        .map(|account| ui::bare(account.as_ref()));
    let heading = match account {
        Some(account) => format!(
            "{}  {}, {account}",
            ui::cloud_word(&name),
            cloud.client.name()
        ),
        None => format!("{}  {}", ui::cloud_word(&name), cloud.client.name()),
    };
    let folder = format!("  folder:   {}", quote_path(&cloud.folder));
    match cloud.place {
        Ok(_) => {}
        Err(FsErrorKind::NotFound) => return vec![heading, format!("{folder} (missing)")],
        Err(kind) => return vec![heading, format!("{folder} ({})", kind.words())],
    }
    let volume = match room.free_bytes {
        Some(free) => format!("{} free", ui::bytes(free)),
        None => "free space unknown".to_owned(),
    };
    let habit = cloud.client.habit(Inside::Symbolic);
    vec![
        heading,
        folder,
        format!("  volume:   {volume}"),
        format!("  account:  {}", account_words(&name, &room)),
        format!(
            "  links:    a symbolic link inside: {} {}",
            cloud.client.name(),
            habit.words()
        ),
    ]
}

/// Returns what is known of the room in the account.
fn account_words(name: &str, room: &Room) -> String {
    match (room.quota_bytes, room.used_bytes, room.left_bytes()) {
        (Some(quota), Some(used), Some(left)) => format!(
            "the folder holds {} of {}, {} left",
            ui::bytes(used),
            ui::bytes(quota),
            ui::bytes(left)
        ),
        (Some(quota), ..) => format!(
            "{}; what the folder holds could not be measured",
            ui::bytes(quota)
        ),
        (None, ..) => format!(
            "space unknown ('lw clouds set {} --quota SIZE' tells it)",
            ui::cloud_word(name)
        ),
    }
}

fn object(around: &Surroundings, clouds: &Clouds, cloud: &CloudFolder) -> Value {
    let room = clouds.room(around, cloud, Measuring::Always);
    let mut fields = ui::path_fields("folder", &cloud.folder);
    fields.extend(ui::path_fields("told_by", &cloud.told_by));
    fields.insert("name".into(), json!(clouds.name_of(cloud)));
    fields.insert("client".into(), json!(cloud.client.word()));
    fields.insert("client_name".into(), json!(cloud.client.name()));
    fields.insert("account".into(), json!(cloud.account));
    let state = match cloud.place {
        Ok(_) => "present",
        Err(FsErrorKind::NotFound) => "missing",
        Err(_) => "unreadable",
    };
    fields.insert("state".into(), json!(state));
    let mount_point = room
        .volume
        .as_ref()
        .map(|volume| volume.mount_point.as_path());
    fields.extend(match mount_point {
        Some(mount_point) => ui::path_fields("mount_point", mount_point),
        None => [("mount_point".to_owned(), Value::Null)]
            .into_iter()
            .collect(),
    });
    fields.insert("free_bytes".into(), json!(room.free_bytes));
    fields.insert("quota_bytes".into(), json!(room.quota_bytes));
    fields.insert("used_bytes".into(), json!(room.used_bytes));
    fields.insert("left_bytes".into(), json!(room.left_bytes()));
    let habits = [
        ("symbolic", Inside::Symbolic),
        ("junction", Inside::Junction),
        ("hard", Inside::Hard),
    ];
    let habits = habits.map(|(name, inside)| {
        let habit = cloud.client.habit(inside);
        let object = json!({
            "treatment": habit.treatment.word(),
            "evidence": habit.evidence.word(),
            "source": habit.source,
            "as_of": cloud::AS_OF,
        });
        (name.to_owned(), object)
    });
    fields.insert("links".into(), Value::Object(habits.into_iter().collect()));
    Value::Object(ui::typed_object("cloud", fields))
}

fn unread_object(unread: &Unread) -> Value {
    let mut fields = ui::path_fields("path", &unread.path);
    fields.insert("client".into(), json!(unread.client.word()));
    fields.insert("cause".into(), json!(unread.why.word()));
    Value::Object(ui::typed_object("cloud-not-read", fields))
}

fn keep_quota(set: &CloudsSet, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let style = Style::from_flag(set.json);
    let clouds = cloud::found(&edge.around.places);
    let name = match cloud::called(&clouds, &set.name) {
        Ok(cloud) => clouds.name_of(cloud),
        Err(refusal) => return changing::refuse("set", &refusal.into(), style),
    };
    let mut session = match run::open(edge.context, witness) {
        Ok(session) => session,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    if let Err(exit) = changing::settle(&mut session, style) {
        return exit;
    }
    let kept = run::keep(&mut session, |settings| match &set.quota {
        Wanted::Size(size) => {
            // The argument was understood as a size already.
            let _bytes = settings.set_quota(&name, size);
        }
        Wanted::None => settings.forget_quota(&name),
    });
    if let Err(error) = kept {
        let message = Message::new("cannot keep the settings").cause(error.to_string());
        return ui::fail(&message, style);
    }
    let bytes = match &set.quota {
        Wanted::Size(size) => lw_core::size::parse_size(size),
        Wanted::None => None,
    };
    let shown = ui::cloud_word(&name);
    match (style, bytes) {
        (Style::Json, _) => ui::print_json(&json!({
            "type": "cloud-set",
            "schema": 1,
            "name": name,
            "quota_bytes": bytes,
        })),
        (Style::Text, Some(bytes)) => {
            ui::print(format_args!("{shown} holds {}.", ui::bytes(bytes)));
        }
        (Style::Text, None) => {
            ui::print(format_args!(
                "It is not told any more how much {shown} holds."
            ));
        }
    }
    ExitCode::SUCCESS
}
