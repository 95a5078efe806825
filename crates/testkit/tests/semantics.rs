//! The pages keep their word: every example in them is run, and must print what the page says.
//!
//! An example is a line `$ COMMAND` in a fenced block marked `console`; the lines under it, up to the next one, are
//! what it prints to stdout and stderr. The blocks of a page are run in order, each command by a shell of its own, in
//! one fresh home that the page calls `/home/ada`, with a folder on another volume that it calls `/mnt/big` and a volume of
//! NTFS that it calls `/mnt/win`. A line `...` stands for any lines, `…` within a line for any
//! letters; times, days as headings and the words that name private folders are not compared.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests look at the real disk by other means than the product"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lw_fs::look::{self, Support};
use lw_testkit::volumes::{FileSystem, Mounted};
use lw_testkit::{Lab, skip};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");
const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// How the pages call the home folder, and where in it they keep the state.
const HOME: &str = "/home/ada";
const STATE: &str = ".local/state/linkwright";

/// How the pages call a folder on another volume, and where there is one on any Linux.
const OTHER_VOLUME: &str = "/mnt/big";
const SHARED_MEMORY: &str = "/dev/shm";

/// How the pages call a volume of NTFS.
const NTFS_VOLUME: &str = "/mnt/win";

/// How a changelog writes a day, with zeros for digits.
const DAY: &str = "0000-00-00";

/// The pages beside those in `docs/guide`.
const PAGES: [&str; 2] = ["README.md", "SEMANTICS.md"];

#[test]
fn every_example_does_what_its_page_says() {
    let volume = look::volume_of(&std::env::temp_dir()).unwrap();
    if look::exchange_support(&volume.file_system) != Support::Yes {
        skip::skip(
            "exchange",
            "the pages tell of a volume that exchanges names",
        );
        return;
    }
    let repository = Path::new(REPOSITORY);
    let mut pages: Vec<PathBuf> = PAGES.iter().map(|page| repository.join(page)).collect();
    let guide = std::fs::read_dir(repository.join("docs/guide")).unwrap();
    pages.extend(guide.map(|entry| entry.unwrap().path()));
    pages.sort();
    let faults: Vec<String> = pages
        .iter()
        .flat_map(|page| {
            let name = page.strip_prefix(repository).unwrap().display().to_string();
            faults(&name, &std::fs::read_to_string(page).unwrap())
        })
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_wrong_example_is_found() {
    let page = |output: &str| format!("Text.\n```console\n$ echo one; echo two >&2\n{output}```\n");
    for right in ["one\ntwo\n", "...\n", "one\n...\n", "o…\n…wo\n"] {
        assert_eq!(faults("a.md", &page(right)), [""; 0], "{right}");
    }
    for wrong in [
        "one\n",
        "two\none\n",
        "one\ntwo\nthree\n",
        "...\nthree\n",
        "",
    ] {
        let found = faults("a.md", &page(wrong));
        assert_eq!(found.len(), 1, "{wrong}");
        assert!(found[0].starts_with("a.md:3: $ echo one"), "{found:?}");
    }
}

#[test]
fn a_page_without_examples_is_found() {
    for page in [
        "Text.\n",
        "```sh\n$ echo one\n```\n",
        "```console\none\n```\n",
    ] {
        assert_eq!(faults("a.md", page), ["a.md: no example in it"]);
    }
}

#[test]
fn what_differs_each_time_is_not_compared() {
    let line = "  2026-11-21 08:01:02  '/q/660c4c5e7f68c-1cf4/0001-x'  2026-11-21 8";
    let masked = "  TIME  '/q/WORD/0001-x'  2026-11-21 8";
    assert_eq!(masked_line(line), masked);
    assert_eq!(masked_line("## 2026-11-21"), "## DAY");
    for other in ["## 2026-11-211", "# 2026-11-21", "2026-11-21"] {
        assert_eq!(masked_line(other), other);
    }
}

/// A command of a page and what it prints.
struct Example {
    line: usize,
    command: String,
    output: Vec<String>,
}

fn examples(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut fence = None;
    let mut has_command = false;
    for (index, line) in page.lines().enumerate() {
        match (fence, line.strip_prefix("```")) {
            (None, Some(language)) => {
                fence = Some(language == "console");
                has_command = false;
            }
            (Some(_), Some(_)) => fence = None,
            (Some(true), None) => {
                if let Some(command) = line.strip_prefix("$ ") {
                    has_command = true;
                    examples.push(Example {
                        line: index + 1,
                        command: command.to_owned(),
                        output: Vec::new(),
                    });
                } else if has_command && let Some(example) = examples.last_mut() {
                    match line.strip_prefix('>') {
                        // The shell asks for more of the command, as in a text up to END.
                        Some(more) if example.output.is_empty() => {
                            example.command.push('\n');
                            example
                                .command
                                .push_str(more.strip_prefix(' ').unwrap_or(more));
                        }
                        _ => example.output.push(masked_line(line)),
                    }
                }
            }
            _ => {}
        }
    }
    examples
}

/// Runs the examples of a page; returns what is wrong with them.
fn faults(name: &str, page: &str) -> Vec<String> {
    let examples = examples(page);
    if examples.is_empty() {
        return vec![format!("{name}: no example in it")];
    }
    let other = other_volume();
    if other.is_none() && page.contains(OTHER_VOLUME) {
        skip::skip(
            "other volume",
            &format!("{name} moves things to another volume"),
        );
        return Vec::new();
    }
    let ntfs = match page.contains(NTFS_VOLUME) {
        true => match Mounted::new(FileSystem::Ntfs3g, 32) {
            Some(volume) => Some(volume),
            // Said why by then.
            None => return Vec::new(),
        },
        false => None,
    };
    let ntfs_path = ntfs
        .as_ref()
        .map_or(NTFS_VOLUME, |volume| volume.path().to_str().unwrap());
    // Where there is none, no command of the page names it.
    let other_path = other
        .as_ref()
        .map_or(OTHER_VOLUME, |folder| folder.path().to_str().unwrap());
    let mut lab = Lab::new(PROGRAM);
    lab.set_state(&lab.home().join(STATE));
    let bin = lab.top().join("bin");
    std::fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(PROGRAM, bin.join("lw")).unwrap();
    examples
        .iter()
        .filter_map(|example| {
            let printed = run(&lab, &bin, [other_path, ntfs_path], &example.command);
            (!fits(&example.output, &printed)).then(|| {
                format!(
                    "{name}:{}: $ {}\n  the page says:\n    {}\n  it prints:\n    {}",
                    example.line,
                    example.command,
                    example.output.join("\n    "),
                    printed.join("\n    ")
                )
            })
        })
        .collect()
}

/// Makes a folder on a volume that is not that of the homes, if there is one.
fn other_volume() -> Option<TempDir> {
    let shared_memory = look::entry(SHARED_MEMORY.as_ref()).ok()?;
    let homes = look::entry(&std::env::temp_dir()).unwrap();
    (!look::same_volume(&homes, &shared_memory)).then(|| TempDir::new_in(SHARED_MEMORY).unwrap())
}

fn run(lab: &Lab, bin: &Path, [other, ntfs]: [&str; 2], command: &str) -> Vec<String> {
    let command = command.replace(OTHER_VOLUME, other);
    let command = command.replace(NTFS_VOLUME, ntfs);
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("sh");
    shell.env_clear();
    for (name, value) in lab.command().get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    let output = shell
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .current_dir(lab.home())
        .env("PATH", format!("{}:{path}", bin.display()))
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout)
        .replace(lab.home().to_str().unwrap(), HOME)
        .replace(other, OTHER_VOLUME)
        .replace(ntfs, NTFS_VOLUME)
        .lines()
        .map(masked_line)
        .collect()
}

/// Returns whether the printed lines are those of the page, `...` standing for any number of lines.
fn fits(expected: &[String], printed: &[String]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line == "..." => {
            (0..=printed.len()).any(|skipped| fits(rest, &printed[skipped..]))
        }
        Some((line, rest)) => printed
            .split_first()
            .is_some_and(|(first, others)| line_fits(line, first) && fits(rest, others)),
    }
}

/// Returns whether a printed line is that of the page, `…` standing for any letters.
fn line_fits(expected: &str, printed: &str) -> bool {
    match expected.split_once('…') {
        None => expected == printed,
        Some((start, rest)) => printed.strip_prefix(start).is_some_and(|tail| {
            tail.char_indices()
                .map(|(at, _)| at)
                .chain([tail.len()])
                .any(|at| line_fits(rest, &tail[at..]))
        }),
    }
}

/// Returns the line with `TIME` for every time and `WORD` for every word that names a private folder; a day as a heading is `DAY`.
fn masked_line(line: &str) -> String {
    if is_heading_of_a_day(line) {
        return "## DAY".to_owned();
    }
    let mut masked = String::new();
    let mut rest = line;
    while let Some(letter) = rest.chars().next() {
        let (mask, length) = if let Some(length) = time_length(rest) {
            ("TIME", length)
        } else if let Some(length) = word_length(rest) {
            ("WORD", length)
        } else {
            masked.push(letter);
            rest = &rest[letter.len_utf8()..];
            continue;
        };
        masked.push_str(mask);
        rest = &rest[length..];
    }
    masked
}

/// Returns whether the line is that of a day in a changelog.
fn is_heading_of_a_day(line: &str) -> bool {
    line.strip_prefix("## ")
        .is_some_and(|day| day.len() == DAY.len() && begins_like(DAY, day))
}

/// Returns the length of the time that `text` begins with.
fn time_length(text: &str) -> Option<usize> {
    const SHAPE: &str = "0000-00-00 00:00:00";
    begins_like(SHAPE, text).then_some(SHAPE.len())
}

/// Returns whether `text` begins like `shape`, in which a zero stands for any digit.
fn begins_like(shape: &str, text: &str) -> bool {
    let fits = |(shape, byte): (&u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        other => other == byte,
    };
    let start = text.as_bytes().get(..shape.len());
    start.is_some_and(|start| shape.as_bytes().iter().zip(start).all(fits))
}

/// Returns the length of the word that `text` begins with: a time in microseconds and a process id, in base 16.
fn word_length(text: &str) -> Option<usize> {
    const TIME_DIGITS: usize = 13;
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_hexdigit).count();
    let time = digits(text);
    let rest = text.get(time..)?.strip_prefix('-')?;
    let pid = digits(rest);
    (time == TIME_DIGITS && pid > 0).then_some(time + 1 + pid)
}
