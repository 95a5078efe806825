//! What somebody has saved in folders that are made of links and become links again: it is never taken along unseen.

use lw_testkit::Lab;

use crate::ground::{self, lab, leads_to};

/// A folder of two trees, made in place of the link that stood for it while there was one.
const UNFOLDED: &str = r#"
mkdir -p dot/a/d/e dot/b; echo f > dot/a/d/f; echo g > dot/a/d/e/g
list() { for one in "$@"; do printf '[[tree]]\nsource = "%s"\ninto = "~"\n' $one; done > dot/links.toml; }
list a; lw apply -qy dot/links.toml
mkdir -p dot/b/d/e; echo h > dot/b/d/e/h; list a b; lw apply -qy dot/links.toml
"#;

/// The operation that is undone is refused, the words tell of `path`, and nothing is changed.
fn assert_refused(lab: &Lab, undo: &[&str], path: &str) {
    let before = ground::picture(lab);
    let refused = lab.lw(undo);
    assert_eq!(refused.code, Some(4), "{path}: {refused:#?}");
    assert!(refused.stderr.contains(path), "{path}: {refused:#?}");
    ground::assert_same(&before, lab);
}

/// Editors save by a new file in place of the link: the way back of an unfolding does not take that along.
#[test]
fn what_was_saved_over_a_link_keeps_the_folder() {
    for (script, path) in [
        ("rm d/f; echo mine > d/f", "/d/f'"),
        ("rm d/e/g; mkdir d/e/g; echo mine > d/e/g/x", "/d/e/g'"),
        ("ln -sfn ../dot d/f", "/d/f'"),
        ("rm d/e/h", "/d/e/h'"),
        ("lw purge -qy --all; rm d/f; echo mine > d/f", "/d/f'"),
    ] {
        let lab = lab(UNFOLDED);
        lab.sh(script);
        assert_refused(&lab, &["undo"], path);
    }
}

/// A hard link in such a folder may be the only name of its file by now.
#[test]
fn the_last_name_of_a_file_keeps_the_folder() {
    let lab = lab(&format!(
        "{UNFOLDED}\nlw undo -qy\nrm -r dot/b; list a; sed -i 's/^into/kind = \"hard\"\\ninto/' dot/links.toml\nlw apply -qy dot/links.toml"
    ));
    lab.sh("rm dot/a/d/f");
    assert_refused(&lab, &["undo"], "/d/f'");
    assert_eq!(leads_to(&lab, "d/f"), "f\n");
    lab.sh("ln d/f dot/a/d/f; lw undo -qy");
    assert_eq!(leads_to(&lab, "dot/a/d/f"), "f\n");
}

/// A folder that came back is taken away again only with what it came back with.
#[test]
fn what_came_into_a_folder_that_came_back_keeps_it() {
    let unfolded = format!("{UNFOLDED}\nlw undo -qy; lw undo -qy 3");
    let refolded = format!(
        "{UNFOLDED}\nrm -r dot/b/d; list a; lw apply -qy --prune dot/links.toml; lw undo -qy"
    );
    for (ground, undo) in [(&unfolded, "4"), (&refolded, "4")] {
        for (script, path) in [
            ("echo mine > d/mine", "/d/mine'"),
            ("echo mine > d/e/mine", "/d/e/mine'"),
            ("mkdir d/e/mine", "/d/e/mine'"),
            ("rm d/e/g; echo mine > d/e/g", "/d/e/g'"),
            ("ln -sfn ../dot d/f", "/d/f'"),
        ] {
            let lab = lab(ground);
            lab.sh(script);
            assert_refused(&lab, &["undo", undo], path);
        }
        let lab = lab(ground);
        lab.sh("touch d/e/x; rm d/e/x");
        let before = ground::picture(&lab);
        lab.lw_ok(&["undo", undo]);
        assert!(
            lab.home()
                .join("d")
                .symlink_metadata()
                .unwrap()
                .is_symlink()
        );
        lab.lw_ok(&["undo", "5"]);
        ground::assert_same(&before, &lab);
    }
}
