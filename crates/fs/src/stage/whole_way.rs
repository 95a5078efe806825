//! A small tree copied and cleared, on every system: what the suites on real volumes do at length on Linux.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::{
    Amount, BuildRequest, Kept, Loss, Monitor, Phase, Removal, RetireRequest, Verify, build, retire,
};
use crate::{Hand, NoWitness, look};

/// Remembers what stays.
#[derive(Default)]
struct Watch(Mutex<Vec<(PathBuf, Kept)>>);

impl Monitor for Watch {
    fn begin(&self, _phase: Phase, _total: Amount) {}

    fn advance(&self, _done: Amount) {}

    fn is_cancelled(&self) -> bool {
        false
    }

    fn kept(&self, path: &Path, why: Kept) {
        self.0.lock().unwrap().push((path.to_path_buf(), why));
    }

    fn lost(&self, path: &Path, loss: Loss) {
        panic!("{path:?} lost {loss:?}");
    }

    fn now_ns(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.unwrap().as_nanos().try_into().unwrap()
    }
}

impl Watch {
    fn take(&self) -> Vec<(PathBuf, Kept)> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn fill(top: &Path) {
    std::fs::create_dir_all(top.join("sub/deep")).unwrap();
    std::fs::create_dir(top.join("empty")).unwrap();
    for number in 0..50 {
        std::fs::write(top.join(format!("sub/f{number}")), vec![7; number * 1000]).unwrap();
    }
    std::fs::write(top.join("sub/deep/ü"), "x").unwrap();
    std::fs::hard_link(top.join("sub/f1"), top.join("sub/deep/again")).unwrap();
    std::fs::write(top.join("sub/closed"), "read-only").unwrap();
    let mut rights = std::fs::metadata(top.join("sub/closed"))
        .unwrap()
        .permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(top.join("sub/closed"), rights).unwrap();
    let large = std::fs::File::create(top.join("large")).unwrap();
    large.set_len(20 * 1024 * 1024).unwrap();
    crate::sys::pages::write_at(&large, b"late", 19 * 1024 * 1024).unwrap();
}

#[test]
fn a_tree_is_copied_verified_and_cleared() {
    let folder = tempfile::tempdir().unwrap();
    let real = look::real_folder(folder.path()).unwrap();
    let (old, stage) = (real.join("old"), real.join("stage"));
    fill(&old);
    std::fs::create_dir(&stage).unwrap();
    let item = stage.join("item");
    let monitor = Watch::default();
    let mut witness = NoWitness;
    let mut hand = Hand::grant(&mut witness);
    let re_aims = super::NewTexts::new();
    let request = BuildRequest {
        source: &old,
        folder: &stage,
        item: &item,
        re_aims: &re_aims,
        verify: Verify::Full,
        live: false,
        lossy: false,
    };
    let identity = build(&mut hand, &request, &monitor).unwrap();
    assert!(look::entry(&item).unwrap().identity.is_same(&identity));
    let held = item.join("sub/f49");
    assert_eq!(std::fs::read(&held).unwrap(), vec![7; 49_000]);
    let closed = look::entry(&item.join("sub/closed")).unwrap();
    assert_eq!(closed.mode & 0o222, 0);
    let (a, b) = (item.join("sub/f1"), item.join("sub/deep/again"));
    let (a, b) = (look::entry(&a).unwrap(), look::entry(&b).unwrap());
    assert!(a.identity.is_same_now(&b.identity));
    assert!(look::content::same_content(&old.join("large"), &item.join("large")).unwrap());
    for name in ["sub/f3", "sub", "empty"] {
        let (was, is) = (look::entry(&old.join(name)), look::entry(&item.join(name)));
        assert_eq!(was.unwrap().modified_ns, is.unwrap().modified_ns, "{name}");
    }
    let writer = std::fs::File::options()
        .append(true)
        .open(old.join("sub/f5"))
        .unwrap();
    let request = RetireRequest {
        old: &old,
        new: &item,
        folder: &stage,
        re_aims: &re_aims,
        removal: Removal::Verified,
        live: false,
        lossy: false,
    };
    let retired = retire(&mut hand, &request, &monitor).unwrap();
    assert_eq!(monitor.take(), [(old.join("sub/f5"), Kept::OpenForWriting)]);
    assert_eq!(retired.kept, 1);
    assert!(old.join("sub/f5").exists() && !old.join("sub/f6").exists());
    drop(writer);
    let retired = retire(&mut hand, &request, &monitor).unwrap();
    assert_eq!(monitor.take(), []);
    assert_eq!((retired.removed, retired.kept), (1, 0));
    assert!(!old.join("sub").exists() && !old.join("empty").exists());
}
