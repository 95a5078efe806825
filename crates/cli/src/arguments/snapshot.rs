//! Arguments of `lw snapshot`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use lw_core::plan::LinkRule;
use lw_core::snapshot_set::parse_age_us;

use super::{Changing, RunSet, ScheduleSet};

#[derive(Debug, Args)]
#[command(after_help = "\
A store is a folder of snapshots, and each snapshot a plain folder that looks complete: what did not change is a \
hard link to the one before and takes no room. STORE/latest leads to the newest. A SNAPSHOT is named by its path, \
STORE/2026-11-27T080000Z, of which the last part may be cut short, but for 'forget'; within a store its name is enough.

Examples:
  lw snapshot take ~/Documents ~/Pictures /mnt/backup
  lw snapshot list /mnt/backup
  lw snapshot diff /mnt/backup/latest              what changed since the snapshot before
  lw snapshot restore /mnt/backup/latest ~/Documents/thesis.odt --to ~/found
  lw snapshot verify --full /mnt/backup
  lw snapshot repair /mnt/backup
  lw snapshot forget /mnt/backup --keep-daily 14 --keep-monthly 12")]
pub(crate) struct Snapshot {
    #[command(subcommand)]
    pub(crate) command: SnapshotCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotCommand {
    /// Take a snapshot of SOURCE… into STORE
    Take(Take),
    /// List the snapshots of a store; changes nothing
    List(ListSnapshots),
    /// Show what a snapshot is of and what it took; changes nothing
    Show(ShowSnapshot),
    /// List what differs between two snapshots; changes nothing
    Diff(Diff),
    /// Give back what a snapshot holds, as copies
    Restore(Restore),
    /// Compare snapshots with what was recorded of them; changes nothing
    Verify(VerifySnapshots),
    /// Replace what is damaged in snapshots by the same content from elsewhere
    Repair(RepairSnapshots),
    /// Make snapshots of what rsnapshot or rsync --link-dest have kept, by hard links to it
    Import(ImportSnapshots),
    /// Remove snapshots for good
    Forget(Forget),
    /// Take a snapshot as a set file says, and forget what it does not keep
    Run(RunSet),
    /// Write what runs a set file regularly, for the system's scheduler; starts nothing
    Schedule(ScheduleSet),
}

impl Snapshot {
    /// Returns the paths this command was given, and what is needed to speak of them.
    pub(super) fn paths(&mut self) -> (&'static str, bool, Vec<&mut PathBuf>) {
        match &mut self.command {
            SnapshotCommand::Take(take) => {
                let paths = take.paths.iter_mut().collect();
                ("take a snapshot of", take.changing.json, paths)
            }
            SnapshotCommand::List(list) => ("list", list.json, vec![&mut list.store]),
            SnapshotCommand::Show(show) => ("show", show.json, vec![&mut show.snapshot]),
            SnapshotCommand::Diff(diff) => {
                let paths = [&mut diff.snapshot].into_iter().chain(&mut diff.other);
                ("compare", diff.json, paths.collect())
            }
            SnapshotCommand::Restore(restore) => {
                let paths = [&mut restore.snapshot].into_iter();
                let paths = paths.chain(&mut restore.paths).chain(&mut restore.to);
                ("restore", restore.changing.json, paths.collect())
            }
            SnapshotCommand::Verify(verify) => {
                ("verify", verify.json, verify.paths.iter_mut().collect())
            }
            SnapshotCommand::Repair(repair) => {
                ("repair", repair.json, repair.paths.iter_mut().collect())
            }
            SnapshotCommand::Import(import) => {
                let paths = import.paths.iter_mut().chain([&mut import.source]);
                ("import", import.changing.json, paths.collect())
            }
            SnapshotCommand::Forget(forget) => {
                ("forget", forget.json, forget.paths.iter_mut().collect())
            }
            SnapshotCommand::Run(run) => ("run", run.changing.json, vec![&mut run.file]),
            SnapshotCommand::Schedule(schedule) => {
                ("schedule", schedule.changing.json, vec![&mut schedule.file])
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Links {
    /// They keep their text
    Preserve,
    /// Absolute links into a source become relative, so that they lead to what is in the snapshot
    Rebase,
    /// What each leads to stands in its place; those that lead in a circle or nowhere stay
    Follow,
    /// What lies outside is taken once, in place of the first link to it; all others lead there
    FollowOnce,
    /// They are left out
    Skip,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RestoredLinks {
    /// The links, with the texts they had
    Links,
    /// What is in the snapshot
    Content,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShareWish {
    /// The file itself: it takes no room
    Hardlink,
    /// Its blocks (btrfs, xfs): whoever writes to one changes no other snapshot
    Reflink,
    /// Its blocks where the store's volume can share them, else the file itself
    Auto,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GuardWish {
    /// Everything keeps its mode
    None,
    /// Folders lose the permission to write: nothing in them is deleted or renamed by accident
    Dirs,
    /// Files lose it too
    Ro,
}

#[derive(Debug, Args)]
#[command(
    override_usage = "lw snapshot take [OPTIONS] <SOURCE>... <STORE>",
    after_help = "\
STORE is made if it is not there. What an interrupted run has left in it is gone on with, unless --discard is given.

Examples:
  lw snapshot take ~/Documents ~/Pictures /mnt/backup
  lw snapshot take ~/Documents /mnt/backup --exclude '*.tmp' --tag pin"
)]
pub(crate) struct Take {
    /// Files and folders, and last the store
    #[arg(required = true, num_args = 2.., value_names = ["SOURCE…", "STORE"])]
    pub(crate) paths: Vec<PathBuf>,
    /// What becomes of symbolic links
    #[arg(long, value_enum, default_value = "preserve", value_name = "POLICY")]
    pub(crate) links: Links,
    /// What becomes of those that match instead, or lie in a folder that does; the first that matches counts
    #[arg(long, value_name = "PATTERN=POLICY")]
    pub(crate) links_at: Vec<LinkRule>,
    /// Take along other volumes that are mounted inside
    #[arg(long)]
    pub(crate) cross_mounts: bool,
    /// Do not: what is mounted inside is an empty folder in the snapshot (the default)
    #[arg(long, conflicts_with = "cross_mounts")]
    pub(crate) one_file_system: bool,
    /// What may not be written in the store; as in the snapshot before, and 'dirs' in the first, if not given
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) guard: Option<GuardWish>,
    /// What a file that did not change shares with the snapshot before
    #[arg(long, value_enum, default_value = "hardlink", value_name = "WHAT")]
    pub(crate) share: ShareWish,
    /// Compare content also where size and times say that it is the same
    #[arg(long)]
    pub(crate) checksum: bool,
    /// Leave out what matches; with a slash it is counted from the source; may be given several times
    #[arg(long, value_name = "PATTERN")]
    pub(crate) exclude: Vec<String>,
    /// A word to find it by; 'pin' keeps it from being forgotten; may be given several times
    #[arg(long, value_name = "WORD")]
    pub(crate) tag: Vec<String>,
    /// Take it although nothing is left of what was there before
    #[arg(long)]
    pub(crate) allow_empty: bool,
    /// Do not go on with what an interrupted run has left, but remove it
    #[arg(long)]
    pub(crate) discard: bool,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

#[derive(Debug, Args)]
#[command(
    override_usage = "lw snapshot import [OPTIONS] --as <SOURCE> <FOLDER>... <STORE>",
    after_help = "\
Each FOLDER is what was once a copy of SOURCE, the oldest first, on the volume of the store. Its files get further names \
in the snapshot: nothing is copied, and nothing of them changes but how many names they have. So the snapshots share \
them with what is there already; do not run the tool that made it on it any more, since it may change them. Delete it \
whenever you like. The next 'lw snapshot take SOURCE STORE' links to what has the same content, mode, owner and time.

Examples:
  lw snapshot import -n /backup/daily.1/host/home /backup/daily.0/host/home /backup/store --as /home
  lw snapshot import /backup/2026-03-01 /backup/store --as /home --time 2026-03-01T08:00"
)]
pub(crate) struct ImportSnapshots {
    /// Folders, the oldest first, and last the store
    #[arg(required = true, num_args = 2.., value_names = ["FOLDER…", "STORE"])]
    pub(crate) paths: Vec<PathBuf>,
    /// What they are copies of; its last name is the one in the snapshots
    #[arg(long = "as", value_name = "SOURCE")]
    pub(crate) source: PathBuf,
    /// When a folder was made, in the order of the folders: 2026-03-01T08:00; if not given, it was when it last changed
    #[arg(long, value_name = "TIME", value_parser = parse_time_us)]
    pub(crate) time: Vec<i64>,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

#[derive(Debug, Args)]
pub(crate) struct ListSnapshots {
    /// The store
    #[arg(default_value = ".", value_name = "STORE")]
    pub(crate) store: PathBuf,
    /// Print the paths of the snapshots only, each with a NUL behind it
    #[arg(short = '0', long, conflicts_with = "json")]
    pub(crate) null: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ShowSnapshot {
    /// The snapshot: STORE/latest, or STORE and the beginning of a name
    pub(crate) snapshot: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The later snapshot, or the earlier one if two are given
    pub(crate) snapshot: PathBuf,
    /// The later snapshot; if not given, SNAPSHOT is compared with the one before it
    pub(crate) other: Option<PathBuf>,
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(
    group(clap::ArgGroup::new("whereto").required(true).args(["to", "in_place"])),
    after_help = "\
Examples:
  lw snapshot restore /mnt/backup/latest ~/Documents/thesis.odt --to ~/found
  lw snapshot restore /mnt/backup/2026-03-01 --to ~/found        all of the one of that day
  lw snapshot restore /mnt/backup/latest ~/Documents --in-place  the changes since go to quarantine"
)]
pub(crate) struct Restore {
    /// The snapshot: STORE/latest, or STORE and the beginning of a name
    pub(crate) snapshot: PathBuf,
    /// What of it: paths as they were, or below the snapshot; all of it if none is given
    pub(crate) paths: Vec<PathBuf>,
    /// Put it into this folder, which is made if need be
    #[arg(long, value_name = "DIR")]
    pub(crate) to: Option<PathBuf>,
    /// Put it where it was: what differs goes to quarantine, what is the same is left alone
    #[arg(long)]
    pub(crate) in_place: bool,
    /// With --in-place: what the snapshot does not have goes to quarantine, but for what was excluded
    #[arg(long, requires = "in_place")]
    pub(crate) delete: bool,
    /// What is given back for links that were followed or rebased
    #[arg(long, value_enum, default_value = "links", value_name = "WHAT")]
    pub(crate) links_as: RestoredLinks,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

#[derive(Debug, Args)]
pub(crate) struct VerifySnapshots {
    /// Stores or snapshots
    #[arg(default_value = ".", value_name = "STORE|SNAPSHOT")]
    pub(crate) paths: Vec<PathBuf>,
    /// Read all content, each file once, from the device where possible
    #[arg(long, conflicts_with = "sample")]
    pub(crate) full: bool,
    /// Read the content of this share of the files, other ones each time: 5%
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    pub(crate) sample: Option<u8>,
    /// Compare the snapshot, or a store's newest one, with its source as it is now; content only with --full
    #[arg(long, conflicts_with = "sample")]
    pub(crate) against_source: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Reads everything, and looks for the content of what is damaged, missing or replaced in all snapshots of the store and \
in the source as it is now. A file that is shared is never changed: a new one takes its place in all snapshots. What was \
there lies in STORE/.store/damaged afterwards.

Examples:
  lw snapshot repair -n /mnt/backup     what would be done
  lw snapshot repair /mnt/backup")]
pub(crate) struct RepairSnapshots {
    /// Stores or snapshots
    #[arg(default_value = ".", value_name = "STORE|SNAPSHOT")]
    pub(crate) paths: Vec<PathBuf>,
    /// Show what would be done and change nothing
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
#[command(after_help = "\
Each --keep-… keeps by itself; what none of them keeps is removed. The newest snapshot and the newest that lacks nothing \
always stay, and those with the tag 'pin' unless they are named. Hours, days, weeks, months and years are those of this \
computer's time zone.

Examples:
  lw snapshot forget -n /mnt/backup --keep-daily 14              what would go, what stays and why
  lw snapshot forget /mnt/backup --until-free 50G --keep-last 3  the oldest, until there is room
  lw snapshot forget /mnt/backup/2026-03-01T080000Z              this one
  lw snapshot forget /mnt/backup --unfinished                    what a full disk has interrupted")]
pub(crate) struct Forget {
    /// A store, with --keep-…, --until-free or --unfinished, or snapshots by their whole names
    #[arg(required = true, value_name = "STORE|SNAPSHOT")]
    pub(crate) paths: Vec<PathBuf>,
    /// Keep the newest N
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        help_heading = "What stays"
    )]
    pub(crate) keep_last: usize,
    /// Keep the newest of each of the newest N hours that have one
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        help_heading = "What stays"
    )]
    pub(crate) keep_hourly: usize,
    /// The same for days
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        help_heading = "What stays"
    )]
    pub(crate) keep_daily: usize,
    /// The same for weeks
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        help_heading = "What stays"
    )]
    pub(crate) keep_weekly: usize,
    /// The same for months
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        help_heading = "What stays"
    )]
    pub(crate) keep_monthly: usize,
    /// The same for years
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        help_heading = "What stays"
    )]
    pub(crate) keep_yearly: usize,
    /// Keep all that are not older: 36h, 14d, 8w
    #[arg(long, value_name = "AGE", value_parser = parse_age_us, help_heading = "What stays")]
    pub(crate) keep_within: Option<i64>,
    /// Keep all with this tag; may be given several times
    #[arg(long, value_name = "WORD", help_heading = "What stays")]
    pub(crate) keep_tag: Vec<String>,
    /// Remove what none of these keeps, oldest first, only until so much is free on the store's volume: 50G
    #[arg(long, value_name = "SIZE", value_parser = parse_free_bytes)]
    pub(crate) until_free: Option<u64>,
    /// Remove no snapshot, but what interrupted runs have left of those that they did not finish
    #[arg(long, conflicts_with_all = [
        "keep_last", "keep_hourly", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly", "keep_within", "keep_tag",
        "until_free",
    ])]
    pub(crate) unfinished: bool,
    /// Show what would go and change nothing
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

fn parse_free_bytes(text: &str) -> Result<u64, String> {
    let wrong = || format!("'{text}' is no size: a number and K, M, G or T, as in 50G");
    lw_core::size::parse_size(text).ok_or_else(wrong)
}

fn parse_percent(text: &str) -> Result<u8, String> {
    let number = text.strip_suffix('%').unwrap_or(text).parse::<u8>();
    match number {
        Ok(percent @ 1..=100) => Ok(percent),
        _ => Err(format!(
            "'{text}' is no share: a whole number from 1% to 100%"
        )),
    }
}

/// Reads a time, that of this computer's time zone unless it names another one; returns microseconds since 1970.
fn parse_time_us(text: &str) -> Result<i64, String> {
    let wrong = || format!("'{text}' is no time, as 2026-03-01T08:00 or 2026-03-01T08:00Z");
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(time.as_microsecond());
    }
    let time = text.parse::<jiff::civil::DateTime>().map_err(|_| wrong())?;
    let zoned = time.to_zoned(jiff::tz::TimeZone::system());
    Ok(zoned.map_err(|_| wrong())?.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::parse_percent;

    #[test]
    fn shares() {
        assert_eq!(parse_percent("5%"), Ok(5));
        assert_eq!(parse_percent("100"), Ok(100));
        for wrong in ["0", "101", "%", "5%%", "a"] {
            assert!(parse_percent(wrong).is_err(), "{wrong}");
        }
    }
}
