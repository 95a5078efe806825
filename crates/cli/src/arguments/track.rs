//! Arguments of `lw track`.

use clap::{Args, ValueEnum};

use super::Searched;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Hash {
    /// The first, middle and last 64 KiB of each file
    Sample,
    /// All of each file
    Full,
}

#[derive(Debug, Args)]
pub(crate) struct Track {
    #[command(flatten)]
    pub(crate) searched: Searched,
    /// Also read the files that links lead to, so that they are known again as copies on another volume
    #[arg(long, value_enum, value_name = "HOW MUCH")]
    pub(crate) hash: Option<Hash>,
    /// Forget what is known of links in these folders, and remember nothing
    #[arg(long, conflicts_with = "hash")]
    pub(crate) forget: bool,
    /// Print nothing but errors
    #[arg(short, long, conflicts_with = "json")]
    pub(crate) quiet: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
