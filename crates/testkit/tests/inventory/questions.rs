//! `lw repair --interactive` asks on a terminal where the evidence does not decide.

use std::path::Path;

use lw_testkit::terminal::{Conversation, converse};
use lw_testkit::{Lab, Picture};

use super::ground::{lab, lw};
use super::mended::{assert_before, text};

fn asked(lab: &Lab, arguments: &[&str], answers: &str) -> Conversation {
    let mut command = lab.command();
    command.args(["repair", "--interactive"]).args(arguments);
    converse(command, answers)
}

fn said(conversation: &Conversation, words: &str) {
    let screen = &conversation.screen;
    assert!(screen.contains(words), "{words}\n{screen}");
}

/// Three links, each with a target in both of two copies, and one that only one of them has.
const TWO_COPIES: &str = "
    mkdir -p old/sub links; for n in 1 2; do echo $n > old/$n; ln -s ../old/$n links/$n; done
    echo 3 > old/sub/3; ln -s \"$PWD/old/sub/3\" links/3; echo 4 > old/4; ln -s ../old/4 links/4
    cp -r old a; cp -r old b; rm -r old a/4";

#[test]
fn one_by_one() {
    let lab = lab(TWO_COPIES);
    let before = Picture::of(lab.home());
    // Nothing but the one that is sure without answers.
    let answer = lw(&lab, &["repair", "-n", "."]).ends(0);
    assert_eq!(
        answer
            .stdout
            .windows(13)
            .filter(|words| words == b"it could be a")
            .count(),
        3
    );

    let conversation = asked(&lab, &["."], "2\ns\n9\nx\n1\ny\n");
    assert_eq!(conversation.code, Some(3), "{}", conversation.screen);
    said(&conversation, "'../old/1' is broken. Its target could be:");
    said(&conversation, "b/1'   (2 B, changed ");
    assert_eq!(text(&lab, "links/1"), Path::new("../b/1"));
    assert_eq!(text(&lab, "links/2"), Path::new("../old/2"));
    assert_eq!(text(&lab, "links/3"), lab.home().join("a/sub/3"));
    assert_eq!(text(&lab, "links/4"), Path::new("../b/4"));
    assert_eq!(conversation.screen.matches("Which one?").count(), 5);
    lw(&lab, &["undo"]).ends(0);
    assert_before(&lab, &before, "the undo");
}

#[test]
fn one_answer_for_all_that_moved_along() {
    let lab = lab(TWO_COPIES);
    let conversation = asked(&lab, &["."], "1a\ny\n");
    assert_eq!(conversation.code, Some(0), "{}", conversation.screen);
    said(&conversation, "So do 2 more links.");
    said(&conversation, "2 links: what was below");
    for (link, target) in [("1", "a/1"), ("2", "a/2"), ("3", "a/sub/3"), ("4", "b/4")] {
        let real = lab.home().join("links").join(link).canonicalize().unwrap();
        assert_eq!(real, lab.home().join(target));
    }
}

#[test]
fn no_answer_is_no() {
    let lab = lab(TWO_COPIES);
    let before = Picture::of(lab.home());
    for (answers, code) in [
        ("", 4),
        ("q\n", 4),
        ("1a\nn\n", 4),
        ("1a\n", 4),
        ("\n\n\n\n", 4),
    ] {
        let conversation = asked(&lab, &["."], answers);
        assert_eq!(
            conversation.code,
            Some(code),
            "{answers:?} {}",
            conversation.screen
        );
        said(&conversation, "Nothing was changed.");
        assert_before(&lab, &before, answers);
    }
    let conversation = asked(&lab, &["-n", "."], "1a\n");
    assert_eq!(conversation.code, Some(0));
    said(
        &conversation,
        "Nothing was changed: this is what would be done.",
    );
    assert_before(&lab, &before, "a dry run");
    // Without a terminal there is nobody to ask.
    let answer = lw(&lab, &["repair", "--interactive", "."]).ends(4);
    assert!(
        answer.stderr.contains("nobody is there to be asked"),
        "{answer:?}"
    );
}

/// The other questions on a terminal: no is the default.
#[test]
fn a_move_is_asked_for() {
    let lab = lab("mkdir d; echo x > f");
    let before = Picture::of(lab.home());
    let moved = |answers: &str| {
        let mut command = lab.command();
        command.args(["move", "f", "d"]);
        converse(command, answers)
    };
    for answers in ["", "\n", "n\n", "yess\n"] {
        let conversation = moved(answers);
        assert_eq!(conversation.code, Some(4), "{}", conversation.screen);
        assert_before(&lab, &before, answers);
    }
    assert_eq!(moved("Y\n").code, Some(0));
    assert_eq!(text(&lab, "f"), lab.home().join("d/f"));
}
