//! Reading a set file: TOML, every field known, every mistake with its line.

use std::ops::Range;

use lw_fs::snapshot::{Guard, LinkPolicy, Share};
use toml_edit::{Item, TableLike};

use super::{Schedule, SnapshotSet, TimeOfDay, Written, parse_age_us};
use crate::jobs::inventory::Names;
use crate::jobs::snapshot::LinkRules;
use crate::jobs::snapshot::retention::Keep;
use crate::manifest::ManifestError;
use crate::manifest::fields::{Fields, Reader, key_span, read};
use crate::plan::LinkRule;

impl SnapshotSet {
    /// Returns what a file of these bytes says. Looks at nothing but the bytes, and takes any.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        read(bytes, set)
    }
}

/// How often a snapshot is taken, without the time.
#[derive(Clone, Copy)]
enum Every {
    Hour,
    Day,
    Week,
}

fn set(reader: &Reader<'_>, root: &dyn TableLike) -> Result<SnapshotSet, ManifestError> {
    let mut fields = Fields::new("the file", 0..0, root);
    if let Some(item) = fields.take("version") {
        reader.version(item)?;
    }
    let store = Written {
        text: reader.needed(&mut fields, "store")?,
        line: reader.line_of(span_of(root, "store").start),
    };
    let sources = sources(reader, &mut fields, root)?;
    let links = [
        ("preserve", LinkPolicy::Preserve),
        ("rebase", LinkPolicy::Rebase),
        ("follow", LinkPolicy::Follow),
        ("follow-once", LinkPolicy::FollowOnce),
        ("skip", LinkPolicy::Skip),
    ];
    let links = reader.choice(&mut fields, "links", &links)?;
    let links_at = link_rules(reader, &mut fields)?;
    let cross_mounts = reader.flag(&mut fields, "cross-mounts")?;
    let shares = [
        ("hardlink", Share::Hardlink),
        ("reflink", Share::Reflink),
        ("auto", Share::Auto),
    ];
    let share = reader.choice(&mut fields, "share", &shares)?;
    let guards = [
        ("none", Guard::None),
        ("dirs", Guard::Dirs),
        ("ro", Guard::Ro),
    ];
    let guard = reader.choice(&mut fields, "guard", &guards)?;
    let set = SnapshotSet {
        store,
        sources,
        links: links.unwrap_or(LinkPolicy::Preserve),
        links_at,
        cross_mounts: cross_mounts.unwrap_or(false),
        share: share.unwrap_or_default(),
        guard,
        exclude: patterns(reader, &mut fields, "exclude")?,
        tags: reader.list(&mut fields, "tag")?,
        keep: part(reader, &mut fields, ("keep", "[keep]"), keep)?,
        schedule: part(reader, &mut fields, ("schedule", "[schedule]"), schedule)?,
    };
    reader.nothing_else(&fields)?;
    Ok(set)
}

fn link_rules(
    reader: &Reader<'_>,
    fields: &mut Fields<'_>,
) -> Result<Vec<LinkRule>, ManifestError> {
    let mut rules = Vec::new();
    for (number, text) in reader.list(fields, "links-at")?.iter().enumerate() {
        let wrong =
            |why: String| reader.error(why, Some(span_in_list(fields.table, ("links-at", number))));
        let rule: LinkRule = text.parse().map_err(wrong)?;
        LinkRules::new(std::slice::from_ref(&rule)).map_err(|error| wrong(error.to_string()))?;
        rules.push(rule);
    }
    Ok(rules)
}

fn patterns(
    reader: &Reader<'_>,
    fields: &mut Fields<'_>,
    key: &'static str,
) -> Result<Vec<String>, ManifestError> {
    let all = reader.list(fields, key)?;
    for (number, pattern) in all.iter().enumerate() {
        if let Err(error) = Names::new(&[], std::slice::from_ref(pattern)) {
            let at = span_in_list(fields.table, (key, number));
            return Err(reader.error(error.to_string(), Some(at)));
        }
    }
    Ok(all)
}

fn sources(
    reader: &Reader<'_>,
    fields: &mut Fields<'_>,
    root: &dyn TableLike,
) -> Result<Vec<Written>, ManifestError> {
    let all = reader.list(fields, "sources")?;
    let at = root
        .contains_key("sources")
        .then(|| span_of(root, "sources"));
    if all.is_empty() {
        let why = "the file has no 'sources': a list of paths";
        return Err(reader.error(why, Some(at.unwrap_or(0..0))));
    }
    let mut written = Vec::new();
    for (number, text) in all.into_iter().enumerate() {
        let at = span_in_list(root, ("sources", number));
        if text.is_empty() {
            return Err(reader.error("a path is empty", Some(at)));
        }
        written.push(Written {
            text,
            line: reader.line_of(at.start),
        });
    }
    Ok(written)
}

/// Returns what a table of its own says, if it is there; nothing else may stand in it.
fn part<T>(
    reader: &Reader<'_>,
    fields: &mut Fields<'_>,
    (key, name): (&'static str, &'static str),
    form: impl FnOnce(&Reader<'_>, &mut Fields<'_>) -> Result<T, ManifestError>,
) -> Result<Option<T>, ManifestError> {
    let Some(item) = fields.take(key) else {
        return Ok(None);
    };
    let table = reader.table(key, item)?;
    let span = item.span().or_else(|| key_span(fields.table, key));
    let mut inner = Fields::new(name, span.unwrap_or_default(), table);
    let made = form(reader, &mut inner);
    // Of two mistakes the slip of the pen is the cause of the other: a field that is missing.
    match reader.nothing_else(&inner) {
        Ok(()) => made.map(Some),
        Err(slip) => Err(slip),
    }
}

fn keep(reader: &Reader<'_>, fields: &mut Fields<'_>) -> Result<Keep, ManifestError> {
    let keep = Keep {
        last: number(reader, fields, "last")?,
        hourly: number(reader, fields, "hourly")?,
        daily: number(reader, fields, "daily")?,
        weekly: number(reader, fields, "weekly")?,
        monthly: number(reader, fields, "monthly")?,
        yearly: number(reader, fields, "yearly")?,
        within_us: match reader.text_of(fields, "within")? {
            Some(text) => Some(
                parse_age_us(&text)
                    .map_err(|why| reader.error(why, Some(span_of(fields.table, "within"))))?,
            ),
            None => None,
        },
        tags: reader.list(fields, "tags")?,
    };
    match keep.is_nothing() {
        true => {
            let why = "[keep] keeps nothing; without [keep] all snapshots stay";
            Err(reader.error(why, Some(fields.span.clone())))
        }
        false => Ok(keep),
    }
}

fn number(
    reader: &Reader<'_>,
    fields: &mut Fields<'_>,
    key: &'static str,
) -> Result<usize, ManifestError> {
    let Some(item) = fields.take(key) else {
        return Ok(0);
    };
    let number = item.as_integer().and_then(|number| number.try_into().ok());
    number.ok_or_else(|| reader.error(format!("'{key}' is a number from 0 on"), item.span()))
}

fn schedule(reader: &Reader<'_>, fields: &mut Fields<'_>) -> Result<Schedule, ManifestError> {
    let all = [
        ("hourly", Every::Hour),
        ("daily", Every::Day),
        ("weekly", Every::Week),
    ];
    // Asked for first, so that it counts as known whatever is wrong with the other one.
    let at = reader.text_of(fields, "at")?;
    let every = reader.choice(fields, "every", &all)?;
    let Some(every) = every else {
        let why = "[schedule] has no 'every': hourly, daily or weekly";
        return Err(reader.error(why, Some(fields.span.clone())));
    };
    let wrong = |why: &str| reader.error(why, Some(span_of(fields.table, "at")));
    let time = match &at {
        None => TimeOfDay::default(),
        Some(_) if matches!(every, Every::Hour) => {
            return Err(wrong("'at' goes with every day or week, not every hour"));
        }
        Some(text) => time_of_day(text)
            .ok_or_else(|| wrong("'at' is a time of the day: \"12:30\", from 00:00 to 23:59"))?,
    };
    Ok(match every {
        Every::Hour => Schedule::Hourly,
        Every::Day => Schedule::Daily(time),
        Every::Week => Schedule::Weekly(time),
    })
}

fn time_of_day(text: &str) -> Option<TimeOfDay> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str, most: u8| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse::<u8>().ok().filter(|_| is_number)?;
        (number <= most).then_some(number)
    };
    Some(TimeOfDay {
        hour: number(hour, 23)?,
        minute: number(minute, 59)?,
    })
}

/// Where one of the texts of a list stands, or the only one.
fn span_in_list(table: &dyn TableLike, (key, number): (&str, usize)) -> Range<usize> {
    let list = table.get(key).and_then(Item::as_array);
    let one = list.and_then(|list| list.get(number)?.span());
    one.unwrap_or_else(|| span_of(table, key))
}

fn span_of(table: &dyn TableLike, key: &str) -> Range<usize> {
    let item = table.get(key).and_then(Item::span);
    item.or_else(|| key_span(table, key)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_can_be_said() {
        let text = r#"
version = 1
store = "/mnt/backup"
sources = [
    "~/Documents",
    "$DATA/photos",
]
links = "rebase"
links-at = "Desktop=old=follow"
cross-mounts = true
share = "auto"
guard = "ro"
exclude = ["*.tmp", "cache/"]
tag = "home"

[keep]
last = 3
hourly = 24
daily = 14
weekly = 8
monthly = 24
yearly = 5
within = "36h"
tags = ["release"]

[schedule]
every = "daily"
at = "12:30"
"#;
        let set = SnapshotSet::parse(text.as_bytes()).unwrap();
        let written = |text: &str, line| Written {
            text: text.to_owned(),
            line,
        };
        let expected = SnapshotSet {
            store: written("/mnt/backup", 3),
            sources: vec![written("~/Documents", 5), written("$DATA/photos", 6)],
            links: LinkPolicy::Rebase,
            links_at: vec![LinkRule {
                pattern: "Desktop=old".to_owned(),
                links: LinkPolicy::Follow,
            }],
            cross_mounts: true,
            share: Share::Auto,
            guard: Some(Guard::Ro),
            exclude: vec!["*.tmp".to_owned(), "cache/".to_owned()],
            tags: vec!["home".to_owned()],
            keep: Some(Keep {
                last: 3,
                hourly: 24,
                daily: 14,
                weekly: 8,
                monthly: 24,
                yearly: 5,
                within_us: Some(36 * 3_600_000_000),
                tags: vec!["release".to_owned()],
            }),
            schedule: Some(Schedule::Daily(TimeOfDay {
                hour: 12,
                minute: 30,
            })),
        };
        assert_eq!(set, expected);
        let least = SnapshotSet::parse(b"store = \"s\"\nsources = \"a\"\n").unwrap();
        assert_eq!(least.sources, [written("a", 2)]);
        assert_eq!(
            (least.links, least.guard, least.keep, least.schedule),
            (LinkPolicy::Preserve, None, None, None)
        );
    }

    #[test]
    fn each_mistake_has_its_place() {
        let rest = "store = \"s\"\nsources = [\"a\"]\n";
        for (text, expected) in [
            ("store = \"a\n", "line 1"),
            (
                "sources = [\"a\"]\n",
                "the file has no 'store' (line 1, column 1",
            ),
            ("store = \"\"\n", "'store' is empty (line 1, column 9"),
            ("store = \"s\"\n", "the file has no 'sources'"),
            ("store = \"s\"\nsources = []\n", "(line 2, column 11"),
            (
                "store = \"s\"\nsources = [\n  \"a\",\n  \"\"]\n",
                "a path is empty (line 4, column 3",
            ),
            (
                "store = \"s\"\nsources = [1]\n",
                "'sources' is a text or a list of texts (line 2",
            ),
            (
                "store = \"s\"\nsources = [\"a\\u0000\"]\n",
                "'sources' is a text or a list of texts (line 2",
            ),
            (
                &format!("{rest}soruces = 1\n"),
                "has no field 'soruces'; there are: version, store, sources, links, links-at, cross-mounts, share, guard, exclude, tag, keep, schedule \
                 (line 3, column 1\n    soruces = 1\n    ^^^^^^^)",
            ),
            (
                &format!("{rest}guard = \"all\"\n"),
                "'guard' is one of: none, dirs, ro (line 3, column 9",
            ),
            (
                &format!("{rest}exclude = [\"a\", \"[b\"]\n"),
                "(line 3, column 17",
            ),
            (&format!("{rest}keep = 3\n"), "'keep' is a table (line 3"),
            (
                &format!("{rest}[keep]\n"),
                "[keep] keeps nothing; without [keep] all snapshots stay (line 3, column 1",
            ),
            (
                &format!("{rest}[keep]\ndayly = 3\n"),
                "[keep] has no field 'dayly'; there are: last, hourly, daily",
            ),
            (
                &format!("{rest}[keep]\ndaily = -3\n"),
                "'daily' is a number from 0 on (line 4, column 9\n    daily = -3\n            ^^)",
            ),
            (
                &format!("{rest}[keep]\nwithin = \"soon\"\n"),
                "'soon' is no age: a whole number and h, d or w, as in 14d (line 4, column 10",
            ),
            (
                &format!("{rest}[schedule]\nat = \"12:30\"\n"),
                "[schedule] has no 'every': hourly, daily or weekly (line 3, column 1",
            ),
            (
                &format!("{rest}[schedule]\nevery = \"hourly\"\nat = \"12:30\"\n"),
                "'at' goes with every day or week, not every hour (line 5, column 6",
            ),
            (
                &format!("{rest}[schedule]\nevery = \"day\"\n"),
                "'every' is one of: hourly, daily, weekly (line 4",
            ),
            (&format!("version = 2\n{rest}"), "version 1"),
        ] {
            let error = SnapshotSet::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}\n{error}");
        }
    }

    #[test]
    fn times_of_the_day() {
        let time = |hour, minute| Some(TimeOfDay { hour, minute });
        assert_eq!(time_of_day("00:00"), time(0, 0));
        assert_eq!(time_of_day("23:59"), time(23, 59));
        for wrong in [
            "", "7:30", "24:00", "12:60", "12", "12:30:00", "+1:30", "ab:cd",
        ] {
            assert_eq!(time_of_day(wrong), None, "{wrong}");
        }
    }
}
