//! Where the folders are that clients sync: by their own configurations, and by what they put into the folders.
//!
//! Everything is looked at and nothing is changed. What cannot be read is named, and hinders nothing.

use std::path::{Path, PathBuf};

use lw_fs::FsErrorKind;
use lw_fs::look::content::{Small, names, read_foreign};
use lw_fs::look::{self, Kind};

use super::clouds::{CloudFolder, Clouds, Unread};
use super::google_drive::google_drive;
use super::places::Base::{Config, Home, Local, Roaming, State};
use super::told::{self, NotRead, Telling};
use super::{Client, ONE_DRIVE_ACCOUNTS, Places, Sort, parse};

/// The longest configuration that is read.
pub(super) const MOST_BYTES: u64 = 1024 * 1024;

/// The most names of a folder that are looked at for what clients leave there.
const MOST_NAMES: usize = 512;

/// The folder in which macOS gathers what clients sync: a `CLIENT-ACCOUNT` each.
const CLOUD_STORAGE: &str = "Library/CloudStorage";

/// Returns the folders that configurations and the clients' usual places tell of.
pub fn known(places: &Places) -> Clouds {
    let mut clouds = Clouds::default();
    dropbox(places, &mut clouds);
    one_drive(places, &mut clouds);
    let drive_fs = places.below(&[
        (Local, "Google/DriveFS/root_preference_sqlite.db"),
        (
            Home,
            "Library/Application Support/Google/DriveFS/root_preference_sqlite.db",
        ),
    ]);
    for path in drive_fs {
        google_drive(places, &mut clouds, &path);
    }
    icloud(places, &mut clouds);
    own_clouds(places, &mut clouds);
    syncthing(places, &mut clouds);
    installed(places, &mut clouds);
    cloud_storage(places, &mut clouds);
    clouds.settle();
    clouds
}

/// Returns what [`known`] does, and the folders right in the home folder that bear the mark of a client whose configuration
/// nobody else can read.
pub fn found(places: &Places) -> Clouds {
    let mut clouds = known(places);
    let Some(home) = &places.home else {
        return clouds;
    };
    for folder in ["", "Resilio Sync"].map(|below| home.join(below)) {
        // Without a home there is nothing to find in it.
        let mut names = names(&folder).unwrap_or_default();
        names.sort();
        for name in names.into_iter().take(MOST_NAMES) {
            if let Some(marked) = marked(&folder.join(name)) {
                clouds.add(marked);
            }
        }
    }
    clouds.settle();
    clouds
}

/// Returns what of a path's own folder and those above it bears the mark of a client, the innermost first.
pub fn marked_above(path: &Path) -> Option<CloudFolder> {
    path.ancestors().find_map(marked)
}

/// What clients put into the root of a folder they sync.
const MARKS: [(Client, &str); 6] = [
    (Client::Syncthing, ".stfolder"),
    (Client::Resilio, ".sync/ID"),
    (Client::Mega, ".megaignore"),
    (Client::Dropbox, ".dropbox.cache"),
    (Client::Nextcloud, ".nextcloudsync.log"),
    (Client::OwnCloud, ".owncloudsync.log"),
];

fn marked(folder: &Path) -> Option<CloudFolder> {
    MARKS.iter().find_map(|(client, mark)| {
        let mark = folder.join(mark);
        look::entry(&mark).ok()?;
        Some(cloud(*client, None, folder.to_path_buf(), mark))
    })
}

fn cloud(
    client: Client,
    account: Option<String>,
    folder: PathBuf,
    told_by: PathBuf,
) -> CloudFolder {
    let place = match look::real_folder(&folder) {
        Ok(real) => match look::entry(&real) {
            Ok(entry) if entry.kind == Kind::Directory => Ok(real),
            Ok(_) => Err(FsErrorKind::NotFound),
            Err(error) => Err(error.kind),
        },
        Err(error) => Err(error.kind),
    };
    CloudFolder {
        client,
        account,
        folder,
        place,
        told_by,
    }
}

/// Reads a configuration, adds the folders it names, and returns whether there is one.
fn told_by(
    places: &Places,
    clouds: &mut Clouds,
    (client, sort): (Client, Sort),
    path: &Path,
) -> bool {
    let telling = reading(path, MOST_BYTES).map(|read| read.and_then(|bytes| parse(sort, &bytes)));
    match telling {
        Some(telling) => take(places, clouds, (client, path), telling),
        None => return false,
    }
    true
}

/// Adds the folders that a configuration names, or says why it names none.
pub(super) fn take(
    places: &Places,
    clouds: &mut Clouds,
    (client, path): (Client, &Path),
    telling: Telling,
) {
    match telling {
        Ok(told) => {
            for told in told {
                if let Some(folder) = places.expanded(&told.folder) {
                    clouds.add(cloud(client, told.account, folder, path.to_path_buf()));
                }
            }
        }
        Err(why) => clouds.unread.push(Unread {
            client,
            path: path.to_path_buf(),
            why,
        }),
    }
}

/// Returns the bytes of a configuration, or `None` if there is none.
pub(super) fn reading(path: &Path, limit_bytes: u64) -> Option<Result<Vec<u8>, NotRead>> {
    match read_foreign(path, limit_bytes) {
        Ok(Small::Bytes(bytes)) => Some(Ok(bytes)),
        Ok(Small::TooLarge) => Some(Err(NotRead::TooLarge)),
        Ok(Small::NoFile(kind)) if kind.is_link() => Some(Err(NotRead::IsLink)),
        Ok(Small::NoFile(kind)) => Some(Err(NotRead::NoFile(kind))),
        Err(error) if is_nothing(error.kind) => None,
        Err(error) if error.kind == FsErrorKind::Loop => Some(Err(NotRead::IsLink)),
        Err(error) => Some(Err(NotRead::Unreadable(error.kind))),
    }
}

fn is_nothing(kind: FsErrorKind) -> bool {
    matches!(kind, FsErrorKind::NotFound | FsErrorKind::NotADirectory)
}

/// As help.dropbox.com says; on Windows the first of the two that is there.
fn dropbox(places: &Places, clouds: &mut Clouds) {
    let dropbox = (Client::Dropbox, Sort::Dropbox);
    for path in places.below(&[(Home, ".dropbox/info.json")]) {
        told_by(places, clouds, dropbox, &path);
    }
    for path in places.below(&[(Roaming, "Dropbox/info.json"), (Local, "Dropbox/info.json")]) {
        if told_by(places, clouds, dropbox, &path) {
            break;
        }
    }
}

fn one_drive(places: &Places, clouds: &mut Clouds) {
    let variables = [
        ("OneDriveConsumer", &places.one_drive_consumer),
        ("OneDriveCommercial", &places.one_drive_commercial),
        ("OneDrive", &places.one_drive),
    ];
    for (variable, folder) in variables {
        let Some(folder) = folder.as_ref().filter(|folder| folder.is_absolute()) else {
            continue;
        };
        let account = match variable {
            "OneDriveConsumer" => Some("Personal".to_owned()),
            _ => account_in_name(folder, "OneDrive - "),
        };
        clouds.add(cloud(
            Client::OneDrive,
            account,
            folder.clone(),
            PathBuf::from(variable),
        ));
    }
    // The variables name one account at work alone.
    for (key, folder) in &places.one_drive_accounts {
        let account = match key.as_str() {
            "Personal" => Some(key.clone()),
            _ => account_in_name(folder, "OneDrive - ").or(Some(key.clone())),
        };
        let told_by = format!(r"HKEY_CURRENT_USER\{ONE_DRIVE_ACCOUNTS}\{key}");
        let told_by = PathBuf::from(told_by);
        clouds.add(cloud(Client::OneDrive, account, folder.clone(), told_by));
    }
    one_drive_linux(places, clouds);
}

/// The Linux client has one folder for each account below `~/.config`: `onedrive`, and by its documentation and custom
/// `onedrive-work`, `OneDriveWork`, `SharePoint_My_Library`.
fn one_drive_linux(places: &Places, clouds: &mut Clouds) {
    const BEGINNINGS: [&str; 2] = ["onedrive", "sharepoint"];
    let Some(config) = &places.config else {
        return;
    };
    // Without that folder nothing is configured.
    let mut homes = names(config).unwrap_or_default();
    homes.sort();
    let account_of = |name: &str| {
        let lower = name.to_ascii_lowercase();
        let beginning = BEGINNINGS.iter().find(|one| lower.starts_with(**one))?;
        let rest = name.get(beginning.len()..)?;
        Some(told::label(rest.trim_start_matches(['-', '_', ' '])))
    };
    let homes = homes
        .into_iter()
        .filter_map(|name| Some((account_of(name.to_str()?)?, name)));
    for (account, name) in homes.take(MOST_NAMES) {
        let folder = config.join(&name);
        let before = clouds.folders.len();
        let linux = (Client::OneDriveLinux, Sort::OneDriveLinux);
        if !told_by(places, clouds, linux, &folder.join("config")) {
            // Without a configuration it syncs its usual folder, once somebody has signed in.
            let token = folder.join("refresh_token");
            let usual = parse(Sort::OneDriveLinux, b"").unwrap_or_default();
            let usual = usual.iter().find_map(|told| places.expanded(&told.folder));
            if let Some(usual) = usual.filter(|_| look::entry(&token).is_ok()) {
                clouds.add(cloud(Client::OneDriveLinux, None, usual, token));
            }
        }
        for added in clouds.folders.iter_mut().skip(before) {
            added.account.clone_from(&account);
        }
    }
}

/// Returns what stands behind a beginning in the last name of a folder: `Contoso` of `OneDrive - Contoso`.
fn account_in_name(folder: &Path, beginning: &str) -> Option<String> {
    let name = folder.file_name()?.to_string_lossy();
    told::label(name.strip_prefix(beginning)?)
}

/// On macOS; on Windows the folder has a usual place.
fn icloud(places: &Places, clouds: &mut Clouds) {
    let Some(home) = &places.home else {
        return;
    };
    let drive = home.join("Library/Mobile Documents/com~apple~CloudDocs");
    let folders = [(None, drive.clone()), (None, home.join("iCloudDrive"))];
    // With "Desktop & Documents" both are shown in the home folder and kept in the drive.
    let shares = ["Desktop", "Documents"].into_iter().filter_map(|name| {
        let is_shared = look::entry(&drive.join(name)).is_ok();
        is_shared.then(|| (Some(name.to_owned()), home.join(name)))
    });
    for (account, folder) in folders.into_iter().chain(shares) {
        let found = cloud(Client::ICloud, account, folder.clone(), folder);
        if found.place.is_ok() {
            clouds.add(found);
        }
    }
}

fn own_clouds(places: &Places, clouds: &mut Clouds) {
    let nextcloud = places.below(&[
        (Config, "Nextcloud/nextcloud.cfg"),
        (
            Home,
            ".var/app/com.nextcloud.desktopclient.nextcloud/config/Nextcloud/nextcloud.cfg",
        ),
        (Home, "Library/Preferences/Nextcloud/nextcloud.cfg"),
        (Roaming, "Nextcloud/nextcloud.cfg"),
    ]);
    let own_cloud = places.below(&[
        (Config, "ownCloud/owncloud.cfg"),
        (Home, "Library/Preferences/ownCloud/owncloud.cfg"),
        (Roaming, "ownCloud/owncloud.cfg"),
    ]);
    for path in nextcloud {
        told_by(places, clouds, (Client::Nextcloud, Sort::OwnCloud), &path);
    }
    for path in own_cloud {
        told_by(places, clouds, (Client::OwnCloud, Sort::OwnCloud), &path);
    }
}

/// As docs.syncthing.net/users/config.html says.
fn syncthing(places: &Places, clouds: &mut Clouds) {
    let told = places.syncthing.iter().map(|told| told.join("config.xml"));
    let usual = places.below(&[
        (State, "syncthing/config.xml"),
        (Config, "syncthing/config.xml"),
        (Home, "Library/Application Support/Syncthing/config.xml"),
        (Local, "Syncthing/config.xml"),
    ]);
    for path in told.chain(usual) {
        told_by(places, clouds, (Client::Syncthing, Sort::Syncthing), &path);
    }
}

/// Clients whose configuration is encrypted or a secret of theirs: if they are installed, their usual folder counts.
fn installed(places: &Places, clouds: &mut Clouds) {
    type Row = (
        Client,
        &'static [(super::places::Base, &'static str)],
        &'static [&'static str],
    );
    const ROWS: [Row; 3] = [
        (
            Client::Mega,
            &[
                (Home, ".local/share/data/Mega Limited/MEGAsync"),
                (Home, "Library/Application Support/Mega Limited/MEGAsync"),
                (Local, "Mega Limited/MEGAsync"),
            ],
            &["MEGA", "MEGAsync"],
        ),
        (
            Client::Box,
            &[
                (Home, "Library/Application Support/Box/Box"),
                (Local, "Box/Box"),
            ],
            &["Box"],
        ),
        (
            Client::PCloud,
            &[(Home, ".pcloud"), (Local, "pCloud")],
            &["pCloudDrive", "pCloud Drive"],
        ),
    ];
    let Some(home) = &places.home else {
        return;
    };
    for (client, own, usual) in ROWS {
        let sign = places
            .below(own)
            .into_iter()
            .find(|own| look::entry(own).is_ok());
        let Some(sign) = sign else {
            continue;
        };
        for folder in usual {
            let found = cloud(client, None, home.join(folder), sign.clone());
            if found.place.is_ok() {
                clouds.add(found);
            }
        }
    }
}

/// What macOS knows of clients that are File Providers.
fn cloud_storage(places: &Places, clouds: &mut Clouds) {
    let Some(storage) = places.home.as_ref().map(|home| home.join(CLOUD_STORAGE)) else {
        return;
    };
    // Without that folder this is no Mac, or one without such clients.
    let mut names = names(&storage).unwrap_or_default();
    names.sort();
    for name in names.into_iter().take(MOST_NAMES) {
        let text = name.to_string_lossy();
        let (provider, account) = match text.split_once('-') {
            Some((provider, account)) => (provider, told::label(account)),
            None => (text.as_ref(), None),
        };
        let provided = [
            Client::Dropbox,
            Client::OneDrive,
            Client::GoogleDrive,
            Client::Nextcloud,
            Client::OwnCloud,
            Client::Box,
            Client::PCloud,
        ];
        let client = provided
            .into_iter()
            .find(|client| client.has_word(provider));
        if let Some(client) = client {
            // `Box-Box` is how Box calls its only one.
            let account = account.filter(|account| account != client.name());
            let folder = storage.join(&name);
            clouds.add(cloud(client, account, folder.clone(), folder));
        }
    }
}
