//! The words of each reason against taking, restoring or forgetting snapshots.

use std::path::Path;

use lw_core::jobs::Refusal;
use lw_core::jobs::snapshot::{Incomplete, Lack, NoSnapshot, NoStore};
use lw_fs::snapshot::{CONTROL, LATEST};

use super::{Message, local_time, quote, quote_path, shell};

/// Returns the message for a reason that only snapshots have; `verb` is the command: "restore".
pub(super) fn snapshot_message(verb: &str, refusal: &Refusal) -> Option<Message> {
    let cannot =
        |path: &Path, why: &str| Message::new(format!("cannot {verb} {}: {why}", quote_path(path)));
    let plainly = |why: String| Message::new(format!("cannot {verb}: {why}"));
    Some(match refusal {
        Refusal::InStore { path, store } => in_store(verb, path, store),
        Refusal::NoStore { path, found } => no_store(&cannot, path, found),
        Refusal::ClosedStore { path } => cannot(path, "what is known of its snapshots may not be read")
            .cause(format!("permission denied: {}", quote_path(&path.join(CONTROL))))
            .help(format!("{}   (shows whose store it is)", shell::list("-ld", &path.join(CONTROL))))
            .help("its snapshots are plain folders: what may be read can be copied out of them"),
        Refusal::DeletesBehindLink { link, leads_to } => {
            cannot(link, "with --delete nothing is restored through a link")
                .cause(format!(
                    "it leads to {} by now, which may hold more than what was taken",
                    quote_path(leads_to)
                ))
                .help("restore without --delete")
                .help("--to DIR   (gives back copies, to compare)")
        }
        Refusal::EmptyStore { path } => cannot(path, "the store has no snapshots yet")
            .help(format!("lw snapshot take SOURCE {}", quote_path(path))),
        Refusal::NoSnapshotAt { path, found } => no_snapshot(verb, &cannot, path, found),
        Refusal::SnapshotLacks(incomplete) => lacks(&cannot, incomplete),
        Refusal::FirstSnapshot { path } => cannot(path, "no snapshot was taken before it")
            .help("name two snapshots to compare"),
        Refusal::NewerStore { path } => cannot(path, "a newer version of lw has made the store")
            .help("install that version"),
        Refusal::StoreTaken { path } => Message::new(format!(
            "cannot make a store in {}: there is something else in the folder",
            quote_path(path)
        ))
            .cause("a store is a folder of its own")
            .help(format!("name a folder that is empty or not there yet: {}", quote_path(&path.join("snapshots")))),
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
            let message = plainly(format!("there is no snapshot {}", quote(word.as_ref())))
                .cause(format!("the store is {}", quote_path(store)))
                .help(format!("lw snapshot list {}", quote_path(store)));
            match verb {
                "forget" => message.help("write the whole name: what is forgotten is gone for good"),
                _ => message,
            }
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
        Refusal::NewestWholeSnapshot { path } => cannot(path, "it is the newest that lacks nothing")
            .cause("something could not be taken into each later one")
            .help("lw snapshot show names what those lack; take one that is whole first, or remove the whole store by hand"),
        Refusal::NewestSnapshot { path } => cannot(path, "it is the newest snapshot of the store")
            .cause("the newest always stays: what did not change since is linked to it")
            .help("take another one first, or remove the whole store by hand"),
        Refusal::NoSetFile { path } => cannot(path, "it does not exist")
            .help(format!("lw snapshot {verb} FILE"))
            .help("lw snapshot run --help   (shows the form)"),
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

type Cannot<'a> = &'a dyn Fn(&Path, &str) -> Message;

fn no_store(cannot: Cannot<'_>, path: &Path, found: &NoStore) -> Message {
    let why = "it is no store of snapshots";
    match found {
        NoStore::Missing => cannot(path, why)
            .cause("it does not exist; perhaps its volume is not mounted")
            .help(format!(
                "lw snapshot take SOURCE {}   (makes one)",
                quote_path(path)
            )),
        NoStore::NoFolder(kind) => cannot(path, why)
            .cause(format!("it is a {}", kind.words()))
            .help("name the folder of a store"),
        NoStore::InStore(store) => cannot(path, why)
            .cause(format!("it lies in the store {}", quote_path(store)))
            .help(format!("name the store: {}", quote_path(store))),
        NoStore::Folder => cannot(path, why)
            .cause(format!(
                "there is no {} in it",
                quote_path(&Path::new(CONTROL).join("format"))
            ))
            .help("lw snapshot take SOURCE STORE   (makes one)"),
    }
}

fn no_snapshot(verb: &str, cannot: Cannot<'_>, path: &Path, found: &NoSnapshot) -> Message {
    let takes_stores = ["verify", "repair", "forget"].contains(&verb);
    let folder = path.parent().unwrap_or(path);
    let nowhere = |why: &str| {
        cannot(path, why)
            .cause(format!("{} is no store of snapshots", quote_path(folder)))
            .help(match takes_stores {
                true => "name a store, or a snapshot by its path: STORE/latest",
                false => "name a snapshot by its path: STORE/latest",
            })
    };
    match found {
        NoSnapshot::Missing => nowhere("it does not exist"),
        NoSnapshot::Elsewhere if takes_stores => nowhere("it is neither a store nor a snapshot"),
        NoSnapshot::Elsewhere => nowhere("it is no snapshot"),
        NoSnapshot::Store => cannot(path, "it is a store, and not one of its snapshots")
            .help(format!("{} is its newest", quote_path(&path.join(LATEST))))
            .help(format!("lw snapshot list {}", quote_path(path))),
        NoSnapshot::InSnapshot(snapshot) => cannot(path, "it lies in a snapshot, and is none")
            .help(format!("name the snapshot: {}", quote_path(snapshot))),
    }
}

fn lacks(cannot: Cannot<'_>, incomplete: &Incomplete) -> Message {
    // The store is where the tree is; the manifest lies two folders below it.
    let tree = |levels: usize| {
        let store = incomplete
            .path
            .ancestors()
            .nth(levels)
            .unwrap_or(&incomplete.path);
        store.join(&incomplete.id)
    };
    let plain = |tree: &Path| {
        format!(
            "{}   (a plain folder: what is in it can be copied)",
            shell::show_all(tree)
        )
    };
    let (tree, message) = match &incomplete.lack {
        Lack::Tree => {
            let tree = tree(1);
            let message =
                cannot(&tree, "its folder is missing").cause("only its manifest is there");
            (tree, message)
        }
        Lack::Manifest => {
            let tree = tree(1);
            let message = cannot(&tree, "it has no manifest")
                .cause("nothing is known of what it is to hold")
                .help(plain(&tree));
            (tree, message)
        }
        Lack::SoundManifest(error) => {
            let tree = tree(3);
            let message = cannot(&tree, "its manifest is damaged")
                .cause(format!(
                    "{}: {}",
                    quote_path(&incomplete.path),
                    error.cause()
                ))
                .help(plain(&tree));
            (tree, message)
        }
    };
    message.help(format!(
        "lw snapshot forget {}   (removes it)",
        quote_path(&tree)
    ))
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
