//! What a portal must show of a release: carried in the manifest, so that publishing needs nothing else.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{DatasetId, Version};

/// A release as a reader of the portal sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseNotice {
    /// The dataset.
    pub dataset: DatasetId,
    /// Its version.
    pub version: Version,
    /// Title in French, at most 350 characters.
    pub title: String,
    /// One sentence in French, at most 200 characters.
    pub summary: String,
    /// Markdown in French.
    pub description: String,
    /// Licence identifier of the portal, for instance `lov2`.
    pub licence: String,
    /// Frequency term of the portal, for instance `annual`.
    pub frequency: String,
    /// Keywords.
    pub tags: Vec<String>,
    /// First and last day that the figures speak of.
    pub coverage: Coverage,
    /// Spatial zones, for instance `country:fr`.
    pub zones: Vec<String>,
    /// Spatial granularity, for instance `fr:region`.
    pub granularity: String,
    /// The files to put on the portal, in the order in which they are shown.
    pub resources: Vec<ResourceNotice>,
}

/// Two full dates: a year alone is completed by the portal with the month and day of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// First day.
    pub start: NaiveDate,
    /// Last day.
    pub end: NaiveDate,
}

/// One file of a release as a resource of the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceNotice {
    /// Path inside the release folder.
    pub path: String,
    /// Name of the uploaded file: already in the form to which the portal reduces names, with an extension that it accepts.
    pub upload_name: String,
    /// Title in French.
    pub title: String,
    /// Markdown in French.
    pub description: String,
    /// Kind of resource.
    pub kind: ResourceKind,
}

/// The kinds of resource of a udata portal that a release uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResourceKind {
    /// The data.
    Main,
    /// Texts about the data.
    Documentation,
    /// Everything else.
    Other,
}
