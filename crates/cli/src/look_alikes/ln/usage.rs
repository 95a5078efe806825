//! What `ln --help` and `ln --version` print.

use super::Voice;

const OPTIONS: &str = "
Give TARGET another name. Without -s it is a hard link, and TARGET must exist;
with -s it is a symbolic link, which may hold any text.
With one operand the link is made in the working folder, under TARGET's own name.
If the last of several operands is a folder, links are made inside it.

  -s, --symbolic                make symbolic links
  -r, --relative                with -s, write TARGET as seen from the link
  -L, --logical                 hard links: to what TARGET leads to, if it is a link
  -P, --physical                hard links: to TARGET itself, also if it is a link (default)
  -f, --force                   replace what stands at the name
  -i, --interactive             ask before replacing
  -b                            keep what is replaced under another name
      --backup[=CONTROL]        the same, named as CONTROL says
  -S, --suffix=SUFFIX           what such a name ends in, instead of '~'
  -n, --no-dereference          take a link to a folder as a name, not as the folder
  -T, --no-target-directory     take the last operand as a name, whatever it is
  -t, --target-directory=DIRECTORY  make the links in DIRECTORY
  -d, -F, --directory           try hard links to folders (systems refuse them)
  -v, --verbose                 print each link that is made
      --help                    print this
      --version                 print the version

CONTROL, or else the variable VERSION_CONTROL, is one of:
  none, off         no backups
  numbered, t       NAME.~1~, NAME.~2~, ...
  existing, nil     numbered if there are such, else simple (default)
  simple, never     NAME~
The suffix may also be given by the variable SIMPLE_BACKUP_SUFFIX.

This is the 'ln' of linkwright. It does what GNU ln does, but loses nothing: a
name is never missing while it is replaced, and a file that would lose its last
name goes to quarantine; a line on stderr says where.
";

pub(super) fn help(voice: &mut Voice) {
    let program = voice.program().to_vec();
    let mut text = Vec::new();
    for (lead, form) in [
        ("Usage: ", "[OPTION]... [-T] TARGET LINK_NAME"),
        ("  or:  ", "[OPTION]... TARGET"),
        ("  or:  ", "[OPTION]... TARGET... DIRECTORY"),
        ("  or:  ", "[OPTION]... -t DIRECTORY TARGET..."),
    ] {
        text.extend([lead.as_bytes(), &program, b" ", form.as_bytes(), b"\n"].concat());
    }
    voice.answer(&[&text, OPTIONS.as_bytes()]);
}

pub(super) fn version(voice: &mut Voice) {
    let line = format!("ln (linkwright) {}\n", env!("CARGO_PKG_VERSION"));
    voice.answer(&[line.as_bytes()]);
}
