//! What GNU Stow and dotbot lay out, as a manifest: in step where they have been, and the same links where they have not.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSetBuilder};
use lw_core::import::{Reach, globs};
use lw_testkit::{Lab, skip};

use crate::ground::{self, MANIFEST, lab, leads_to};

/// Packages with all that Stow looks at: lists of its own, names to leave out, folders that two packages share.
const PACKAGES: &str = r"
mkdir -p dot/vim/.vim/after dot/bash dot/git/.config/git dot/sh/.config/sh dot/own/lib/deep dot/.git dot/.hidden
mkdir -p dot/vim/docs .config
echo v > dot/vim/.vimrc; echo a > dot/vim/.vim/after/a.vim; echo r > dot/vim/README.md; echo d > dot/vim/docs/README.md
echo b > dot/bash/.bashrc; echo l > dot/bash/LICENSE; echo t > dot/bash/.bashrc~; echo c > dot/bash/COPYING
echo g > dot/git/.config/git/config; echo i > dot/git/.gitignore; echo s > dot/sh/.config/sh/rc
echo k > dot/own/README.md; echo x > dot/own/x.bak; echo y > dot/own/lib/y; echo z > dot/own/lib/z.o
echo n > dot/own/lib/deep/z.o; echo m > dot/own/Makefile; echo q > dot/own/lib/deep/skip; echo w > dot/own/x.save
cat > dot/own/.stow-local-ignore <<'END'
# what is made
.*\.o      # objects
^/Makefile
lib/deep/skip
(x|y)\.bak
END
echo not a package > dot/notes
";

/// Where each link below the home folder leads, by names below it; the folder of Stow left out.
fn links(lab: &Lab) -> BTreeMap<PathBuf, PathBuf> {
    let home = fs::canonicalize(lab.home()).unwrap();
    let mut found = BTreeMap::new();
    let mut folders = vec![home.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let below = path.strip_prefix(&home).unwrap();
            if path.is_symlink() {
                let end = fs::canonicalize(&path).unwrap();
                let end = end.strip_prefix(&home).unwrap().to_path_buf();
                found.insert(below.to_path_buf(), end);
            } else if path.is_dir() && !below.starts_with("dot") {
                folders.push(path);
            }
        }
    }
    found
}

/// Writes the manifest of what was imported beside it; returns it and what was noted.
fn import(lab: &Lab, arguments: &[&str]) -> (String, String) {
    let before = ground::picture(lab);
    let imported = lab.lw_ok(&[&["import"], arguments].concat());
    ground::assert_same(&before, lab);
    fs::write(lab.home().join(MANIFEST), &imported.stdout).unwrap();
    (imported.stdout, imported.stderr)
}

#[test]
fn what_stow_lays_out_is_in_step_and_made_elsewhere() {
    if !skip::has_program("stow") {
        return;
    }
    for (options, rc) in [
        ("", ""),
        ("--no-folding", "--no-folding\n"),
        (r"--ignore='\.save'", "--ignore=\\.save\n"),
        ("--target=$HOME/in", "--target=~/in\n"),
        ("--dotfiles", "--dotfiles\n"),
    ] {
        let script = format!("{PACKAGES}\nmkdir -p in; echo p > dot/bash/dot-profile");
        let (stowed, applied) = (lab(&script), lab(&script));
        stowed.sh(&format!("cd dot && stow {options} bash git own sh vim"));
        fs::write(stowed.home().join("dot/.stowrc"), rc).unwrap();
        // Without the option Stow keeps names that begin with 'dot-', which its links tell.
        let (manifest, notes) = import(&stowed, &["dot"]);
        assert_eq!(notes, "", "{options}");
        let made = links(&stowed);
        assert!(made.len() > 6, "{made:?}");
        let status = stowed.lw_ok(&["status", "--all", MANIFEST]);
        assert_eq!(
            status.stdout.matches("in-step").count(),
            made.len(),
            "{options}: {status:#?}\n{made:#?}"
        );
        let from_to = [&stowed, &applied].map(|lab| lab.home().join(MANIFEST));
        fs::copy(&from_to[0], &from_to[1]).unwrap();
        applied.lw_ok(&["apply", "-y", MANIFEST]);
        assert_eq!(links(&applied), made, "{options}\n{manifest}");
    }
}

/// Perl says what an expression matches: its patterns leave out the same names, with all that is below them.
#[test]
fn patterns_leave_out_what_perl_matches() {
    if !skip::has_program("perl") {
        return;
    }
    // Of all short words over these some are expressions, and some of those are patterns.
    let pieces = [
        "a", "b", ".", ".*", ".+", "/", "^/", "^", "$", "(a|b)", "(a|/b)", "[^a]", "a?", r"\.",
    ];
    let names = ["a", "b", "ab", ".a", "ba"];
    let mut paths: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    for depth in 0..2 {
        let above: Vec<String> = paths
            .iter()
            .filter(|path| path.matches('/').count() == depth)
            .cloned()
            .collect();
        paths.extend(
            above
                .iter()
                .flat_map(|above| names.map(|name| format!("{above}/{name}"))),
        );
    }
    let mut expressions: Vec<String> = vec![String::new()];
    let mut last = expressions.clone();
    for _ in 0..4 {
        last = last
            .iter()
            .enumerate()
            .flat_map(|(index, before)| {
                // All of two pieces, and then fewer and fewer.
                let step = if before.len() > 3 { 5 } else { 1 };
                let some = pieces.iter().skip(index % step).step_by(step);
                some.map(move |piece| format!("{before}{piece}"))
            })
            .collect();
        last.truncate(900);
        expressions.extend(last.iter().cloned());
    }
    let script = r#"
my @paths = split /\n/, $ENV{PATHS};
while (my $line = <STDIN>) {
    chomp $line;
    my ($reach, $e) = split /\t/, $line, 2;
    my $re = eval { $reach eq 'Name' ? qr/^($e)$/ : $reach eq 'Path' ? qr{(^|/)($e)(/|$)} : qr/$e\z/ };
    my %out;
    if (!defined $re) { print "none\n"; next; }
    for my $path (@paths) {
        my ($above) = $path =~ m{^(.*)/};
        (my $name = $path) =~ s{.*/}{};
        my $with = $reach eq 'Name' ? $name : $reach eq 'Path' ? "/$path" : $path;
        $out{$path} = (defined $above && $out{$above}) || $with =~ $re ? 1 : 0;
    }
    print join('', map { $out{$_} } @paths), "\n";
}
"#;
    let mut asked = String::new();
    let mut expected = Vec::new();
    for expression in &expressions[1..] {
        let reaches = match expression.contains('/') {
            true => [Reach::Path, Reach::End],
            false => [Reach::Name, Reach::End],
        };
        for reach in reaches {
            if let Ok(patterns) = globs(expression, reach) {
                asked.push_str(&format!("{reach:?}\t{expression}\n"));
                expected.push(left_out(&patterns, &paths));
            }
        }
    }
    let folder = lab("true");
    fs::write(folder.home().join("asked"), &asked).unwrap();
    let answer = std::process::Command::new("perl")
        .args(["-e", script])
        .env("PATHS", paths.join("\n"))
        .stdin(fs::File::open(folder.home().join("asked")).unwrap())
        .output()
        .unwrap();
    let answer = String::from_utf8(answer.stdout).unwrap();
    assert_eq!(answer.lines().count(), expected.len());
    assert!(expected.len() > 2000, "{}", expected.len());
    for ((question, perl), ours) in asked.lines().zip(answer.lines()).zip(&expected) {
        let differs = |(one, two): (char, char)| one != two;
        let at = perl.chars().zip(ours.chars()).position(differs);
        assert!(at.is_none(), "{question}: {:?}", at.map(|at| &paths[at]));
        assert_eq!(perl.len(), ours.len(), "{question}");
    }
}

/// For each path whether it is left out, as a tree of a manifest is gone through.
fn left_out(patterns: &[String], paths: &[String]) -> String {
    let (mut anywhere, mut from_source) = (GlobSetBuilder::new(), GlobSetBuilder::new());
    for pattern in patterns {
        let (set, glob) = match pattern.strip_prefix('/') {
            Some(below) => (&mut from_source, below),
            None => (&mut anywhere, pattern.as_str()),
        };
        set.add(
            GlobBuilder::new(glob)
                .literal_separator(true)
                .build()
                .unwrap(),
        );
    }
    let (anywhere, from_source) = (anywhere.build().unwrap(), from_source.build().unwrap());
    let mut out: BTreeMap<&str, bool> = BTreeMap::new();
    for path in paths {
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_out = out.get(above) == Some(&true)
            || anywhere.is_match(name)
            || anywhere.is_match(path)
            || from_source.is_match(path);
        out.insert(path, is_out);
    }
    let letters = paths
        .iter()
        .map(|path| if out[path.as_str()] { '1' } else { '0' });
    letters.collect()
}

/// What no pattern can say, and what is no package, is named; the rest is there.
#[test]
fn what_cannot_be_said_of_stow_is_named() {
    let lab = lab(r"
mkdir -p dot/a dot/b away; echo 1 > dot/a/one; echo 2 > dot/b/dot-two
printf '%s\n' '# list' '\.o' '(?i)readme' '[a-z]+' > dot/a/.stow-local-ignore
printf '%s\n' '--verbose=2 --adopt' '--dir=~/elsewhere' > dot/.stowrc
printf '%s\n' '--target=~/away' '--ignore=x{2}' > .stowrc
printf '%s\n' 'global' > .stow-global-ignore");
    let (manifest, notes) = import(&lab, &["dot"]);
    for words in [
        "line 3 of '",
        "'(?i)readme' is not ignored",
        "line 4 of '",
        "only '.' can be repeated",
        "line 1 of '",
        "nothing for '--adopt'",
        "the folder of Stow is '~/elsewhere' there",
        "line 2 of '",
        "'x{2}' is not ignored",
        "dot-two': is taken for a dotfile",
    ] {
        assert!(notes.contains(words), "{words}\n{notes}");
    }
    assert_eq!(
        manifest,
        r#"[[tree]]
source = "a"
into = "~/away"
ignore = [".o", "/.stow-local-ignore"]

[[tree]]
source = "b"
into = "~/away"
dot-names = true
ignore = ["global", "/.stow-local-ignore"]
"#
    );
    let (manifest, _) = import(&lab, &["--into", "other/place", "--dotfiles", "dot"]);
    assert_eq!(manifest.matches("into = \"~/other/place\"").count(), 2);
    assert_eq!(manifest.matches("dot-names = true").count(), 2);
}

const CONFIGURATION: &str = r"
- defaults:
    link: {relink: true, create: true}
- clean: ['~']
- link:
    ~/.vimrc: vim/vimrc
    ~/.zshrc:
    ~/.hard: {path: zshrc, type: hardlink}
    ~/.config/deep/:
      glob: true
      path: config/*
      exclude: [config/not*]
    ~/bin: {path: bin/**/*.sh, glob: true, prefix: my-}
    ~/.rel: {path: vim, relative: true}
    $WHERE/x: vim/vimrc
    ~/gone: nowhere
    ~/.maybe: {path: zshrc, if: 'test -e /nowhere'}
    ~/mac: {path: zshrc, if: '[ `uname` = Darwin ]'}
    ~/.vimrc/: zshrc
    ~bob/x: zshrc
    'odd$link': 'odd$'
    '~/odd$': 'odd$'
- shell:
    - echo no
";

fn dotbot_lab() -> Lab {
    let lab = lab(r"
mkdir -p dot/vim dot/config/a dot/bin/deep; echo v > dot/vim/vimrc; echo z > dot/zshrc; echo o > 'dot/odd$'
echo a > dot/config/a/rc; echo b > dot/config/b; echo n > dot/config/not; echo h > dot/config/.hidden
echo s > dot/bin/deep/s.sh; echo t > dot/bin/t.sh; echo u > dot/bin/u.py");
    fs::write(lab.home().join("dot/install.conf.yaml"), CONFIGURATION).unwrap();
    lab
}

#[test]
fn what_dotbot_would_link_is_made() {
    let lab = dotbot_lab();
    let (manifest, notes) = import(&lab, &["dot/install.conf.yaml"]);
    for words in [
        "line 4 of '",
        "'clean' is no link",
        "'shell' is no link",
        "'~/gone' is left out: nothing is at 'nowhere'",
        "only a shell knows whether 'test -e /nowhere'",
        "'~bob/x' is left out",
        "'$WHERE/x' is left out",
        "'odd$link' is left out",
        "'~/.vimrc/' is asked for before",
        "matches now, 2 in number",
    ] {
        assert!(notes.contains(words), "{words}\n{notes}");
    }
    lab.lw_ok(&["apply", "-y", MANIFEST]);
    for (link, content) in [
        (".vimrc", "v\n"),
        (".zshrc", "z\n"),
        (".hard", "z\n"),
        (".config/deep/a/rc", "a\n"),
        (".config/deep/b", "b\n"),
        ("bin/my-deep/s.sh", "s\n"),
        ("bin/my-t.sh", "t\n"),
        (".rel/vimrc", "v\n"),
        ("odd$", "o\n"),
    ] {
        assert_eq!(leads_to(&lab, link), content, "{link}\n{manifest}");
    }
    for absent in [
        ".config/deep/not",
        ".config/deep/.hidden",
        "gone",
        ".maybe",
        "mac",
        "bin/my-u.py",
    ] {
        let path = lab.home().join(absent);
        assert!(path.symlink_metadata().is_err(), "{absent}\n{manifest}");
    }
    let text = fs::read_link(lab.home().join(".rel")).unwrap();
    assert_eq!(text, Path::new("dot/vim"));
    lab.lw_ok(&["status", MANIFEST]);
}

#[test]
fn json_says_the_same() {
    let lab = dotbot_lab();
    let yaml =
        "- link:\n    ~/.vimrc: vim/vimrc\n    ~/.zshrc:\n    ~/h: {path: zshrc, type: hardlink}\n";
    let json = r#"[{"link": {"~/.vimrc": "vim/vimrc", "~/.zshrc": null, "~/h": {"path": "zshrc", "type": "hardlink"}}}]"#;
    fs::write(lab.home().join("dot/install.conf.yaml"), yaml).unwrap();
    fs::write(lab.home().join("dot/install.conf.json"), json).unwrap();
    let (one, _) = import(&lab, &["dot/install.conf.yaml"]);
    let (two, _) = import(&lab, &["dot/install.conf.json"]);
    assert_eq!(one, two);
    assert_eq!(one.matches("[[link]]").count(), 3, "{one}");
    fs::write(lab.home().join("dot/install.conf.yaml"), "# later\n").unwrap();
    let (none, notes) = import(&lab, &["dot/install.conf.yaml"]);
    assert_eq!(none, "");
    assert!(notes.contains("asks for no links"), "{notes}");
}

/// Whatever cannot be imported is told in the same form as all errors, and nothing is printed.
#[test]
fn what_cannot_be_imported_is_refused() {
    for (script, arguments, words) in [
        ("mkdir d", &["d"][..], "no folder in it could be a package"),
        ("true", &["d"], "d'"),
        ("echo 'a: b' > d", &["d"], "a list of tasks"),
        ("printf 'a: b\\n c: d\\n' > d", &["d"], "line 2 of the file"),
        ("echo '[]' > d", &["--into", "x", "d"], "it is a file"),
        ("printf '\\377' > d", &["d"], "not UTF-8"),
        ("truncate -s 2M d", &["d"], "longer than 1 MiB"),
        ("mkfifo d", &["d"], "no folder"),
        ("echo '[' > d.json", &["d.json"], "of the file"),
        (
            "mkdir -p d/p; echo '--target=$NO/x' > d/.stowrc",
            &["d"],
            "${NO}",
        ),
        (
            "mkdir -p d/p; printf '\\377' > d/p/.stow-local-ignore",
            &["d"],
            "not UTF-8",
        ),
    ] {
        let lab = lab(script);
        let refused = lab.lw(&[&["import"], arguments].concat());
        assert_eq!(refused.code, Some(4), "{script}: {refused:#?}");
        assert_eq!(refused.stdout, "", "{script}");
        for words in [words, "state: nothing was changed"] {
            assert!(
                refused.stderr.contains(words),
                "{script}: {words}\n{}",
                refused.stderr
            );
        }
    }
}
