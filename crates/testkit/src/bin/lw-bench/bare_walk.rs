//! The least a walk can do: getdents64 and readlink, nothing kept, two threads over one stack of folders.

use std::ffi::CString;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustix::fs::{CWD, FileType, Mode, OFlags, RawDir};

const THREADS: usize = 2;

struct Job {
    parent: Option<Arc<OwnedFd>>,
    name: CString,
}

/// Walks the tree and returns the number of entries.
pub fn walk(top: &Path) -> usize {
    let first = CString::new(top.as_os_str().as_encoded_bytes()).unwrap();
    let stack = Mutex::new(vec![Job {
        parent: None,
        name: first,
    }]);
    let waiting = AtomicUsize::new(1);
    let entries = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| work(&stack, &waiting, &entries));
        }
    });
    entries.into_inner()
}

fn work(stack: &Mutex<Vec<Job>>, waiting: &AtomicUsize, entries: &AtomicUsize) {
    let mut buffer = vec![MaybeUninit::uninit(); 64 * 1024];
    let mut text = [MaybeUninit::<u8>::uninit(); 4096];
    let mut found = Vec::new();
    while waiting.load(Ordering::Acquire) > 0 {
        let Some(job) = stack.lock().unwrap().pop() else {
            std::thread::yield_now();
            continue;
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = match &job.parent {
            Some(parent) => rustix::fs::openat(parent, &job.name, flags, Mode::empty()),
            None => rustix::fs::openat(CWD, &job.name, flags, Mode::empty()),
        };
        let folder = Arc::new(folder.unwrap());
        let mut count = 0;
        let mut names = RawDir::new(&*folder, &mut buffer);
        while let Some(entry) = names.next() {
            let entry = entry.unwrap();
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            count += 1;
            match entry.file_type() {
                FileType::Directory => {
                    found.push(Job {
                        parent: Some(Arc::clone(&folder)),
                        name: name.to_owned(),
                    });
                }
                FileType::Symlink => {
                    rustix::fs::readlinkat_raw(&*folder, name, &mut text).unwrap();
                }
                _ => {}
            }
        }
        entries.fetch_add(count, Ordering::Relaxed);
        waiting.fetch_add(found.len(), Ordering::AcqRel);
        stack.lock().unwrap().append(&mut found);
        waiting.fetch_sub(1, Ordering::AcqRel);
    }
}
