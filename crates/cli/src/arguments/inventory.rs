//! Arguments of the commands that search folders for links.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Changing;

/// Where links are searched for.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Where to search")]
pub(crate) struct Searched {
    /// The folders; the one you are in if none is given
    #[arg(value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
    /// Enter other volumes that are mounted inside
    #[arg(long)]
    pub(crate) cross_mounts: bool,
    /// Only links whose name matches; with a slash in the pattern, whose path below DIR does
    #[arg(long = "glob", value_name = "PATTERN")]
    pub(crate) globs: Vec<String>,
    /// Leave out what matches, and do not enter such folders
    #[arg(long = "exclude", value_name = "PATTERN")]
    pub(crate) excludes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LinkKind {
    /// Symbolic links
    Symbolic,
    /// Junctions (NTFS)
    Junction,
    /// Names of files that have several
    Hard,
    /// Shortcuts, which are no links
    Shortcut,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) searched: Searched,
    /// Only links of this kind; may be given several times
    #[arg(long = "kind", value_enum, value_name = "KIND")]
    pub(crate) kinds: Vec<LinkKind>,
    /// Also files that have several names, with all the names found
    #[arg(long)]
    pub(crate) hard: bool,
    /// Also shortcuts (.lnk, .desktop, .url, Finder aliases), which are no links and which no program is led by
    #[arg(long)]
    pub(crate) shortcuts: bool,
    /// Only links that lead nowhere
    #[arg(long)]
    pub(crate) dangling: bool,
    /// Only links with an absolute target
    #[arg(long, conflicts_with = "relative")]
    pub(crate) absolute: bool,
    /// Only links with a relative target
    #[arg(long)]
    pub(crate) relative: bool,
    /// Only links that lead to DIR or below it
    #[arg(long, value_name = "DIR")]
    pub(crate) target_under: Option<PathBuf>,
    /// Only links that lead out of the folders that are searched
    #[arg(long)]
    pub(crate) outside: bool,
    /// Print the paths of the links only, each with a NUL behind it
    #[arg(short = '0', long, conflicts_with = "json")]
    pub(crate) null: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) searched: Searched,
    /// Say which links can do harm, and why, instead of which are broken
    #[arg(long)]
    pub(crate) security: bool,
    /// Links below DIR are not to leave it: a web root, an upload folder, an unpacked archive. Searches DIR if no other
    /// folder is given
    #[arg(long, value_name = "DIR", requires = "security")]
    pub(crate) root: Option<PathBuf>,
    /// Say how often a backup of the folders holds what their links lead to, and what sends one that follows links
    /// round for ever
    #[arg(long, conflicts_with = "security")]
    pub(crate) backup: bool,
    /// Print the paths of the links with problems only, each with a NUL behind it
    #[arg(short = '0', long, conflicts_with = "json")]
    pub(crate) null: bool,
    /// List each one, however many there are of a sort
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LinksTo {
    /// What the links lead to; a link stands for itself
    pub(crate) path: PathBuf,
    /// Where to search; the folder you are in if not given
    #[arg(long = "in", value_name = "DIR", num_args = 1.., default_value = ".", hide_default_value = true)]
    pub(crate) folders: Vec<PathBuf>,
    /// Enter other volumes that are mounted inside
    #[arg(long)]
    pub(crate) cross_mounts: bool,
    /// Leave out what matches, and do not enter such folders
    #[arg(long = "exclude", value_name = "PATTERN")]
    pub(crate) excludes: Vec<String>,
    /// Print the paths only, each with a NUL behind it
    #[arg(short = '0', long, conflicts_with = "json")]
    pub(crate) null: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

impl Check {
    /// Returns where is to be searched.
    pub(crate) fn searched(&self) -> Searched {
        let mut searched = self.searched.clone();
        if searched.folders.is_empty() {
            searched.folders.extend(self.root.clone());
        }
        searched
    }
}

impl LinksTo {
    /// Returns where is to be searched.
    pub(crate) fn searched(&self) -> Searched {
        Searched {
            folders: self.folders.clone(),
            cross_mounts: self.cross_mounts,
            globs: Vec::new(),
            excludes: self.excludes.clone(),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Repair {
    #[command(flatten)]
    pub(crate) searched: Searched,
    /// Where to look for the targets; where the links are if not given
    #[arg(long, value_name = "DIR")]
    pub(crate) search: Vec<PathBuf>,
    /// What was below OLD has moved; with --to, nothing else is looked for
    #[arg(long, value_name = "OLD", requires = "to", conflicts_with = "search")]
    pub(crate) from: Option<PathBuf>,
    /// It is below NEW now
    #[arg(long, value_name = "NEW", requires = "from")]
    pub(crate) to: Option<PathBuf>,
    /// Also links that are not broken but lead to something else than they did: they follow what they led to, if that was
    /// remembered and has another name now
    #[arg(long, conflicts_with = "from")]
    pub(crate) follow_moved: bool,
    /// Ask about each link that could be led to several places
    #[arg(short, long, conflicts_with_all = ["from", "json"])]
    pub(crate) interactive: bool,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

impl Repair {
    /// Returns where the targets are looked for.
    pub(crate) fn search(&self) -> Searched {
        let folders = match self.search.is_empty() {
            true => self.searched.folders.clone(),
            false => self.search.clone(),
        };
        Searched {
            folders,
            ..self.searched.clone()
        }
    }
}
