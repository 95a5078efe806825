//! Any tangle of links, any command: what led somewhere leads to the same, by the kernel's word, or was named.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use lw_testkit::{Lab, Outcome, Picture};
use proptest::prelude::*;

use super::ground::{assert_as_before, lab, leads, texts};

const CASES: u32 = 48;

const PLACES: [&str; 5] = ["l", "l/m", "other", "Cloud", "proj/sub"];
const PARTS: [&str; 14] = [
    "..", "..", "proj", "proj", "sub", "l", "m", "Cloud", "other", "f", "0", "1", "2", "3",
];

/// Where a link is, its number, whether it is absolute, and the numbers of the parts of its text.
type Seed = (usize, usize, bool, Vec<usize>);

fn grow(seeds: &[Seed]) -> Lab {
    let lab = lab(
        "mkdir -p proj/sub other Cloud l/m; printf x > proj/f; printf y > proj/sub/f; printf z > other/f; printf w > f",
    );
    for (place, number, is_absolute, parts) in seeds {
        let mut text = match is_absolute {
            true => lab.home().to_path_buf(),
            false => PathBuf::new(),
        };
        text.extend(parts.iter().map(|part| PARTS[*part]));
        let path = lab.home().join(PLACES[*place]).join(number.to_string());
        // Of two with one name the first stays.
        let _taken = symlink(text, path);
    }
    lab
}

/// Runs the command, compares, takes it back and compares.
fn check(
    lab: &Lab,
    command: &[&str],
    then: impl Fn(&Path) -> PathBuf,
    is_judged: impl Fn(&Path) -> bool,
) -> Option<Outcome> {
    let before = Picture::of(lab.home());
    let links: Vec<(PathBuf, Option<PathBuf>)> = texts(lab)
        .into_keys()
        .filter(|link| is_judged(link))
        .map(|link| (link.clone(), leads(lab, &link)))
        .collect();
    let outcome = lab.lw(command);
    if outcome.code == Some(4) {
        assert_as_before(lab, &before, "refused");
        return None;
    }
    assert!(matches!(outcome.code, Some(0 | 3)), "{outcome:#?}");
    for (link, end) in links {
        let Some(end) = end else { continue };
        let after = leads(lab, &link);
        if after != Some(then(&end)) {
            let path = lab.home().join(&link);
            let text = fs::read_link(&path);
            assert!(
                outcome.code == Some(3) && outcome.stderr.contains(path.to_str().unwrap()),
                "{link:?} -> {text:?} led to {end:?} and leads to {after:?}: {outcome:#?}"
            );
        }
    }
    lab.lw_ok(&["undo"]);
    assert_as_before(lab, &before, "undo");
    Some(outcome)
}

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let parts = prop::collection::vec(0..PARTS.len(), 1..5);
    let seed = (
        0..PLACES.len(),
        0..4_usize,
        prop::bool::weighted(0.3),
        parts,
    );
    prop::collection::vec(seed, 1..16)
}

fn moved(end: &Path, from: &str, to: &str) -> PathBuf {
    match end.strip_prefix(from) {
        Ok(below) if below == Path::new("") => to.into(),
        Ok(below) => Path::new(to).join(below),
        Err(_) => end.to_path_buf(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_move_keeps_what_links_lead_to(seeds in seeds()) {
        let lab = grow(&seeds);
        let is_outside = |link: &Path| !link.starts_with("proj");
        let then = |end: &Path| moved(end, "proj", "Cloud/proj");
        check(&lab, &["move", "proj", "Cloud", "--fix-links-in", "."], then, is_outside);
    }

    #[test]
    fn bringing_back_keeps_what_links_lead_to(seeds in seeds()) {
        let lab = grow(&seeds);
        lab.sh("mv proj Cloud/away; ln -s ../Cloud/away l/proj");
        let is_outside = |link: &Path| !link.starts_with("Cloud/away") && link != Path::new("l/proj");
        let then = |end: &Path| moved(end, "Cloud/away", "l/proj");
        check(&lab, &["bring-back", "l/proj", "--fix-links-in", "."], then, is_outside);
    }

    #[test]
    fn a_removal_keeps_what_links_lead_to(seeds in seeds(), number in 0..16_usize) {
        let lab = grow(&seeds);
        let links: Vec<PathBuf> = texts(&lab).into_keys().collect();
        let gone = &links[number % links.len()];
        let is_left = |link: &Path| link != gone;
        let command = ["remove", gone.to_str().unwrap(), "--fix-links-in", "."];
        check(&lab, &command, Path::to_path_buf, is_left);
    }

    #[test]
    fn after_a_retargeting_nothing_is_broken_that_was_not(seeds in seeds(), number in 0..16_usize, to in 0..4_usize) {
        let lab = grow(&seeds);
        let links: Vec<PathBuf> = texts(&lab).into_keys().collect();
        let link = &links[number % links.len()];
        let sound: Vec<&PathBuf> = links.iter().filter(|one| *one != link && leads(&lab, one).is_some()).collect();
        let before = Picture::of(lab.home());
        let target = ["other", "l/m", "f", "proj/sub"][to];
        let outcome = lab.lw(&["retarget", link.to_str().unwrap(), target, "--fix-links-in", ".", "--allow-recursive"]);
        prop_assume!(outcome.code != Some(4) && outcome.stdout.contains("Undo"));
        for one in sound {
            let path = lab.home().join(one);
            let is_named = outcome.code == Some(3) && outcome.stderr.contains(path.to_str().unwrap());
            prop_assert!(leads(&lab, one).is_some() || is_named, "{:?}: {:#?}", one, outcome);
        }
        lab.lw_ok(&["undo"]);
        assert_as_before(&lab, &before, "undo");
    }
}
