//! The command line, as clap sees it.

mod clouds;
mod convert;
mod inventory;
mod manifest;
mod paths;
mod rate;
mod snapshot;
mod snapshot_set;
mod track;

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

pub(crate) use clouds::{Clouds, CloudsCommand, CloudsSet, Wanted};
pub(crate) use convert::{Convert, To};
pub(crate) use inventory::{Check, LinkKind, LinksTo, List, Repair, Searched};
pub(crate) use manifest::{Adopt, Apply, Export, ExportFormat, Import, Status};
use rate::parse_rate;
pub(crate) use snapshot::{
    Diff, Forget, GuardWish, ImportSnapshots, Links, ListSnapshots, RepairSnapshots, Restore,
    RestoredLinks, ShareWish, ShowSnapshot, Snapshot, SnapshotCommand, Take, VerifySnapshots,
};
pub(crate) use snapshot_set::{RunSet, ScheduleSet};
pub(crate) use track::{Hash, Track};

/// Lets a file live in one place and be used from another, safely
#[derive(Debug, Parser)]
#[command(
    name = "lw",
    version,
    arg_required_else_help = true,
    max_term_width = 100
)]
#[command(after_help = "\
Examples:
  lw move ~/Projects ~/Dropbox        move a folder, leave a link: every old path still works
  lw move ~/Projects dropbox:         the same by the cloud's name; 'lw clouds' lists them
  lw bring-back ~/Projects            take it back
  lw undo                             take the last operation back
  lw show ~/Projects                  what a path is and where it leads
  lw check ~                          which links are broken, and why

Look-alikes: 'lw ln', 'lw mklink' and 'lw new-item' take the words of GNU ln, Windows' mklink and
PowerShell's New-Item, and lose nothing; see 'lw ln --help'.

Exit codes: 0 done, 1 problems found, 2 usage, 3 partly done, 4 refused or failed (nothing changed),
5 another lw is working there, 6 ledger unusable; an unknown code is a failure.")]
pub(crate) struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colour
    #[arg(
        long,
        value_enum,
        default_value = "auto",
        global = true,
        value_name = "WHEN"
    )]
    pub(crate) color: Color,
    /// Where a drive of Windows is mounted here: C=/mnt/win; changing commands remember it
    #[arg(long, global = true, value_name = "LETTER=DIR", value_parser = parse_drive)]
    pub(crate) drive: Vec<(String, PathBuf)>,
}

/// Splits the letter of a drive from its folder.
fn parse_drive(text: &str) -> Result<(String, PathBuf), String> {
    let (letter, folder) = text
        .split_once('=')
        .ok_or("it is a letter, '=' and a folder: C=/mnt/win")?;
    Ok((letter.to_owned(), PathBuf::from(folder)))
}

/// Returns the whole command line, for completions and manual pages.
pub fn command_line() -> clap::Command {
    Arguments::command()
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    pub(crate) fn apply(self) {
        let choice = match self {
            Self::Auto => return,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a link LINK that leads to TARGET
    Link(Link),
    /// Move SOURCE to DEST and leave a link in its place
    Move(Move),
    /// Bring back to LINK what it leads to, in place of the link
    BringBack(BringBack),
    /// Remove links, never what they lead to
    Remove(Remove),
    /// Let LINK lead to TARGET instead
    Retarget(Retarget),
    /// Let links become relative, absolute or hard ones, or copies of what they lead to
    Convert(Convert),
    /// Show what a path is, where it leads and what the ledger knows; changes nothing
    Show(Show),
    /// List the links below folders; changes nothing
    List(List),
    /// Say what is wrong with the links below folders; changes nothing
    Check(Check),
    /// List what leads to PATH or below it; changes nothing
    LinksTo(LinksTo),
    /// Remember what links lead to, so that 'lw repair' finds it wherever it goes
    Track(Track),
    /// Let broken links lead to where their targets are now
    Repair(Repair),
    /// Move what is there into a folder, leave links, and list them in a manifest
    Adopt(Adopt),
    /// Bring about what a manifest lists
    Apply(Apply),
    /// Compare what a manifest lists with what is there; changes nothing
    Status(Status),
    /// Write down the links that lw made; changes nothing
    Export(Export),
    /// Write down what GNU Stow or dotbot would link, as a manifest; changes nothing
    Import(Import),
    /// Take, list, compare, verify, restore and forget snapshots: backups that are plain folders
    Snapshot(Snapshot),
    /// List the operations, newest first; changes nothing
    Log(Log),
    /// Take an operation back
    Undo(Undo),
    /// Bring interrupted operations to wholly before or wholly after
    Recover(Recover),
    /// Remove for good what operations displaced
    Purge(Purge),
    /// List the folders that cloud clients sync, and keep how much room an account has
    Clouds(Clouds),
    /// Try what the volume of a folder can do, and check the ledger
    Doctor(Doctor),
    /// Play the main job on real files in a scratch folder, which is removed again
    Demo,
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print a manual page
    Man(Man),
}

/// What every changing command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Safety and output")]
pub(crate) struct Changing {
    /// Show the plan and change nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    /// Ask no questions
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Keep these words with the operation
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
    /// Print errors only
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Print each step
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

/// Links elsewhere that a change would break.
#[derive(Debug, Clone, Args)]
pub(crate) struct Fixing {
    /// Links below DIR that lead there are led past what changes; may be given several times
    #[arg(long = "fix-links-in", value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Form {
    /// Write the target relative to the link
    #[arg(long, conflicts_with = "absolute")]
    pub(crate) relative: bool,
    /// Write the target as an absolute path
    #[arg(long)]
    pub(crate) absolute: bool,
}

/// What commands take that may have to copy something to another volume.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Where it has to be copied to another volume")]
pub(crate) struct Across {
    /// Let programs go on working in it meanwhile
    #[arg(long)]
    pub(crate) live: bool,
    /// Keep all of the old tree in quarantine
    #[arg(long)]
    pub(crate) keep_original: bool,
    /// Allow to lose what the new volume cannot keep
    #[arg(long)]
    pub(crate) lossy: bool,
    /// Allow files to lose names that they have elsewhere
    #[arg(long)]
    pub(crate) split_hard_links: bool,
    /// How much of the copy is read back; only with 'full' is anything removed at the old place
    #[arg(long, value_enum, default_value = "full", value_name = "HOW-MUCH")]
    pub(crate) verify: Verify,
    /// Copy no faster than this many bytes a second: 500K, 20M, 1.5G
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    pub(crate) limit: Option<u64>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Verify {
    Full,
    Sample,
    None,
}

#[derive(Debug, Args)]
pub(crate) struct Doubtful {
    /// Allow a link that leads nowhere
    #[arg(long)]
    pub(crate) allow_dangling: bool,
    /// Allow a link that leads to a folder that contains it
    #[arg(long)]
    pub(crate) allow_recursive: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Link {
    /// What the link leads to, as seen from here
    pub(crate) target: PathBuf,
    /// Where the link is made
    #[arg(required_unless_present = "into", conflicts_with = "into")]
    pub(crate) link: Option<PathBuf>,
    /// Make it inside this folder, under the target's own name
    #[arg(long, value_name = "DIR")]
    pub(crate) into: Option<PathBuf>,
    /// Make a symbolic link
    #[arg(long, group = "kind")]
    pub(crate) symbolic: bool,
    /// Make a hard link
    #[arg(long, group = "kind", conflicts_with_all = ["relative", "absolute"])]
    pub(crate) hard: bool,
    /// Make a junction (NTFS)
    #[arg(long, group = "kind")]
    pub(crate) junction: bool,
    /// Displace what stands at LINK into quarantine
    #[arg(long)]
    pub(crate) replace: bool,
    #[command(flatten)]
    pub(crate) form: Form,
    #[command(flatten)]
    pub(crate) doubtful: Doubtful,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

#[derive(Debug, Args)]
pub(crate) struct Move {
    /// The file or folder to move
    pub(crate) source: PathBuf,
    /// Whereto; inside it, if it is an existing folder
    pub(crate) dest: PathBuf,
    /// Merge with a folder of that name at DEST, losing nothing
    #[arg(long)]
    pub(crate) merge: bool,
    /// List it in this manifest, so that 'lw apply' makes the link on another machine
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) across: Across,
    #[command(flatten)]
    pub(crate) form: Form,
    #[command(flatten)]
    pub(crate) fixing: Fixing,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

#[derive(Debug, Args)]
pub(crate) struct BringBack {
    /// The link
    pub(crate) link: PathBuf,
    #[command(flatten)]
    pub(crate) across: Across,
    #[command(flatten)]
    pub(crate) fixing: Fixing,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// The links
    #[arg(required = true, value_name = "LINK")]
    pub(crate) links: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) fixing: Fixing,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

#[derive(Debug, Args)]
pub(crate) struct Retarget {
    /// The link
    pub(crate) link: PathBuf,
    /// What it is to lead to, as seen from here
    pub(crate) target: PathBuf,
    #[command(flatten)]
    pub(crate) form: Form,
    #[command(flatten)]
    pub(crate) doubtful: Doubtful,
    #[command(flatten)]
    pub(crate) fixing: Fixing,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The path
    pub(crate) path: PathBuf,
    /// Also say which links in these folders lead there
    #[arg(long = "in", value_name = "DIR", num_args = 1..)]
    pub(crate) linked_in: Vec<PathBuf>,
    /// Also say which other names the file has in these folders
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub(crate) siblings: Vec<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Log {
    /// How many to list: 50 if not given, all for a changelog
    #[arg(long, value_name = "COUNT")]
    pub(crate) limit: Option<u32>,
    /// How they are listed
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: LogFormat,
    /// Print one JSON object a line
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
}

/// How operations are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line each
    Text,
    /// One JSON object a line, as with --json
    Json,
    /// A changelog for a wiki: a heading a day, an item each
    Markdown,
}

#[derive(Debug, Args)]
pub(crate) struct Undo {
    /// Number of the operation; the last one that still stands if not given
    pub(crate) id: Option<i64>,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

#[derive(Debug, Args)]
pub(crate) struct Recover {
    /// Go on with copies that were interrupted, instead of removing what they left
    #[arg(long, conflicts_with = "accept")]
    pub(crate) resume: bool,
    /// Keep what interrupted copies left
    #[arg(long, conflicts_with_all = ["accept", "resume"])]
    pub(crate) keep_stages: bool,
    /// Leave operation ID, which could not be settled, as it is, and speak of it no more
    #[arg(long, value_name = "ID")]
    pub(crate) accept: Option<i64>,
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Purge {
    /// List what there is and change nothing
    #[arg(long)]
    pub(crate) list: bool,
    /// Also what is younger than 30 days
    #[arg(long)]
    pub(crate) all: bool,
    /// Show what would be removed and change nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    /// Ask no questions
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
    /// Print errors only
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The folder whose volume is tried
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The command; the program itself if not given
    pub(crate) command: Option<String>,
}
