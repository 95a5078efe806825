//! Commands of the system that help lines name, as its shells have them: sh on Unix, cmd and PowerShell on Windows.

use std::path::Path;

use lw_fs::look::system::{SHOW_LOCKS_COMMAND, UNLOCK_COMMAND};
use lw_fs::path_form::{FAMILY, Family};

use super::quote_path;

/// Returns how `command` is called with the ledger in another folder.
pub(crate) fn another_home(command: &str) -> String {
    match FAMILY {
        Family::Unix => format!("LW_HOME=/another/folder {command}"),
        Family::Windows => format!(r"$env:LW_HOME='D:\another\folder'; {command}"),
    }
}

/// Returns what lists a file or folder; `options` are those of ls.
pub(crate) fn list(options: &str, path: &Path) -> String {
    match FAMILY {
        Family::Unix => format!("ls {options} {}", quote_path(path)),
        // Both shells know it by this name, and have no option in common.
        Family::Windows => format!("dir {}", quote_path(path)),
    }
}

/// Returns what shows a folder or file with all that is hidden and who owns it.
pub(crate) fn show_all(path: &Path) -> String {
    list("-la", path)
}

/// Returns what shows the attributes of a file or folder.
pub(crate) fn show_attributes(path: &Path) -> String {
    match FAMILY {
        Family::Unix => format!("{SHOW_LOCKS_COMMAND} {}", quote_path(path)),
        Family::Windows => format!("attrib {}", quote_path(path)),
    }
}

/// Returns what lets a file or folder be changed again.
pub(crate) fn unlock(path: &Path) -> String {
    match FAMILY {
        Family::Unix => format!("{UNLOCK_COMMAND} {}", quote_path(path)),
        Family::Windows => format!("attrib -r {}", quote_path(path)),
    }
}

/// Returns what makes a folder and those above it.
pub(crate) fn make_folder(path: &Path) -> String {
    match FAMILY {
        Family::Unix => format!("mkdir -p {}", quote_path(path)),
        Family::Windows => format!("mkdir {}", quote_path(path)),
    }
}

/// Returns what takes a volume from a folder.
pub(crate) fn unmount(path: &Path) -> String {
    match FAMILY {
        Family::Unix => format!("umount {}", quote_path(path)),
        Family::Windows => format!("mountvol {} /d", quote_path(path)),
    }
}

/// Returns what tells of a process.
pub(crate) fn show_process(pid: u32) -> String {
    match FAMILY {
        Family::Unix => format!("ps -p {pid}"),
        Family::Windows => format!("tasklist /fi \"PID eq {pid}\""),
    }
}

/// Returns what gives a file another name, out of the way.
pub(crate) fn put_aside(path: &Path) -> String {
    match FAMILY {
        Family::Unix => format!("mv {0} {0}.damaged", quote_path(path)),
        Family::Windows => {
            let mut aside = path.as_os_str().to_os_string();
            aside.push(".damaged");
            format!("move {} {}", quote_path(path), quote_path(aside.as_ref()))
        }
    }
}

/// Returns what lets the owner write to a folder.
pub(crate) fn let_owner_write(path: &Path) -> String {
    match FAMILY {
        Family::Unix => format!("chmod u+w {}", quote_path(path)),
        Family::Windows => format!("attrib -r {}", quote_path(path)),
    }
}

/// Returns what else can be made where a link was refused, and what lets this user make symbolic links.
pub(crate) fn ways_to_links(verb: &str) -> Vec<&'static str> {
    let mut ways = ways_to_symbolic_links();
    if verb == "link" && !ways.is_empty() {
        ways.insert(
            0,
            "lw link --hard … for a file of the same volume, --junction for a folder of this computer",
        );
    }
    ways
}

/// Returns what lets this user make symbolic links, the gentlest first; nothing where everybody may.
pub(crate) fn ways_to_symbolic_links() -> Vec<&'static str> {
    match FAMILY {
        Family::Unix => Vec::new(),
        Family::Windows => vec![
            "start ms-settings:developers   (turn on Developer Mode there: then everybody may)",
            "Start-Process powershell -Verb RunAs   (a terminal of the administrator, and lw again there)",
        ],
    }
}
