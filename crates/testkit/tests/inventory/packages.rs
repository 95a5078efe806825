//! A folder of packages as pnpm makes it: links into a store inside the folder, files that share their bytes with a store
//! outside, and a link that pnpm itself leaves broken when its package is left.

use std::collections::BTreeSet;
use std::fs;

use lw_testkit::skip;

use crate::ground::{find_paths, lab, lw, path, paths_of, words};

#[test]
fn what_pnpm_makes() {
    if !skip::has_program("pnpm") {
        return;
    }
    let lab = lab(r#"
        mkdir c b a app
        printf x > c/c.js
        printf '{"name":"c","version":"1.0.0"}' > c/package.json
        printf '{"name":"b","version":"1.0.0","dependencies":{"c":"file:../c"}}' > b/package.json
        printf '{"name":"a","version":"1.0.0","dependencies":{"b":"file:../b","c":"link:../c"}}' > a/package.json
        printf '{"name":"app","version":"1.0.0","dependencies":{"a":"file:../a","b":"file:../b","c":"link:../c"}}' \
            > app/package.json
        cd app
        pnpm install --offline --ignore-scripts --store-dir ../store >../pnpm.log 2>&1 || { cat ../pnpm.log >&2; exit 1; }
    "#);
    let modules = lab.home().join("app/node_modules");
    let listed = lw(&lab, &["list", "--json", "app"]).ends(0);
    let links: BTreeSet<_> = paths_of(&listed.of_type("link"));
    assert_eq!(links, find_paths(&modules, &["-type", "l", "-print0"]));
    assert!(links.len() >= 5, "{links:?}");

    let top = lab.home().join("app");
    let list = words(&[&"list", &"--kind", &"hard", &"-0", &top]);
    let names = lw(&lab, &list).ends(0).paths();
    let several = find_paths(&modules, &["-type", "f", "-links", "+1", "-print0"]);
    assert_eq!(names, several);
    assert!(several.len() >= 3, "{several:?}");

    let dangling = || find_paths(&modules, &["-xtype", "l", "-print0"]);
    assert_eq!(dangling().len(), 0);
    lw(&lab, &["check", "app"]).ends(0);
    fs::remove_dir_all(lab.home().join("c")).unwrap();
    let checked = lw(&lab, &["check", "--json", "app"]).ends(1);
    let told: BTreeSet<_> = checked
        .of_type("finding")
        .iter()
        .map(|finding| path(finding, "path"))
        .collect();
    assert_eq!(told, dangling());
    assert!(!told.is_empty());
}
