//! Judging what is left of what was written while the tree moved: all of it, where it may be, or not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use super::writers::{Counts, Log, Record, When};

/// Larger files are none of the writers'.
const LARGEST_BYTES: u64 = 1024 * 1024;

/// What was found after the move: records, each a text in angle brackets.
#[derive(Debug, Default)]
pub struct Found {
    /// At DEST, by the name of the file.
    at_dest: BTreeSet<(String, String)>,
    /// In quarantine, under whatever name.
    kept: BTreeSet<String>,
}

impl Found {
    /// Looks below `dest` and below each of the places of quarantine.
    pub fn look(dest: &Path, quarantine: &[&Path]) -> Self {
        let mut found = Self::default();
        each_record(dest, &mut |name, text| {
            found.at_dest.insert((name.to_owned(), text.to_owned()));
        });
        for place in quarantine {
            each_record(place, &mut |_, text| {
                found.kept.insert(text.to_owned());
            });
        }
        found
    }

    /// Returns what is wrong; nothing if no record is lost and each is where it may be.
    pub fn complaints(&self, logs: &[Log], code: Option<i32>) -> Vec<String> {
        let mut complaints = Vec::new();
        for log in logs {
            complaints.extend(
                log.misses
                    .iter()
                    .map(|miss| format!("{}: {miss}", log.writer)),
            );
            let all = &log.records;
            let records = match log.counts {
                Counts::Each | Counts::EachAtDest => &all[..],
                Counts::Last => &all[all.len().saturating_sub(1)..],
                Counts::Nothing => &[],
            };
            for record in records {
                let place = (record.file.clone(), record.text.clone());
                let must_be_at_dest =
                    log.counts == Counts::EachAtDest && record.when == When::Before;
                let why = match (
                    self.at_dest.contains(&place),
                    self.kept.contains(&record.text),
                ) {
                    (true, _) => continue,
                    (false, false) => "lost",
                    (false, true) if must_be_at_dest => "not at DEST, though nothing else is there",
                    (false, true) if code == Some(3) => continue,
                    (false, true) => "only in quarantine, and the exit code does not say so",
                };
                complaints.push(format!(
                    "{why}: {} in {}, {:?}, durable after {:?}, exit {code:?}",
                    record.text, record.file, record.when, record.at
                ));
            }
        }
        complaints
    }
}

fn each_record(top: &Path, note: &mut dyn FnMut(&str, &str)) {
    for entry in fs::read_dir(top).into_iter().flatten() {
        let entry = entry.unwrap();
        let status = entry.metadata().unwrap();
        if status.is_dir() {
            each_record(&entry.path(), note);
        } else if status.is_file() && status.len() <= LARGEST_BYTES {
            let bytes = fs::read(entry.path()).unwrap();
            let (name, text) = (entry.file_name(), String::from_utf8_lossy(&bytes));
            for piece in text.split('<').skip(1) {
                if let Some((record, _)) = piece.split_once('>') {
                    note(&name.to_string_lossy(), &format!("<{record}>"));
                }
            }
        }
    }
}

fn log(counts: Counts, when: When) -> Log {
    let record = |n: u64| Record {
        file: "file".to_owned(),
        text: format!("<record-{n}>"),
        when,
        at: Duration::ZERO,
    };
    Log {
        writer: "judged",
        counts,
        records: (0..3).map(record).collect(),
        misses: Vec::new(),
    }
}

#[test]
fn the_judge_finds_a_lost_record() {
    let folder = tempfile::tempdir().unwrap();
    let (dest, kept) = (folder.path().join("dest"), folder.path().join("kept"));
    fs::create_dir_all(dest.join("below")).unwrap();
    fs::create_dir(&kept).unwrap();
    let verdict = |counts, when, code| {
        Found::look(&dest, &[&kept])
            .complaints(&[log(counts, when)], Some(code))
            .len()
    };
    let file = dest.join("below/file");
    fs::write(&file, "<record-0><record-1><record-2>").unwrap();
    assert_eq!(verdict(Counts::Each, When::Before, 0), 0);
    // One lost in the middle; who only cares for the last does not miss it.
    fs::write(&file, "<record-0><record-2>").unwrap();
    assert_eq!(verdict(Counts::Each, When::Before, 3), 1);
    assert_eq!(verdict(Counts::Last, When::Before, 0), 0);
    // In quarantine it counts only if that is said, and not where nothing stood in its way.
    fs::write(kept.join("grave-0"), "<record-1>").unwrap();
    assert_eq!(verdict(Counts::Each, When::Before, 3), 0);
    assert_eq!(verdict(Counts::Each, When::After, 0), 1);
    assert_eq!(verdict(Counts::EachAtDest, When::Before, 3), 1);
    assert_eq!(verdict(Counts::EachAtDest, When::Across, 3), 0);
    // The last is gone; and one in a file of another name is not where it was written.
    fs::write(&file, "<record-0><record-1>").unwrap();
    assert_eq!(verdict(Counts::Last, When::After, 3), 1);
    fs::rename(&file, dest.join("other")).unwrap();
    assert_eq!(verdict(Counts::Each, When::After, 3), 2);
    let mut missed = log(Counts::Nothing, When::After);
    missed.misses.push("no such file".to_owned());
    assert_eq!(Found::default().complaints(&[missed], Some(0)).len(), 1);
}
