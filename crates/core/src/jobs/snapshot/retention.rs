//! Which snapshots are kept: a pure function of what there is, the rules, the time and its zone.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::list::Snapshot;

/// The word that keeps a snapshot whatever the rules say.
pub const PIN: &str = "pin";

/// What is kept; each rule keeps by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keep {
    /// The newest so many.
    pub last: usize,
    /// The newest of each of the newest so many hours that have one.
    pub hourly: usize,
    /// The same for days.
    pub daily: usize,
    /// The same for weeks, from Monday on.
    pub weekly: usize,
    /// The same for months.
    pub monthly: usize,
    /// The same for years.
    pub yearly: usize,
    /// All that are not older than so many microseconds.
    pub within_us: Option<i64>,
    /// All that have one of these words.
    pub tags: Vec<String>,
}

impl Keep {
    /// Returns whether no rule keeps anything.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What of a snapshot counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<'a> {
    /// When it was taken, microseconds since 1970.
    pub taken_us: i64,
    /// Its words.
    pub tags: &'a [String],
    /// Whether something of the source may be missed in it.
    pub lacks: bool,
}

impl<'a> Dated<'a> {
    /// Returns what counts of a snapshot of a store.
    pub fn of(snapshot: &'a Snapshot) -> Self {
        Self {
            taken_us: snapshot.header.taken_us,
            tags: &snapshot.header.tags,
            lacks: snapshot.lacks(),
        }
    }
}

/// Why one is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Only others were named to go.
    NotNamed,
    /// It is of other sources or was taken with other excludes: the rules are not for it.
    NotOfSet,
    /// There is room enough.
    Room,
    /// It is the newest.
    Newest,
    /// It is the newest in which nothing may be missed.
    NewestWhole,
    /// It is pinned.
    Pinned,
    /// It has a word that keeps it.
    Tag,
    /// It is not old enough.
    Within,
    /// It is one of the last.
    Last,
    /// It is the newest of its hour.
    Hourly,
    /// It is the newest of its day.
    Daily,
    /// It is the newest of its week.
    Weekly,
    /// It is the newest of its month.
    Monthly,
    /// It is the newest of its year.
    Yearly,
}

impl Reason {
    /// Returns it in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotNamed => "not named",
            Self::Room => "room",
            Self::NotOfSet => "not of this set",
            Self::Newest => "newest",
            Self::NewestWhole => "newest whole",
            Self::Pinned => "pinned",
            Self::Tag => "tag",
            Self::Within => "within",
            Self::Last => "last",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Yearly => "yearly",
        }
    }
}

/// Returns for each snapshot why it is kept; one without a reason goes. They are given in the order in which they were taken.
///
/// The last one is always kept, and the last one in which nothing may be missed. The clock may have jumped: the order counts, not the times.
pub fn reasons(
    snapshots: &[Dated<'_>],
    keep: &Keep,
    now_us: i64,
    zone: &TimeZone,
) -> Vec<Vec<Reason>> {
    let mut all: Vec<Vec<Reason>> = vec![Vec::new(); snapshots.len()];
    let newest_whole = snapshots.iter().rposition(|snapshot| !snapshot.lacks);
    for (place, snapshot) in snapshots.iter().enumerate() {
        let has = |word: &str| snapshot.tags.iter().any(|tag| tag == word);
        let reasons = &mut all[place];
        if place + 1 == snapshots.len() {
            reasons.push(Reason::Newest);
        } else if newest_whole == Some(place) {
            reasons.push(Reason::NewestWhole);
        }
        if has(PIN) {
            reasons.push(Reason::Pinned);
        }
        if keep.tags.iter().any(|tag| has(tag)) {
            reasons.push(Reason::Tag);
        }
        let age_us = now_us.saturating_sub(snapshot.taken_us);
        if keep.within_us.is_some_and(|within_us| age_us <= within_us) {
            reasons.push(Reason::Within);
        }
        if snapshots.len() - place <= keep.last {
            reasons.push(Reason::Last);
        }
    }
    for (reason, most, form) in [
        // With the offset: where clocks are set back, an hour comes twice.
        (Reason::Hourly, keep.hourly, "%Y-%m-%d %H %z"),
        (Reason::Daily, keep.daily, "%Y-%m-%d"),
        (Reason::Weekly, keep.weekly, "%G-%V"),
        (Reason::Monthly, keep.monthly, "%Y-%m"),
        (Reason::Yearly, keep.yearly, "%Y"),
    ] {
        let mut seen: Vec<String> = Vec::new();
        for (place, snapshot) in snapshots.iter().enumerate().rev() {
            if seen.len() == most {
                break;
            }
            let period = period(snapshot.taken_us, zone, form);
            if !seen.contains(&period) {
                seen.push(period);
                all[place].push(reason);
            }
        }
    }
    for reasons in &mut all {
        reasons.sort_unstable();
    }
    all
}

fn period(taken_us: i64, zone: &TimeZone, form: &str) -> String {
    let time = Timestamp::from_microsecond(taken_us).unwrap_or(Timestamp::UNIX_EPOCH);
    time.to_zoned(zone.clone()).strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil;
    use proptest::prelude::*;

    use super::*;

    /// Words that snapshots of these tests have.
    const WORDS: [&str; 4] = [PIN, "release", "before-upgrade", "other"];

    fn at(zone: &TimeZone, date: civil::DateTime) -> i64 {
        date.to_zoned(zone.clone())
            .unwrap()
            .timestamp()
            .as_microsecond()
    }

    /// Which are kept, by their places.
    fn kept(taken_us: &[i64], keep: &Keep, zone: &TimeZone) -> Vec<usize> {
        let snapshots: Vec<Dated<'_>> = taken_us
            .iter()
            .map(|taken_us| Dated {
                taken_us: *taken_us,
                tags: &[],
                lacks: false,
            })
            .collect();
        let now_us = taken_us.last().copied().unwrap_or_default();
        kept_of(&reasons(&snapshots, keep, now_us, zone))
    }

    /// Which have a reason to stay, by their places.
    fn kept_of(reasons: &[Vec<Reason>]) -> Vec<usize> {
        let places = reasons.iter().enumerate();
        places
            .filter(|(_, why)| !why.is_empty())
            .map(|(place, _)| place)
            .collect()
    }

    #[test]
    fn the_newest_of_each_day_is_kept() {
        let zone = TimeZone::UTC;
        let taken: Vec<i64> = [(1, 9), (1, 23), (2, 0), (4, 12), (4, 13)]
            .map(|(day, hour)| at(&zone, civil::date(2026, 3, day).at(hour, 0, 0, 0)))
            .to_vec();
        let keep = |daily| Keep {
            daily,
            ..Keep::default()
        };
        assert_eq!(kept(&taken, &keep(1), &zone), [4]);
        assert_eq!(kept(&taken, &keep(2), &zone), [2, 4]);
        assert_eq!(kept(&taken, &keep(9), &zone), [1, 2, 4]);
        assert_eq!(kept(&taken, &Keep::default(), &zone), [4]);
        assert_eq!(kept(&[], &keep(9), &zone), [] as [usize; 0]);
    }

    #[test]
    fn the_hour_that_comes_twice_is_two() {
        // Clocks in Berlin went from 3 back to 2 on 26 October 2025, at 01:00 of UTC.
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let first = civil::date(2025, 10, 26)
            .at(0, 30, 0, 0)
            .to_zoned(TimeZone::UTC)
            .unwrap();
        let taken_us = first.timestamp().as_microsecond();
        let keep = Keep {
            hourly: 2,
            ..Keep::default()
        };
        assert_eq!(
            kept(&[taken_us, taken_us + 3_600_000_000], &keep, &zone),
            [0, 1]
        );
    }

    #[test]
    fn words_and_age_keep() {
        let tags = [
            vec![PIN.to_owned()],
            vec!["release".to_owned()],
            vec![],
            vec![],
        ];
        let snapshots: Vec<Dated<'_>> = tags
            .iter()
            .zip(0..)
            .map(|(tags, day)| Dated {
                taken_us: day * 86_400_000_000,
                tags,
                lacks: false,
            })
            .collect();
        let keep = Keep {
            tags: vec!["release".to_owned()],
            within_us: Some(86_400_000_000),
            ..Keep::default()
        };
        let reasons = reasons(&snapshots, &keep, 3 * 86_400_000_000, &TimeZone::UTC);
        use Reason::{Newest, Pinned, Tag, Within};
        assert_eq!(
            reasons,
            [vec![Pinned], vec![Tag], vec![Within], vec![Newest, Within]]
        );
    }

    #[test]
    fn the_newest_one_that_lacks_nothing_is_kept() {
        let lacking = |all: &[bool]| {
            let snapshots: Vec<Dated<'_>> = all
                .iter()
                .map(|lacks| Dated {
                    taken_us: 0,
                    tags: &[],
                    lacks: *lacks,
                })
                .collect();
            reasons(&snapshots, &Keep::default(), 0, &TimeZone::UTC)
        };
        use Reason::{Newest, NewestWhole};
        assert_eq!(
            lacking(&[false, false, true, true]),
            [vec![], vec![NewestWhole], vec![], vec![Newest]]
        );
        assert_eq!(lacking(&[true, false]), [vec![], vec![Newest]]);
        assert_eq!(lacking(&[true, true]), [vec![], vec![Newest]]);
    }

    /// What is kept, found another way: of each period its last snapshot, of those the last so many periods.
    fn slowly(snapshots: &[Dated<'_>], keep: &Keep, now_us: i64, zone: &TimeZone) -> Vec<usize> {
        let all = 0..snapshots.len();
        let mut kept: BTreeSet<usize> = snapshots.len().checked_sub(1).into_iter().collect();
        kept.extend(all.clone().rfind(|place| !snapshots[*place].lacks));
        kept.extend(all.clone().rev().take(keep.last));
        let words = |place: usize| snapshots[place].tags.iter().map(String::as_str);
        let mut keeping: BTreeSet<&str> = keep.tags.iter().map(String::as_str).collect();
        keeping.insert("pin");
        kept.extend(
            all.clone()
                .filter(|place| words(*place).any(|word| keeping.contains(word))),
        );
        if let Some(within_us) = keep.within_us {
            kept.extend(all.filter(|place| snapshots[*place].taken_us + within_us >= now_us));
        }
        type Key = Box<dyn Fn(&jiff::Zoned) -> (i64, i64, i64, i64, i64)>;
        let rules: [(usize, Key); 5] = [
            (
                keep.hourly,
                Box::new(|time| {
                    let offset = i64::from(time.offset().seconds());
                    let (year, month) = (i64::from(time.year()), i64::from(time.month()));
                    (
                        year,
                        month,
                        i64::from(time.day()),
                        i64::from(time.hour()),
                        offset,
                    )
                }),
            ),
            (
                keep.daily,
                Box::new(|time| {
                    (
                        i64::from(time.year()),
                        i64::from(time.day_of_year()),
                        0,
                        0,
                        0,
                    )
                }),
            ),
            (
                keep.weekly,
                Box::new(|time| {
                    let week = time.date().iso_week_date();
                    (i64::from(week.year()), i64::from(week.week()), 0, 0, 0)
                }),
            ),
            (
                keep.monthly,
                Box::new(|time| (i64::from(time.year()), i64::from(time.month()), 0, 0, 0)),
            ),
            (
                keep.yearly,
                Box::new(|time| (i64::from(time.year()), 0, 0, 0, 0)),
            ),
        ];
        for (most, key) in rules {
            let keys: Vec<_> = snapshots
                .iter()
                .map(|snapshot| {
                    key(&Timestamp::from_microsecond(snapshot.taken_us)
                        .unwrap()
                        .to_zoned(zone.clone()))
                })
                .collect();
            let mut last_of_each: Vec<usize> = (0..keys.len())
                .filter(|place| !keys[place + 1..].contains(&keys[*place]))
                .collect();
            last_of_each.reverse();
            kept.extend(last_of_each.into_iter().take(most));
        }
        kept.into_iter().collect()
    }

    proptest! {
        #[test]
        fn the_fast_way_is_the_slow_way(
            steps in proptest::collection::vec(
                (-40_000_i64..400_000, proptest::collection::btree_set(0_usize..WORDS.len(), 0..3), any::<bool>()),
                0..40,
            ),
            counts in proptest::array::uniform6(0_usize..8),
            keeping in proptest::collection::btree_set(0_usize..WORDS.len(), 0..3),
            within in proptest::option::of(0_i64..2_000_000),
            since_last in -40_000_i64..400_000,
            offset in -12_i8..=14,
        ) {
            let zone = TimeZone::fixed(jiff::tz::offset(offset));
            let words = |places: &BTreeSet<usize>| -> Vec<String> {
                places.iter().map(|place| WORDS[*place].to_owned()).collect()
            };
            let tags: Vec<Vec<String>> = steps.iter().map(|(_, tags, _)| words(tags)).collect();
            let mut at = 1_700_000_000;
            let snapshots: Vec<Dated<'_>> = steps
                .iter()
                .zip(&tags)
                .map(|((step, _, lacks), tags)| {
                    at += step;
                    Dated { taken_us: at * 1_000_000, tags, lacks: *lacks }
                })
                .collect();
            let now_us = (at + since_last) * 1_000_000;
            let [last, hourly, daily, weekly, monthly, yearly] = counts;
            let within_us = within.map(|within| within * 1_000_000);
            let tags = words(&keeping);
            let keep = Keep { last, hourly, daily, weekly, monthly, yearly, within_us, tags };
            let fast = kept_of(&reasons(&snapshots, &keep, now_us, &zone));
            prop_assert_eq!(&fast, &slowly(&snapshots, &keep, now_us, &zone));
            // Neither the last one ever goes nor the last one that lacks nothing.
            prop_assert_eq!(fast.last().copied(), snapshots.len().checked_sub(1));
            let whole = snapshots.iter().rposition(|snapshot| !snapshot.lacks);
            prop_assert!(whole.is_none_or(|whole| fast.contains(&whole)));
        }
    }
}
