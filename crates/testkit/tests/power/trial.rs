//! One trial: commands are recorded, then the power is cut again and again, and settling has to mend it.

use std::collections::HashSet;
use std::ops::Range;

use lw_testkit::recorder::{Cut, Log, Recorder, Replay, Survivors};
use lw_testkit::volumes::FileSystem;

use crate::ground::{Ground, Places, Standing};
use crate::tally::{Mended, Tally};

pub const SERVER: &str = env!("CARGO_BIN_EXE_lw-recorder");

/// How often dice decide which of the uncertain writes reached the disk, at each cut.
const THROWS: u64 = 2;

/// Volumes, what is where on them, and how long it may take.
#[derive(Debug)]
pub struct Trial {
    /// The tree's own volume first.
    pub file_systems: &'static [FileSystem],
    /// What is on which.
    pub places: Places,
    /// The most cuts of one command; if there are more flushes, they are sampled evenly.
    pub cuts: usize,
}

/// What is done to the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// `lw move`, into the store.
    Move,
    /// `lw bring-back`.
    BringBack,
}

impl Deed {
    fn arguments(self, ground: &Ground) -> Vec<&str> {
        match self {
            Self::Move => vec!["move", "-y", "tree", ground.store()],
            Self::BringBack => vec!["bring-back", "-y", "tree"],
        }
    }

    fn before(self) -> Standing {
        match self {
            Self::Move => Standing::Home,
            Self::BringBack => Standing::Stored,
        }
    }

    fn after(self) -> Standing {
        match self {
            Self::Move => Standing::Stored,
            Self::BringBack => Standing::Home,
        }
    }
}

/// A deed that was recorded: which one it was, and the events during it.
#[derive(Debug)]
struct Recorded {
    deed: Deed,
    part: Range<usize>,
    /// The number of operations that were done before.
    done_before: usize,
}

/// Does `deeds` on recorded devices, then cuts the power at the flushes and lets `lw recover` mend what is left.
///
/// Does nothing if it cannot run here. Fails the test with every restart that was not mended, and also if no cut was
/// between the first write of a deed and its last flush, or if nothing had to be settled.
pub fn survives(trial: &Trial, deeds: &[Deed]) {
    let Some(mut recorder) = Recorder::new(SERVER, trial.file_systems) else {
        return;
    };
    let ground = Ground::new(&recorder, trial.places);
    recorder.sync();
    let mut recorded = Vec::new();
    for (done_before, deed) in deeds.iter().copied().enumerate() {
        assert_eq!(ground.standing(), Ok(deed.before()));
        let start = recorder.log().len();
        let outcome = ground.lw(&deed.arguments(&ground));
        let part = start..recorder.log().len();
        assert_eq!(outcome.code, Some(0), "{outcome:#?}");
        assert_eq!(ground.standing(), Ok(deed.after()));
        recorded.push(Recorded {
            deed,
            part,
            done_before,
        });
    }
    recorder.stop();
    let log = recorder.log();
    let mut replay = recorder.replay(&log);
    for recorded in &recorded {
        let tally = cut_everywhere(&mut replay, &log, &recorded.part, trial.cuts, |at| {
            mend(&ground, recorded, at)
        });
        tally.judge(&format!("{trial:?}, {:?}", recorded.deed));
    }
}

/// Cuts the power in a part of what was recorded, each time before a flush, and counts what `mend` makes of the restarts.
pub fn cut_everywhere(
    replay: &mut Replay<'_>,
    log: &Log,
    part: &Range<usize>,
    most: usize,
    mend: impl Fn(usize) -> Result<Mended, String>,
) -> Tally {
    let mut tally = Tally::default();
    let first_write = log.writes(part.clone()).first().copied();
    let last_flush = log.flushes(part.clone()).last().copied();
    let mut seen = HashSet::new();
    for at in cuts(log, part, most) {
        let is_inside = first_write.is_some_and(|first| first < at)
            && last_flush.is_some_and(|last| at <= last);
        tally.cuts_inside += usize::from(is_inside);
        for survivors in all_survivors(log, at) {
            let cut = Cut { at, survivors };
            if !seen.insert(replay.fingerprint(cut)) && at != part.end {
                continue;
            }
            let mended = replay.restart(cut).and_then(|restarted| {
                let mended = mend(at);
                restarted.stop();
                mended
            });
            tally.add(mended.map_err(|failure| format!("{cut:?} of {part:?}: {failure}")));
        }
    }
    tally
}

/// The power goes just before each flush, and when the program has ended.
fn cuts(log: &Log, part: &Range<usize>, most: usize) -> Vec<usize> {
    let mut cuts = log.flushes(part.clone());
    cuts.push(part.end);
    let last = cuts.len() - 1;
    if last < most {
        return cuts;
    }
    (0..most).map(|nth| cuts[nth * last / (most - 1)]).collect()
}

fn all_survivors(log: &Log, at: usize) -> Vec<Survivors> {
    let mut all = vec![Survivors::None];
    if log.uncertain(at) == 0 {
        return all;
    }
    all.push(Survivors::All);
    for throw in 0..THROWS {
        let seed = at as u64 * THROWS + throw;
        all.push(Survivors::Some { seed });
        all.push(Survivors::Torn { seed });
    }
    all
}

/// Lets the program mend what a power cut left; what was done, and only that, must be on record and can be undone.
fn mend(ground: &Ground, recorded: &Recorded, at: usize) -> Result<Mended, String> {
    let recovered = ground.lw(&["recover"]);
    let failed = |what: &str| Err(format!("{what}\nafter {recovered:#?}"));
    if recovered.code != Some(0) {
        return failed("not recovered");
    }
    let is_after = match ground.standing() {
        Ok(standing) => standing == recorded.deed.after(),
        Err(what) => return failed(&what),
    };
    let (on_record, done) = (
        ground.done_operations(),
        recorded.done_before + usize::from(is_after),
    );
    if on_record != done {
        return failed(&format!(
            "{done} operations are done, on record: {on_record}"
        ));
    }
    if at == recorded.part.end && !is_after {
        return failed("it was said to be done, and is not");
    }
    if is_after {
        let undone = ground.lw(&["undo"]);
        let standing = ground.standing();
        if undone.code != Some(0) || standing != Ok(recorded.deed.before()) {
            return failed(&format!("cannot be undone: {standing:?} {undone:#?}"));
        }
    }
    Ok(Mended {
        was_settled: !recovered.stdout.starts_with("Nothing to recover"),
        is_after,
    })
}
