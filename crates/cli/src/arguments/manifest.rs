//! Arguments of the commands that read or write manifests.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Changing;

#[derive(Debug, Args)]
#[command(after_help = "\
Everything that is in the way is named before anything changes. The file is TOML; paths in it are counted
from its own folder:
  [[link]]
  link = \"~/.vimrc\"
  target = \"vim/vimrc\"
  [[tree]]                       each file of a folder linked into another
  source = \"bash\"
  into = \"~\"
  [[move]]                       lives at one place, used from another
  source = \"~/Projects\"
  dest = \"dropbox:Projects\"
Further fields: kind, form, note, when; fold, dot-names, ignore; [variables], [machine.HOST].

Examples:
  lw apply                       bring about what ./links.toml lists
  lw apply -n ~/dotfiles/links.toml
  lw apply --absorb              an editor put a file in place of a link: keep what it wrote, link again
  lw apply --prune               also remove links that are not listed any more")]
pub(crate) struct Apply {
    /// The manifest
    #[arg(default_value = "links.toml", value_name = "FILE")]
    pub(crate) manifest: PathBuf,
    /// Remove links that were made for this manifest and are not listed any more
    #[arg(long)]
    pub(crate) prune: bool,
    /// Where a program put a file in place of a link, take its content into the target and link again
    #[arg(long, conflicts_with_all = ["restore", "replace"])]
    pub(crate) absorb: bool,
    /// Where a program put a file in place of a link, put the file into quarantine and link again
    #[arg(long, conflicts_with = "replace")]
    pub(crate) restore: bool,
    /// Put any file or link that is in the way into quarantine
    #[arg(long)]
    pub(crate) replace: bool,
    /// Where a folder that is to move is at both ends, merge the two and lose nothing
    #[arg(long)]
    pub(crate) merge: bool,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The manifest
    #[arg(default_value = "links.toml", value_name = "FILE")]
    pub(crate) manifest: PathBuf,
    /// Also list what is in step
    #[arg(short, long)]
    pub(crate) all: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// How known links are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// A manifest, for 'lw apply'
    Toml,
    /// One JSON object a line
    Json,
    /// A table for a wiki
    Markdown,
    /// Comma-separated values (RFC 4180)
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// How it is written
    #[arg(long, value_enum, default_value = "toml")]
    pub(crate) format: ExportFormat,
    /// Only links in these folders
    #[arg(value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The manifest is made for the folder that is read: keep it there, as links.toml. What it cannot say is named on stderr.

Examples:
  lw import ~/dotfiles > ~/dotfiles/links.toml
  lw import ~/dotfiles/install.conf.yaml > ~/dotfiles/links.toml
  lw status ~/dotfiles/links.toml    what differs from what is there")]
pub(crate) struct Import {
    /// A folder with packages of GNU Stow, or dotbot's install.conf.yaml or .json
    pub(crate) path: PathBuf,
    /// Where the links of the packages stand; as .stowrc says, or else the folder above, if not given
    #[arg(long, value_name = "DIR")]
    pub(crate) into: Option<PathBuf>,
    /// Let dot-name become .name in all packages, as 'stow --dotfiles' does
    #[arg(long)]
    pub(crate) dotfiles: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lw adopt ~/.vimrc ~/.config/mpv --into ~/dotfiles
  lw adopt ~/Projects --into dropbox: --manifest dropbox:links.toml")]
pub(crate) struct Adopt {
    /// Files and folders
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// The folder they move into
    #[arg(long, value_name = "DIR")]
    pub(crate) into: PathBuf,
    /// The manifest that is to list them; links.toml in DIR if not given
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) changing: Changing,
}
