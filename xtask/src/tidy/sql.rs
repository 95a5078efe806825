//! Rule: only the ledger speaks SQL, and the one file that reads a database of somebody else's.
//!
//! Google Drive keeps the folders it syncs in a database and nowhere else; its reader takes bytes and gives values, as those of
//! other configurations do, and has no connection to anything.
//!
//! Statements are known by their words in capitals, as the ledger writes them; small letters would take
//! "select a folder from the list" for SQL, and nothing runs a statement without naming `rusqlite`.

use super::Offence;
use super::lexer::TokenKind;
use super::tree::{SourceFile, Tree};

const MEND: &str = "only crates/core/src/ledger speaks SQL: add the question or the record there";

/// The reader of Google Drive's database.
const FOREIGN_DATABASE: &str = "crates/core/src/jobs/cloud/drive_fs.rs";

/// Finds `rusqlite` and SQL statements outside the ledger; the test kit, xtask and tests may.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    let mut report = |file: &SourceFile, line: usize, what: String| {
        offences.push(Offence {
            path: file.path.clone(),
            line,
            what,
            mend: MEND,
        });
    };
    for (file, rust) in tree.rust().filter(|(file, _)| !is_exempt(tree, file)) {
        for (_, token) in rust.production() {
            let is_driver = token.is_word("rusqlite") || token.is_word("libsqlite3_sys");
            if is_driver {
                report(file, token.line, format!("`{}`", token.text));
            } else if let Some(verb) =
                statement(&token.text).filter(|_| token.kind == TokenKind::Text)
            {
                report(file, token.line, format!("an SQL statement ({verb})"));
            }
        }
    }
    let manifests = tree.files.iter().filter(|file| {
        file.path.ends_with("/Cargo.toml")
            && file.path != "crates/core/Cargo.toml"
            && !is_exempt(tree, file)
    });
    for file in manifests {
        for (index, line) in file.text().unwrap_or_default().lines().enumerate() {
            if line.starts_with("rusqlite") || line.starts_with("libsqlite3-sys") {
                report(file, index + 1, "a dependency on SQLite".to_owned());
            }
        }
    }
    offences
}

fn is_exempt(tree: &Tree, file: &SourceFile) -> bool {
    let folders = ["crates/core/src/ledger/", "crates/testkit/", "xtask/"];
    folders.iter().any(|folder| file.is_of(folder))
        || file.path == FOREIGN_DATABASE
        || tree.is_test(file)
}

/// Returns the verb of the SQL statement a string holds.
fn statement(text: &str) -> Option<&'static str> {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let later = |from: usize, word: &str| words.iter().skip(from + 1).any(|found| *found == word);
    words.iter().enumerate().find_map(|(at, word)| {
        let next = words.get(at + 1).copied().unwrap_or_default();
        match *word {
            "SELECT" if later(at, "FROM") => Some("SELECT"),
            "UPDATE" if later(at, "SET") => Some("UPDATE"),
            "INSERT" if matches!(next, "INTO" | "OR") => Some("INSERT"),
            "DELETE" if next == "FROM" => Some("DELETE"),
            "CREATE" | "DROP" | "ALTER"
                if matches!(
                    next,
                    "TABLE" | "INDEX" | "UNIQUE" | "VIEW" | "TRIGGER" | "TEMP" | "VIRTUAL"
                ) =>
            {
                Some("CREATE, DROP or ALTER")
            }
            "PRAGMA" if !next.is_empty() => Some("PRAGMA"),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{assert_told_apart, found};
    use super::*;

    #[test]
    fn only_the_ledger_speaks_sql() {
        let path = "crates/core/src/run/settle.rs";
        let clean = "//! SELECT a FROM b\nfn f() { say(\"Select a folder from the list, or UPDATE it\"); }\n\
                     #[cfg(test)] mod tests { fn g() { run(\"DELETE FROM a\"); } }";
        for case in [
            "\nuse rusqlite::Connection;",
            "\nfn f(error: &rusqlite::Error) {}",
            "\nconst Q: &str = \"SELECT a\n FROM b\";",
            "\nconst Q: &str = r#\"INSERT INTO a VALUES (1)\"#;",
            "\nconst Q: &str = \"UPDATE a SET b = 1\";",
            "\nconst Q: &str = \"DELETE FROM a\";",
            "\nconst Q: &str = \"CREATE TABLE a (b)\";",
            "\nconst Q: &str = \"PRAGMA user_version\";",
        ] {
            assert_told_apart(check, path, (case, 2), clean);
        }
        for exempt in ["crates/core/src/ledger/open.rs", FOREIGN_DATABASE] {
            assert!(found(check, &[(exempt, "use rusqlite::Connection;")]).is_empty());
        }
    }

    #[test]
    fn only_core_depends_on_sqlite() {
        assert_told_apart(
            check,
            "crates/cli/Cargo.toml",
            ("[dependencies]\nrusqlite.workspace = true\n", 2),
            "[dependencies]\n# rusqlite: in core\nserde.workspace = true\n",
        );
    }
}
