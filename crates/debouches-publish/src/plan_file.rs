//! A plan kept in a file: what a person read and agreed to, and nothing else.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use debouches_model::{DatasetId, Sha256, Version};
use serde::{Deserialize, Serialize};

use crate::plan::{Pending, PlannedWrite};

/// Number of this structure.
const FORMAT: u32 = 1;

/// The writes of some datasets on one portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    format: u32,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The portal.
    pub portal: PlannedPortal,
    /// The datasets.
    pub datasets: Vec<PlannedDataset>,
}

/// The portal of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedPortal {
    /// Name in the configuration.
    pub id: String,
    /// Address; none for the practice portal, which has another one at each start, and for a static site.
    pub url: Option<String>,
}

/// The writes of one dataset, and what they were derived from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedDataset {
    /// The dataset.
    pub dataset: DatasetId,
    /// Version of the release.
    pub version: Version,
    /// Digest of all the files of the release.
    pub release: Sha256,
    /// Digest of what the portal showed.
    pub observed: Sha256,
    /// The writes on the portal.
    pub writes: Vec<PlannedWrite>,
    /// What is put in the bucket before that; none when the portal holds the files, or when the bucket has everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<PlannedBucket>,
    /// Of a static site: the files that are written or removed, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub site: Vec<String>,
}

/// The writes in a bucket: files that are not there, then the pointer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedBucket {
    /// Address of the bucket.
    pub bucket: String,
    /// Files that are not there.
    pub files: Vec<PlannedFile>,
    /// Where `latest.json` will point; none when it does already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<PlannedPointer>,
}

/// A file to be put in a bucket, where nothing is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedFile {
    /// Path in the bucket.
    pub path: String,
    /// Size.
    pub bytes: u64,
    /// Digest of the bytes.
    pub sha256: Sha256,
}

/// A pointer to be moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedPointer {
    /// Path in the bucket.
    pub path: String,
    /// Digest of what it says now; none when it is not there.
    pub from: Option<Sha256>,
    /// Version that it will point to.
    pub to: Version,
}

impl PlannedBucket {
    /// True when there is nothing to put.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.pointer.is_none()
    }

    /// True when that plan has all of these writes: some of its own may be done already.
    #[must_use]
    pub fn is_within(&self, plan: Option<&Self>) -> bool {
        self.is_empty()
            || plan.is_some_and(|plan| {
                self.bucket == plan.bucket
                    && self.files.iter().all(|file| plan.files.contains(file))
                    && (self.pointer.is_none() || self.pointer == plan.pointer)
            })
    }
}

/// A file that is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    /// It cannot be read.
    #[error("it is not a plan: {0}")]
    Syntax(#[from] serde_json::Error),
    /// Another version of the program made it.
    #[error("it is a plan of format {0}, this program reads format {FORMAT}")]
    Format(u32),
    /// A dataset is in it twice.
    #[error("dataset {0} is in it twice")]
    Twice(DatasetId),
}

impl PlanFile {
    /// A plan.
    #[must_use]
    pub fn new(
        made_at: DateTime<Utc>,
        portal: PlannedPortal,
        datasets: Vec<PlannedDataset>,
    ) -> Self {
        Self {
            format: FORMAT,
            made_at,
            portal,
            datasets,
        }
    }

    /// Reads a plan.
    ///
    /// # Errors
    /// When it is none, or of another format.
    pub fn parse(text: &str) -> Result<Self, PlanFileError> {
        let plan: Self = serde_json::from_str(text)?;
        if plan.format != FORMAT {
            return Err(PlanFileError::Format(plan.format));
        }
        let mut seen = BTreeSet::new();
        match plan
            .datasets
            .iter()
            .find(|planned| !seen.insert(&planned.dataset))
        {
            Some(planned) => Err(PlanFileError::Twice(planned.dataset.clone())),
            None => Ok(plan),
        }
    }

    /// The plan as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("our own structures are written as JSON") + "\n"
    }
}

impl PlannedDataset {
    /// What is pending, as a plan.
    #[must_use]
    pub fn of(pending: &Pending, release: Sha256) -> Self {
        Self {
            dataset: pending.desired.dataset.clone(),
            version: pending.desired.version,
            release,
            observed: pending.observed.digest(),
            writes: pending.plan.writes.clone(),
            bucket: None,
            site: Vec::new(),
        }
    }

    /// True when nothing is to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.bucket.is_none() && self.site.is_empty()
    }

    /// A digest of the whole: names this plan in the journal.
    #[must_use]
    pub fn digest(&self) -> Sha256 {
        Sha256::of(
            serde_json::to_string(self)
                .expect("our own structures are written as JSON")
                .as_bytes(),
        )
    }
}
