//! Names of clouds where paths are given.

use std::fs;

use crate::ground::{bare_lab, lab, objects, said};

#[test]
fn a_name_works_wherever_a_path_does() {
    let lab = lab(
        "mkdir Projects Films Dropbox/Notes; echo x > Projects/x; ln -s ../x Dropbox/Notes/broken; ln -s x Work/l",
    );
    lab.lw_ok(&["move", "Projects", "dropbox:"]);
    assert!(lab.home().join("Dropbox/Projects/x").exists());
    lab.lw_ok(&["move", "Films", "onedrive:Work/Cinema"]);
    assert!(lab.home().join("Work/Cinema").is_dir());
    lab.lw_ok(&["link", "Dropbox:/Projects/x", "here"]);
    assert_eq!(fs::read_to_string(lab.home().join("here")).unwrap(), "x\n");
    let shown = objects(&lab.lw_ok(&["show", "dropbox:Projects", "--json"]));
    assert_eq!(
        shown[0]["path"],
        lab.home().join("Dropbox/Projects").to_str().unwrap()
    );
    assert_eq!(lab.lw(&["check", "dropbox:Notes"]).code, Some(1));
    assert!(
        lab.lw_ok(&["list", "onedrive:Work"])
            .stdout
            .contains("Work/l -> x")
    );
    assert!(
        lab.lw_ok(&["links-to", "dropbox:Projects", "--in", "."])
            .stdout
            .contains("Projects")
    );
    lab.lw_ok(&["doctor", "syncthing:"]);
    lab.lw_ok(&["remove", "onedrive:Work/l"]);
    lab.lw_ok(&["bring-back", "Projects"]);
    assert!(lab.home().join("Projects/x").exists());
}

#[test]
fn a_name_that_is_not_clear_is_refused_with_what_there_is() {
    let lab = lab("mkdir Projects; rmdir Sync");
    for (dest, what) in [
        (
            "box:",
            "error: cannot move 'box:': there is no such cloud\n  cause: found were: \
             dropbox, onedrive, onedrive:Work, syncthing\n",
        ),
        (
            "dropbx:",
            "error: cannot move 'dropbx:': there is no such cloud\n",
        ),
        (
            "syncthing:x",
            "error: cannot move: the folder of syncthing is not there: '~/Sync'\n",
        ),
    ] {
        let outcome = lab.lw(&["move", "Projects", dest]);
        assert_eq!(outcome.code, Some(4), "{outcome:#?}");
        let said = said(&lab, &outcome);
        assert!(said.starts_with(what), "{said}");
        assert!(
            said.contains("state: nothing was changed\n  help:  lw clouds\n"),
            "{said}"
        );
    }
    let refused = objects(&lab.lw(&["move", "Projects", "box:", "--json"]));
    assert_eq!(refused[0]["type"], "error");
}

#[test]
fn several_accounts_are_not_chosen_between() {
    let lab = lab("mkdir Projects; mv .config/onedrive .config/onedrive-Home
         mkdir Home; echo 'sync_dir = \"~/Home\"' > .config/onedrive-Home/config");
    for dest in ["onedrive:", "onedrive:Projects"] {
        let outcome = lab.lw(&["move", "Projects", dest]);
        assert_eq!(outcome.code, Some(4));
        let said = said(&lab, &outcome);
        assert!(
            said.contains("it could be one of several cloud folders"),
            "{said}"
        );
        assert!(
            said.contains("found were: onedrive:Home, onedrive:Work"),
            "{said}"
        );
    }
    lab.lw_ok(&["move", "Projects", "onedrive:home"]);
    assert!(lab.home().join("Home/Projects").is_dir());
}

#[test]
fn what_is_really_called_so_wins() {
    let lab =
        lab("echo literal > dropbox:x; mkdir dropbox:; echo inside > dropbox:/y; echo z > z:note");
    lab.lw_ok(&["link", "dropbox:x", "a"]);
    assert_eq!(
        fs::read_to_string(lab.home().join("a")).unwrap(),
        "literal\n"
    );
    lab.lw_ok(&["link", "dropbox:/y", "b"]);
    assert_eq!(
        fs::read_to_string(lab.home().join("b")).unwrap(),
        "inside\n"
    );
    lab.lw_ok(&["link", "z:note", "./box:c"]);
    assert_eq!(fs::read_to_string(lab.home().join("box:c")).unwrap(), "z\n");
    lab.lw_ok(&["link", "z:note", "10:30"]);
    lab.lw_ok(&["link", "z:note", "notes:new"]);
    assert!(lab.home().join("notes:new").is_symlink());
}

#[test]
fn look_alikes_take_names_as_they_are() {
    let lab = lab("");
    lab.lw_ok(&["ln", "-s", "dropbox:x", "l"]);
    let text = fs::read_link(lab.home().join("l")).unwrap();
    assert_eq!(text.to_str(), Some("dropbox:x"));
}

#[test]
fn without_clouds_nothing_is_offered() {
    let lab = bare_lab("mkdir Projects");
    let outcome = lab.lw(&["move", "Projects", "dropbox:"]);
    assert_eq!(outcome.code, Some(4));
    assert!(
        outcome
            .stderr
            .contains("cause: no cloud folders were found")
    );
}
