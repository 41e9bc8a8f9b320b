//! A plan kept in a file: what a person read and agreed to, and nothing else.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use debouches_model::{DatasetId, Sha256, Version};
use serde::{Deserialize, Serialize};

use crate::plan::PlannedWrite;
use crate::publication::Pending;

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
    /// Address; none for the practice portal, which has another one at each start.
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
    /// The writes.
    pub writes: Vec<PlannedWrite>,
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
    pub fn new(made_at: DateTime<Utc>, portal: PlannedPortal, datasets: Vec<PlannedDataset>) -> Self {
        Self { format: FORMAT, made_at, portal, datasets }
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
        match plan.datasets.iter().find(|planned| !seen.insert(&planned.dataset)) {
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
        }
    }

    /// A digest of the whole: names this plan in the journal.
    #[must_use]
    pub fn digest(&self) -> Sha256 {
        Sha256::of(serde_json::to_string(self).expect("our own structures are written as JSON").as_bytes())
    }
}
