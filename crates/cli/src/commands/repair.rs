//! `lw repair`.

use std::process::ExitCode;

use lw_core::jobs::Memory;
use lw_core::jobs::repair::{self, RepairRequest, Rule};
use lw_fs::Witness;

use super::changing::{self, Question, Task};
use super::searched;
use crate::arguments::Repair;
use crate::edge::Edge;
use crate::ui::{self, Style};

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
    let task = Task {
        verb: "repair",
        flags: &arguments.changing,
        question: Question::Ask,
        limit: None,
    };
    changing::run(&task, edge, witness, |around, ledger| {
        let mut memory = Memory::new(ledger);
        let mut diagnosis = repair::diagnose(around, &mut memory, &request)?;
        for unseen in [&diagnosis.unseen, &diagnosis.unsearched] {
            for line in ui::unseen_notes(unseen, ui::notes_to_a_terminal()) {
                ui::note(format_args!("note: {line}"));
            }
        }
        searched::say_not_remembered(&memory);
        repair::plan(around, &mut diagnosis)
    })
}
