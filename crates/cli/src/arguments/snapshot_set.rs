//! Arguments of `lw snapshot run` and `schedule`.

use std::path::PathBuf;

use clap::Args;
use lw_core::jobs::snapshot::schedule::is_schedule_name;

use super::Changing;

#[derive(Debug, Args)]
#[command(after_help = "\
A set file is TOML. Paths in it count from its folder; '~', $VARIABLES and clouds ('dropbox:x') are understood.

  store = \"/mnt/backup\"
  sources = [\"~/Documents\", \"~/Pictures\"]
  exclude = [\"*.tmp\"]
  tag = \"daily\"
  links = \"preserve\"                 # or rebase, follow, follow-once, skip
  guard = \"dirs\"                     # or none, ro

  [keep]                             # what stays; without it, everything
  last = 3
  daily = 14                         # also hourly, weekly, monthly, yearly
  within = \"36h\"
  tags = [\"release\"]

  [schedule]                         # for 'lw snapshot schedule'
  every = \"daily\"                    # or hourly, weekly
  at = \"12:30\"

What [keep] does not keep is removed for good after each whole snapshot, without a question. Snapshots of \
other sources, or with other excludes, always stay.")]
pub(crate) struct RunSet {
    /// The set file
    #[arg(default_value = "snapshot.toml", value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Make no new store: where there is none, its disk is perhaps not connected
    #[arg(long)]
    pub(crate) no_new_store: bool,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The file says how often, in [schedule]; see 'lw snapshot run --help'. What is written is a service and a timer of \
systemd on Linux, an agent of launchd on macOS, a task for the Task Scheduler on Windows. Nothing is started: the \
command that does it is printed. The program that will be run is this one, where it lies now.

Examples:
  lw snapshot schedule ~/backup/snapshot.toml
  lw snapshot schedule --print ~/backup/snapshot.toml")]
pub(crate) struct ScheduleSet {
    /// The set file
    #[arg(default_value = "snapshot.toml", value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Print what would be written, and where, and change nothing
    #[arg(long, conflicts_with_all = ["dry_run", "json"])]
    pub(crate) print: bool,
    /// Call it so, not after the file
    #[arg(long, value_name = "NAME", value_parser = parse_name)]
    pub(crate) name: Option<String>,
    /// What is there and says something else goes to quarantine
    #[arg(long)]
    pub(crate) replace: bool,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

fn parse_name(text: &str) -> Result<String, String> {
    match is_schedule_name(text) {
        true => Ok(text.to_owned()),
        false => Err("a name is made of letters from a to z, digits, '-', '_' and '.'".to_owned()),
    }
}
