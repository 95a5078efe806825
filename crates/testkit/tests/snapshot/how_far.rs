//! What those who wait are told: how much there is to do, and how much of it is done.

use std::path::Path;
use std::sync::Mutex;

use lw_fs::act::Durable;
use lw_fs::snapshot::{
    AlreadyRead, Depth, Guard, LinksAs, Manifest, RestoreRequest, Store, VerifyRequest, restore,
    verify,
};
use lw_fs::stage::{Amount, Kept, Loss, Monitor, Phase};
use lw_fs::{Hand, NoWitness};

use crate::ground::{lab, take};

#[derive(Default)]
struct Told {
    /// What lay before it, and what was done, of each phase.
    phases: Mutex<Vec<(Phase, Amount, Amount)>>,
}

impl Told {
    fn of(&self, wanted: Phase) -> (Amount, Amount) {
        let phases = self.phases.lock().unwrap();
        let found = phases.iter().find(|(phase, ..)| *phase == wanted).unwrap();
        (found.1, found.2)
    }
}

impl Monitor for Told {
    fn begin(&self, phase: Phase, total: Amount) {
        let mut phases = self.phases.lock().unwrap();
        phases.push((phase, total, Amount::default()));
    }

    fn advance(&self, more: Amount) {
        let mut phases = self.phases.lock().unwrap();
        let (_, _, done) = phases.last_mut().unwrap();
        done.bytes += more.bytes;
        done.files += more.files;
    }

    fn is_cancelled(&self) -> bool {
        false
    }

    fn kept(&self, _path: &Path, _why: Kept) {}

    fn lost(&self, _path: &Path, _loss: Loss) {}

    fn now_ns(&self) -> i64 {
        0
    }
}

#[test]
fn all_that_is_to_be_read_and_given_back_is_told_at_first() {
    let lab = lab("mkdir -p src/a/b; seq 3000 > src/a/b/big; seq 5 > src/small; ln -s a src/link");
    lab.sh("mkdir src/names; ln src/small src/names/one; ln src/small src/names/two; : > src/none");
    let id = take(&lab, &["--guard", "none"]);
    let store = Store::new(lab.home().join("store"));
    let manifest = Manifest::open(&store.manifest(&id)).unwrap();
    let told = Told::default();
    let request = VerifyRequest {
        store: &store,
        id: &id,
        manifest: &manifest,
        guard: Guard::None,
        depth: Depth::Full,
        read: &AlreadyRead::default(),
    };
    for _again in 0..2 {
        let told = Told::default();
        assert_eq!(verify(&request, &told).unwrap(), []);
        let (total, done) = told.of(Phase::Verify);
        assert_eq!((total.files, total), (5, done));
    }
    lab.sh("mkdir folder");
    let folder = lab.home().join("folder");
    let request = RestoreRequest {
        store: &store,
        id: &id,
        path: Path::new("src"),
        folder: &folder,
        item: &folder.join("item"),
        links_as: LinksAs::Links,
        standing: &[],
        durable: Durable::Now,
    };
    restore(&mut Hand::grant(&mut NoWitness), &request, &told).unwrap();
    let (total, done) = told.of(Phase::Copy);
    // Further names take no work.
    assert_eq!((total.files, total), (4, done));
}
