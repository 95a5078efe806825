//! Killed and failing at every effect.

use lw_testkit::{Fault, Lab, Picture};

use crate::ground::{MANIFEST, kill_at_every_effect, lab};

const GROUND: &str = r#"
mkdir -p dot/a/.config/a dot/b/.config/b Cloud Work; echo a > dot/a/.config/a/rc; echo b > dot/b/.config/b/rc
echo w > Work/w; echo r > dot/rc
cat > dot/links.toml <<'E'
[[tree]]
source = "a"
into = "~"
[[link]]
link = "~/.rc"
target = "rc"
E
lw apply -qy dot/links.toml
echo new > .rc.tmp; mv .rc.tmp .rc
cat >> dot/links.toml <<'E'
[[tree]]
source = "b"
into = "~"
[[link]]
link = "~/new/folder/l"
target = "rc"
[[move]]
source = "~/Work"
dest = "~/Cloud/Work"
E
"#;

const COMMAND: &[&str] = &["apply", "-y", "--absorb", MANIFEST];

/// Each unit ends wholly before or wholly after, no content is lost, and what was done is taken back to the byte.
#[test]
fn killed_at_every_effect() {
    kill_at_every_effect(GROUND, COMMAND, 10, assert_whole);
}

#[test]
fn failing_at_every_effect_loses_nothing() {
    const EIO: i32 = 5;
    let clean = lab(GROUND);
    let effects = clean.lw_ok(COMMAND).effects;
    for n in 1..=effects.len() {
        let what = format!("failing at {n}: {}", effects[n - 1]);
        let lab = lab(GROUND);
        let before = Picture::of(lab.home());
        let failed = lab.lw_with(COMMAND, &Fault::FailOnce(n, EIO));
        assert!(failed.hit, "{what}: {failed:#?}");
        assert_whole(&lab, &what);
        lab.lw_ok(&["recover"]);
        if !before.differences(&Picture::of(lab.home())).is_empty() {
            lab.lw_ok(&["undo"]);
        }
        let differences = before.differences(&Picture::of(lab.home()));
        assert!(differences.is_empty(), "{what}: {differences:#?}");
    }
}

/// Every name still leads to content.
fn assert_whole(lab: &Lab, what: &str) {
    for (path, contents) in [
        (".rc", &["new\n"][..]),
        ("dot/rc", &["r\n", "new\n"]),
        (".config/a/rc", &["a\n"]),
        ("Work/w", &["w\n"]),
    ] {
        let found = std::fs::read_to_string(lab.home().join(path));
        let is_whole = |text: &String| contents.contains(&text.as_str());
        assert!(
            found.as_ref().is_ok_and(is_whole),
            "{what}: {path}: {found:?}"
        );
    }
}
