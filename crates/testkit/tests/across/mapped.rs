//! Programs that store through shared mappings: processes of their own, as mapping a file is `unsafe` here.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::writers::{Counts, Log, Record, when};

/// Stores a text into two pages, syncs, and notes whether the tree was a link before and after, until its input ends.
const STORES: &str = "
import mmap, os, select, sys
tree, name, held = sys.argv[1], sys.argv[2], sys.argv[3] == 'held'
def mapped():
    f = os.open(os.path.join(tree, 'work', name), os.O_RDWR)
    m = mmap.mmap(f, 0)
    os.close(f)
    return m
m = mapped() if held else None
log = []
while not select.select([0], [], [], 0.004)[0]:
    was = os.path.islink(tree)
    if not held: m = mapped()
    text = b'<%s-%06d>' % (name.encode(), len(log))
    for at in (0, 8192): m[at:at + len(text)] = text
    m.flush()
    if not held: m.close()
    log.append('%s %d %d' % (text.decode(), was, os.path.islink(tree)))
    if len(log) == 3: print('warm', flush=True)
print('\\n'.join(log))
";

/// Such a process, at work.
pub struct Mapping {
    name: &'static str,
    child: Child,
    out: BufReader<std::process::ChildStdout>,
}

/// Lets one store through a mapping it holds, and one that maps anew by path each time.
pub fn begin(tree: &Path) -> Vec<Mapping> {
    [("mapped-held", "held"), ("mapped", "by path")]
        .into_iter()
        .map(|(name, how)| {
            let mut child = Command::new("python3")
                .args(["-c", STORES])
                .args([tree.as_os_str(), name.as_ref(), how.as_ref()])
                .current_dir("/")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut out = BufReader::new(child.stdout.take().unwrap());
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            assert_eq!(line, "warm\n");
            Mapping { name, child, out }
        })
        .collect()
}

impl Mapping {
    /// Ends it and returns what it did.
    pub fn end(mut self) -> Log {
        drop(self.child.stdin.take());
        let (mut lines, mut errors) = (String::new(), String::new());
        self.out.read_to_string(&mut lines).unwrap();
        let stderr = self.child.stderr.as_mut().unwrap();
        stderr.read_to_string(&mut errors).unwrap();
        self.child.wait().unwrap();
        let records = lines.lines().map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            Record {
                file: self.name.to_owned(),
                text: words[0].to_owned(),
                when: when(words[1] == "1", words[2] == "1"),
                at: Duration::ZERO,
            }
        });
        Log {
            writer: self.name,
            counts: Counts::Last,
            records: records.collect(),
            misses: errors.lines().map(str::to_owned).collect(),
        }
    }
}
