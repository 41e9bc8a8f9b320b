//! What a publication leaves in the state: where everything is on the portal.

use chrono::{DateTime, Utc};
use debouches_model::{RegisterMark, Version};
use debouches_udata::Dataset;
use serde::{Deserialize, Serialize};

use crate::RELEASE_EXTRA;
use crate::desired::Desired;
use crate::matching::matching;

/// Name of the receipt in its artefact.
pub(crate) const RECEIPT_FILE: &str = "receipt.json";

/// A publication that was read back and found right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Format number of this structure.
    pub format: u32,
    /// Name of the portal in the configuration.
    pub portal: String,
    /// Identifier of the dataset on the portal.
    pub id: String,
    /// Published version.
    pub version: Version,
    /// Digest of all the files of the release.
    #[serde(default)]
    pub release: String,
    /// Address of the page for people, when the portal has one.
    #[serde(default)]
    pub page: Option<String>,
    /// When this version was first shown there; a receipt is written again when its page changes around the same files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<DateTime<Utc>>,
    /// Files, in order.
    pub resources: Vec<ReceiptResource>,
    /// What the register of retracted releases held then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register: Option<RegisterMark>,
    /// Owner of the dataset on the portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Every resource of the page, in the order in which it was shown, those of others included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// Whether somebody had archived the dataset.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
}

/// A file of a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptResource {
    /// Path in the release.
    pub path: String,
    /// Identifier on the portal: its permanent address is built from it.
    pub id: String,
    /// SHA-1 computed by the portal; empty for a file hosted elsewhere.
    pub sha1: String,
    /// SHA-256 of the bytes.
    #[serde(default)]
    pub sha256: String,
    /// Size in bytes.
    #[serde(default)]
    pub bytes: u64,
    /// Address of the file, which a replacement changes.
    #[serde(default)]
    pub url: String,
    /// Address that always leads to the present file.
    #[serde(default)]
    pub latest: Option<String>,
}

impl Receipt {
    /// The format number written today.
    pub const FORMAT: u32 = 3;

    pub(crate) fn of(portal: &str, desired: &Desired, actual: &Dataset) -> Self {
        let resources = desired.resources.iter().filter_map(|wanted| {
            let there = matching(wanted, actual)?;
            Some(ReceiptResource {
                path: wanted.path.clone(),
                id: there.id.clone(),
                sha1: there.sha1.clone().unwrap_or_default(),
                sha256: wanted.sha256.to_string(),
                bytes: wanted.bytes,
                url: there.url.clone(),
                latest: there.latest.clone(),
            })
        });
        Self {
            format: Self::FORMAT,
            portal: portal.to_owned(),
            id: actual.id.clone(),
            version: desired.version,
            release: desired
                .text
                .extras
                .get(RELEASE_EXTRA)
                .cloned()
                .unwrap_or_default(),
            page: actual.page.clone(),
            published: None,
            resources: resources.collect(),
            register: desired.register.clone(),
            organization: actual.organization.clone(),
            order: actual
                .resources
                .iter()
                .map(|resource| resource.id.clone())
                .collect(),
            archived: actual.archived,
        }
    }

    /// With what the previous one says of files that somebody removed and that a retraction did not put back: the next publication asks
    /// about them.
    pub(crate) fn with_removed(mut self, previous: Option<&Self>, removed: &[String]) -> Self {
        let known = previous.iter().flat_map(|previous| &previous.resources);
        self.resources
            .extend(known.filter(|known| removed.contains(&known.path)).cloned());
        self
    }
}
