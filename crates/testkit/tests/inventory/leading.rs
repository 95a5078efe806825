//! What leads to a path.

use std::collections::BTreeSet;

use super::{lab, objects, words};

fn names(lab: &lw_testkit::Lab, arguments: &[&str]) -> BTreeSet<String> {
    let output = lab.lw_ok(arguments).stdout;
    let first = |line: &str| line.split([' ']).next().unwrap().to_owned();
    output.lines().map(first).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn links_at_any_hop_and_names_elsewhere() {
    let lab = lab("
        mkdir -p data/sub other links; printf x > data/file; printf y > data/sub/deep; printf z > other/file
        cd links
        ln -s ../data direct; ln -s ../data/file below; ln -s direct chained; ln -s chained/sub/deep far
        ln -s ../data/gone broken-below; ln -s ../other/file elsewhere; ln -s ../data/../other/file through
        ln -s loop loop; ln ../data/sub/deep hard; ln ../other/file hard-elsewhere; ln -s \"$PWD/../data\" absolute
        cd ..; ln -s file data/inner");
    let links = [
        "direct",
        "below",
        "chained",
        "far",
        "broken-below",
        "through",
        "absolute",
        "hard",
    ];
    let expected: Vec<String> = links.iter().map(|name| format!("links/{name}")).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    assert_eq!(
        names(&lab, &["links-to", "data", "--in", "links"]),
        set(&expected)
    );
    let whole = names(&lab, &["links-to", "data"]);
    assert!(whole.contains("data/inner"), "{whole:?}");
    // The last name is not followed: what leads to the link itself.
    assert_eq!(
        names(&lab, &["links-to", "links/direct", "--in", "links"]),
        set(&["links/chained", "links/far"])
    );
    assert_eq!(
        names(
            &lab,
            &["links-to", "data/sub/deep", "--in", "links", "data"]
        ),
        set(&["links/far", "links/hard"])
    );
    let (all, code) = objects(&lab, &words(&["links-to", "data", "--in", "links"]));
    assert_eq!(code, Some(0));
    let far = all.iter().find(|one| {
        one["path"]
            .as_str()
            .is_some_and(|path| path.ends_with("far"))
    });
    let far = far.unwrap();
    let hops: Vec<&str> = far["by_way_of"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hop| hop.as_str().unwrap())
        .collect();
    let path = |name: &str| lab.home().join(name).display().to_string();
    assert_eq!(hops, [path("links/chained"), path("links/direct")]);
    assert_eq!(far["ends_at"], path("data/sub/deep"));
}

#[test]
fn a_thousand_links_to_one_target() {
    let lab = lab(
        "mkdir d l; printf x > d/f; for n in $(seq 1000); do ln -s ../d/f l/$n; done; ln -s ../d/g l/other",
    );
    assert_eq!(names(&lab, &["links-to", "d/f", "--in", "l"]).len(), 1000);
    assert!(names(&lab, &["links-to", "d/missing"]).is_empty());
}

#[test]
fn show_tells_who_links_there_and_what_else_a_file_is_called() {
    let lab =
        lab("mkdir d l; printf x > d/f; ln -s ../d/f l/one; ln d/f l/two; ln -s gone l/three");
    let shown = lab
        .lw_ok(&["show", "d/f", "--in", "l", "--siblings", "l"])
        .stdout;
    let path = |name: &str| lab.home().join(name).display().to_string();
    for line in [
        format!("  linked by: '{}'", path("l/one")),
        format!("  also named: '{}'", path("l/two")),
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
    let (all, _) = objects(
        &lab,
        &words(&["show", "d/f", "--in", "l", "--siblings", "d"]),
    );
    assert_eq!(all[0]["linked_by"][0]["path"], path("l/one"));
    assert_eq!(all[0]["other_names"], serde_json::json!([]));
}
