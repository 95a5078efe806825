//! `lw repair`.

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;

use lw_core::jobs::Memory;
use lw_core::jobs::repair::{self, Diagnosis, Doubt, RepairRequest, Rule};
use lw_fs::Witness;
use lw_fs::look::{self, Kind};

use super::changing::{self, Question, Task};
use super::searched;
use crate::arguments::Repair;
use crate::edge::Edge;
use crate::ui::{self, Choice, Message, Style, quote, quote_path};

pub(super) fn run(arguments: &Repair, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    let style = Style::from_flag(arguments.changing.json);
    let found =
        searched::find("repair", &arguments.searched, &edge, style).and_then(|(roots, names)| {
            let (search, _) = searched::find("repair", &arguments.search(), &edge, style)?;
            Ok((roots, names, search))
        });
    let (roots, names, search) = match found {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let rule = arguments.from.as_ref().zip(arguments.to.as_ref());
    let request = RepairRequest {
        roots,
        names,
        search,
        rule: rule.map(|(from, to)| Rule {
            from: edge.around.working_folder.join(from),
            to: edge.around.working_folder.join(to),
        }),
        follow_moved: arguments.follow_moved,
    };
    if arguments.interactive && !ui::can_ask() {
        let message = Message::new("cannot repair: nobody is there to be asked")
            .cause("--interactive asks on a terminal")
            .help("without it, links with several possible targets stay as they are");
        return ui::fail(&message, style);
    }
    let task = Task {
        verb: "repair",
        flags: &arguments.changing,
        question: Question::Ask,
        limit: None,
    };
    changing::run(&task, edge, witness, |around, ledger| {
        let mut memory = Memory::new(ledger);
        let mut diagnosis = repair::diagnose(around, &mut memory, &request)?;
        searched::say_unseen(&diagnosis.unseen);
        let (unseen, unsearched) = (&diagnosis.unseen, &mut diagnosis.unsearched);
        unsearched
            .stores
            .retain(|store| !unseen.stores.contains(store));
        searched::say_unseen(unsearched);
        searched::say_not_remembered(&memory);
        if arguments.interactive {
            decide(&mut diagnosis);
        }
        repair::plan(around, &mut diagnosis)
    })
}

/// Asks about each link that could be led to several places, until nobody wants to answer any more.
fn decide(diagnosis: &mut Diagnosis) {
    let mut asked = HashSet::new();
    loop {
        let mut doubts = diagnosis.doubts().into_iter();
        let Some(doubt) = doubts.find(|doubt| !asked.contains(&doubt.link)) else {
            return;
        };
        asked.insert(doubt.link.clone());
        ask_about(&doubt);
        let (index, for_all) = match ui::choose(doubt.candidates.len()) {
            Choice::This(index) => (index, false),
            Choice::ThisForAll(index) => (index, true),
            Choice::None => continue,
            Choice::Stop => return,
        };
        let target = &doubt.candidates[index];
        let alike = match for_all {
            true => diagnosis.alike(&doubt, target),
            false => Vec::new(),
        };
        match diagnosis.choose(&doubt, target, &alike) {
            0 => ui::note("The link cannot be led there; it stays as it is."),
            1 => {}
            count => ui::note(format_args!(
                "So do {}.",
                ui::count(count - 1, "more link", "more links")
            )),
        }
    }
}

fn ask_about(doubt: &Doubt) {
    ui::note(format_args!(
        "{} -> {} is broken. Its target could be:",
        quote_path(&doubt.link),
        quote(&doubt.text)
    ));
    for (number, candidate) in (1_usize..).zip(&doubt.candidates) {
        ui::note(format_args!("  {number}  {}", about(candidate)));
    }
    let more = doubt.count.saturating_sub(doubt.candidates.len() as u64);
    if more > 0 {
        ui::note(format_args!("  and {more} more, which are not listed"));
    }
}

/// Says what tells places of one name apart.
fn about(candidate: &Path) -> String {
    let path = quote_path(candidate);
    match look::followed(candidate) {
        Ok(entry) => {
            let changed = ui::local_time(entry.modified_ns / 1000);
            let what = match entry.kind {
                Kind::File => ui::bytes(entry.size_bytes),
                kind => kind.words().to_owned(),
            };
            format!("{path}   ({what}, changed {changed})")
        }
        Err(error) => format!("{path}   ({})", error.cause()),
    }
}
