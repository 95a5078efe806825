//! `lw demo`: the main job, on real files, by this very program.

use std::path::Path;
use std::process::{Command, ExitCode};

use lw_core::run::{Scratch, ScratchError};
use lw_fs::{Witness, look};

use crate::edge::Edge;
use crate::ui::{self, Message, Style, quote_path};

const LETTER: &[u8] = b"Dear Ada,\nthe engine works.\n";

pub(super) fn run(edge: &Edge, witness: &mut dyn Witness) -> ExitCode {
    let top = std::env::temp_dir().join(format!("lw-demo-{}", edge.context.token));
    let scratch = match Scratch::create(witness, &top) {
        Ok(scratch) => scratch,
        Err(error) => return failed(&error.to_string(), &top),
    };
    let played = play(scratch.folder(), witness);
    let removed = Scratch::remove(witness, scratch);
    match (played, removed) {
        (Ok(()), Ok(())) => {
            ui::print("The scratch folder is removed again. Your own files were not touched.");
            ExitCode::SUCCESS
        }
        (Err(why), _) => failed(&why, &top),
        (Ok(()), Err(error)) => failed(&error.to_string(), &top),
    }
}

fn failed(why: &str, top: &Path) -> ExitCode {
    let message = Message::new("the demonstration failed")
        .cause(why)
        .state("only the scratch folder was touched")
        .help(format!(
            "lw doctor {}",
            quote_path(top.parent().unwrap_or(top))
        ));
    ui::fail(&message, Style::Text)
}

fn play(top: &Path, witness: &mut dyn Witness) -> Result<(), String> {
    let words = |error: ScratchError| error.to_string();
    ui::print(format_args!("A scratch folder: {}", quote_path(top)));
    for folder in [
        "home",
        "home/Dropbox",
        "home/Projects",
        "home/Projects/letters",
    ] {
        Scratch::add_folder(witness, &top.join(folder)).map_err(words)?;
    }
    let home = top.join("home");
    let letter = home.join("Projects/letters/ada.txt");
    Scratch::add_file(witness, &letter, LETTER).map_err(words)?;
    let before = look::entry(&letter).map_err(|error| error.to_string())?;

    ui::print(
        "\nYou keep 'Projects' in your home folder and want it in Dropbox. Every old path is to go on working.",
    );
    lw(&home, &["move", "Projects", "Dropbox"])?;
    lw(&home, &["show", "Projects"])?;
    expect_letter(&letter, "by the old path")?;
    expect_letter(&home.join("Dropbox/Projects/letters/ada.txt"), "in Dropbox")?;

    ui::print("\nYou want it back where it was.");
    lw(&home, &["bring-back", "Projects"])?;
    expect_letter(&letter, "back at the old path")?;

    ui::print("\nEverything can be taken back, and that too.");
    lw(&home, &["undo"])?;
    expect_letter(
        &home.join("Dropbox/Projects/letters/ada.txt"),
        "in Dropbox again",
    )?;
    lw(&home, &["undo"])?;
    lw(&home, &["log"])?;
    let after = look::entry(&letter).map_err(|error| error.to_string())?;
    if before.identity != after.identity || before.modified_ns != after.modified_ns {
        return Err("the letter is not the very same file as before".to_owned());
    }
    expect_letter(&letter, "and is the very same file as at the start")
}

/// Runs this program with these arguments, in a world of its own, and shows what it says.
fn lw(home: &Path, arguments: &[&str]) -> Result<(), String> {
    ui::print(format_args!("\n$ lw {}", arguments.join(" ")));
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .args(arguments)
        .current_dir(home)
        .env("HOME", home)
        .env("LW_HOME", home.with_file_name("state"))
        .output()
        .map_err(|error| error.to_string())?;
    for stream in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(stream);
        if !text.trim_end().is_empty() {
            ui::print(text.trim_end());
        }
    }
    if output.status.success() {
        Ok(())
    } else {
        Err(format!(
            "'lw {}' ended with {}",
            arguments.join(" "),
            output.status
        ))
    }
}

fn expect_letter(path: &Path, wherever: &str) -> Result<(), String> {
    let limit_bytes = LETTER.len() as u64 + 1;
    let found = look::content::read_small(path, limit_bytes).map_err(|error| error.to_string())?;
    if found != LETTER {
        return Err(format!(
            "the letter read {wherever} is not the letter that was written"
        ));
    }
    ui::print(format_args!("  [ok] the letter can be read {wherever}"));
    Ok(())
}
