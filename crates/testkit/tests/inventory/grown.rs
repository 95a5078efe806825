//! Trees of every sort of link, grown from a number.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Parts of names that programs like to stumble over.
const WILD: [&[u8]; 10] = [
    b"plain",
    b" a blank ",
    b"two\nlines",
    b"\xff\xfe",
    b"\xc3\xa9t\xc3\xa9",
    b"-n",
    b"esc\x1b[31m",
    b"star*?[a]{b}",
    b"quote'\"\\",
    b".hidden",
];

/// The longest text a link can have.
pub(crate) const LONGEST: usize = 4095;

/// Numbers that are the same each time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Returns a number below `bound`: xorshift64*.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// What was grown, folder by folder; all paths are whole and free of links.
pub(crate) struct Grown {
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) files: Vec<PathBuf>,
    pub(crate) links: Vec<PathBuf>,
}

/// Grows a tree below `top`, which must be free of links, with some `links` links of all sorts.
pub(crate) fn grow(top: &Path, seed: u64, links: usize) -> Grown {
    let mut dice = Dice::new(seed);
    let mut grown = Grown {
        folders: vec![top.to_path_buf()],
        files: Vec::new(),
        links: Vec::new(),
    };
    fs::create_dir_all(top).unwrap();
    for number in 0..links / 8 + 4 {
        let folder = dice.pick(&grown.folders).join(name(&mut dice, "d", number));
        fs::create_dir(&folder).unwrap();
        grown.folders.push(folder);
    }
    for number in 0..links / 4 + 4 {
        let file = dice.pick(&grown.folders).join(name(&mut dice, "f", number));
        if number % 5 == 4 {
            fs::hard_link(dice.pick(&grown.files), &file).unwrap();
        } else {
            fs::write(&file, number.to_string()).unwrap();
        }
        grown.files.push(file);
    }
    for number in 0..links {
        let link = dice.pick(&grown.folders).join(name(&mut dice, "l", number));
        let text = text(&mut dice, &grown, &link);
        symlink(&text, &link).unwrap();
        grown.links.push(link);
    }
    grown
}

fn name(dice: &mut Dice, sort: &str, number: usize) -> OsString {
    let mut name = format!("{sort}{number}").into_bytes();
    let part = *dice.pick(&WILD);
    match dice.below(2) {
        0 => name.extend(part),
        _ => name.splice(0..0, part.iter().copied()).for_each(drop),
    }
    OsString::from_vec(name)
}

/// Makes up the text of a link.
fn text(dice: &mut Dice, grown: &Grown, link: &Path) -> OsString {
    let home = link.parent().unwrap();
    let folder = dice.pick(&grown.folders).clone();
    let file = dice.pick(&grown.files).clone();
    let other = match grown.links.is_empty() {
        true => file.clone(),
        false => dice.pick(&grown.links).clone(),
    };
    let joined = |parts: &[&dyn AsRef<OsStr>]| {
        let mut text = OsString::new();
        parts.iter().for_each(|part| text.push(part.as_ref()));
        text
    };
    match dice.below(24) {
        0 => file.into(),
        1 => folder.into(),
        2 | 3 => relative(home, &file).into(),
        4 | 5 => relative(home, &folder).into(),
        6 => other.into(),
        7 | 8 => relative(home, &other).into(),
        // Nothing there.
        9 => folder.join("gone").into(),
        10 => relative(home, &folder).join("gone/deeper/still").into(),
        11 => joined(&[&"gone\nfar", &OsStr::from_bytes(b"\xff\xc0"), &"/../x"]),
        12 => ("x/".repeat(LONGEST / 2) + "y").into(),
        13 => joined(&[&relative(home, &other), &"/", &dice.below(3).to_string()]),
        // Through a file.
        14 => joined(&[
            &relative(home, &file),
            &["/", "/.", "/x", "/.."][dice.below(4)],
        ]),
        // Circles.
        15 => link.file_name().unwrap().into(),
        16 => joined(&[&link.file_name().unwrap(), &"/x"]),
        17 => {
            let partner = home.join(format!("partner{}", grown.links.len()));
            symlink(relative(home, link), &partner).unwrap();
            joined(&[&"./", &partner.file_name().unwrap()])
        }
        // Folders that contain it.
        18 => [".", "..", "/", "./."][dice.below(4)].into(),
        19 => {
            let above: Vec<_> = home.ancestors().collect();
            (*dice.pick(&above)).into()
        }
        // More words than needed.
        20 => joined(&[&"./", &relative(home, &file)]),
        21 => joined(&[&folder, &"//../", &folder.file_name().unwrap(), &"/"]),
        22 => joined(&[
            &relative(home, &folder),
            &"/../",
            &folder.file_name().unwrap(),
        ]),
        _ => ["/dev/null", "/bin/sh", "/usr", "/etc/passwd"][dice.below(4)].into(),
    }
}

/// Returns the relative path from one folder to a place, by letters.
pub(crate) fn relative(from: &Path, to: &Path) -> PathBuf {
    let shared = from
        .components()
        .zip(to.components())
        .take_while(|(a, b)| a == b)
        .count();
    let mut path: PathBuf = from.components().skip(shared).map(|_| "..").collect();
    path.extend(to.components().skip(shared));
    match path.as_os_str().is_empty() {
        true => ".".into(),
        false => path,
    }
}
