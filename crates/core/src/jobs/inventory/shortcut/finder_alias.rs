//! Finder aliases: bookmark data in a file of its own.
//!
//! Apple does not document it. What is read here is what the notes of others agree on (mac_alias, Mac::Alias::Format): behind a
//! header stand records, each with its length and type, and tables that give them keys. Numbers are little-endian;
//! places are counted from the end of the header.

use std::ffi::OsString;

use super::fields::{part, u32_at, usize_at};
use super::{Named, Target, Unknown};

/// How the file begins.
pub(super) const BEGINNING: &[u8; 16] = b"book\0\0\0\0mark\0\0\0\0";

/// The most tables that are gone through.
const MOST_TABLES: usize = 16;

/// The most parts of a path, and the most bytes of one: beyond what a Mac takes (`PATH_MAX` 1,024 bytes).
const MOST_PARTS: usize = 1024;
const MOST_PART_BYTES: usize = 1024;

/// Where the length of the header stands, and the least it can be.
const HEADER_LENGTH_AT: usize = 16;
const LEAST_HEADER_BYTES: usize = 48;

const TABLE_MARK: u32 = 0xffff_fffe;
const TABLE_HEADER_BYTES: usize = 20;
const TABLE_ENTRY_BYTES: usize = 12;

/// The key of the path: a list of texts.
const PATH: u32 = 0x1004;

/// Types of records.
const TEXT: u32 = 0x0101;
const LIST: u32 = 0x0601;

/// Returns what a Finder alias names, or `None` if the bytes do not begin as those of one.
pub(super) fn target(bytes: &[u8]) -> Option<Target> {
    if !bytes.starts_with(BEGINNING) {
        return None;
    }
    Some(path(bytes).ok_or(Unknown::Damaged))
}

fn path(bytes: &[u8]) -> Option<Named> {
    let header_bytes = usize_at(bytes, HEADER_LENGTH_AT)?;
    if header_bytes < LEAST_HEADER_BYTES {
        return None;
    }
    let data = bytes.get(header_bytes..)?;
    let (kind, places) = record(data, place_of_path(data)?)?;
    let is_list = kind == LIST && places.len().is_multiple_of(4);
    if !is_list || places.is_empty() || places.len() / 4 > MOST_PARTS {
        return None;
    }
    let mut path = OsString::new();
    for place in (0..places.len()).step_by(4) {
        path.push("/");
        path.push(part_of_path(data, usize_at(places, place)?)?);
    }
    Some(Named::Foreign(path))
}

/// Returns where the record of the path stands.
fn place_of_path(data: &[u8]) -> Option<usize> {
    let mut table = usize_at(data, 0)?;
    for _ in 0..MOST_TABLES {
        if u32_at(data, table.checked_add(4)?)? != TABLE_MARK {
            return None;
        }
        let next = usize_at(data, table.checked_add(12)?)?;
        let count = usize_at(data, table.checked_add(16)?)?;
        let entries_at = table.checked_add(TABLE_HEADER_BYTES)?;
        let entries = part(data, entries_at, count.checked_mul(TABLE_ENTRY_BYTES)?)?;
        let mut entries = entries.chunks_exact(TABLE_ENTRY_BYTES);
        if let Some(entry) = entries.find(|entry| u32_at(entry, 0) == Some(PATH)) {
            return usize_at(entry, 4);
        }
        if next == 0 {
            return None;
        }
        table = next;
    }
    None
}

/// Returns type and content of the record at `at`.
fn record(data: &[u8], at: usize) -> Option<(u32, &[u8])> {
    let length = usize_at(data, at)?;
    let kind = u32_at(data, at.checked_add(4)?)?;
    Some((kind, part(data, at.checked_add(8)?, length)?))
}

fn part_of_path(data: &[u8], at: usize) -> Option<&str> {
    let (kind, bytes) = record(data, at)?;
    if kind != TEXT || bytes.len() > MOST_PART_BYTES {
        return None;
    }
    let name = std::str::from_utf8(bytes).ok()?;
    let is_name = !matches!(name, "" | "." | "..") && !name.contains(['/', '\0']);
    is_name.then_some(name)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const HEADER_BYTES: u32 = 56;

    fn put(bytes: &mut Vec<u8>, numbers: &[u32]) {
        bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }

    fn put_record(data: &mut Vec<u8>, kind: u32, content: &[u8]) -> u32 {
        let at = data.len() as u32;
        put(data, &[content.len() as u32, kind]);
        data.extend(content);
        data.resize(data.len().next_multiple_of(4), 0);
        at
    }

    fn with_header(data: &[u8]) -> Vec<u8> {
        let mut bytes = BEGINNING.to_vec();
        put(
            &mut bytes,
            &[HEADER_BYTES, HEADER_BYTES, data.len() as u32, 0x1004_0000],
        );
        bytes.resize(HEADER_BYTES as usize, 0);
        bytes.extend(data);
        bytes
    }

    /// An alias as the Finder lays it out: the records, then one table.
    pub(crate) fn alias(parts: &[&str]) -> Vec<u8> {
        let mut data = vec![0; 4];
        let places: Vec<u32> = parts
            .iter()
            .map(|name| put_record(&mut data, TEXT, name.as_bytes()))
            .collect();
        let mut list = Vec::new();
        put(&mut list, &places);
        let path = put_record(&mut data, LIST, &list);
        let volume = put_record(&mut data, TEXT, b"/");
        let table = data.len() as u32;
        data[..4].copy_from_slice(&table.to_le_bytes());
        put(&mut data, &[12 + 2 * 12, TABLE_MARK, 1, 0, 2]);
        put(&mut data, &[PATH, path, 0, 0x2002, volume, 0]);
        with_header(&data)
    }

    #[test]
    fn the_parts_of_the_path() {
        let named = |path: &str| Some(Ok(Named::Foreign(path.into())));
        assert_eq!(
            target(&alias(&["Users", "ada", "Bé x"])),
            named("/Users/ada/Bé x")
        );
        assert_eq!(target(&alias(&["Volumes", "Big"])), named("/Volumes/Big"));
        for odd in [
            &["a/b"] as &[&str],
            &["", "x"],
            &[".."],
            &["a", "."],
            &["a\0"],
            &[],
        ] {
            assert_eq!(target(&alias(odd)), Some(Err(Unknown::Damaged)), "{odd:?}");
        }
        assert_eq!(target(b"book\0\0\0\0mark\0\0\0"), None);
        assert_eq!(target(b""), None);
    }

    #[test]
    fn tables_that_lead_in_a_circle_end() {
        let mut data = Vec::new();
        put(&mut data, &[4, 12, TABLE_MARK, 1, 4, 0]);
        assert_eq!(target(&with_header(&data)), Some(Err(Unknown::Damaged)));
    }

    #[test]
    fn a_second_table_is_looked_at() {
        let mut data = vec![0; 4];
        let name = put_record(&mut data, TEXT, b"x");
        let path = put_record(&mut data, LIST, &name.to_le_bytes());
        let first = data.len() as u32;
        data[..4].copy_from_slice(&first.to_le_bytes());
        put(&mut data, &[12, TABLE_MARK, 1, first + 20, 0]);
        put(&mut data, &[24, TABLE_MARK, 2, 0, 1, PATH, path, 0]);
        let named = Named::Foreign("/x".into());
        assert_eq!(target(&with_header(&data)), Some(Ok(named)));
    }
}
