//! What the tests of this suite share: runs whose answers are bytes, and the tools they are held against.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lw_testkit::Lab;
use serde_json::Value;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

/// Names of links, as bytes.
pub(crate) type Paths = BTreeSet<PathBuf>;

/// What one run ended with.
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let said = String::from_utf8_lossy(&self.stdout);
        write!(f, "exit {:?}\n{said}\n{}", self.code, self.stderr)
    }
}

impl Answer {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Fails unless it ended with `code`.
    pub(crate) fn ends(self, code: i32) -> Self {
        let said = String::from_utf8_lossy(&self.stdout);
        assert_eq!(self.code, Some(code), "{said}\n{}", self.stderr);
        self
    }

    /// The objects of an answer with `--json`.
    pub(crate) fn objects(&self) -> Vec<Value> {
        let lines = self.stdout.split(|byte| *byte == b'\n');
        lines
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }

    /// The objects of one type.
    pub(crate) fn of_type(&self, name: &str) -> Vec<Value> {
        let mut objects = self.objects();
        objects.retain(|object| object["type"] == name);
        objects
    }

    /// The last object, which sums up.
    pub(crate) fn summary(&self) -> Value {
        self.objects().pop().unwrap()
    }

    /// The paths of an answer with `-0`.
    pub(crate) fn paths(&self) -> Paths {
        null_ended(&self.stdout)
            .into_iter()
            .map(PathBuf::from)
            .collect()
    }
}

/// Runs the program in the lab.
pub(crate) fn lw<S: AsRef<OsStr>>(lab: &Lab, arguments: &[S]) -> Answer {
    Answer::of(lab.command().args(arguments).output().unwrap())
}

/// Makes a lab and runs a script in its home folder.
pub(crate) fn lab(script: &str) -> Lab {
    let lab = Lab::new(PROGRAM);
    lab.sh(script);
    lab
}

/// Turns words of several sorts into arguments.
pub(crate) fn words(words: &[&dyn AsRef<OsStr>]) -> Vec<OsString> {
    words.iter().map(|word| word.as_ref().into()).collect()
}

/// Returns the bytes of a field: its `_b64` if it has one, else its text.
pub(crate) fn bytes(object: &Value, field: &str) -> OsString {
    match &object[format!("{field}_b64")] {
        Value::String(text) => OsString::from_vec(base64(text)),
        _ => object[field]
            .as_str()
            .unwrap_or_else(|| panic!("{field}: {object}"))
            .into(),
    }
}

/// Returns the path in a field.
pub(crate) fn path(object: &Value, field: &str) -> PathBuf {
    bytes(object, field).into()
}

/// Returns the paths in a field that is a list.
pub(crate) fn path_list(object: &Value, field: &str) -> Vec<PathBuf> {
    let exact = &object[format!("{field}_b64")];
    let texts = object[field].as_array().unwrap();
    let one = |(number, text): (usize, &Value)| match &exact[number] {
        Value::String(text) => PathBuf::from(OsString::from_vec(base64(text))),
        _ => PathBuf::from(text.as_str().unwrap()),
    };
    texts.iter().enumerate().map(one).collect()
}

/// RFC 4648, by hand.
fn base64(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => panic!("no base64: {text}"),
    };
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        bits = (bits << 6 | u32::from(value(letter))) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    bytes
}

/// Splits at NUL bytes.
pub(crate) fn null_ended(bytes: &[u8]) -> Vec<OsString> {
    let mut parts: Vec<_> = bytes.split(|byte| *byte == 0).collect();
    assert_eq!(parts.pop(), Some(b"" as &[u8]), "not ended by a NUL");
    parts
        .into_iter()
        .map(|part| OsStr::from_bytes(part).into())
        .collect()
}

/// Runs `find TOP ARGUMENTS`, whose answer is ended by NULs; what it could not see is no failure.
pub(crate) fn find(top: &Path, arguments: &[&str]) -> Vec<OsString> {
    let output = Command::new("find")
        .arg(top)
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    null_ended(&output.stdout)
}

/// Runs `find` and returns paths.
pub(crate) fn find_paths(top: &Path, arguments: &[&str]) -> Paths {
    find(top, arguments)
        .into_iter()
        .map(PathBuf::from)
        .collect()
}

/// Returns where `readlink -m` says that each link leads, also if nothing is there. What the kernel gives up on is left
/// out: `readlink -m` takes for ever on some circles.
pub(crate) fn canonical(links: &Paths) -> Vec<(PathBuf, PathBuf)> {
    let errno = |link: &PathBuf| {
        let error = std::fs::metadata(link).err();
        error.and_then(|error| error.raw_os_error())
    };
    let some: Vec<&PathBuf> = links
        .iter()
        .filter(|link| matches!(errno(link), None | Some(libc::ENOENT)))
        .collect();
    let output = Command::new("readlink")
        .arg("-mz")
        .args(&some)
        .output()
        .unwrap();
    assert!(output.status.success());
    let ends = null_ended(&output.stdout).into_iter().map(PathBuf::from);
    some.into_iter().cloned().zip(ends).collect()
}

/// Says what only one of two sets has.
pub(crate) fn assert_same(what: &str, ours: &Paths, theirs: &Paths) {
    let (more, less): (Vec<_>, Vec<_>) = (
        ours.difference(theirs).collect(),
        theirs.difference(ours).collect(),
    );
    assert!(
        more.is_empty() && less.is_empty(),
        "{what}: only lw has {more:?}, only the others have {less:?}"
    );
}

/// The objects of a type as a set of paths.
pub(crate) fn paths_of(objects: &[Value]) -> Paths {
    objects.iter().map(|object| path(object, "path")).collect()
}

/// The paths of the links with one of these findings.
pub(crate) fn with_findings(objects: &[Value], findings: &[&str]) -> Paths {
    let is_one = |object: &&Value| findings.contains(&object["finding"].as_str().unwrap());
    let some = objects.iter().filter(is_one);
    some.map(|object| path(object, "path")).collect()
}
