//! What independent tools say of a tree.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use lw_testkit::skip;

use super::rich::SPARSE;

/// The programs that are asked.
const TOOLS: [&str; 8] = [
    "rsync",
    "getfacl",
    "getfattr",
    "lsattr",
    "find",
    "xargs",
    "stat",
    "sha256sum",
];

/// A question, and the shell command that answers it in paragraphs that may come in any order.
const QUESTIONS: [(&str, &str); 6] = [
    (
        "folders",
        "find . -type d -print0 | xargs -0 stat -c '%n %f %u:%g %y'",
    ),
    (
        "others",
        "find . ! -type d -print0 | xargs -0 stat -c '%n %f %u:%g %y %h names %s bytes'",
    ),
    ("links", "find . -type l -printf '%p -> %l\\n'"),
    ("content", "find . -type f -print0 | xargs -0 sha256sum"),
    ("access lists", "getfacl -R -P -n ."),
    ("attributes", "getfattr -R -P -h -d -m - -e hex ."),
];

/// Flags of chattr(1).
const FLAGS: &str = "find . \\( -type f -o -type d \\) -print0 | xargs -0 lsattr -d";

/// What is said of one tree, by question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict(BTreeMap<&'static str, Vec<String>>);

impl Verdict {
    /// Asks every tool about the tree at `top`; of the flags of chattr only `flags` count.
    ///
    /// `None` if a tool is missing, which is said.
    pub fn on(top: &Path, flags: &str) -> Option<Self> {
        if !TOOLS.iter().all(|tool| skip::has_program(tool)) {
            return None;
        }
        let mut said = BTreeMap::new();
        for (question, command) in QUESTIONS {
            let separator = match question {
                "access lists" | "attributes" => "\n\n",
                _ => "\n",
            };
            let mut answer: Vec<String> = ask(top, command)
                .split(separator)
                .map(|paragraph| in_order(question, paragraph))
                .filter(|paragraph| !paragraph.is_empty())
                .collect();
            answer.sort();
            said.insert(question, answer);
        }
        let mut answer: Vec<String> = ask(top, FLAGS)
            .lines()
            .map(|line| {
                let (has, name) = line.split_once(' ').unwrap_or_default();
                let kept: String = has.chars().filter(|flag| flags.contains(*flag)).collect();
                format!("{kept} {name}")
            })
            .collect();
        answer.sort();
        said.insert("flags", answer);
        Some(Self(said))
    }

    /// Returns what only one of the two says.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for (question, answer) in &self.0 {
            let others = &other.0[question];
            let only = |a: &[String], b: &[String]| -> Vec<String> {
                a.iter().filter(|line| !b.contains(line)).cloned().collect()
            };
            found.extend(
                only(answer, others)
                    .iter()
                    .map(|line| format!("{question}: was {line}")),
            );
            found.extend(
                only(others, answer)
                    .iter()
                    .map(|line| format!("{question}: is  {line}")),
            );
        }
        found
    }

    /// Returns how many lines were said to that question.
    pub fn lines(&self, question: &str) -> usize {
        self.0[question].len()
    }

    /// Returns whether that is among what was said to the question.
    pub fn says(&self, question: &str, part: &str) -> bool {
        self.0[question].iter().any(|line| line.contains(part))
    }
}

/// Attributes come in any order, and xfs shows its access lists twice.
fn in_order(question: &str, paragraph: &str) -> String {
    if question != "attributes" {
        return paragraph.trim_end().to_owned();
    }
    let mut lines: Vec<&str> = paragraph
        .lines()
        .filter(|line| !line.starts_with("trusted.SGI_ACL"))
        .collect();
    lines.sort_unstable();
    if lines.len() == 1 {
        return String::new();
    }
    lines.join("\n")
}

/// Asks in the tree; what tools say of links and pipes that they cannot look at goes to stderr and does not count.
fn ask(top: &Path, command: &str) -> String {
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(top)
        .env("TZ", "UTC")
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    // A tree may have no link and no attribute, but not nothing.
    let may_be_empty = command.contains("-type l") || command.starts_with("getfattr");
    assert!(
        may_be_empty || !output.stdout.is_empty(),
        "{command}: {output:?}"
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Returns what rsync would change to make `b` like `a`, folder times and nanoseconds included.
pub fn rsync_to_the_nanosecond(a: &Path, b: &Path) -> Vec<String> {
    let output = Command::new("rsync")
        .args([
            "-aHAXSnc",
            "--delete",
            "--itemize-changes",
            "--numeric-ids",
            "--modify-window=-1",
        ])
        .arg("--filter=-x trusted.*")
        .args([a.join(""), b.join("")])
        .output()
        .unwrap();
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{problems}");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect()
}

/// The room that the sparse files of the rich tree take, as `du` tells it, and how many pieces they may have.
#[derive(Debug)]
pub struct Room(BTreeMap<&'static str, u64>);

impl Room {
    pub fn of(tree: &Path) -> Self {
        let room = |name| {
            let path = tree.join("sparse").join(name);
            let output = Command::new("du")
                .args(["--block-size=1"])
                .arg(path)
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            text.split('\t').next().unwrap().parse().unwrap()
        };
        Self(SPARSE.iter().map(|name| (*name, room(name))).collect())
    }

    /// Returns the files that take more room than before and a block for each piece of data.
    pub fn grown(&self, now: &Self) -> Vec<String> {
        // `odd` has six pieces of data, two of them in one block.
        const SLACK_BYTES: u64 = 6 * 4096;
        let grown = |(name, was): (&&'static str, &u64)| {
            let is = now.0[name];
            (is > was + SLACK_BYTES).then(|| format!("{name}: {was} bytes on the disk, now {is}"))
        };
        self.0.iter().filter_map(grown).collect()
    }
}
