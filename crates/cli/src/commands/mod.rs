//! One file a command.

mod adopt;
mod apply;
mod bring_back;
mod changing;
mod check;
mod clouds;
mod completions;
mod convert;
mod demo;
mod doctor;
mod export;
mod fixing;
mod import;
mod link;
mod links_to;
mod list;
mod log;
mod man;
mod purge;
mod recover;
mod relocate;
mod remove;
mod repair;
mod retarget;
mod searched;
mod show;
mod snapshot;
mod status;
mod track;
mod undo;

use std::process::ExitCode;

use lw_fs::Witness;

use crate::arguments::Command;
use crate::edge::Edge;

/// Runs one command.
pub(crate) fn run(command: Command, edge: Edge, witness: &mut dyn Witness) -> ExitCode {
    match command {
        Command::Link(arguments) => link::run(arguments, edge, witness),
        Command::Move(arguments) => relocate::run(arguments, edge, witness),
        Command::BringBack(arguments) => bring_back::run(arguments, edge, witness),
        Command::Remove(arguments) => remove::run(arguments, edge, witness),
        Command::Retarget(arguments) => retarget::run(arguments, edge, witness),
        Command::Convert(arguments) => convert::run(arguments, edge, witness),
        Command::Show(arguments) => show::run(&arguments, &edge),
        Command::List(arguments) => list::run(&arguments, &edge),
        Command::Check(arguments) => check::run(&arguments, &edge),
        Command::LinksTo(arguments) => links_to::run(&arguments, &edge),
        Command::Track(arguments) => track::run(&arguments, edge, witness),
        Command::Repair(arguments) => repair::run(&arguments, edge, witness),
        Command::Adopt(arguments) => adopt::run(arguments, edge, witness),
        Command::Apply(arguments) => apply::run(&arguments, edge, witness),
        Command::Status(arguments) => status::run(&arguments, &edge),
        Command::Export(arguments) => export::run(&arguments, &edge),
        Command::Import(arguments) => import::run(&arguments, &edge),
        Command::Snapshot(arguments) => snapshot::run(arguments, edge, witness),
        Command::Log(arguments) => log::run(&arguments, &edge),
        Command::Undo(arguments) => undo::run(arguments, edge, witness),
        Command::Recover(arguments) => recover::run(&arguments, edge, witness),
        Command::Purge(arguments) => purge::run(&arguments, edge, witness),
        Command::Clouds(arguments) => clouds::run(&arguments, edge, witness),
        Command::Doctor(arguments) => doctor::run(&arguments, &edge, witness),
        Command::Demo => demo::run(&edge, witness),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
    }
}
