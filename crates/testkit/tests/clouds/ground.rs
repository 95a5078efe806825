//! Homes with clients in them.

use lw_testkit::{Lab, Outcome};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lw-under-test");

/// Makes a home with Dropbox, two accounts of OneDrive and one folder of Syncthing, and runs a script there.
pub fn lab(script: &str) -> Lab {
    let lab = Lab::new(PROGRAM);
    lab.sh(
        r#"mkdir -p .dropbox Dropbox OneDrive Work Sync .config/onedrive .config/onedrive-Work .config/syncthing
        printf '{"personal": {"path": "%s/Dropbox", "host": 1, "is_team": false}}' "$HOME" > .dropbox/info.json
        : > .config/onedrive/config
        echo 'sync_dir = "~/Work"' > .config/onedrive-Work/config
        printf '<configuration version="37"><folder id="a" label="Shared" path="%s/Sync/"/></configuration>' "$HOME" \
            > .config/syncthing/config.xml"#,
    );
    lab.sh(script);
    lab
}

/// An empty home, and a script that is run there.
pub fn bare_lab(script: &str) -> Lab {
    let lab = Lab::new(PROGRAM);
    lab.sh(script);
    lab
}

/// Returns the objects of an answer.
pub fn objects(outcome: &Outcome) -> Vec<serde_json::Value> {
    let lines = outcome.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Returns what was said that is not the answer, with the home folder as `~`.
pub fn said(lab: &Lab, outcome: &Outcome) -> String {
    outcome.stderr.replace(lab.home().to_str().unwrap(), "~")
}
