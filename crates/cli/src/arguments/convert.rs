//! Arguments of `lw convert`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Changing, Searched};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum To {
    /// Symbolic links, their targets written relative to the link
    Relative,
    /// Symbolic links, their targets written as absolute paths
    Absolute,
    /// Symbolic links, in place of names of a file
    Symbolic,
    /// Further names of the files
    Hard,
    /// Junctions (NTFS)
    Junction,
    /// Links that Windows follows too (NTFS)
    Native,
    /// Copies of what they lead to, which then are links no more
    Copy,
}

#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// The links
    #[arg(
        value_name = "LINK",
        required_unless_present = "below",
        conflicts_with = "below"
    )]
    pub(crate) links: Vec<PathBuf>,
    /// What they become
    #[arg(
        long,
        value_enum,
        value_name = "FORM",
        required_unless_present = "shorten"
    )]
    pub(crate) to: Option<To>,
    /// Write targets without what can be left out: 'a/../b', 'a//b', './b'
    #[arg(long)]
    pub(crate) shorten: bool,
    /// Let LINK, a name of a file, lead to PATH, another name of that file
    #[arg(long, value_name = "PATH", conflicts_with_all = ["below", "shorten"])]
    pub(crate) target: Option<PathBuf>,
    /// All symbolic links below these folders
    #[arg(
        long,
        value_name = "DIR",
        num_args = 1..,
        help_heading = "Where to search"
    )]
    pub(crate) below: Vec<PathBuf>,
    /// Enter other volumes that are mounted inside
    #[arg(long, conflicts_with = "links", help_heading = "Where to search")]
    pub(crate) cross_mounts: bool,
    /// Only links whose name matches; with a slash in the pattern, whose path below DIR does
    #[arg(
        long = "glob",
        value_name = "PATTERN",
        conflicts_with = "links",
        help_heading = "Where to search"
    )]
    pub(crate) globs: Vec<String>,
    /// Leave out what matches, and do not enter such folders
    #[arg(
        long = "exclude",
        value_name = "PATTERN",
        conflicts_with = "links",
        help_heading = "Where to search"
    )]
    pub(crate) excludes: Vec<String>,
    /// Let programs go on working in what is copied meanwhile
    #[arg(long, help_heading = "Where it has to be copied")]
    pub(crate) live: bool,
    /// Allow to lose what the volume of the link cannot keep
    #[arg(long, help_heading = "Where it has to be copied")]
    pub(crate) lossy: bool,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

impl Convert {
    /// Returns where is to be searched.
    pub(crate) fn searched(&self) -> Searched {
        Searched {
            folders: self.below.clone(),
            cross_mounts: self.cross_mounts,
            globs: self.globs.clone(),
            excludes: self.excludes.clone(),
        }
    }
}
