//! The options of `ln`, and what they ask for together.

use std::ffi::OsString;
use std::path::Path;

use lw_core::jobs::look_alike::BackupNaming;
use lw_fs::look::{self, Kind};
use lw_fs::name_bytes;

use super::Voice;
use crate::look_alikes::getopt::{Given, Long, Options, Reader, Takes, order_from_environment};
use crate::look_alikes::quoting::{in_words, quoted};
use crate::look_alikes::voice::system_words;

const OPTIONS: Options = Options {
    short: &[
        ('b', Takes::Nothing),
        ('d', Takes::Nothing),
        ('f', Takes::Nothing),
        ('i', Takes::Nothing),
        ('n', Takes::Nothing),
        ('r', Takes::Nothing),
        ('s', Takes::Nothing),
        ('t', Takes::Argument),
        ('v', Takes::Nothing),
        ('F', Takes::Nothing),
        ('L', Takes::Nothing),
        ('P', Takes::Nothing),
        ('S', Takes::Argument),
        ('T', Takes::Nothing),
    ],
    // In the order in which an ambiguous beginning names them.
    long: &[
        long("backup", Takes::Perhaps, 'b'),
        long("directory", Takes::Nothing, 'F'),
        long("no-dereference", Takes::Nothing, 'n'),
        long("no-target-directory", Takes::Nothing, 'T'),
        long("force", Takes::Nothing, 'f'),
        long("interactive", Takes::Nothing, 'i'),
        long("suffix", Takes::Argument, 'S'),
        long("target-directory", Takes::Argument, 't'),
        long("logical", Takes::Nothing, 'L'),
        long("physical", Takes::Nothing, 'P'),
        long("relative", Takes::Nothing, 'r'),
        long("symbolic", Takes::Nothing, 's'),
        long("verbose", Takes::Nothing, 'v'),
        long("help", Takes::Nothing, HELP),
        long("version", Takes::Nothing, VERSION),
    ],
};

const HELP: char = '?';
const VERSION: char = '!';

const fn long(name: &'static str, takes: Takes, key: char) -> Long {
    Long { name, takes, key }
}

/// What becomes of something that stands at the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    Stays,
    IsAskedFor,
    IsReplaced,
}

/// What the arguments ask for.
#[derive(Debug)]
pub(super) struct Arguments {
    pub(super) symbolic: bool,
    pub(super) relative: bool,
    /// Hard links to what a link leads to.
    pub(super) logical: bool,
    pub(super) hard_links_to_folders: bool,
    pub(super) follows_folder_links: bool,
    pub(super) last_is_a_name: bool,
    pub(super) verbose: bool,
    pub(super) existing: Existing,
    pub(super) target_folder: Option<OsString>,
    makes_backups: bool,
    control: Option<OsString>,
    suffix: Option<OsString>,
    pub(super) operands: Vec<OsString>,
}

/// What the arguments are.
#[derive(Debug)]
pub(super) enum Asked {
    Links(Arguments),
    Help,
    Version,
    /// It was said what is wrong.
    Wrong,
}

pub(super) fn read(voice: &Voice, words: &[OsString]) -> Asked {
    let mut reader = Reader::new(OPTIONS, order_from_environment(), words);
    let mut asked = Arguments {
        symbolic: false,
        relative: false,
        logical: false,
        hard_links_to_folders: false,
        follows_folder_links: true,
        last_is_a_name: false,
        verbose: false,
        existing: Existing::Stays,
        target_folder: None,
        makes_backups: false,
        control: None,
        suffix: None,
        operands: Vec::new(),
    };
    while let Some(option) = reader.next_option() {
        let Given { key, argument } = match option {
            Ok(given) => given,
            Err(wrong) => {
                voice.complain(&[&wrong]);
                see_help(voice);
                return Asked::Wrong;
            }
        };
        match key {
            'b' => {
                asked.makes_backups = true;
                asked.control = argument.or(asked.control);
            }
            'd' | 'F' => asked.hard_links_to_folders = true,
            'f' => asked.existing = Existing::IsReplaced,
            'i' => asked.existing = Existing::IsAskedFor,
            'L' => asked.logical = true,
            'P' => asked.logical = false,
            'n' => asked.follows_folder_links = false,
            'r' => asked.relative = true,
            's' => asked.symbolic = true,
            'S' => {
                asked.makes_backups = true;
                asked.suffix = argument;
            }
            't' => {
                let folder = argument.unwrap_or_default();
                if asked.target_folder.is_some() {
                    voice.complain(&[b"multiple target directories specified"]);
                    return Asked::Wrong;
                }
                if !is_target_folder(voice, &folder) {
                    return Asked::Wrong;
                }
                asked.target_folder = Some(folder);
            }
            'T' => asked.last_is_a_name = true,
            'v' => asked.verbose = true,
            HELP => return Asked::Help,
            _ => return Asked::Version,
        }
    }
    asked.operands = reader.operands();
    if fits_together(voice, &asked) {
        Asked::Links(asked)
    } else {
        Asked::Wrong
    }
}

fn is_target_folder(voice: &Voice, folder: &OsString) -> bool {
    let name = quoted(voice.letters, name_bytes(folder));
    match look::followed(Path::new(folder)) {
        Err(error) => {
            let words = system_words(&error);
            voice.complain(&[b"failed to access ", &name, b": ", words.as_bytes()]);
            false
        }
        Ok(entry) if entry.kind != Kind::Directory => {
            voice.complain(&[b"target ", &name, b" is not a directory"]);
            false
        }
        Ok(_) => true,
    }
}

fn fits_together(voice: &Voice, asked: &Arguments) -> bool {
    let quote = |operand: &OsString| quoted(voice.letters, name_bytes(operand));
    let Some(first) = asked.operands.first() else {
        voice.complain(&[b"missing file operand"]);
        see_help(voice);
        return false;
    };
    if asked.relative && !asked.symbolic {
        voice.complain(&[b"cannot do --relative without --symbolic"]);
        return false;
    }
    if !asked.last_is_a_name {
        return true;
    }
    if asked.target_folder.is_some() {
        voice.complain(&[b"cannot combine --target-directory and --no-target-directory"]);
        return false;
    }
    match asked.operands.as_slice() {
        [_] => {
            voice.complain(&[b"missing destination file operand after ", &quote(first)]);
            see_help(voice);
            false
        }
        [_, _, extra, ..] => {
            voice.complain(&[b"extra operand ", &quote(extra)]);
            see_help(voice);
            false
        }
        _ => true,
    }
}

/// How backups are made.
#[derive(Debug)]
pub(super) struct Backups {
    pub(super) naming: BackupNaming,
    pub(super) suffix: Vec<u8>,
}

impl Arguments {
    /// Returns how backups are made, if they are; says what is wrong with what was asked for, and fails.
    pub(super) fn backups(&self, voice: &Voice) -> Result<Option<Backups>, ()> {
        if !self.makes_backups {
            return Ok(None);
        }
        let (control, context) = match &self.control {
            Some(control) if !control.is_empty() => (Some(control.clone()), "backup type"),
            _ => (std::env::var_os("VERSION_CONTROL"), "$VERSION_CONTROL"),
        };
        let control = control.unwrap_or_default();
        let Some(naming) = naming(voice, name_bytes(&control), context)? else {
            return Ok(None);
        };
        let usable = |suffix: &OsString| {
            let bytes = name_bytes(suffix);
            !bytes.is_empty() && !bytes.contains(&b'/')
        };
        let suffix = match &self.suffix {
            Some(suffix) => Some(suffix.clone()),
            None => std::env::var_os("SIMPLE_BACKUP_SUFFIX"),
        };
        let suffix = suffix
            .filter(usable)
            .map_or(b"~".to_vec(), |suffix| name_bytes(&suffix).to_vec());
        Ok(Some(Backups { naming, suffix }))
    }
}

/// Returns the naming that a word, or an unambiguous beginning of it, asks for; `None` is no backups.
fn naming(voice: &Voice, word: &[u8], context: &str) -> Result<Option<BackupNaming>, ()> {
    use BackupNaming::{Existing, Numbered, Simple};
    const NAMES: [(&str, Option<BackupNaming>); 8] = [
        ("none", None),
        ("off", None),
        ("simple", Some(Simple)),
        ("never", Some(Simple)),
        ("existing", Some(Existing)),
        ("nil", Some(Existing)),
        ("numbered", Some(Numbered)),
        ("t", Some(Numbered)),
    ];
    if word.is_empty() {
        return Ok(Some(Existing));
    }
    if let Some((_, exact)) = NAMES.iter().find(|(name, _)| name.as_bytes() == word) {
        return Ok(*exact);
    }
    let mut fitting = NAMES
        .iter()
        .filter(|(name, _)| name.as_bytes().starts_with(word))
        .map(|(_, naming)| *naming);
    let problem = match fitting.next() {
        None => "invalid",
        Some(first) if fitting.all(|other| other == first) => return Ok(first),
        Some(_) => "ambiguous",
    };
    let quote = |text: &[u8]| in_words(voice.letters, text);
    voice.complain(&[
        problem.as_bytes(),
        b" argument ",
        &quote(word),
        b" for ",
        &quote(context.as_bytes()),
    ]);
    let mut list = b"Valid arguments are:".to_vec();
    for pair in NAMES.chunks(2) {
        let names: Vec<Vec<u8>> = pair
            .iter()
            .map(|(name, _)| quote(name.as_bytes()))
            .collect();
        list.extend([b"\n  - ", names.join(&b", "[..]).as_slice()].concat());
    }
    list.push(b'\n');
    voice.murmur(&list);
    see_help(voice);
    Err(())
}

fn see_help(voice: &Voice) {
    let line = [
        b"Try '",
        voice.program(),
        b" --help' for more information.\n",
    ]
    .concat();
    voice.murmur(&line);
}
