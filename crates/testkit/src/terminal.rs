//! A terminal for the program to ask on, and somebody who answers.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// What a run on a terminal ended with.
#[derive(Debug)]
pub struct Conversation {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// What stood on the terminal, answers included.
    pub screen: String,
}

/// Runs the command with a terminal as its three streams; each line of `answers` is typed before it is asked for.
pub fn converse(mut command: Command, answers: &str) -> Conversation {
    let (mut screen, terminal) = open();
    let stream = || Stdio::from(terminal.try_clone().unwrap());
    let mut child = command
        .stdin(stream())
        .stdout(stream())
        .stderr(stream())
        .spawn()
        .unwrap();
    drop(command);
    screen.write_all(answers.as_bytes()).unwrap();
    // Ctrl-D, once for each question that may come: nobody answers any more.
    const MOST_QUESTIONS: usize = 64;
    screen.write_all(&[4; MOST_QUESTIONS]).unwrap();
    drop(terminal);
    let mut shown = Vec::new();
    let mut room = [0; 4096];
    // Once nobody has the terminal open any more, reading fails with EIO.
    while let Ok(count) = screen.read(&mut room) {
        if count == 0 {
            break;
        }
        shown.extend_from_slice(&room[..count]);
    }
    Conversation {
        code: child.wait().unwrap().code(),
        screen: String::from_utf8_lossy(&shown).replace("\r\n", "\n"),
    }
}

fn open() -> (File, OwnedFd) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let main = openpt(flags).unwrap();
    grantpt(&main).unwrap();
    unlockpt(&main).unwrap();
    let name = ptsname(&main, Vec::new()).unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let terminal = rustix::fs::open(name, flags, Mode::empty()).unwrap();
    (File::from(main), terminal)
}
