//! `lw snapshot forget`.

use std::process::ExitCode;

use jiff::tz::TimeZone;
use lw_core::jobs::snapshot::retention::{Dated, Keep, Reason, reasons};
use lw_core::jobs::snapshot::{
    Incomplete, Listing, list_to_go_on_from, named, named_incomplete, no_store, store_at,
};
use lw_core::jobs::{Refusal, Refused};
use lw_core::run::{self, ForgetError, Going};
use lw_fs::snapshot::{LATEST, Store};
use lw_fs::{FsError, Witness};
use serde_json::json;

use super::super::changing;
use crate::arguments::Forget;
use crate::edge::{self, Edge};
use crate::ui::{self, Answer, Message, Style, path_fields, quote_path, typed_object};

/// What is to become of the snapshots of a store.
pub(super) struct Fate {
    pub(super) store: Store,
    pub(super) listing: Listing,
    /// Why each is kept; those without a reason go.
    pub(super) reasons: Vec<Vec<Reason>>,
    /// Those of which a part is damaged or missing, and that were named to go.
    pub(super) incomplete: Vec<Incomplete>,
    /// How much is to be free: then the others stay.
    pub(super) until_free_bytes: Option<u64>,
}

pub(super) fn run(arguments: &Forget, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let style = Style::from_flag(arguments.json);
    let fate = match fate(arguments, &edge) {
        Ok(fate) => fate,
        Err(refused) => return changing::refuse("forget", &refused, style),
    };
    let asks = !arguments.dry_run && !arguments.yes && fate.going().next().is_some();
    if arguments.dry_run || asks && ui::can_ask() {
        fate.show(style, asks);
    }
    if arguments.dry_run {
        return ExitCode::SUCCESS;
    }
    let has_something_to_do = match fate.has_something_to_do() {
        Ok(has) => has,
        Err(error) => return changing::refuse("forget", &error.into(), style),
    };
    if !has_something_to_do {
        if style == Style::Text && !arguments.quiet {
            ui::print("Nothing to do: all snapshots are kept.");
        }
        return match lw_fs::look::free(fate.store.root()) {
            Ok(free) => fate.ended((0, Some(free.bytes)), style),
            Err(error) => changing::refuse("forget", &error.into(), style),
        };
    }
    if asks {
        if !ui::can_ask() {
            let message = Message::new("cannot forget: nobody is there to be asked")
                .cause("what is forgotten cannot be brought back")
                .help("-n shows what would go; --yes lets it go");
            return ui::fail(&message, style);
        }
        let question = match fate.until_free_bytes {
            None => "Remove these snapshots for good?",
            Some(_) => "Remove these snapshots for good, oldest first, until there is room?",
        };
        if ui::ask(question) == Answer::No {
            ui::note("Nothing was changed.");
            return ExitCode::from(4);
        }
    }
    carry_out(
        &fate,
        edge,
        witness,
        Telling {
            style,
            is_quiet: arguments.quiet,
        },
    )
}

/// What is told of what was removed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Telling {
    pub(super) style: Style,
    pub(super) is_quiet: bool,
}

/// Removes what has no reason to stay, and says what is gone.
pub(super) fn carry_out(
    fate: &Fate,
    edge: Edge,
    witness: &mut dyn Witness,
    Telling { style, is_quiet }: Telling,
) -> ExitCode {
    let going: Vec<String> = fate.going().map(str::to_owned).collect();
    let mut session = match run::open(edge.context, witness) {
        Ok(session) => session,
        Err(error) => return ui::fail(&ui::ledger_message(&error), style),
    };
    if let Err(exit) = changing::settle(&mut session, style) {
        return exit;
    }
    let going = Going {
        ids: &going,
        until_free_bytes: fate.until_free_bytes,
    };
    let (gone, done) = run::forget(&mut session, &fate.store, going);
    for id in &gone.ids {
        let path = fate.store.tree(id);
        match style {
            Style::Json => {
                let object = typed_object("forgotten", path_fields("path", &path));
                ui::print_json(&object.into());
            }
            Style::Text if is_quiet => {}
            Style::Text => ui::print(format_args!("Removed the snapshot {}", quote_path(&path))),
        }
    }
    match done {
        Ok(()) => fate.ended((gone.ids.len() as u64, gone.free_bytes), style),
        Err(error) => ui::fail(&failure(&fate.store, gone.ids.len(), &error), style),
    }
}

pub(super) fn failure(store: &Store, gone: usize, error: &ForgetError) -> Message {
    let root = quote_path(store.root());
    match error {
        ForgetError::InUse(_) => {
            Message::new(format!("cannot forget: another lw is at work in {root}"))
                .state("nothing was changed")
                .exit_code(5)
        }
        ForgetError::System(error) => {
            let message = Message::new(format!(
                "cannot forget: cannot {} {}",
                error.operation,
                quote_path(&error.path)
            ))
            .cause(error.cause())
            .help("the same command again goes on with it");
            match gone {
                0 => message.state("no snapshot was removed"),
                _ => message
                    .state("what is named above is no snapshot any more, and perhaps not wholly removed")
                    .exit_code(3),
            }
        }
    }
}

impl Fate {
    /// Returns whether something goes, or what an interrupted removal has left is still to go.
    pub(super) fn has_something_to_do(&self) -> Result<bool, FsError> {
        let leftovers = lw_fs::look::content::names(&self.store.trash())?;
        Ok(!leftovers.is_empty() || self.going().next().is_some())
    }

    /// Returns the names of what goes.
    fn going(&self) -> impl Iterator<Item = &str> {
        let all = self.listing.snapshots.iter().zip(&self.reasons);
        let going = all.filter(|(_, why)| why.is_empty());
        let incomplete = self.incomplete.iter().map(|one| one.id.as_str());
        going
            .map(|(snapshot, _)| snapshot.id.as_str())
            .chain(incomplete)
    }

    /// Says if there is less room than was asked for; exit code 3.
    fn ended(&self, (gone, free_bytes): (u64, Option<u64>), style: Style) -> ExitCode {
        let (Some(wanted), Some(free_bytes)) = (self.until_free_bytes, free_bytes) else {
            return ExitCode::SUCCESS;
        };
        if free_bytes >= wanted {
            return ExitCode::SUCCESS;
        }
        let (free, wanted) = (ui::bytes(free_bytes), ui::bytes(wanted));
        let gone = ui::count(gone, "snapshot was", "snapshots were");
        let message = Message::new(format!("{free} are free, not {wanted}"))
            .cause("the newest snapshot, pinned ones and what --keep-… keeps stay")
            .state(format!("{gone} removed"))
            .help(format!(
                "lw snapshot list {}",
                quote_path(self.store.root())
            ))
            .exit_code(3);
        ui::fail(&message, style)
    }

    pub(super) fn show(&self, style: Style, is_question: bool) {
        for (snapshot, why) in self.listing.snapshots.iter().zip(&self.reasons) {
            let words: Vec<&str> = why.iter().map(|reason| reason.word()).collect();
            let path = self.store.tree(&snapshot.id);
            if style == Style::Json {
                let mut object = typed_object("retention", path_fields("path", &path));
                object.insert("kept_by".into(), json!(words));
                object.insert("if_needed".into(), json!(self.until_free_bytes.is_some()));
                ui::print_json(&object.into());
                continue;
            }
            let time = ui::local_time(snapshot.header.taken_us);
            let verdict = match why.is_empty() {
                true if self.until_free_bytes.is_some() => "goes, if need be".to_owned(),
                true => "goes".to_owned(),
                false => format!("stays ({})", words.join(", ")),
            };
            let line = format!("{time}  {}  {verdict}", quote_path(&path));
            tell(line, is_question);
        }
        for incomplete in &self.incomplete {
            let path = self.store.tree(&incomplete.id);
            if style == Style::Json {
                let mut object = typed_object("retention", path_fields("path", &path));
                object.insert("kept_by".into(), json!([]));
                object.insert("if_needed".into(), json!(false));
                object.insert("lack".into(), json!(incomplete.lack.name()));
                ui::print_json(&object.into());
                continue;
            }
            let part = quote_path(&incomplete.path);
            let lack = incomplete.lack.words();
            let line = format!("{}  goes ({part} {lack})", quote_path(&path));
            tell(line, is_question);
        }
    }
}

fn tell(line: String, is_question: bool) {
    match is_question {
        true => ui::note(line),
        false => ui::print(line),
    }
}

fn fate(arguments: &Forget, edge: &Edge) -> Result<Fate, Refused> {
    let keep = Keep {
        last: arguments.keep_last,
        hourly: arguments.keep_hourly,
        daily: arguments.keep_daily,
        weekly: arguments.keep_weekly,
        monthly: arguments.keep_monthly,
        yearly: arguments.keep_yearly,
        within_us: arguments.keep_within,
        tags: arguments.keep_tag.clone(),
    };
    let first = &arguments.paths[0];
    if let Some(itself) = store_at(&edge.around, first)? {
        let [_one] = arguments.paths.as_slice() else {
            let path = itself.root().to_path_buf();
            return Err(Refusal::StoreAmongSnapshots { path }.into());
        };
        if keep.is_nothing() && arguments.until_free.is_none() {
            let path = itself.root().to_path_buf();
            return Err(Refusal::NothingKept { path }.into());
        }
        let listing = list_to_go_on_from(&itself)?;
        let dated: Vec<Dated<'_>> = listing.snapshots.iter().map(Dated::of).collect();
        let mut reasons = reasons(&dated, &keep, edge::now_us(), &TimeZone::system());
        if let Some(wanted) = arguments.until_free
            && lw_fs::look::free(itself.root())?.bytes >= wanted
        {
            let going = reasons.iter_mut().filter(|why| why.is_empty());
            going.for_each(|why| why.push(Reason::Room));
        }
        return Ok(Fate {
            store: itself,
            listing,
            reasons,
            incomplete: Vec::new(),
            until_free_bytes: arguments.until_free,
        });
    }
    if !keep.is_nothing() || arguments.until_free.is_some() {
        return Err(no_store(&edge.around, first).into());
    }
    those_named(arguments, edge)
}

/// Lets the snapshots go that are named, all of one store; the newest stays.
fn those_named(arguments: &Forget, edge: &Edge) -> Result<Fate, Refused> {
    let store = named(&edge.around, &arguments.paths[0])?.store;
    let listing = list_to_go_on_from(&store)?;
    let newest_whole = listing.snapshots.iter().rposition(|one| !one.lacks());
    let mut incomplete = Vec::new();
    let mut reasons = vec![vec![Reason::NotNamed]; listing.snapshots.len()];
    for path in &arguments.paths {
        let named = named(&edge.around, path)?;
        if named.store != store {
            let path = store.root().to_path_buf();
            return Err(Refusal::OtherStore { path }.into());
        }
        // What goes for good is named by its whole name: the beginning of one may mean another one tomorrow.
        let mut all = listing.snapshots.iter();
        let word = match listing.snapshots.last() {
            Some(newest) if named.word == LATEST => newest.id.clone(),
            _ => named.word,
        };
        match all.position(|snapshot| snapshot.id == word) {
            Some(place) if place + 1 == listing.snapshots.len() => {
                let path = store.tree(&word);
                return Err(Refusal::NewestSnapshot { path }.into());
            }
            Some(place) if Some(place) == newest_whole => {
                let path = store.tree(&word);
                return Err(Refusal::NewestWholeSnapshot { path }.into());
            }
            Some(place) => reasons[place].clear(),
            None => incomplete.push(named_incomplete(&store, &listing, &word)?),
        }
    }
    Ok(Fate {
        store,
        listing,
        reasons,
        incomplete,
        until_free_bytes: None,
    })
}
