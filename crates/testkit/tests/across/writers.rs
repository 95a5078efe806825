//! Programs at work in a tree, each in a way of its own, that note what they have written and made durable.
//!
//! Whether a record was durable before the exchange is told by looking at the tree's own path, which is a link from the
//! exchange on: before the record is begun, and after it is synced. What lies between counts as later.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};

/// How long a writer rests between two records: long enough that the copying gets on.
const REST: Duration = Duration::from_millis(4);

/// How long one rests that may be missed.
const LONG_REST: Duration = Duration::from_millis(150);

/// Records that each writer has written before anything is moved.
const WARM_UP: usize = 3;

/// What the writers find: files that stand all the time, files that go, and a folder that is renamed all the time.
pub const TREE: &str = "
    mkdir -p tree/work tree/made tree/turn/left tree/rest
    for n in append held.log at.log save; do : > tree/work/$n; done
    for n in rewrite truncate mapped mapped-held; do head -c 65536 /dev/zero > tree/work/$n; done
    for n in $(seq 0 199); do printf $n > tree/work/doomed-$n; printf $n > tree/rest/$n; done
    printf '<turned>' > tree/turn/left/turned; printf '<again>' > tree/turn/left/again
    ln tree/turn/left/again tree/turn/left/and-again
    for n in 1 2 3; do head -c 4000000 /dev/urandom > tree/rest/big-$n; done
";

/// When a record was written, as far as the exchange goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// It was durable before.
    Before,
    /// It cannot be told, or was begun before and durable after.
    Across,
    /// It was begun after.
    After,
}

/// One record: a text that stands nowhere else.
#[derive(Debug, Clone)]
pub struct Record {
    /// The name of the file, without its folder.
    pub file: String,
    pub text: String,
    pub when: When,
    /// When it was durable, from the start of the writers.
    pub at: Duration,
}

/// What of a writer's records must be there in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// All.
    Each,
    /// All, and what was durable before the exchange must be at DEST: nobody touched it again.
    EachAtDest,
    /// The last: each takes the place of the one before.
    Last,
    /// None: it removes or renames.
    Nothing,
}

/// What a writer did.
#[derive(Debug)]
pub struct Log {
    pub writer: &'static str,
    pub counts: Counts,
    pub records: Vec<Record>,
    /// Openings by the old path, of files that stand there all the time, that failed.
    pub misses: Vec<String>,
}

/// One record made durable in one way; returns the file's name, or `None` if the tree moved away in between.
type Act = Box<dyn FnMut(&Path, u64, &str) -> io::Result<Option<String>> + Send>;

/// A writer that has not begun.
pub struct Writer {
    name: &'static str,
    counts: Counts,
    act: Act,
}

impl Writer {
    fn new(
        name: &'static str,
        counts: Counts,
        act: impl FnMut(&Path, u64, &str) -> io::Result<Option<String>> + Send + 'static,
    ) -> Self {
        let act = Box::new(act);
        Self { name, counts, act }
    }

    /// Returns its name.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

/// The tree and the wish to stop.
pub struct Ground {
    pub tree: PathBuf,
    start: Instant,
    stop: AtomicBool,
    warm: AtomicUsize,
}

impl Ground {
    pub fn new(tree: &Path) -> Self {
        Self {
            tree: tree.to_path_buf(),
            start: Instant::now(),
            stop: AtomicBool::new(false),
            warm: AtomicUsize::new(0),
        }
    }

    fn is_moved(&self) -> bool {
        fs::symlink_metadata(&self.tree).is_ok_and(|status| status.is_symlink())
    }

    fn work(&self, mut writer: Writer) -> Log {
        let mut log = Log {
            writer: writer.name,
            counts: writer.counts,
            records: Vec::new(),
            misses: Vec::new(),
        };
        for n in 0.. {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            let was_moved = self.is_moved();
            let text = format!("<{}-{n:06}>", writer.name);
            match (writer.act)(&self.tree, n, &text) {
                Ok(Some(file)) => log.records.push(Record {
                    file,
                    text,
                    at: self.start.elapsed(),
                    when: when(was_moved, self.is_moved()),
                }),
                Ok(None) => {}
                Err(error) => log.misses.push(format!("{text}: {error}")),
            }
            if n as usize == WARM_UP {
                self.warm.fetch_add(1, Ordering::Relaxed);
            }
            std::thread::sleep(REST);
        }
        log
    }

    /// Lets the writers work while `act` runs, and a while longer; returns what they did.
    pub fn during<T>(
        &self,
        writers: Vec<Writer>,
        after: Duration,
        act: impl FnOnce() -> T,
    ) -> (T, Vec<Log>) {
        let count = writers.len();
        std::thread::scope(|scope| {
            let stop_at_the_end = StopAtTheEnd(self);
            let running: Vec<_> = writers
                .into_iter()
                .map(|writer| scope.spawn(move || self.work(writer)))
                .collect();
            while self.warm.load(Ordering::Relaxed) < count {
                std::thread::sleep(REST);
            }
            let answer = act();
            std::thread::sleep(after);
            drop(stop_at_the_end);
            let logs = running.into_iter().map(|writer| writer.join().unwrap());
            (answer, logs.collect())
        })
    }
}

/// Stops the writers also when a check fails; the scope would wait for them for ever.
struct StopAtTheEnd<'a>(&'a Ground);

impl Drop for StopAtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }
}

pub fn when(was_moved: bool, is_moved: bool) -> When {
    match (was_moved, is_moved) {
        (_, false) => When::Before,
        (true, true) => When::After,
        (false, true) => When::Across,
    }
}

/// Writers that open by path each time, and keep nothing open.
pub fn by_path() -> Vec<Writer> {
    vec![
        Writer::new("append", Counts::Each, |tree, _, text| {
            let mut file = OpenOptions::new()
                .append(true)
                .open(tree.join("work/append"))?;
            write_synced(&mut file, text)?;
            Ok(Some("append".to_owned()))
        }),
        Writer::new("rewrite", Counts::Last, |tree, _, text| {
            let file = OpenOptions::new()
                .write(true)
                .open(tree.join("work/rewrite"))?;
            file.write_all_at(text.as_bytes(), 0)?;
            file.write_all_at(text.as_bytes(), 60_000)?;
            file.sync_all()?;
            Ok(Some("rewrite".to_owned()))
        }),
        Writer::new("truncate", Counts::Last, |tree, _, text| {
            let mut options = OpenOptions::new();
            let mut file = options
                .write(true)
                .truncate(true)
                .open(tree.join("work/truncate"))?;
            write_synced(&mut file, text)?;
            Ok(Some("truncate".to_owned()))
        }),
        Writer::new("save", Counts::Last, save),
        Writer::new("create", Counts::EachAtDest, |tree, n, text| {
            let name = format!("new-{n}");
            write_synced(&mut File::create_new(tree.join("work").join(&name))?, text)?;
            Ok(Some(name))
        }),
        Writer::new("make-folder", Counts::EachAtDest, |tree, n, text| {
            let folder = tree.join(format!("made/{n}"));
            fs::create_dir(&folder)?;
            let name = format!("made-{n}");
            // Made at the old place, it comes to DEST only when it is carried over.
            let Some(mut file) = unless_gone(File::create_new(folder.join(&name)))? else {
                return Ok(None);
            };
            write_synced(&mut file, text)?;
            Ok(Some(name))
        }),
        Writer::new("delete", Counts::Nothing, |tree, n, _| {
            let name = format!("doomed-{n}");
            let gone = unless_gone(fs::remove_file(tree.join("work").join(&name)))?;
            Ok(gone.map(|()| name))
        }),
        Writer::new("turn", Counts::Nothing, |tree, _, _| {
            let (left, right) = (tree.join("turn/left"), tree.join("turn/right"));
            let turned = unless_taken(fs::rename(&left, &right))?;
            std::thread::sleep(REST);
            unless_taken(fs::rename(&right, &left))?;
            Ok(turned.map(|()| "turned".to_owned()))
        }),
        Writer::new("read", Counts::Nothing, |tree, _, _| {
            for name in ["rest/7", "work/append", "work/save", "work/rewrite"] {
                File::open(tree.join(name))?;
            }
            Ok(Some("7".to_owned()))
        }),
    ]
}

/// As editors do: written beside, made durable, renamed over.
fn save(tree: &Path, _: u64, text: &str) -> io::Result<Option<String>> {
    let work = tree.join("work");
    write_synced(&mut File::create(work.join("save.tmp"))?, text)?;
    let saved = unless_gone(fs::rename(work.join("save.tmp"), work.join("save")))?;
    File::open(&work)?.sync_all()?;
    Ok(saved.map(|()| "save".to_owned()))
}

/// Writers that work through what they opened before anything was moved.
pub fn by_descriptor(tree: &Path) -> Vec<Writer> {
    let mut options = OpenOptions::new();
    let mut held = options
        .append(true)
        .open(tree.join("work/held.log"))
        .unwrap();
    let mut writers = in_folder(tree);
    writers.push(Writer::new("held", Counts::Each, move |_, _, text| {
        write_synced(&mut held, text)?;
        Ok(Some("held.log".to_owned()))
    }));
    writers
}

/// Writers that open files through a folder they opened before anything was moved.
pub fn in_folder(tree: &Path) -> Vec<Writer> {
    let folder = File::open(tree.join("work")).unwrap();
    let same_folder = folder.try_clone().unwrap();
    vec![
        Writer::new("create-at", Counts::Each, move |_, n, text| {
            let name = format!("at-{n}");
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            let file = rustix::fs::openat(&folder, &name, flags, Mode::RUSR | Mode::WUSR);
            // The folder itself may be gone by now; that is told to who opens.
            let Some(file) = unless_gone(file.map_err(io::Error::from))? else {
                return Ok(None);
            };
            write_synced(&mut File::from(file), text)?;
            Ok(Some(name))
        }),
        Writer::new("append-at", Counts::Each, move |_, _, text| {
            let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CLOEXEC;
            let file = rustix::fs::openat(&same_folder, "at.log", flags, Mode::empty());
            let Some(file) = unless_gone(file.map_err(io::Error::from))? else {
                return Ok(None);
            };
            write_synced(&mut File::from(file), text)?;
            Ok(Some("at.log".to_owned()))
        }),
    ]
}

/// A writer that appends by path and rests long enough to be missed by who looks.
pub fn rarely() -> Writer {
    Writer::new("rarely", Counts::Each, |tree, n, text| {
        if n > WARM_UP as u64 {
            std::thread::sleep(LONG_REST);
        }
        let mut file = OpenOptions::new()
            .append(true)
            .open(tree.join("work/append"))?;
        write_synced(&mut file, text)?;
        Ok(Some("append".to_owned()))
    })
}

fn write_synced(file: &mut File, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Both folders may be there once what was renamed late is carried over.
fn unless_taken(answer: io::Result<()>) -> io::Result<Option<()>> {
    match answer {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists
            ) =>
        {
            Ok(None)
        }
        other => unless_gone(other),
    }
}

/// What was at the old place a moment ago is not found by the old path until it is carried over.
fn unless_gone<T>(answer: io::Result<T>) -> io::Result<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
