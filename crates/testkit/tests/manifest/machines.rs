//! One manifest for several machines.

use std::fs;

use crate::ground::{self, lab, leads_to};

/// Two homes with different cloud folders: moved on one, linked on the other, drift there, absorbed, clean on both.
#[test]
fn a_second_machine_makes_the_same_links() {
    let manifest = r#"
[variables]
cloud = "~/Cloud"
[machine.second]
cloud = "~/elsewhere/Sync"
[[move]]
source = "~/Projects"
dest = "$cloud/Projects"
[[link]]
link = "~/.rc"
target = "$cloud/rc"
"#;
    let first = lab("mkdir -p Cloud Projects; echo p > Projects/p; echo rc > Cloud/rc");
    fs::write(first.home().join("Cloud/links.toml"), manifest).unwrap();
    first.lw_ok(&["apply", "-y", "Cloud/links.toml"]);
    assert!(first.home().join("Cloud/Projects/p").is_file());
    let second = lab("mkdir -p elsewhere");
    let sync = second.home().join("elsewhere/Sync");
    first.sh(&format!("cp -a Cloud '{}'", sync.display()));
    // Both run here: the second one is given this host's name.
    let host = hostname();
    second.sh(&format!(
        "sed -i 's/machine.second/machine.\"{host}\"/' elsewhere/Sync/links.toml"
    ));
    const SYNCED: &str = "elsewhere/Sync/links.toml";
    let status = second.lw(&["status", SYNCED]);
    assert_eq!(status.stdout.lines().count(), 2, "{status:#?}");
    second.lw_ok(&["apply", "-y", SYNCED]);
    assert_eq!(leads_to(&second, "Projects/p"), "p\n");
    second.lw_ok(&["status", SYNCED]);
    second.sh("echo edited > .rc.new; touch -d '+1 minute' .rc.new; mv .rc.new .rc");
    assert_eq!(second.lw(&["status", SYNCED]).code, Some(1));
    second.lw_ok(&["apply", "-y", "--absorb", SYNCED]);
    assert_eq!(leads_to(&second, "elsewhere/Sync/rc"), "edited\n");
    // What the client would carry back.
    fs::copy(sync.join("rc"), first.home().join("Cloud/rc")).unwrap();
    first.lw_ok(&["status", "Cloud/links.toml"]);
    assert_eq!(leads_to(&first, ".rc"), "edited\n");
}

/// A folder that is at both ends is named; merged nothing is lost.
#[test]
fn a_folder_at_both_ends_is_merged_when_told() {
    let lab = lab(r#"
mkdir -p Cloud/Projects Projects; echo here > Projects/here; echo there > Cloud/Projects/there
echo same > Projects/same; cp -p Projects/same Cloud/Projects/same
printf '[[move]]\nsource = "~/Projects"\ndest = "~/Cloud/Projects"\n' > links.toml"#);
    let refused = lab.lw(&["apply", "-y"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    for words in [
        "--merge",
        "--replace",
        "1 only here, 1 only there, 1 the same",
    ] {
        assert!(refused.stderr.contains(words), "{words}: {refused:#?}");
    }
    assert!(lab.lw(&["status"]).stdout.contains("at-both"));
    lab.lw_ok(&["apply", "-y", "--merge"]);
    for name in ["here", "there", "same"] {
        assert_eq!(
            leads_to(&lab, &format!("Projects/{name}")),
            format!("{name}\n")
        );
    }
    lab.lw_ok(&["status"]);
}

/// A link in what something is yet to be moved to would take the place of what is moved.
#[test]
fn a_link_in_the_destination_of_a_move_waits_for_the_move() {
    let tree = "[[tree]]\nsource = 'a'\ninto = '~/Cloud/m'\n";
    let link = "[[link]]\nlink = '~/Cloud/m/sub/l'\ntarget = 'a/x'\n";
    for other in [tree, link] {
        let lab = lab("mkdir -p m a Cloud; echo m > m/m; echo x > a/x");
        let moved = "[[move]]\nsource = '~/m'\ndest = '~/Cloud/m'\n";
        fs::write(lab.home().join("links.toml"), format!("{other}{moved}")).unwrap();
        let before = ground::picture(&lab);
        let refused = lab.lw(&["apply", "-y"]);
        assert_eq!(refused.code, Some(4), "{other}: {refused:#?}");
        assert!(refused.stderr.contains("line 4"), "{other}: {refused:#?}");
        ground::assert_same(&before, &lab);
        lab.lw_ok(&["move", "-y", "m", "Cloud"]);
        lab.lw_ok(&["apply", "-y"]);
        lab.lw_ok(&["status"]);
        assert_eq!(leads_to(&lab, "m/m"), "m\n");
    }
}

/// The name of a cloud stands for its folder on each machine; one that is not there is told with its entry.
#[test]
fn the_name_of_a_cloud_is_a_path() {
    let manifest = "[[move]]\nsource = '~/Projects'\ndest = 'dropbox:Projects'\n";
    for root in ["Dropbox", "elsewhere/Dropbox"] {
        let lab = lab(&format!(
            "mkdir -p .dropbox Projects {root}; echo p > Projects/p
echo \"{{\\\"personal\\\": {{\\\"path\\\": \\\"$HOME/{root}\\\"}}}}\" > .dropbox/info.json"
        ));
        fs::write(lab.home().join("links.toml"), manifest).unwrap();
        lab.lw_ok(&["apply", "-y"]);
        assert!(lab.home().join(root).join("Projects/p").is_file());
        assert_eq!(leads_to(&lab, "Projects/p"), "p\n");
        lab.lw_ok(&["status"]);
    }
    let lab = lab("mkdir Projects");
    fs::write(lab.home().join("links.toml"), manifest).unwrap();
    let refused = lab.lw(&["apply", "-y"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    assert!(refused.stderr.contains("dropbox"), "{refused:#?}");
}

/// Set aside, what is here lies in quarantine, and undo brings it back.
#[test]
fn a_folder_at_both_ends_is_set_aside_when_told() {
    let lab = lab(r#"
mkdir -p Cloud/Other Projects; echo here > Projects/here; echo there > Cloud/Other/there
printf '[[move]]\nsource = "~/Projects"\ndest = "~/Cloud/Other"\n' > links.toml"#);
    let before = crate::ground::picture(&lab);
    // Of another name, it cannot be merged: as with mv it would go inside.
    let refused = lab.lw(&["apply", "-y", "--merge"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    crate::ground::assert_same(&before, &lab);
    lab.lw_ok(&["apply", "-y", "--replace"]);
    assert_eq!(leads_to(&lab, "Projects/there"), "there\n");
    lab.lw_ok(&["status"]);
    lab.lw_ok(&["undo"]);
    crate::ground::assert_same(&before, &lab);
}

/// What was adopted into the cloud folder on one machine is linked on the next, and merged where it is there too.
#[test]
fn what_was_adopted_is_had_on_the_second_machine() {
    let first = lab("mkdir Cloud Projects; echo p > Projects/p; echo r > .rc");
    first.lw_ok(&["adopt", "-y", "Projects", ".rc", "--into", "Cloud"]);
    let second = lab("mkdir -p Projects elsewhere; echo q > Projects/q");
    let sync = second.home().join("elsewhere/Cloud");
    first.sh(&format!("cp -a Cloud '{}'", sync.display()));
    const SYNCED: &str = "elsewhere/Cloud/links.toml";
    second.lw_ok(&["apply", "-y", "--merge", SYNCED]);
    for (path, text) in [("Projects/p", "p\n"), ("Projects/q", "q\n"), (".rc", "r\n")] {
        assert_eq!(leads_to(&second, path), text);
    }
    second.lw_ok(&["status", SYNCED]);
}

fn hostname() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    name.trim().split('.').next().unwrap().to_owned()
}
