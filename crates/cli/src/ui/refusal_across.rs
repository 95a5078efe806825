//! The words of each reason against a copy to another volume.

use lw_core::jobs::Refusal;

use super::{Message, bytes, count, quote_path, shell};

/// Returns the message for a reason that only copying has; `verb` is the command: "move".
pub(super) fn across_message(verb: &str, refusal: &Refusal) -> Option<Message> {
    let cannot = |path: &std::path::Path, why: &str| {
        Message::new(format!("cannot {verb} {}: {why}", quote_path(path)))
    };
    Some(match refusal {
        Refusal::MountInside { path, mount } => cannot(path, "another volume is mounted inside")
            .cause(format!("that is {}", quote_path(mount)))
            .help(shell::unmount(mount)),
        Refusal::CannotCopy {
            first,
            count: number,
        } => cannot(first, "sockets and devices cannot be copied")
            .cause(format!(
                "{} in all",
                count(*number, "such thing", "such things")
            ))
            .help(shell::list("-l", first)),
        Refusal::LockedInside {
            first,
            count: number,
        } => cannot(first, "it is immutable or append-only")
            .cause(format!(
                "{} in all; {}",
                count(*number, "such thing", "such things"),
                match verb {
                    "convert" => "copies of them could not be put in place",
                    _ => "the old ones could not be cleared",
                }
            ))
            .help(shell::unlock(first)),
        Refusal::InCloudOnly {
            first,
            count: number,
        } => cannot(first, "its content lies in the cloud alone, and copying would fetch it")
            .cause(format!(
                "{} in all",
                count(*number, "such file", "such files")
            ))
            .help("let its cloud service keep it on this computer first (Finder: Download Now)"),
        Refusal::UnreadableInside {
            first,
            count: number,
        } => cannot(first, "it may not be read")
            .cause(format!(
                "{} in all",
                count(*number, "such thing", "such things")
            ))
            .help(shell::list("-ld", first)),
        Refusal::NamesElsewhere {
            first,
            count: number,
        } => cannot(
            first,
            "the file has names elsewhere too, which would keep the old file",
        )
        .cause(format!(
            "{} in all",
            count(*number, "such file", "such files")
        ))
        .help("--split-hard-links moves it all the same: the other names stay with the old file"),
        Refusal::InUse { path, users } => {
            const MOST: usize = 5;
            let words: Vec<String> = users
                .iter()
                .take(MOST)
                .map(|user| {
                    let (program, pid) = (&user.program, user.pid);
                    format!(
                        "{program} (process {pid}) {} {}",
                        user.how.words(),
                        quote_path(&user.path)
                    )
                })
                .collect();
            cannot(path, "programs are at work in it")
                .cause(words.join("; "))
                .help("end them, or leave that folder")
                .help(match verb {
                    "convert" => "--live copies it while they work",
                    _ => "--live moves it while they work",
                })
        }
        Refusal::NotEnoughSpace {
            folder,
            needed_bytes,
            free_bytes,
        } => Message::new(format!(
            "cannot {verb}: the volume of {} has too little room",
            quote_path(folder)
        ))
        .cause(format!(
            "{} are needed, {} are free",
            bytes(*needed_bytes),
            bytes(*free_bytes)
        ))
        .help(format!("df -h {}", quote_path(folder))),
        Refusal::NotEnoughInodes {
            folder,
            needed,
            free,
        } => Message::new(format!(
            "cannot {verb}: the volume of {} has too few inodes",
            quote_path(folder)
        ))
        .cause(format!("{needed} are needed, {free} are free"))
        .help(format!("df -i {}", quote_path(folder))),
        Refusal::WouldLose {
            path,
            folder,
            file_system,
            what,
        } => cannot(path, "the new volume cannot keep all of it")
            .cause(format!(
                "{} ({file_system}) has no place for {what}",
                quote_path(folder)
            ))
            .help(match verb {
                "convert" => "--lossy copies it without",
                _ => "--lossy moves it without; links and names that cannot be kept stay in quarantine",
            }),
        _ => return None,
    })
}
