//! What the portal should show: a pure reading of the release.

use std::collections::{BTreeMap, BTreeSet};

use debouches_model::{
    DatasetId, RegisterMark, ReleaseNotice, ResourceNotice, Sha256, Version, Withdrawal,
};
use debouches_store::Artefact;
use debouches_udata::{DatasetText, LinkText, ResourceKind, ResourceText, SchemaRef};

use crate::{
    DATASET_EXTRA, PATH_EXTRA, PublishError, RELEASE_EXTRA, RETRACTIONS_EXTRA, SHA256_EXTRA,
    VERSION_EXTRA, source,
};

/// Where to publish.
#[derive(Debug, Clone)]
pub struct Target {
    /// Organization that owns the datasets on the portal; the user of the key when absent.
    pub organization: Option<String>,
    /// Extensions that the portal accepts.
    pub extensions: BTreeSet<String>,
    /// Identifiers of the contact points of the datasets.
    pub contact_points: Vec<String>,
    /// Schemas of the portal's catalogue, by path in the release.
    pub schemas: BTreeMap<String, SchemaRef>,
    /// Public address of the bucket that holds the files; none when the portal holds them.
    pub bucket: Option<String>,
    /// The withdrawn releases of the dataset: a page tells those that are not older than what it shows.
    pub withdrawals: Vec<Withdrawal>,
    /// Every decision about its releases, as JSON; none when there was none. The page keeps them for whoever loses the state.
    pub retractions: Option<String>,
    /// What the register of retracted releases holds, for receipts.
    pub register: Option<RegisterMark>,
    /// Whether no file is shown, since they are about to be removed everywhere.
    pub bare: bool,
    /// Whether readers are led away from a retracted release: what people did to the page stays, and does not stop it.
    pub retracts: bool,
}

impl Target {
    /// Whether a release is among those that were withdrawn: its page is only marked.
    #[must_use]
    pub fn is_withdrawal_of(&self, version: Version) -> bool {
        self.withdrawals
            .iter()
            .any(|withdrawal| withdrawal.version == version)
    }
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
    /// What the register of retracted releases holds.
    pub register: Option<RegisterMark>,
    /// Its files, in the order in which they are shown.
    pub resources: Vec<DesiredResource>,
    /// Resources that the page had at the last publication.
    pub known: Vec<String>,
    /// Whether the files of the page stay in the order that it shows: somebody may have chosen it.
    pub keeps_order: bool,
    /// Files of the release that the portal does not accept.
    pub left_out: Vec<String>,
    /// Paths of files that somebody removed from the page and that a retraction does not put back.
    pub removed: Vec<String>,
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
    /// SHA-256 of the bytes.
    pub sha256: Sha256,
    /// Media type.
    pub media_type: String,
    /// Who holds the bytes.
    pub hosting: Hosting,
    /// Its writable fields.
    pub text: ResourceText,
}

/// Who holds the bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hosting {
    /// The portal.
    Hosted,
    /// A bucket; the portal shows a link.
    Linked {
        /// Public address of the file.
        url: String,
    },
}

impl Desired {
    pub(crate) fn text_digest(&self) -> Sha256 {
        Sha256::of(self.text.body().to_string().as_bytes())
    }
}

impl DesiredResource {
    pub(crate) fn text_digest(&self) -> Sha256 {
        Sha256::of(self.text.body().to_string().as_bytes())
    }

    /// The link to show; none when the portal holds the file.
    #[must_use]
    pub fn link(&self) -> Option<LinkText> {
        let Hosting::Linked { url } = &self.hosting else {
            return None;
        };
        let format = self
            .path
            .rsplit_once('.')
            .map_or("txt", |(_, extension)| extension);
        Some(LinkText {
            text: self.text.clone(),
            url: url.clone(),
            format: format.to_ascii_lowercase(),
            mime: self.media_type.clone(),
            bytes: self.bytes,
            sha256: self.sha256.to_string(),
        })
    }
}

/// Path of a file of a release in a bucket: releases are never overwritten.
#[must_use]
pub fn bucket_path(dataset: &DatasetId, version: Version, path: &str) -> String {
    format!("{dataset}/{version}/{path}")
}

/// Reads what a release wants; each of its files is hashed on the way.
///
/// # Errors
/// When the artefact is not a release, or when one of its files was altered.
pub async fn desire(release: &Artefact, target: &Target) -> Result<Desired, PublishError> {
    let manifest = release.manifest();
    let notice = manifest
        .release
        .as_ref()
        .ok_or_else(|| PublishError::NotARelease(release.key().to_string()))?;
    let accepted = |resource: &&ResourceNotice| {
        target.bucket.is_some()
            || resource
                .upload_name
                .rsplit_once('.')
                .is_some_and(|(_, extension)| target.extensions.contains(extension))
    };
    let mut resources = Vec::new();
    for resource in notice
        .resources
        .iter()
        .filter(accepted)
        .filter(|_| !target.bare)
    {
        let upload = source::upload(release, &resource.path, &resource.upload_name, None).await;
        let upload = upload.map_err(|source| PublishError::Store {
            dataset: notice.dataset.clone(),
            source: Box::new(source),
        })?;
        let entry = manifest
            .file(&resource.path)
            .ok_or_else(|| PublishError::NotARelease(release.key().to_string()))?;
        let hosting = match &target.bucket {
            None => Hosting::Hosted,
            Some(base) => {
                let path = bucket_path(&notice.dataset, notice.version, &resource.path);
                Hosting::Linked {
                    url: format!("{}/{path}", base.trim_end_matches('/')),
                }
            }
        };
        resources.push(DesiredResource {
            path: resource.path.clone(),
            upload_name: resource.upload_name.clone(),
            bytes: upload.bytes,
            sha1: upload.sha1,
            sha256: entry.sha256,
            media_type: entry.media_type.clone(),
            hosting,
            text: resource_text(notice, resource, target, entry.sha256.to_string()),
        });
    }
    Ok(Desired {
        dataset: notice.dataset.clone(),
        version: notice.version,
        text: dataset_text(notice, target, &manifest.identity().to_string()),
        register: target.register.clone(),
        keeps_order: false,
        known: Vec::new(),
        removed: Vec::new(),
        resources,
        left_out: notice
            .resources
            .iter()
            .filter(|resource| !target.bare && !accepted(resource))
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
    let retractions = target
        .retractions
        .clone()
        .map(|text| (RETRACTIONS_EXTRA, text));
    DatasetText {
        title: notice.title.clone(),
        description: format!("{}{}", withdrawals(notice, target), notice.description),
        description_short: notice.summary.clone(),
        organization: target.organization.clone(),
        license: notice.licence.clone(),
        frequency: notice.frequency.clone(),
        tags: notice.tags.iter().cloned().collect(),
        temporal_coverage: (notice.coverage.start, notice.coverage.end),
        spatial_zones: notice.zones.clone(),
        spatial_granularity: notice.granularity.clone(),
        contact_points: target.contact_points.clone(),
        private: false,
        extras: extras
            .into_iter()
            .chain(retractions)
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    }
}

/// What the page says first of withdrawn releases.
fn withdrawals(notice: &ReleaseNotice, target: &Target) -> String {
    let lines = target
        .withdrawals
        .iter()
        .filter(|withdrawal| withdrawal.version >= notice.version);
    let line = |withdrawal: &Withdrawal| {
        let sentence = withdrawal.sentence().fr;
        match withdrawal.version == notice.version {
            true if target.bare => {
                format!("**Ces fichiers ne sont plus diffusés.** {sentence}\n\n")
            }
            true => format!("**Ne plus utiliser ces fichiers.** {sentence}\n\n"),
            false => format!("{sentence}\n\n"),
        }
    };
    lines.map(line).collect()
}

fn resource_text(
    notice: &ReleaseNotice,
    resource: &ResourceNotice,
    target: &Target,
    sha256: String,
) -> ResourceText {
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
    let extras: BTreeMap<String, String> = extras
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    ResourceText {
        title: resource.title.clone(),
        description: resource.description.clone(),
        kind,
        schema: target.schemas.get(&resource.path).cloned(),
        extras,
    }
}
