//! Discovery in made-up homes.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

/// A made-up home.
struct Home {
    _guard: TempDir,
    top: PathBuf,
}

impl Home {
    fn new() -> Self {
        let guard = tempfile::tempdir().unwrap();
        let top = lw_fs::look::real_folder(guard.path()).unwrap();
        Self { _guard: guard, top }
    }

    fn folder(&self, below: &str) -> PathBuf {
        let folder = self.top.join(below);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn file(&self, below: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.top.join(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn places(&self) -> Places {
        Places {
            home: Some(self.top.clone()),
            config: Some(self.top.join(".config")),
            state: Some(self.top.join(".local/state")),
            roaming: Some(self.top.join("AppData/Roaming")),
            local: Some(self.top.join("AppData/Local")),
            ..Places::default()
        }
    }

    /// Name, folder below the home, and whether it is there.
    fn found(&self) -> Vec<(String, String, bool)> {
        let clouds = found(&self.places());
        let line = |cloud: &CloudFolder| {
            let below = cloud.folder.strip_prefix(&self.top).unwrap();
            let below = text(below);
            (clouds.name_of(cloud), below, cloud.place.is_ok())
        };
        clouds.folders.iter().map(line).collect()
    }
}

/// A path as configurations have it: with slashes on any system.
fn text(path: &Path) -> String {
    path.to_str().unwrap().replace('\\', "/")
}

fn line(name: &str, folder: &str, is_there: bool) -> (String, String, bool) {
    (name.to_owned(), folder.to_owned(), is_there)
}

#[test]
fn an_empty_home_has_no_clouds() {
    assert_eq!(Home::new().found(), []);
    assert_eq!(found(&Places::default()), Clouds::default());
}

#[test]
fn each_client_is_found_by_what_it_writes() {
    let home = Home::new();
    let there = |below: &str| text(&home.folder(below));
    home.file(
        ".dropbox/info.json",
        format!(r#"{{"personal": {{"path": "{}"}}}}"#, there("Dropbox")),
    );
    home.file(".config/onedrive/config", "sync_dir = \"~/OneDrive\"\n");
    home.folder("OneDrive");
    let script = drive_fs::tests::SCRIPT.replace(r"\\?\C:\Users\ada\My Drive", &there("My Drive"));
    // A disk is a path of Windows alone.
    let script = script.replace("'G:'", "NULL");
    home.file(
        "AppData/Local/Google/DriveFS/root_preference_sqlite.db",
        drive_fs::tests::database(&script),
    );
    home.folder("Library/Mobile Documents/com~apple~CloudDocs");
    home.file(
        ".config/Nextcloud/nextcloud.cfg",
        format!("[Accounts]\n0\\Folders\\1\\localPath={}/\n", there("Next")),
    );
    home.file(
        ".config/ownCloud/owncloud.cfg",
        format!(
            "[Accounts]\n0\\Folders\\1\\localPath={}\n",
            text(&home.top.join("gone"))
        ),
    );
    home.file(
        ".local/state/syncthing/config.xml",
        format!(
            "<configuration><folder id='a' label='Photos' path='{}'/></configuration>",
            there("Sync")
        ),
    );
    home.file("Resilio Sync/Films/.sync/ID", "x");
    home.folder(".local/share/data/Mega Limited/MEGAsync");
    home.folder("MEGA");
    home.folder("Library/Application Support/Box/Box");
    home.folder("Library/CloudStorage/Box-Box");
    home.folder(".pcloud");
    home.folder("pCloudDrive");
    assert_eq!(
        home.found(),
        [
            line("dropbox", "Dropbox", true),
            line("onedrive", "OneDrive", true),
            line("googledrive", "My Drive", true),
            line(
                "icloud",
                "Library/Mobile Documents/com~apple~CloudDocs",
                true
            ),
            line("nextcloud", "Next", true),
            line("owncloud", "gone", false),
            line("syncthing", "Sync", true),
            line("resilio", "Resilio Sync/Films", true),
            line("mega", "MEGA", true),
            line("box", "Library/CloudStorage/Box-Box", true),
            line("pcloud", "pCloudDrive", true),
        ]
    );
}

#[test]
fn a_folder_of_that_name_alone_is_no_cloud() {
    let home = Home::new();
    for name in [
        "Box",
        "MEGA",
        "pCloudDrive",
        "Dropbox",
        "OneDrive",
        ".dropbox",
    ] {
        home.folder(name);
    }
    assert_eq!(home.found(), []);
}

#[test]
fn several_folders_of_a_client_are_told_apart() {
    let home = Home::new();
    let path = |below: &str| text(&home.folder(below));
    home.file(
        ".config/Nextcloud/nextcloud.cfg",
        format!(
            "[Accounts]\n0\\dav_user=ada\n0\\url=https://c.example\n\
             0\\Folders\\1\\localPath={}\n0\\Folders\\2\\localPath={}\n1\\dav_user=bob\n1\\Folders\\1\\localPath={}\n",
            path("a/x"),
            path("a/y"),
            path("b/x")
        ),
    );
    home.file(".config/onedrive/config", "");
    home.file(".config/onedrive-Work/config", "sync_dir = \"~/Work\"");
    home.folder("OneDrive");
    home.folder("Work");
    home.file(".config/SharePoint_Team/config", "sync_dir = \"~/Team\"");
    home.folder("Team");
    let whole: PathBuf = home.top.join("a/x").components().collect();
    let whole = whole.display();
    assert_eq!(
        home.found(),
        [
            line("onedrive", "OneDrive", true),
            line("onedrive:Team", "Team", true),
            line("onedrive:Work", "Work", true),
            line(&format!("nextcloud:{whole}"), "a/x", true),
            line("nextcloud:y", "a/y", true),
            line("nextcloud:bob", "b/x", true),
        ]
    );
}

#[test]
fn variables_of_windows_name_one_folder_once() {
    let home = Home::new();
    let places = Places {
        one_drive_consumer: Some(home.folder("OneDrive")),
        one_drive_commercial: Some(home.folder("OneDrive - Contoso")),
        one_drive: Some(home.folder("OneDrive")),
        ..Places::default()
    };
    let clouds = found(&places);
    let names: Vec<_> = clouds
        .folders
        .iter()
        .map(|one| clouds.name_of(one))
        .collect();
    assert_eq!(names, ["onedrive:Contoso", "onedrive:Personal"]);
}

/// A third account, which no variable names; one whose folder is called otherwise goes by its key.
#[test]
fn the_registry_names_further_accounts() {
    let home = Home::new();
    let account = |key: &str, folder: &str| (key.to_owned(), home.folder(folder));
    let places = Places {
        one_drive_commercial: Some(home.folder("OneDrive - Contoso")),
        one_drive_accounts: vec![
            account("Personal", "OneDrive"),
            account("Business1", "OneDrive - Contoso"),
            account("Business2", "OneDrive - Fabrikam"),
            account("Business3", "Work"),
        ],
        ..Places::default()
    };
    let clouds = found(&places);
    let named = |one: &CloudFolder| (clouds.name_of(one), text(&one.told_by));
    let names: Vec<_> = clouds.folders.iter().map(named).collect();
    let key =
        |account: &str| format!("HKEY_CURRENT_USER/Software/Microsoft/OneDrive/Accounts/{account}");
    let plain = |told_by: &str| told_by.replace('\\', "/");
    let names: Vec<_> = names
        .iter()
        .map(|(name, told_by)| (name.as_str(), plain(told_by)))
        .collect();
    assert_eq!(
        names,
        [
            ("onedrive:Business3", key("Business3")),
            ("onedrive:Contoso", "OneDriveCommercial".to_owned()),
            ("onedrive:Fabrikam", key("Business2")),
            ("onedrive:Personal", key("Personal")),
        ]
    );
}

/// What Google Drive has written into its log alone is told; a log that is not read is named.
#[cfg(unix)]
#[test]
fn the_log_beside_a_database_counts() {
    let home = Home::new();
    let script =
        drive_fs::tests::SCRIPT.replace(r"\\?\C:\Users\ada\My Drive", &text(&home.folder("Old")));
    let newest = format!(
        "{} PRAGMA wal_checkpoint; UPDATE roots SET last_seen_absolute_path = '{}' WHERE root_id = 1;",
        script.replace("'G:'", "NULL"),
        text(&home.folder("My Drive"))
    );
    let (database, log) = drive_fs::tests::unfinished(&newest);
    let below = "AppData/Local/Google/DriveFS/root_preference_sqlite.db";
    home.file(below, database);
    let beside = format!("{below}-wal");
    home.file(&beside, log);
    assert_eq!(home.found(), [line("googledrive", "My Drive", true)]);
    home.file(&beside, vec![0; 16 * 1024 * 1024 + 1]);
    let clouds = found(&home.places());
    let unread = clouds
        .unread
        .iter()
        .map(|unread| (&unread.path, unread.why));
    assert_eq!(
        unread.collect::<Vec<_>>(),
        [(&home.top.join(&beside), NotRead::TooLarge)]
    );
    assert_eq!(home.found(), [line("googledrive", "Old", true)]);
    fs::remove_file(home.top.join(&beside)).unwrap();
    assert_eq!(home.found(), [line("googledrive", "Old", true)]);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_named_and_hinders_nothing() {
    let home = Home::new();
    let real = home.file("dotfiles/info.json", "{}");
    home.folder(".dropbox");
    std::os::unix::fs::symlink(real, home.top.join(".dropbox/info.json")).unwrap();
    home.file(".config/onedrive/config", vec![b'#'; 1024 * 1024 + 1]);
    home.file(".config/Nextcloud/nextcloud.cfg", b"\x7fELF\0\xff");
    home.folder(".config/ownCloud/owncloud.cfg");
    home.file(
        ".local/state/syncthing/config.xml",
        "<configuration><folder id='a' pa",
    );
    home.folder("Resilio Sync/.sync");
    home.file("Resilio Sync/.sync/ID", "x");
    let clouds = found(&home.places());
    let unread: Vec<_> = clouds
        .unread
        .iter()
        .map(|unread| (unread.client, unread.why.word()))
        .collect();
    assert_eq!(
        unread,
        [
            (Client::Dropbox, "link"),
            (Client::OneDriveLinux, "too-large"),
            (Client::Nextcloud, "other-form"),
            (Client::OwnCloud, "no-file"),
            (Client::Syncthing, "other-form"),
        ]
    );
    assert_eq!(clouds.folders.len(), 1);
}

#[test]
fn a_mark_above_tells_of_a_folder_elsewhere() {
    let home = Home::new();
    home.folder("data/share/.stfolder");
    let deep = home.folder("data/share/a/b");
    let marked = marked_above(&deep).unwrap();
    assert_eq!(marked.client, Client::Syncthing);
    assert_eq!(marked.folder, home.top.join("data/share"));
    assert_eq!(marked_above(&home.top), None);
}

#[test]
fn the_innermost_folder_holds_a_path() {
    let home = Home::new();
    let (outer, inner) = (home.folder("Dropbox"), home.folder("Dropbox/Sync"));
    home.file(
        ".dropbox/info.json",
        format!(r#"{{"personal": {{"path": "{}"}}}}"#, text(&outer)),
    );
    home.file(
        ".config/syncthing/config.xml",
        format!(
            "<configuration><folder id='a' path='{}/'/></configuration>",
            text(&inner)
        ),
    );
    let clouds = known(&home.places());
    let client = |path: &Path| clouds.holding(path).map(|cloud| cloud.client);
    assert_eq!(client(&inner.join("x")), Some(Client::Syncthing));
    assert_eq!(client(&outer.join("x")), Some(Client::Dropbox));
    assert_eq!(client(&outer), Some(Client::Dropbox));
    assert_eq!(client(&home.top.join("Dropbox2")), None);
    assert_eq!(clouds.inside(&home.top).count(), 2);
    assert_eq!(clouds.inside(&outer).count(), 1);
}

proptest! {
    #[test]
    fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        for sort in [Sort::Dropbox, Sort::OneDriveLinux, Sort::GoogleDrive, Sort::OwnCloud, Sort::Syncthing] {
            let _told = parse(sort, &bytes);
        }
    }
}
