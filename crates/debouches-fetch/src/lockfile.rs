//! `pipeline.lock`: which bytes of each source the last run used.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use debouches_model::{Sha256, SourceId};
use serde::{Deserialize, Serialize};

use crate::{Fetched, Location, LockFileError};

/// First lines of the file, for whoever opens it.
const PREAMBLE: &str = "# Written by `debouches fetch`: which bytes of each source the last run used. Keep it under version control.\n";

/// The lock file as a value. Reading and writing the file itself is left to the caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockFile {
    /// What is known of each source.
    pub sources: BTreeMap<SourceId, LockEntry>,
}

/// The bytes of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockEntry {
    /// Where they were read, without secrets.
    pub url: String,
    /// Digest of the complete address, hidden parts included: it tells whether `etag` and `revision` are of this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Sha256>,
    /// The address that gave them after redirects, when it is another one, without secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_url: Option<String>,
    /// Their digest.
    pub sha256: Sha256,
    /// Their number.
    pub size: u64,
    /// `ETag` of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `Last-Modified` of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// What a catalogue said of the state of the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// When these bytes were first received. It does not move when the source is found unchanged, so that a run without
    /// news leaves the file as it is.
    pub accessed: DateTime<Utc>,
}

impl LockEntry {
    /// Whether these bytes came from that address.
    #[must_use]
    pub fn is_of(&self, location: &Location) -> bool {
        match self.address {
            Some(address) => address == location.identity(),
            // A file written by an earlier version: what it hides cannot be compared.
            None => self.url == location.shown() && !self.url.contains('…'),
        }
    }
}

/// The file as typed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    format: u32,
    #[serde(default, rename = "source", skip_serializing_if = "Vec::is_empty")]
    sources: Vec<TypedEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedEntry {
    id: SourceId,
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<Sha256>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    final_url: Option<String>,
    sha256: Sha256,
    size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_modified: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revision: Option<String>,
    accessed: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Head {
    format: u32,
}

impl LockFile {
    /// The format number written today.
    pub const FORMAT: u32 = 1;

    /// Reads the text of a lock file.
    pub fn parse(text: &str) -> Result<Self, LockFileError> {
        let format = toml::from_str::<Head>(text)?.format;
        if format != Self::FORMAT {
            return Err(LockFileError::Format(format));
        }
        let mut sources = BTreeMap::new();
        for TypedEntry {
            id,
            url,
            address,
            final_url,
            sha256,
            size,
            etag,
            last_modified,
            revision,
            accessed,
        } in toml::from_str::<Typed>(text)?.sources
        {
            let entry = LockEntry {
                url,
                address,
                final_url,
                sha256,
                size,
                etag,
                last_modified,
                revision,
                accessed,
            };
            if sources.insert(id.clone(), entry).is_some() {
                return Err(LockFileError::Twice(id));
            }
        }
        Ok(Self { sources })
    }

    /// The text of the lock file: sources by name, the same bytes for the same content.
    #[must_use]
    pub fn to_text(&self) -> String {
        let entry = |(id, entry): (&SourceId, &LockEntry)| TypedEntry {
            id: id.clone(),
            url: entry.url.clone(),
            address: entry.address,
            final_url: entry.final_url.clone(),
            sha256: entry.sha256,
            size: entry.size,
            etag: entry.etag.clone(),
            last_modified: entry.last_modified.clone(),
            revision: entry.revision.clone(),
            accessed: entry.accessed,
        };
        let typed = Typed {
            format: Self::FORMAT,
            sources: self.sources.iter().map(entry).collect(),
        };
        let text = toml::to_string(&typed).expect("a lock file is made of text, numbers and dates");
        format!("{PREAMBLE}{text}")
    }

    /// Notes what was fetched.
    pub fn note(&mut self, fetched: &Fetched) {
        self.sources
            .insert(fetched.id.clone(), fetched.entry.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_file_is_read_back_and_sorted() {
        let entry = LockEntry {
            url: "https://a.example/x.csv".to_owned(),
            address: Some(Sha256::of(b"x")),
            final_url: Some("https://b.example/x.csv".to_owned()),
            sha256: Sha256::of(b"abc"),
            size: 3,
            etag: Some("\"1\"".to_owned()),
            last_modified: None,
            revision: Some("r".to_owned()),
            accessed: DateTime::UNIX_EPOCH,
        };
        let ids = ["zz", "aa"].map(|id| id.parse().unwrap());
        let file = LockFile {
            sources: ids.into_iter().map(|id| (id, entry.clone())).collect(),
        };
        let text = file.to_text();
        assert_eq!(LockFile::parse(&text).unwrap(), file);
        assert!(text.find("\"aa\"") < text.find("\"zz\""), "{text}");
        assert!(
            text.contains("format = 1\n") && text.contains("accessed = \"1970-01-01T00:00:00Z\"\n"),
            "{text}"
        );
        assert_eq!(
            LockFile::parse(&LockFile::default().to_text()).unwrap(),
            LockFile::default()
        );
    }

    #[test]
    fn a_lock_file_of_another_format_or_badly_merged_is_refused() {
        assert!(matches!(
            LockFile::parse("format = 2\n[[source]]\nnew = 1\n"),
            Err(LockFileError::Format(2))
        ));
        assert!(matches!(
            LockFile::parse("<<<<<<< HEAD\n"),
            Err(LockFileError::Syntax(_))
        ));
        let entry = format!(
            "[[source]]\nid='a'\nurl='u'\nsha256='{}'\nsize=1\naccessed='2026-01-01T00:00:00Z'\n",
            Sha256::of(b"")
        );
        assert!(matches!(
            LockFile::parse(&format!("format = 1\n{entry}{entry}")),
            Err(LockFileError::Twice(_))
        ));
    }
}
