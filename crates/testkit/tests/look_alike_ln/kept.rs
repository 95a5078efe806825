//! What gives way and holds the last of something is found in quarantine, with its description.

use std::fs;
use std::path::{Path, PathBuf};

use lw_testkit::Lab;
use serde_json::Value;

use super::bench::PROGRAM;

/// Returns the slots in a quarantine.
pub(crate) fn slots(root: &Path) -> Vec<PathBuf> {
    fs::read_dir(root)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .collect()
}

fn description(slot: &Path) -> Value {
    serde_json::from_slice(&fs::read(slot.join("contents.json")).unwrap()).unwrap()
}

#[test]
fn a_replaced_file_is_kept_and_described() {
    let lab = Lab::new(PROGRAM);
    lab.sh("printf precious > b; printf x > a");
    let outcome = lab.lw_ok(&["ln", "-sf", "a", "b"]);
    assert_eq!(fs::read_link(lab.home().join("b")).unwrap(), Path::new("a"));
    assert_eq!(outcome.stdout, "");
    let [slot] = slots(&lab.state().join("quarantine")).try_into().unwrap();
    let item = slot.join("0001-b");
    assert_eq!(fs::read_to_string(&item).unwrap(), "precious");
    let said = format!(
        "lw-under-test ln: 'b' was the last name of its content, which is kept in '{}'\n",
        item.display()
    );
    assert_eq!(outcome.stderr, said);
    let contents = description(&slot);
    assert_eq!(contents["made_by"], "linkwright");
    assert_eq!(contents["operation"], Value::Null);
    assert_eq!(contents["job"], "ln");
    assert_eq!(contents["items"][0]["name"], "0001-b");
    assert_eq!(
        contents["items"][0]["was"],
        lab.home().join("b").to_str().unwrap()
    );
    assert_eq!(contents["items"][0]["kind"], "file");
    // No ledger was made for it.
    let made: Vec<_> = slots(lab.state());
    assert_eq!(made, [lab.state().join("quarantine")]);
}

#[test]
fn links_and_further_names_simply_go() {
    let lab = Lab::new(PROGRAM);
    lab.sh("printf one > a; ln a twin; ln -s a link; mkdir d; ln -s d dl");
    for words in [
        ["-sf", "new", "link"],
        ["-f", "a", "link"],
        ["-sf", "new", "twin"],
        ["-snf", "new", "dl"],
    ] {
        let outcome = lab.lw_ok(&[&["ln"], &words[..]].concat());
        assert_eq!(outcome.stderr, "", "{words:?}");
    }
    assert_eq!(fs::read_to_string(lab.home().join("a")).unwrap(), "one");
    assert!(!lab.state().exists(), "{:?}", slots(lab.state()));
    assert_eq!(lab.leftovers(), [""; 0].map(PathBuf::from));
}

#[test]
fn a_file_whose_other_name_lies_in_quarantine_is_kept() {
    let lab = Lab::new(PROGRAM);
    lab.sh("printf one > a; ln a twin");
    lab.lw_ok(&["remove", "twin"]);
    lab.lw_ok(&["ln", "-sf", "new", "a"]);
    let kept = slots(&lab.state().join("quarantine"));
    assert!(
        kept.iter().any(|slot| slot.join("0001-a").is_file()),
        "{kept:?}"
    );
}

#[test]
fn an_old_backup_is_kept_too() {
    let lab = Lab::new(PROGRAM);
    lab.sh("printf a > a; printf b > b; printf older > b~");
    lab.lw_ok(&["ln", "-sb", "a", "b"]);
    assert_eq!(fs::read_to_string(lab.home().join("b~")).unwrap(), "b");
    let [slot] = slots(&lab.state().join("quarantine")).try_into().unwrap();
    assert_eq!(fs::read_to_string(slot.join("0001-b~")).unwrap(), "older");
    assert_eq!(
        description(&slot)["items"][0]["was"],
        lab.home().join("b~").to_str().unwrap()
    );
}

#[test]
fn a_backup_that_is_linked_to_is_not_destroyed() {
    // GNU ln renames over the target before it links to it.
    let lab = Lab::new(PROGRAM);
    lab.sh("printf b > b; printf older > b~");
    lab.lw_ok(&["ln", "--backup=simple", "b~", "b"]);
    assert_eq!(fs::read_to_string(lab.home().join("b")).unwrap(), "older");
    assert_eq!(fs::read_to_string(lab.home().join("b~")).unwrap(), "b");
}

#[test]
fn a_file_that_is_replaced_by_a_link_to_itself_is_kept() {
    let lab = Lab::new(PROGRAM);
    lab.sh("printf b > b; yes | lw ln -si b b 2>/dev/null");
    let [slot] = slots(&lab.state().join("quarantine")).try_into().unwrap();
    assert_eq!(fs::read_to_string(slot.join("0001-b")).unwrap(), "b");
}

#[test]
fn without_a_home_it_is_kept_on_its_own_volume() {
    let lab = Lab::new(PROGRAM);
    lab.sh("printf precious > b");
    // The top of the volume is not everybody's: then it is beside.
    let mut command = lab.command();
    command
        .env_remove("LW_HOME")
        .env_remove("HOME")
        .args(["ln", "-sf", "a", "b"]);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let (_, kept) = said
        .trim_end()
        .trim_end_matches('\'')
        .rsplit_once('\'')
        .unwrap();
    assert_eq!(fs::read_to_string(kept).unwrap(), "precious", "{said}");
    let slot = Path::new(kept).parent().unwrap();
    assert!(
        kept.contains("/.linkwright-") || kept.contains("/linkwright/quarantine/"),
        "{kept}"
    );
    assert_eq!(description(slot)["job"], "ln");
    fs::remove_dir_all(slot).unwrap();
}

#[test]
fn several_at_once_have_a_folder_each() {
    let lab = Lab::new(PROGRAM);
    lab.sh("mkdir d; for n in a b c; do printf new-$n > $n; printf old-$n > d/$n; done");
    lab.lw_ok(&["ln", "-f", "a", "b", "c", "d"]);
    let mut kept: Vec<String> = slots(&lab.state().join("quarantine"))
        .iter()
        .flat_map(|slot| slots(slot))
        .filter(|path| !path.ends_with("contents.json"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    kept.sort();
    assert_eq!(kept, ["old-a", "old-b", "old-c"]);
}
