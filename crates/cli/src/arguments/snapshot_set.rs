//! Arguments of `lw snapshot run`.

use std::path::PathBuf;

use clap::Args;

use super::Changing;

#[derive(Debug, Args)]
#[command(after_help = "\
A set file is TOML. Paths in it count from its folder; '~', $VARIABLES and clouds ('dropbox:x') are understood.

  store = \"/mnt/backup\"
  sources = [\"~/Documents\", \"~/Pictures\"]
  exclude = [\"*.tmp\"]
  tag = \"daily\"
  links = \"preserve\"                 # or rebase, skip
  guard = \"dirs\"                     # or none, ro

  [keep]                             # what stays; without it, everything
  last = 3
  daily = 14                         # also hourly, weekly, monthly, yearly
  within = \"36h\"
  tags = [\"release\"]

What [keep] does not keep is removed for good after each whole snapshot, without a question. Snapshots that also hold
something that is not among the sources always stay.")]
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
