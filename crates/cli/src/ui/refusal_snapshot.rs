//! The words of each reason against taking, restoring or forgetting snapshots.

use std::path::Path;

use lw_core::jobs::Refusal;
use lw_fs::snapshot::LATEST;

use super::{Message, local_time, quote, quote_path};

/// Returns the message for a reason that only snapshots have; `verb` is the command: "restore".
pub(super) fn snapshot_message(verb: &str, refusal: &Refusal) -> Option<Message> {
    let cannot =
        |path: &Path, why: &str| Message::new(format!("cannot {verb} {}: {why}", quote_path(path)));
    let plainly = |why: String| Message::new(format!("cannot {verb}: {why}"));
    Some(match refusal {
        Refusal::InStore { path, store } => in_store(verb, path, store),
        Refusal::NoStore { path } => cannot(path, "it is no store of snapshots")
            .help("lw snapshot take SOURCE STORE   (makes one)"),
        Refusal::NewerStore { path } => cannot(path, "a newer version of lw has made the store")
            .help("install that version"),
        Refusal::StoreTaken { path } => cannot(path, "there is something else in the folder")
            .cause("a store is a folder of its own")
            .help("name an empty folder, or one that is not there yet"),
        Refusal::SourceInStore { source, store } => {
            cannot(source, "it lies in the store").cause(format!("that is {}", quote_path(store)))
        }
        Refusal::SameSourceName { name, a, b } => plainly(format!(
            "{} and {} would both be called {}",
            quote_path(a),
            quote_path(b),
            quote_path(name)
        ))
        .help("take the folder that holds both, or use two stores"),
        Refusal::NoHardLinks {
            folder,
            file_system,
        } => cannot(folder, "a store cannot be there")
            .cause(format!(
                "its file system, {file_system}, has no hard links: each snapshot would be a whole copy"
            ))
            .help("choose a folder on ext4, xfs, btrfs, NTFS or APFS"),
        Refusal::ImportAcross { folder, store } => {
            cannot(folder, "it lies on another volume than the store")
                .cause(format!("that is {}", quote_path(store)))
                .help("make the store on the volume of what is imported")
        }
        Refusal::ImportOfSource { folder, source } => {
            let what = match folder == source {
                true => "it is what the snapshots would be of".to_owned(),
                false => format!("it holds {}, which the snapshots would be of", quote_path(source)),
            };
            cannot(folder, &what)
                .cause("they would share its files: whoever writes to one writes to it in them")
                .help(format!("lw snapshot take {} STORE   (copies it)", quote_path(source)))
        }
        Refusal::ImportOrder {
            folder,
            taken_us,
            before,
            before_us,
        } => {
            cannot(folder, "it is not as new as what comes before it")
                .cause(format!(
                    "it is of {}, and {} of {}",
                    local_time(*taken_us),
                    quote_path(before),
                    local_time(*before_us)
                ))
                .help("name the oldest first, before anything else is taken into the store; --time tells when it was made")
        }
        Refusal::ImportTimes { folders, times } => plainly(format!(
            "there are {folders} folders and {times} times"
        ))
        .help("give --time once for each folder, in their order, or not at all"),
        Refusal::NoReflinks {
            folder,
            file_system,
        } => cannot(folder, "files there cannot share their blocks")
            .cause(format!("its file system is {file_system}"))
            .help("--share hardlink, or a store on btrfs or xfs"),
        Refusal::NoSnapshot { store, word } => {
            plainly(format!("there is no snapshot {}", quote(word.as_ref())))
                .cause(format!("the store is {}", quote_path(store)))
                .help(format!("lw snapshot list {}", quote_path(store)))
        }
        Refusal::ManySnapshots {
            word,
            first,
            second,
        } => plainly(format!("several snapshots begin with {}", quote(word.as_ref())))
            .cause(format!("{first} and {second} do"))
            .help("write more of the name"),
        Refusal::NotInSnapshot { id, path } => {
            cannot(path, &format!("the snapshot {id} does not hold it"))
                .help("paths are those of the source, or begin with a source's name")
        }
        Refusal::StoreAmongSnapshots { path } => cannot(path, "it is a store")
            .cause("other paths were named with it")
            .help("name snapshots, or one store and what of it stays"),
        Refusal::NothingKept { path } => cannot(path, "nothing was said of what stays")
            .help("--keep-last, --keep-daily and the like say it; or name single snapshots"),
        Refusal::OtherStore { path } => {
            plainly("the snapshots are of several stores".to_owned())
                .cause(format!("one is {}", quote_path(path)))
                .help("name those of one store at a time")
        }
        Refusal::NewestSnapshot { path } => cannot(path, "it is the newest snapshot of the store")
            .cause("the newest always stays: what did not change since is linked to it")
            .help("take another one first, or remove the whole store by hand"),
        Refusal::NoSet { path, error } => cannot(path, &error.why)
            .cause(match &error.at {
                Some(at) => at.to_string(),
                None => "it is not in the form of a set file".to_owned(),
            })
            .help("lw snapshot run --help   (shows the form)"),
        Refusal::NoSchedule { path } => cannot(path, "it does not say how often")
            .help("write into it: [schedule], every = \"daily\", at = \"12:30\""),
        Refusal::CannotSchedule { path, why } => cannot(path, why),
        Refusal::NoGuard => plainly("what is in the store cannot be guarded".to_owned())
            .cause("Windows has no permission bits that could be taken from it")
            .help("--guard none; 'lw snapshot verify' finds what was changed all the same"),
        Refusal::FollowOnceForAll => {
            plainly("--links follow-once is for all links or none".to_owned())
                .cause("what is taken once is decided for all of them together")
                .help("--links-at without it, or --exclude for what is not to be followed")
        }
        Refusal::BadPattern { why } => {
            plainly("a pattern cannot be understood".to_owned()).cause(why.clone())
        }
        _ => return None,
    })
}

/// Says why nothing is changed in a store, and what may be done instead.
fn in_store(verb: &str, path: &Path, store: &Path) -> Message {
    let what = match verb {
        "snapshot" | "import" => format!("cannot make a store at {}", quote_path(path)),
        _ => format!("cannot change {}", quote_path(path)),
    };
    let message = Message::new(what).cause(format!(
        "it lies in the store of snapshots {}",
        quote_path(store)
    ));
    match verb {
        "snapshot" | "import" => message.help("choose a folder outside of it"),
        "restore" => message.help("--to with a folder outside of it"),
        _ => message.help(format!(
            "lw snapshot restore {} --to DIR   (gives back copies, which may be changed)",
            quote_path(&store.join(LATEST))
        )),
    }
}
