//! The settings: what people wrote stays, and what is set is what is read again.

use std::path::{Path, PathBuf};

use lw_core::settings::{Settings, drive};

/// Takes the file.
pub(super) fn holds(bytes: &[u8]) {
    let Ok(mut settings) = Settings::parse(bytes) else {
        return;
    };
    // A file that is written back unchanged says the same.
    let again = Settings::parse(settings.to_text().as_bytes()).unwrap();
    assert_eq!(again.drives(), settings.drives());
    assert_eq!(again.quotas(), settings.quotas());
    quotas(&settings);
    for (index, drive) in settings.drives().iter().enumerate() {
        assert!(drive.letter.is_ascii_uppercase() && drive.folder.is_absolute());
        let same = |other: &&_| letter(other) == drive.letter;
        assert_eq!(settings.drives().iter().filter(same).count(), 1, "{index}");
    }
    let before: Vec<_> = settings.drives().to_vec();
    let folder = Path::new("/a \"b\"/\\c\u{e9}\n");
    settings.set_drive(drive("q:", folder.to_path_buf()).unwrap());
    let mut read: Vec<_> = Settings::parse(settings.to_text().as_bytes())
        .unwrap()
        .drives()
        .to_vec();
    let found: Vec<PathBuf> = read
        .iter()
        .filter(|drive| drive.letter == 'Q')
        .map(|drive| drive.folder.clone())
        .collect();
    assert_eq!(found, [folder]);
    read.retain(|drive| drive.letter != 'Q');
    let others: Vec<_> = before
        .into_iter()
        .filter(|drive| drive.letter != 'Q')
        .collect();
    assert_eq!(read, others);
}

/// A quota that is set is read again, and the others stay.
fn quotas(settings: &Settings) {
    let name = "onedrive:A \"b\" \u{e9}";
    let mut settings = settings.clone();
    settings.forget_quota(name);
    let before = settings.quotas().to_vec();
    settings.set_quota(name, "1.5 GB").unwrap();
    let mut read = Settings::parse(settings.to_text().as_bytes())
        .unwrap()
        .quotas()
        .to_vec();
    let is_it = |quota: &lw_core::jobs::cloud::Quota| quota.cloud == name;
    let found = read.iter().position(is_it).unwrap();
    assert_eq!(read.remove(found).bytes, 3 << 29);
    assert_eq!(read, before);
}

fn letter(drive: &lw_core::jobs::Drive) -> char {
    drive.letter
}
