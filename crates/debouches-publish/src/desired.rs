//! What the portal should show: a pure reading of the release.

use std::collections::{BTreeMap, BTreeSet};

use debouches_model::{DatasetId, ReleaseNotice, ResourceNotice, Version};
use debouches_store::Artefact;
use debouches_udata::{DatasetText, ResourceKind, ResourceText};

use crate::{DATASET_EXTRA, PATH_EXTRA, PublishError, RELEASE_EXTRA, SHA256_EXTRA, VERSION_EXTRA, source};

/// Where to publish.
#[derive(Debug, Clone)]
pub struct Target {
    /// Organization that owns the datasets on the portal; the user of the key when absent.
    pub organization: Option<String>,
    /// Extensions that the portal accepts.
    pub extensions: BTreeSet<String>,
}

/// A dataset as it should be on the portal.
#[derive(Debug, Clone)]
pub struct Desired {
    /// The dataset.
    pub dataset: DatasetId,
    /// Version of the release.
    pub version: Version,
    /// Its writable fields.
    pub text: DatasetText,
    /// Its files, in the order in which they are shown.
    pub resources: Vec<DesiredResource>,
    /// Files of the release that the portal does not accept.
    pub left_out: Vec<String>,
}

/// A file as it should be on the portal.
#[derive(Debug, Clone)]
pub struct DesiredResource {
    /// Path in the release.
    pub path: String,
    /// Name of the uploaded file.
    pub upload_name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-1 of the bytes: the only digest that the portal computes.
    pub sha1: String,
    /// Its writable fields.
    pub text: ResourceText,
}

/// Reads what a release wants; each of its files is hashed on the way.
///
/// # Errors
/// When the artefact is not a release, or when one of its files was altered.
pub async fn desire(release: &Artefact, target: &Target) -> Result<Desired, PublishError> {
    let manifest = release.manifest();
    let notice = manifest.release.as_ref().ok_or_else(|| PublishError::NotARelease(release.key().to_string()))?;
    let accepted = |resource: &&ResourceNotice| {
        resource.upload_name.rsplit_once('.').is_some_and(|(_, extension)| target.extensions.contains(extension))
    };
    let mut resources = Vec::new();
    for resource in notice.resources.iter().filter(accepted) {
        let upload = source::upload(release, &resource.path, &resource.upload_name).await;
        let upload =
            upload.map_err(|source| PublishError::Store { dataset: notice.dataset.clone(), source: Box::new(source) })?;
        let sha256 = manifest.file(&resource.path).map(|file| file.sha256.to_string()).unwrap_or_default();
        resources.push(DesiredResource {
            path: resource.path.clone(),
            upload_name: resource.upload_name.clone(),
            bytes: upload.bytes,
            sha1: upload.sha1,
            text: resource_text(notice, resource, sha256),
        });
    }
    Ok(Desired {
        dataset: notice.dataset.clone(),
        version: notice.version,
        text: dataset_text(notice, target, &manifest.identity().to_string()),
        resources,
        left_out: notice
            .resources
            .iter()
            .filter(|resource| !accepted(resource))
            .map(|resource| resource.path.clone())
            .collect(),
    })
}

fn dataset_text(notice: &ReleaseNotice, target: &Target, identity: &str) -> DatasetText {
    let extras = [
        (DATASET_EXTRA, notice.dataset.to_string()),
        (VERSION_EXTRA, notice.version.to_string()),
        (RELEASE_EXTRA, identity.to_owned()),
    ];
    DatasetText {
        title: notice.title.clone(),
        description: notice.description.clone(),
        description_short: notice.summary.clone(),
        organization: target.organization.clone(),
        license: notice.licence.clone(),
        frequency: notice.frequency.clone(),
        tags: notice.tags.iter().cloned().collect(),
        temporal_coverage: (notice.coverage.start, notice.coverage.end),
        spatial_zones: notice.zones.clone(),
        spatial_granularity: notice.granularity.clone(),
        private: false,
        extras: extras.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
    }
}

fn resource_text(notice: &ReleaseNotice, resource: &ResourceNotice, sha256: String) -> ResourceText {
    let kind = match resource.kind {
        debouches_model::ResourceKind::Main => ResourceKind::Main,
        debouches_model::ResourceKind::Documentation => ResourceKind::Documentation,
        debouches_model::ResourceKind::Other => ResourceKind::Other,
    };
    let extras = [
        (DATASET_EXTRA, notice.dataset.to_string()),
        (PATH_EXTRA, resource.path.clone()),
        (SHA256_EXTRA, sha256),
        (VERSION_EXTRA, notice.version.to_string()),
    ];
    let extras: BTreeMap<String, String> = extras.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    ResourceText { title: resource.title.clone(), description: resource.description.clone(), kind, extras }
}
