//! What is said before a change that a client will notice, and what `check` says of links in synced folders.

use std::fs;

use crate::ground::{lab, objects, said};

/// Returns the notes of a dry run, with the home folder as `~`.
fn notes(lab: &lw_testkit::Lab, arguments: &[&str]) -> Vec<String> {
    let outcome = lab.lw_ok(&[arguments, &["-n"]].concat());
    let answer = outcome.stdout.replace(lab.home().to_str().unwrap(), "~");
    let notes = answer
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("note: "));
    notes.map(str::to_owned).collect()
}

fn assert_said(notes: &[String], parts: &[&str]) {
    assert_eq!(notes.len(), parts.len(), "{notes:#?}");
    for (note, part) in notes.iter().zip(parts) {
        assert!(note.contains(part), "{part}: {notes:#?}");
    }
}

#[test]
fn into_a_cloud_is_the_right_direction() {
    let lab = lab("mkdir Projects; head -c 3145728 /dev/zero > Projects/a");
    let into = notes(&lab, &["move", "Projects", "dropbox:"]);
    assert_said(
        &into,
        &["3.0 MiB goes into '~/Dropbox', which Dropbox syncs, and the link stays outside"],
    );
    assert!(into[0].contains(
        " free on the volume, account space unknown ('lw clouds set dropbox --quota SIZE' tells it)"
    ));
    lab.lw_ok(&["clouds", "set", "dropbox", "--quota", "4M"]);
    let into = notes(&lab, &["move", "Projects", "dropbox:"]);
    assert!(into[0].ends_with("4.0 MiB left of the account"), "{into:?}");
    lab.sh("head -c 2097152 /dev/zero > Dropbox/old");
    let into = notes(&lab, &["move", "Projects", "dropbox:"]);
    assert!(into[0].ends_with("only 2.0 MiB left of the account: it will not all be uploaded"));
    let outcome = lab.lw_ok(&["move", "Projects", "dropbox:"]);
    assert!(said(&lab, &outcome).starts_with("note: 3.0 MiB goes into '~/Dropbox'"));
}

/// On most systems that is another volume; what is said is the same.
#[test]
fn a_cloud_on_another_volume_is_none_the_less_one() {
    let elsewhere = tempfile::tempdir_in("/dev/shm").unwrap();
    let folder = elsewhere.path().display();
    let lab = lab(&format!(
        "mkdir Projects; head -c 3145728 /dev/zero > Projects/a; ln -s /etc Projects/l; mkdir Dropbox/x
         sed -i s,Sync/,X, .config/syncthing/config.xml
         printf '{{\"business\": {{\"path\": \"{folder}\"}}}}' > .dropbox/info.json"
    ));
    let into = notes(&lab, &["move", "Projects", "dropbox:"]);
    let size = format!("3.0 MiB goes into '{folder}', which Dropbox syncs");
    assert!(into[0].starts_with(&size), "{into:#?}");
    assert!(into[1].starts_with("1 link goes into the synced folder with it, 1 leads out"));
    lab.lw_ok(&["move", "Projects", "dropbox:"]);
    assert!(elsewhere.path().join("Projects/a").is_file());
    let back = notes(&lab, &["bring-back", "Projects"]);
    assert!(back[0].starts_with("it leaves "), "{back:#?}");
    lab.lw_ok(&["bring-back", "Projects"]);
    assert!(lab.home().join("Projects/a").is_file());
}

#[test]
fn elsewhere_nothing_is_said() {
    let lab = lab("mkdir Projects other; ln -s /etc Projects/l");
    assert_said(&notes(&lab, &["move", "Projects", "other"]), &[]);
    let chosen = "chosen: a symbolic link";
    assert_said(&notes(&lab, &["link", "Projects", "other/l"]), &[chosen]);
}

#[test]
fn links_and_names_that_go_in_are_counted() {
    let lab = lab(
        "mkdir -p Projects/a; cd Projects; ln -s a in; ln -s ../../x a/out; ln -s /etc a/etc
         : > 'what?'; : > 'a/con'; : > fine",
    );
    let dropbox = notes(&lab, &["move", "Projects", "dropbox:"]);
    let links = "3 links go into the synced folder with it, 2 lead out; the first of those is '~/Projects/a/etc'. \
                 Dropbox uploads such a link as a link";
    let re_aimed = "the link '~/Projects/a/out' leads out of the folder";
    assert_said(&dropbox, &["goes into '~/Dropbox'", links, re_aimed]);
    let onedrive = notes(&lab, &["move", "Projects", "onedrive:Work"]);
    assert_said(
        &onedrive,
        &[
            "goes into '~/Work'",
            "OneDrive (Linux client) uploads what such a link leads to in its place",
            "OneDrive (Linux client) refuses 2 names inside and does not upload what is called so; the first is \
             '~/Projects/a/con'",
            re_aimed,
        ],
    );
}

#[test]
fn a_synced_folder_that_moves_is_said() {
    let lab = lab(
        "mkdir -p disk all; mv Sync all/; sed -i s,/Sync,/all/Sync, .config/syncthing/config.xml
         mkdir Dropbox/in Dropbox/letters",
    );
    let itself = "Dropbox syncs '~/Dropbox', which moves with it";
    assert_said(&notes(&lab, &["move", "Dropbox", "disk"]), &[itself]);
    let holds = "Syncthing syncs '~/all/Sync', which moves with it";
    assert_said(&notes(&lab, &["move", "all", "disk"]), &[holds]);
    let leaves = "it leaves '~/Dropbox', which Dropbox syncs: other devices lose it. A link is left in its place";
    assert_said(
        &notes(&lab, &["move", "dropbox:letters", "disk"]),
        &[leaves],
    );
    let within = "the link stands in '~/Dropbox', which Dropbox syncs. Dropbox uploads such a link as a link";
    assert_said(
        &notes(&lab, &["move", "dropbox:letters", "dropbox:in"]),
        &[within],
    );
    assert_said(
        &notes(&lab, &["move", "dropbox:letters", "onedrive:Work"]),
        &[leaves, "goes into '~/Work'"],
    );
    lab.lw_ok(&["move", "disk", "dropbox:"]);
    let back = "it leaves '~/Dropbox', which Dropbox syncs: other devices lose it";
    let notes = notes(&lab, &["bring-back", "disk"]);
    assert_said(&notes, &[back]);
    assert!(notes[0].ends_with("lose it"));
}

#[test]
fn a_link_inside_is_warned_of_and_a_move_is_offered() {
    let lab = lab("mkdir Projects Dropbox/a Work/a; : > file");
    let chosen = "chosen: a symbolic link";
    let inside = notes(&lab, &["link", "Projects", "onedrive:Work/p"]);
    assert_said(
        &inside,
        &[
            chosen,
            "the link stands in '~/Work', which OneDrive (Linux client) syncs.",
        ],
    );
    let offer =
        "To put it there itself instead, with the link outside: lw move '~/Projects' '~/Work/p'";
    assert!(inside[1].ends_with(offer), "{inside:?}");
    // It means the same on every device.
    assert_said(&notes(&lab, &["link", "Dropbox/a", "Dropbox/b"]), &[chosen]);
    let absolute = notes(&lab, &["link", "--absolute", "Dropbox/a", "Dropbox/b"]);
    assert_said(
        &absolute,
        &[chosen, "Dropbox uploads such a link as a link"],
    );
    // OneDrive follows it all the same.
    assert_said(
        &notes(&lab, &["link", "Work/a", "Work/b"]),
        &[chosen, "uploads what such a link leads to"],
    );
    let hard = notes(&lab, &["link", "--hard", "file", "Dropbox/file"]);
    assert_said(
        &hard,
        &["uploads each name of such a file as a file of its own (so it is assumed)"],
    );
    lab.lw_ok(&["link", "Projects", "dropbox:p"]);
    assert!(lab.home().join("Dropbox/p").is_symlink());
}

#[test]
fn a_mark_tells_of_a_folder_nobody_has_named() {
    let lab = lab(
        "mkdir -p Projects data/share/.stfolder data/share/x data/res/.sync; : > data/res/.sync/ID",
    );
    let into = notes(&lab, &["move", "Projects", "data/share/x"]);
    assert_said(&into, &["goes into '~/data/share', which Syncthing syncs"]);
    let inside = notes(
        &lab,
        &["link", "--hard", ".dropbox/info.json", "data/res/l"],
    );
    assert_said(
        &inside,
        &["Resilio Sync may stop syncing because of such links"],
    );
}

#[test]
fn check_names_links_in_synced_folders() {
    let lab = lab(
        "mkdir Dropbox/a plain; ln -s a Dropbox/inside; ln -s \"$HOME/Dropbox/a\" Dropbox/absolute
         ln -s ../plain Dropbox/out; ln -s nowhere Dropbox/broken; ln -s a Work/x; mkdir Work/a; ln -s /etc plain/l",
    );
    let outcome = lab.lw(&["check", ".", "--json"]);
    assert_eq!(outcome.code, Some(1));
    let found = objects(&outcome);
    let lines: Vec<String> = found
        .iter()
        .filter(|one| one["type"] == "finding")
        .map(|one| {
            let path = one["path"].as_str().unwrap();
            let below = path.strip_prefix(lab.home().to_str().unwrap()).unwrap();
            format!(
                "{below} {} {} {}",
                one["finding"], one["treatment"], one["leads_out"]
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "/Dropbox/broken \"dangling\" null null",
            "/Dropbox/absolute \"synced\" \"kept-as-link\" false",
            "/Dropbox/out \"synced\" \"kept-as-link\" true",
            "/Work/x \"synced\" \"followed\" false",
        ]
    );
    fs::remove_file(lab.home().join("Dropbox/broken")).unwrap();
    // Also from inside, and no problem by itself.
    let outcome = lab.lw_ok(&["check", "Dropbox/a", "dropbox:"]);
    let line =
        "out -> ../plain   (it leads out of the folder; Dropbox uploads such a link as a link";
    assert!(outcome.stdout.contains(line), "{outcome:#?}");
    assert!(
        outcome.stdout.ends_with("3 links, no problems\n"),
        "{outcome:#?}"
    );
    assert_eq!(
        lab.lw_ok(&["check", "plain"]).stdout,
        "1 link, no problems\n"
    );
}
