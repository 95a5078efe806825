//! Stores that somebody was at: what is wrong is found and named.

use std::fs;

use crate::ground::{TREE, assert_sound, inode, lab, take, tree};

#[test]
fn a_flipped_bit_is_found_with_all_that_share_it() {
    let lab = lab(TREE);
    let first = take(&lab, &[]);
    let second = take(&lab, &[]);
    lab.sh("echo changed > src/d/two");
    let third = take(&lab, &[]);
    let flip = format!(
        "printf T | dd of=store/{first}/src/d/two conv=notrunc 2> /dev/null; touch -d '2001-02-03 04:05:06.123456789' store/{first}/src/d/two"
    );
    lab.sh(&flip);
    // Size and time are as they were: only reading tells.
    lab.lw_ok(&["snapshot", "verify", "store"]);
    let found = lab.lw(&["snapshot", "verify", "--full", "store"]);
    assert_eq!(found.code, Some(1), "{found:#?}");
    let lines: Vec<&str> = found.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{found:#?}");
    for (line, id) in lines.iter().zip([&first, &second]) {
        assert!(
            line.contains(&format!("{id}/src/d/two' has other content")),
            "{line}"
        );
        assert!(
            line.contains(&format!("shared by {first}, {second}")),
            "{line}"
        );
    }
    lab.lw_ok(&["snapshot", "verify", "--full", &format!("store/{third}")]);
    let json = lab.lw(&["snapshot", "verify", "--full", "store", "--json"]);
    let fault: serde_json::Value =
        serde_json::from_str(json.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(fault["fault"], "content");
    assert_eq!(fault["shared_by"], serde_json::json!([first, second]));
    let sample = lab.lw(&["snapshot", "verify", "--sample", "100%", "store"]);
    assert_eq!(sample.code, Some(1));
}

#[test]
fn a_sample_finds_some_of_many_and_not_all() {
    let lab = lab(
        "mkdir src; for n in $(seq 200); do echo content $n > src/$n; done; touch -d 2001-02-03 src/*",
    );
    take(&lab, &["--guard", "none"]);
    lab.sh("cd store/latest/src; for f in *; do printf C | dd of=$f conv=notrunc 2> /dev/null; done; touch -d 2001-02-03 *");
    let lines = |depth: &[&str]| {
        let found = lab.lw(&[&["snapshot", "verify", "store"], depth].concat());
        let is_fault = |line: &&str| line.contains("has other content");
        let lines: Vec<String> = found
            .stdout
            .lines()
            .filter(is_fault)
            .map(str::to_owned)
            .collect();
        assert_eq!(found.code, Some(i32::from(!lines.is_empty())), "{found:#?}");
        lines
    };
    assert_eq!(lines(&["--full"]).len(), 200);
    assert_eq!(lines(&[]).len(), 0);
    // That chance takes none, or half of all, happens once in a billion.
    let sample = lines(&["--sample", "10%"]);
    assert!((1..100).contains(&sample.len()), "{sample:#?}");
    // Other ones each time.
    assert_ne!(sample, lines(&["--sample", "10%"]));
}

#[test]
fn what_was_changed_in_a_tree_is_found() {
    for (change, word) in [
        ("rm src/one", "is missing"),
        ("rm -r src/d", "is missing"),
        ("echo x > src/foreign", "does not belong there"),
        ("rm src/one; echo one > src/one", "was replaced"),
        ("chmod 7 src/none", "has another mode"),
        ("touch src/none", "has another mode, owner or time"),
        ("echo more >> src/none", "has other content"),
        ("ln -sfn elsewhere src/d/link", "was replaced"),
        ("mkdir src/pipe2; mv src/pipe src/pipe2", "is missing"),
        ("chmod 700 src/empty", "has another mode"),
    ] {
        let lab = lab(TREE);
        let id = take(&lab, &["--guard", "none"]);
        assert_sound(&lab);
        lab.sh(&format!("cd store/{id}; {change}"));
        let found = lab.lw(&["snapshot", "verify", "store"]);
        assert_eq!(found.code, Some(1), "{change}: {found:#?}");
        assert!(found.stdout.contains(word), "{change}: {found:#?}");
    }
}

#[test]
fn a_damaged_manifest_is_named_and_does_no_harm() {
    for damage in [
        "truncate -s 100 $m",
        ": > $m",
        "truncate -s -1 $m",
        "echo x >> $m",
        "printf XXXX | dd of=$m bs=1 seek=40 conv=notrunc 2> /dev/null",
        "rm $m; mkdir $m",
        "rm $m; ln -s /dev/zero $m",
        "rm $m; mkfifo $m",
    ] {
        let lab = lab(TREE);
        let first = take(&lab, &[]);
        let second = take(&lab, &[]);
        lab.sh(&format!("m=store/.store/manifests/{second}.idx; {damage}"));
        let listed = lab.lw(&["snapshot", "list", "store"]);
        assert_eq!(listed.code, Some(3), "{damage}: {listed:#?}");
        assert!(listed.stderr.contains(&second), "{damage}: {listed:#?}");
        assert!(listed.stdout.contains(&first), "{damage}: {listed:#?}");
        let verified = lab.lw(&["snapshot", "verify", "store"]);
        assert_eq!(verified.code, Some(1), "{damage}: {verified:#?}");
        let words = format!("{second}.idx' is damaged: ");
        assert!(verified.stdout.contains(&words), "{damage}: {verified:#?}");
        // The next one links to the last that is known, and disturbs nothing.
        let third = take(&lab, &[]);
        assert_eq!(
            inode(&lab, &format!("store/{first}/src/one")),
            inode(&lab, &format!("store/{third}/src/one")),
            "{damage}"
        );
        assert!(tree(&lab, &second).join("one").is_file(), "{damage}");
        lab.lw_ok(&["snapshot", "verify", "--full", &format!("store/{third}")]);
    }
}

/// Whatever part is damaged or missing: the next one is taken, and what is damaged can be removed by its name.
#[test]
fn a_damaged_snapshot_can_be_forgotten() {
    for damage in [
        // In the middle, where only reading all of it tells.
        "printf XXXXXXXX | dd of=$m bs=1 seek=$(($(stat -c %s $m) / 2)) conv=notrunc 2> /dev/null",
        "truncate -s 100 $m",
        "rm $m",
        "chmod -R u+w store/$id; rm -r store/$id",
    ] {
        let lab = lab(TREE);
        let first = take(&lab, &[]);
        let second = take(&lab, &[]);
        lab.sh(&format!(
            "id={second}; m=store/.store/manifests/$id.idx; {damage}"
        ));
        let third = lab.lw_ok(&["snapshot", "take", "src", "store"]);
        let is_told = third.stderr.contains("is damaged") || third.stdout.contains("is damaged");
        assert_eq!(
            is_told,
            damage.contains("$m bs") || damage.contains("truncate"),
            "{damage}: {third:#?}"
        );
        let third = crate::ground::newest(&lab);
        assert_eq!(
            inode(&lab, &format!("store/{first}/src/one")),
            inode(&lab, &format!("store/{third}/src/one")),
            "{damage}"
        );
        let shown = lab.lw_ok(&["snapshot", "forget", "-n", &format!("store/{second}")]);
        assert!(shown.stdout.contains("  goes"), "{damage}: {shown:#?}");
        lab.lw_ok(&["snapshot", "forget", "-y", &format!("store/{second}")]);
        assert!(!lab.home().join("store").join(&second).exists(), "{damage}");
        assert_eq!(crate::ground::ids(&lab), [first, third]);
        assert_sound(&lab);
    }
}

/// The last that is known to be whole stays, though a damaged one is newer.
#[test]
fn a_damaged_newest_one_does_not_let_the_last_whole_one_go() {
    let lab = lab(TREE);
    let first = take(&lab, &[]);
    let second = take(&lab, &[]);
    lab.sh(&format!(
        "m=store/.store/manifests/{second}.idx; printf XXXXXXXX | dd of=$m bs=1 seek=$(($(stat -c %s $m) / 2)) conv=notrunc"
    ));
    let named = lab.lw(&["snapshot", "forget", "-y", &format!("store/{first}")]);
    assert_eq!(named.code, Some(4), "{named:#?}");
    lab.lw_ok(&["snapshot", "forget", "-y", "store", "--keep-last", "1"]);
    assert!(tree(&lab, &first).join("one").is_file());
    assert!(tree(&lab, &second).join("one").is_file());
    assert_eq!(crate::ground::newest(&lab), second);
    lab.lw_ok(&["snapshot", "forget", "-y", &format!("store/{second}")]);
    assert_eq!(crate::ground::newest(&lab), first);
}

#[test]
fn a_part_of_a_snapshot_that_is_missing_is_told() {
    let lab = lab(TREE);
    let first = take(&lab, &["--guard", "none"]);
    let second = take(&lab, &[]);
    take(&lab, &[]);
    lab.sh(&format!(
        "rm -r store/{first}; rm store/.store/manifests/{second}.idx; echo bad > store/latest/src/one"
    ));
    let found = lab.lw(&["snapshot", "verify", "store"]);
    assert_eq!(found.code, Some(1), "{found:#?}");
    for words in [
        format!("{first}' is missing"),
        format!("{second}' has no manifest"),
        "src/one' has another mode, owner or time".to_owned(),
    ] {
        assert!(found.stdout.contains(&words), "{words}: {found:#?}");
    }
    let found = lab.lw(&["snapshot", "verify", "--json", "store"]);
    for word in ["missing", "no_manifest", "attributes"] {
        let field = format!("\"fault\":\"{word}\"");
        assert!(found.stdout.contains(&field), "{word}: {found:#?}");
    }
}

/// Whatever byte of a manifest is another one, a full verification says so.
#[test]
fn each_byte_of_a_manifest_is_checked() {
    let lab = lab("mkdir src; echo x > src/x; ln -s x src/l");
    let id = take(&lab, &[]);
    let path = lab.home().join(format!("store/.store/manifests/{id}.idx"));
    let whole = fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&path, &bytes).unwrap();
        let found = lab.lw(&["snapshot", "verify", &format!("store/{id}")]);
        assert_ne!(found.code, Some(0), "{at}: {found:#?}");
    }
}
