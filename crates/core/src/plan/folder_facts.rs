//! What belongs to a folder besides the names in it, before a step and after it.

use std::ffi::OsString;

use data_encoding::BASE64;
use lw_fs::look::FolderFacts;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::path_text;

/// What its owner is given so that a folder can be worked in.
const OPEN: u32 = 0o700;

/// What belongs to a folder before a step and after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactsChange {
    /// What it has before; the time is of no matter, since each name that comes or goes changes it.
    #[serde(with = "record")]
    pub was: FolderFacts,
    /// What it has then.
    #[serde(with = "record")]
    pub becomes: FolderFacts,
}

/// How far a change of facts has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactsProgress {
    /// Nothing of it is done.
    Before,
    /// It was cut off half-way.
    Between,
    /// All of it is done.
    After,
    /// Somebody else has changed something.
    Other,
}

impl FactsChange {
    /// Returns the change back.
    pub fn reversed(&self) -> Self {
        Self {
            was: self.becomes.clone(),
            becomes: self.was.clone(),
        }
    }

    /// Returns how far it has come, by what the folder has now.
    pub fn progress(&self, now: &FolderFacts) -> FactsProgress {
        let (was, becomes) = (&self.was, &self.becomes);
        let has_time = becomes
            .modified_ns
            .is_none_or(|time| now.modified_ns == Some(time));
        if has_time && is_alike(now, becomes) {
            FactsProgress::After
        } else if is_alike(now, was) {
            FactsProgress::Before
        } else if self.is_mixed(now) {
            FactsProgress::Between
        } else {
            FactsProgress::Other
        }
    }

    /// Returns whether each fact is as before or as after.
    fn is_mixed(&self, now: &FolderFacts) -> bool {
        let ends = [&self.was, &self.becomes];
        let attributes = |facts: &FolderFacts| facts.attributes.clone().unwrap_or_default();
        // A list changes the bits of the group with it (acl(5)).
        let has_list = ends
            .iter()
            .flat_map(|end| attributes(end))
            .any(|(name, _)| name.starts_with(b"system.posix_acl_"));
        let of_either = |is: &dyn Fn(&FolderFacts) -> bool| ends.iter().any(|end| is(end));
        of_either(&|end| end.user_id == now.user_id)
            && of_either(&|end| end.group_id == now.group_id)
            && (has_list || of_either(&|end| end.mode | OPEN == now.mode | OPEN))
            && attributes(now)
                .iter()
                .all(|attribute| of_either(&|end| attributes(end).contains(attribute)))
    }
}

/// Returns whether two folders have the same, as far as both are known and but for the time.
pub fn is_alike(a: &FolderFacts, b: &FolderFacts) -> bool {
    let same_attributes = match (&a.attributes, &b.attributes) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    };
    (a.mode, a.user_id, a.group_id) == (b.mode, b.user_id, b.group_id) && same_attributes
}

/// For `#[serde(with)]` on facts.
mod record {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Record {
        mode: u32,
        user_id: u32,
        group_id: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        modified_ns: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attributes: Option<Vec<Attribute>>,
    }

    #[derive(Serialize, Deserialize)]
    struct Attribute {
        #[serde(with = "path_text::text")]
        name: OsString,
        value_b64: String,
    }

    pub(super) fn serialize<S: Serializer>(
        facts: &FolderFacts,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let attributes = facts.attributes.as_ref().map(|attributes| {
            let attributes = attributes.iter();
            attributes.map(|(name, value)| Attribute {
                name: lw_fs::name_from_bytes(name).unwrap_or_default(),
                value_b64: BASE64.encode(value),
            })
        });
        Record {
            mode: facts.mode,
            user_id: facts.user_id,
            group_id: facts.group_id,
            modified_ns: facts.modified_ns,
            attributes: attributes.map(Iterator::collect),
        }
        .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<FolderFacts, D::Error> {
        let record = Record::deserialize(deserializer)?;
        let attribute = |Attribute { name, value_b64 }: Attribute| {
            let value = BASE64.decode(value_b64.as_bytes());
            let value = value.map_err(serde::de::Error::custom)?;
            Ok((lw_fs::name_bytes(&name).into(), value.into()))
        };
        let attributes = record.attributes.map(|attributes| {
            let attributes = attributes.into_iter();
            attributes
                .map(attribute)
                .collect::<Result<Vec<_>, D::Error>>()
        });
        Ok(FolderFacts {
            mode: record.mode,
            user_id: record.user_id,
            group_id: record.group_id,
            modified_ns: record.modified_ns,
            attributes: attributes.transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(mode: u32, time: Option<i64>, attributes: &[(&[u8], &[u8])]) -> FolderFacts {
        let attributes = attributes
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        FolderFacts {
            mode,
            user_id: 1,
            group_id: 2,
            modified_ns: time,
            attributes: Some(attributes.collect()),
        }
    }

    #[test]
    fn how_far_it_has_come_is_read_off_the_facts() {
        let change = FactsChange {
            was: facts(0o700, Some(1), &[(b"user.a", b"old")]),
            becomes: facts(0o550, Some(2), &[(b"user.a", b"new\xff")]),
        };
        for (now, expected) in [
            (
                facts(0o700, Some(9), &[(b"user.a", b"old")]),
                FactsProgress::Before,
            ),
            (
                facts(0o700, Some(9), &[(b"user.a", b"new\xff")]),
                FactsProgress::Between,
            ),
            (facts(0o750, Some(9), &[]), FactsProgress::Between),
            (
                facts(0o550, Some(9), &[(b"user.a", b"new\xff")]),
                FactsProgress::Between,
            ),
            (
                facts(0o550, Some(2), &[(b"user.a", b"new\xff")]),
                FactsProgress::After,
            ),
            (
                facts(0o550, Some(2), &[(b"user.b", b"x")]),
                FactsProgress::Other,
            ),
            (
                facts(0o707, Some(9), &[(b"user.a", b"old")]),
                FactsProgress::Other,
            ),
        ] {
            assert_eq!(change.progress(&now), expected, "{now:?}");
        }
        let of_time = FactsChange {
            was: facts(0o700, Some(1), &[]),
            becomes: facts(0o700, Some(2), &[]),
        };
        assert_eq!(
            of_time.progress(&facts(0o700, Some(9), &[])),
            FactsProgress::Before
        );
        assert_eq!(
            of_time.progress(&facts(0o700, Some(2), &[])),
            FactsProgress::After
        );
        let text = serde_json::to_string(&change).unwrap();
        assert_eq!(serde_json::from_str::<FactsChange>(&text).unwrap(), change);
    }
}
