//! What is live, for those who compare with it: the drift check, a comparison of releases, an adoption.

use debouches_model::{DatasetId, Version};
use debouches_udata::{Dataset, Portal};

use crate::actual::Lookup;
use crate::{
    PATH_EXTRA, PublishError, RELEASE_EXTRA, RETRACTIONS_EXTRA, SHA256_EXTRA, VERSION_EXTRA,
};

/// A dataset of ours as the portal shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// Identifier on the portal.
    pub id: String,
    /// Version that it is marked with; none when the mark is missing or unreadable.
    pub version: Option<Version>,
    /// Digest of all the files of the release, as marked.
    pub release: Option<String>,
    /// The decisions about retracted releases that the page keeps, as JSON.
    pub retractions: Option<String>,
    /// Our files, in the order in which they are shown.
    pub files: Vec<LiveFile>,
}

/// A file of ours as the portal shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveFile {
    /// Path in the release, as marked.
    pub path: String,
    /// Identifier on the portal.
    pub id: String,
    /// Address of the bytes.
    pub url: String,
    /// Size in bytes.
    pub bytes: Option<u64>,
    /// SHA-256 of the bytes, as marked.
    pub sha256: Option<String>,
}

/// Reads what is live of a dataset, by its identifier when it is known, else by our mark; none when it is not there.
///
/// # Errors
/// When the portal cannot be read, or when the dataset was deleted or doubled there.
pub async fn live(
    portal: &Portal,
    organization: Option<&str>,
    dataset: &DatasetId,
    known: Option<&str>,
) -> Result<Option<Live>, PublishError> {
    let Some(there) = read_live(portal, organization, dataset, known).await? else {
        return Ok(None);
    };
    let files = there.resources.iter().filter_map(|resource| {
        Some(LiveFile {
            path: resource.extra(PATH_EXTRA)?.to_owned(),
            id: resource.id.clone(),
            url: resource.url.clone(),
            bytes: resource.filesize,
            sha256: resource.extra(SHA256_EXTRA).map(str::to_owned),
        })
    });
    Ok(Some(Live {
        version: there
            .extra(VERSION_EXTRA)
            .and_then(|version| version.parse().ok()),
        release: there.extra(RELEASE_EXTRA).map(str::to_owned),
        retractions: there.extra(RETRACTIONS_EXTRA).map(str::to_owned),
        files: files.collect(),
        id: there.id,
    }))
}

/// The dataset as it is on the portal, without plan.
async fn read_live(
    portal: &Portal,
    organization: Option<&str>,
    dataset: &DatasetId,
    known: Option<&str>,
) -> Result<Option<Dataset>, PublishError> {
    let read_live = Lookup {
        portal,
        organization,
        dataset,
        known,
        drafts: false,
        may_be_rebuilt: true,
    };
    Ok(read_live.observe().await?.dataset)
}
