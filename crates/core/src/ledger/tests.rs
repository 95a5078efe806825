//! The ledger by itself: versions, claims, damage.

use std::fs;
use std::path::{Path, PathBuf};

use lw_fs::look::{Identity, Kind};
use lw_fs::{Hand, NoWitness};
use rusqlite::Connection;

use super::schema::{self, MIGRATIONS};
use super::*;
use crate::plan::{Lasting, Plan, Step, Subject, Unit};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/ledger");

fn open(folder: &Path) -> Result<Ledger, LedgerError> {
    Ledger::open(&mut Hand::grant(&mut NoWitness), folder)
}

fn plan(link: &str) -> Plan {
    let subject = Subject::Link {
        link: here(link),
        target: "x".into(),
        hard: false,
        native: None,
        displaced: None,
    };
    let step = Step::CreateSymbolicLink {
        link: here(link),
        text: "x".into(),
        lasting: Lasting::Yes,
        native: None,
    };
    let mut plan = Plan::new(subject);
    plan.units
        .push(Unit::plain(vec![step], PathBuf::from("/slot")));
    plan
}

fn begin(ledger: &mut Ledger, link: &str, token: &str, alive: bool) -> Result<i64, LedgerError> {
    let begun = Begun {
        plan: &plan(link),
        pid: 7,
        token,
        now_us: 1,
    };
    ledger.begin(&mut Hand::grant(&mut NoWitness), &begun, |_| alive)
}

#[test]
fn every_version_has_a_fixture_that_opens() {
    for version in 1..=MIGRATIONS.len() {
        let sql = fs::read_to_string(format!("{FIXTURES}/v{version}.sql")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let database = Connection::open(folder.path().join(FILE_NAME)).unwrap();
        database.execute_batch(&sql).unwrap();
        let found: i64 = database
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap();
        assert_eq!(
            found, version as i64,
            "v{version}.sql is of another version"
        );
        drop(database);

        let ledger = open(folder.path()).unwrap();
        assert!(ledger.check().unwrap().is_empty());
        let operations = ledger.operations(10).unwrap();
        assert_eq!(
            operations.len(),
            3,
            "the fixture holds a move, its undo and a remove"
        );
        for operation in &operations {
            let units = ledger.units(operation.id).unwrap();
            assert!(units.iter().all(|unit| !unit.unit.steps.is_empty()));
            assert!(
                units
                    .iter()
                    .all(|unit| unit.outcomes.len() == unit.unit.steps.len())
            );
        }
        assert_eq!(ledger.operation(1).unwrap().unwrap().undone_by, Some(2));
        assert_eq!(ledger.slots(SlotAge::Any).unwrap().len(), 2);
        if cfg!(unix) {
            // Its paths are those of Linux.
            let tracked = ledger.tracked_below(Path::new("/home/ada")).unwrap();
            let expected = if version < 4 { 0 } else { 2 };
            assert_eq!((tracked.links.len(), tracked.damaged.len()), (expected, 0));
        }
        let current: i64 = ledger
            .connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap();
        assert_eq!(current, MIGRATIONS.len() as i64);
    }
}

#[test]
fn migrations_run_in_order_and_all_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    let mut database = Connection::open(&path).unwrap();
    let first = "CREATE TABLE a (x); INSERT INTO a VALUES (1);";
    schema::migrate(&mut database, &path, &[first]).unwrap();
    let broken = [
        "unused",
        "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = 2;",
        "CREATE nonsense",
    ];
    assert!(schema::migrate(&mut database, &path, &broken).is_err());
    assert_eq!(schema::version(&database, &path).unwrap(), 1);
    assert!(
        database.prepare("SELECT y FROM a").is_err(),
        "half a migration stayed"
    );
    schema::migrate(&mut database, &path, &broken[..2]).unwrap();
    let y: i64 = database
        .query_row("SELECT y FROM a", [], |row| row.get(0))
        .unwrap();
    assert_eq!((y, schema::version(&database, &path).unwrap()), (2, 2));
}

#[test]
fn a_newer_ledger_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    let path = folder.path().join(FILE_NAME);
    let database = Connection::open(&path).unwrap();
    database
        .pragma_update(None, "user_version", MIGRATIONS.len() as i64 + 1)
        .unwrap();
    drop(database);
    let before = fs::read(&path).unwrap();
    assert!(matches!(
        open(folder.path()),
        Err(LedgerError::Newer { .. })
    ));
    assert!(matches!(
        Ledger::open_to_read(folder.path()),
        Err(LedgerError::Newer { .. })
    ));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_damaged_ledger_is_said_to_be_damaged_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(folder.path()).unwrap();
    for number in 0..50 {
        let id = begin(&mut ledger, &format!("/link-{number}"), "token", false).unwrap();
        let finished = Finished {
            operation_id: id,
            state: OperationState::Done,
            units: &[(UnitState::Done, Vec::new())],
            slots: &[],
            learned: &Learned::default(),
            now_us: 2,
        };
        ledger
            .finish(&mut Hand::grant(&mut NoWitness), &finished)
            .unwrap();
    }
    drop(ledger);
    let path = folder.path().join(FILE_NAME);
    let sound = fs::read(&path).unwrap();
    for damage in ["first page", "everything", "cut off", "a page inside"] {
        let mut bytes = sound.clone();
        match damage {
            "first page" => bytes[..100].fill(0x5a),
            "everything" => bytes.fill(0x5a),
            "cut off" => bytes.truncate(bytes.len() / 2),
            _ => {
                let middle = bytes.len() / 2 / 4096 * 4096;
                bytes[middle..middle + 4096].fill(0x5a);
            }
        }
        fs::write(&path, &bytes).unwrap();
        // Opening may not meet the damaged page; reading the whole must.
        let outcome = open(folder.path()).and_then(|ledger| {
            let faults = ledger.check()?;
            assert!(!faults.is_empty(), "{damage}: not found");
            Err(LedgerError::row(&path, faults.join("; ")))
        });
        let outcome: Result<(), LedgerError> = outcome;
        assert!(
            matches!(outcome, Err(LedgerError::Damaged { .. })),
            "{damage}: {outcome:?}"
        );
        assert_eq!(
            fs::read(&path).unwrap(),
            bytes,
            "{damage}: the damaged ledger was changed"
        );
    }
}

#[test]
fn a_claim_keeps_nested_paths_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(folder.path()).unwrap();
    begin(&mut ledger, "/a/b", "first", true).unwrap();
    for taken in ["/a/b", "/a/b/c", "/a"] {
        let outcome = begin(&mut ledger, taken, "second", true);
        assert!(
            matches!(outcome, Err(LedgerError::Claimed { pid: 7, .. })),
            "{taken}: {outcome:?}"
        );
    }
    begin(&mut ledger, "/a/bc", "third", true).unwrap();
    // A dead claimant has to be settled first.
    let outcome = begin(&mut ledger, "/a/b", "fourth", false);
    assert!(
        matches!(
            outcome,
            Err(LedgerError::Unsettled {
                operation_id: 1,
                ..
            })
        ),
        "{outcome:?}"
    );
}

#[test]
fn what_was_undone_and_done_again_stands() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(folder.path()).unwrap();
    let mut undoes = None;
    for _ in 0..3 {
        let mut plan = plan("/l");
        plan.undoes = undoes;
        let begun = Begun {
            plan: &plan,
            pid: 7,
            token: "t",
            now_us: 1,
        };
        let id = ledger
            .begin(&mut Hand::grant(&mut NoWitness), &begun, |_| false)
            .unwrap();
        let finished = Finished {
            operation_id: id,
            state: OperationState::Done,
            units: &[(UnitState::Done, Vec::new())],
            slots: &[],
            learned: &Learned::default(),
            now_us: 2,
        };
        ledger
            .finish(&mut Hand::grant(&mut NoWitness), &finished)
            .unwrap();
        undoes = Some(id);
    }
    let undone_by = |id| ledger.operation(id).unwrap().unwrap().undone_by;
    assert_eq!(
        (undone_by(1), undone_by(2), undone_by(3)),
        (None, Some(3), None)
    );
}

/// The path as this system writes it: on a drive, with backslashes, where there are drives.
fn here(path: &str) -> PathBuf {
    match cfg!(windows) {
        true => PathBuf::from(format!("C:{}", path.replace('/', r"\"))),
        false => PathBuf::from(path),
    }
}

fn tracked(link: &str, inode: u64) -> Tracked {
    let identity = |inode| Identity {
        device: 1,
        inode,
        birth_ns: Some(5),
    };
    Tracked {
        link: here(link),
        link_identity: identity(inode),
        form: Form::Symbolic("x".into()),
        target: here("/t"),
        kind: Kind::File,
        identity: identity(u64::MAX),
        size_bytes: 3,
        modified_ns: -1,
        handle: None,
        mount_point: here("/"),
        file_system_id: Some(u64::MAX),
        sample: None,
        digest: None,
    }
}

fn learn(ledger: &mut Ledger, tracked: &[Tracked], forgotten: &[&str]) {
    let learned = Learned {
        tracked: tracked.to_vec(),
        forgotten: forgotten.iter().map(|path| here(path)).collect(),
    };
    ledger
        .learn(&mut Hand::grant(&mut NoWitness), &learned, 1)
        .unwrap();
}

fn links(known: &TrackedLinks) -> Vec<PathBuf> {
    let paths = known.links.iter().map(|tracked| &tracked.link);
    paths.cloned().collect()
}

#[test]
fn what_links_led_to_is_found_by_path_by_inode_and_by_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(folder.path()).unwrap();
    let all = [
        tracked("/a/b/l", 1),
        tracked("/a/b", 2),
        tracked("/a/bc", 3),
        tracked("/a/b.c/l", 4),
        tracked("/l", u64::MAX),
    ];
    assert!(!ledger.tracks_links().unwrap());
    learn(&mut ledger, &all, &[]);
    assert!(ledger.tracks_links().unwrap());
    let below = |folder: &str| ledger.tracked_below(&here(folder)).unwrap();
    assert_eq!(links(&below("/a/b")), [here("/a/b"), here("/a/b/l")]);
    assert_eq!(links(&below("/")).len(), 5);
    assert_eq!(links(&below("/c")).len(), 0);
    let known = |link: &str, inode| ledger.tracked(&here(link), inode).unwrap();
    assert_eq!(known("/l", 9).links, [all[4].clone()]);
    assert_eq!(links(&known("/moved", u64::MAX)), [here("/l")]);
    assert_eq!(links(&known("/a/bc", 4)).len(), 2);

    let again = Tracked {
        size_bytes: 4,
        ..tracked("/l", 8)
    };
    learn(&mut ledger, std::slice::from_ref(&again), &[]);
    assert_eq!(ledger.tracked(&here("/l"), 0).unwrap().links, [again]);
    learn(&mut ledger, &[], &["/l", "/nothing"]);
    assert_eq!(ledger.tracked(&here("/l"), 8).unwrap().links, []);
}

#[cfg(unix)]
#[test]
fn damaged_rows_about_links_are_counted_and_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(folder.path()).unwrap();
    let names = ["/d/a", "/d/b", "/d/c", "/d/d", "/d/e"];
    let all = names.map(|name| tracked(name, 1));
    learn(&mut ledger, &all, &[]);
    let change = |change: &str, link: &str| {
        let sql = format!("UPDATE tracked SET {change} WHERE link = CAST('{link}' AS BLOB)");
        assert_eq!(ledger.connection.execute(&sql, []).unwrap(), 1);
    };
    change("record = '{'", "/d/a");
    change("record = X'FF00'", "/d/b");
    change("record = replace(record, '/t', 't')", "/d/c");
    change("link = 'd', inode = 'x'", "/d/d");
    let known = ledger.tracked_below(Path::new("/d")).unwrap();
    assert_eq!(
        (links(&known), known.damaged.len()),
        (vec![here("/d/e")], 3)
    );
}
