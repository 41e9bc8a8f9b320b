//! What a catalogue knows of a dataset: its versions, when each was published, and which were withdrawn.
//!
//! It is the only place where those days are: a release does not know them. Kept in the catalogue itself, beside the data,
//! so that a lost state loses no date, and so that the index can be written from the records alone.

use chrono::{DateTime, NaiveDate, Utc};
use debouches_model::{Coverage, DatasetId, FileEntry, Sha256, Version};
use serde::{Deserialize, Serialize};

use crate::error::CatalogueError;
use crate::licence::Licence;
use crate::release::Release;

/// A dataset of a catalogue: `<dataset>/dataset.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetRecord {
    /// Format number of this structure.
    pub format: u32,
    /// The dataset.
    pub dataset: DatasetId,
    /// Title in French.
    pub title: String,
    /// One sentence in French.
    pub summary: String,
    /// Who produces the figures.
    pub producers: Vec<String>,
    /// Licence.
    pub licence: Licence,
    /// Frequency term, for instance `annual`.
    pub frequency: String,
    /// Keywords.
    pub tags: Vec<String>,
    /// First and last day that the figures speak of.
    pub coverage: Coverage,
    /// When new figures are expected, the nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<Expectation>,
    /// The versions, newest first.
    pub versions: Vec<VersionRecord>,
    /// The decisions about retracted releases, as the register keeps them: a lost state takes them back from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retractions: Option<String>,
}

/// A version of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRecord {
    /// The version.
    pub version: Version,
    /// When it was first published.
    pub published: DateTime<Utc>,
    /// Digest of all the files of the release.
    pub release: String,
    /// What its changelog says, in French, one item each.
    pub changes: Vec<String>,
    /// Its files, under `<dataset>/<version>/`.
    pub files: Vec<FileEntry>,
    /// Set when readers are told not to use it.
    #[serde(rename = "withdrawn", default, skip_serializing_if = "Option::is_none")]
    pub retracted: Option<Withdrawal>,
}

/// A version that readers should not use any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// When it was withdrawn.
    pub on: DateTime<Utc>,
    /// Why, in French; the legal basis when there is one.
    pub reason: String,
    /// The legal basis on which its bytes were removed; none when they are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
}

/// Figures that are expected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Expectation {
    /// Last day on which they are not late.
    pub by: NaiveDate,
    /// What is expected, in French.
    pub what: String,
}

/// The last field of a record: the digest of the others.
#[derive(Deserialize)]
struct Seal {
    #[serde(default)]
    seal: String,
}

impl DatasetRecord {
    /// The format number written today.
    pub const FORMAT: u32 = 1;

    /// Reads a record.
    ///
    /// # Errors
    /// When the bytes are not one, were altered, or are of a later format.
    pub fn read(bytes: &[u8]) -> Result<Self, CatalogueError> {
        let record: Self =
            serde_json::from_slice(bytes).map_err(|source| CatalogueError::Record { source })?;
        if record.format > Self::FORMAT {
            return Err(CatalogueError::Format(record.format));
        }
        let Seal { seal } =
            serde_json::from_slice(bytes).map_err(|source| CatalogueError::Record { source })?;
        if seal != Sha256::of(record.unsealed().as_bytes()).to_string() {
            return Err(CatalogueError::Altered(record.dataset));
        }
        Ok(record)
    }

    /// The record once these releases are published; none when there is nothing to tell. What it knew of other versions
    /// stays.
    ///
    /// `published` gives the day of a version that the record does not know, and `withdrawn` what was decided of a version.
    ///
    /// # Errors
    /// When a version was published with other content, which is never replaced.
    pub fn with(
        previous: Option<&Self>,
        releases: &[Release],
        expected: &[Expectation],
        published: &dyn Fn(Version) -> DateTime<Utc>,
        retracted: &dyn Fn(Version) -> Option<Withdrawal>,
    ) -> Result<Option<Self>, CatalogueError> {
        let known = |version: Version| previous.and_then(|previous| previous.version(version));
        let mut versions: Vec<VersionRecord> = previous
            .map(|previous| previous.versions.clone())
            .unwrap_or_default();
        for release in releases {
            let version = release.notice.version;
            if let Some(there) = known(version) {
                if there.release != release.identity.to_string() {
                    return Err(CatalogueError::Another {
                        dataset: release.notice.dataset.clone(),
                        version,
                    });
                }
                continue;
            }
            // A version that was purged before it came here leaves nothing here.
            if retracted(version).is_some_and(|withdrawal| withdrawal.legal_basis.is_some()) {
                continue;
            }
            versions.push(VersionRecord {
                version,
                published: published(version),
                release: release.identity.to_string(),
                changes: release.changes(),
                files: release.files.clone(),
                retracted: None,
            });
        }
        for version in &mut versions {
            // A release that is here was withdrawn or not by those who keep it; of another one, nobody takes the mark off.
            let is_here = releases
                .iter()
                .any(|release| release.notice.version == version.version);
            let mark = version.retracted.take().filter(|_| !is_here);
            version.retracted = retracted(version.version).or(mark);
        }
        versions.sort_by_key(|entry| std::cmp::Reverse(entry.version));
        let newest = releases.iter().max_by_key(|release| release.notice.version);
        let Some(newest) = newest.filter(|_| !versions.is_empty()) else {
            return Ok(previous.map(|previous| Self {
                versions,
                ..previous.clone()
            }));
        };
        let mut expected = expected.to_vec();
        expected.sort();
        // An older state does not take back what a newer release says of the dataset.
        if let Some(previous) = previous
            && previous
                .versions
                .iter()
                .any(|entry| entry.version > newest.notice.version)
        {
            return Ok(Some(Self {
                versions,
                expected,
                ..previous.clone()
            }));
        }
        let notice = &newest.notice;
        Ok(Some(Self {
            format: Self::FORMAT,
            dataset: notice.dataset.clone(),
            title: notice.title.clone(),
            summary: notice.summary.clone(),
            producers: newest.descriptor.producers(),
            licence: newest.descriptor.licence(&notice.licence),
            frequency: notice.frequency.clone(),
            tags: notice.tags.clone(),
            coverage: notice.coverage,
            expected,
            versions,
            retractions: previous.and_then(|previous| previous.retractions.clone()),
        }))
    }

    /// The record as text.
    ///
    /// # Panics
    /// Never: our own structures are written as JSON.
    #[must_use]
    pub fn to_text(&self) -> String {
        let text = self.unsealed();
        let seal = Sha256::of(text.as_bytes());
        let open = text.strip_suffix("\n}").unwrap_or(&text);
        format!("{open},\n  \"seal\": \"{seal}\"\n}}\n")
    }

    fn unsealed(&self) -> String {
        serde_json::to_string_pretty(self).expect("our own structures are written as JSON")
    }

    /// What is known of a version.
    #[must_use]
    pub fn version(&self, version: Version) -> Option<&VersionRecord> {
        self.versions.iter().find(|entry| entry.version == version)
    }

    /// The version that readers are led to: the newest that was not withdrawn.
    #[must_use]
    pub fn latest(&self) -> Option<&VersionRecord> {
        self.versions.iter().find(|entry| entry.retracted.is_none())
    }

    /// The last day on which something was published or withdrawn.
    #[must_use]
    pub fn updated(&self) -> DateTime<Utc> {
        self.versions
            .iter()
            .map(VersionRecord::updated)
            .max()
            .unwrap_or_default()
    }

    /// The first day on which a version was published.
    pub(crate) fn issued(&self) -> DateTime<Utc> {
        self.versions
            .iter()
            .map(|entry| entry.published)
            .min()
            .unwrap_or_default()
    }
}

impl VersionRecord {
    pub(crate) fn updated(&self) -> DateTime<Utc> {
        self.retracted
            .as_ref()
            .map_or(self.published, |withdrawal| withdrawal.on)
    }

    /// Whether its bytes are there.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.retracted
            .as_ref()
            .is_none_or(|withdrawal| withdrawal.legal_basis.is_none())
    }

    /// Data files: those with rows, the dictionary left out.
    pub(crate) fn data(&self) -> impl Iterator<Item = &FileEntry> {
        self.files.iter().filter(|file| file.rows.is_some())
    }

    /// Rows of all its tables.
    pub(crate) fn rows(&self) -> u64 {
        self.data()
            .filter(|file| file.path.ends_with(".parquet"))
            .filter_map(|file| file.rows)
            .sum()
    }
}
