//! A release as the catalogue reads it: its manifest, its texts, the first rows of its tables.

use debouches_model::{FileEntry, Manifest, ReleaseNotice, Sha256};

use crate::changelog;
use crate::descriptor::Descriptor;
use crate::error::CatalogueError;
use crate::preview::Preview;

/// A release.
#[derive(Debug, Clone)]
pub struct Release {
    /// What a portal shows of it.
    pub notice: ReleaseNotice,
    /// Digest of all its files.
    pub identity: Sha256,
    /// The files that readers get.
    pub files: Vec<FileEntry>,
    pub(crate) descriptor: Descriptor,
    pub(crate) texts: Texts,
    /// The first rows of its tables, for the newest release.
    pub previews: Vec<Preview>,
}

/// Texts of a release.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    /// `datapackage.json`.
    pub datapackage: String,
    /// `README.md`.
    pub readme: String,
    /// `CHANGELOG.md`.
    pub changelog: String,
}

impl Release {
    /// Reads a release. `hidden` are the files that are ours and not for readers.
    ///
    /// # Errors
    /// When `datapackage.json` is not a descriptor.
    pub fn read(
        notice: &ReleaseNotice,
        manifest: &Manifest,
        hidden: &[&str],
        texts: Texts,
    ) -> Result<Self, CatalogueError> {
        let descriptor =
            serde_json::from_str(&texts.datapackage).map_err(|source| CatalogueError::Release {
                dataset: notice.dataset.clone(),
                version: notice.version,
                path: "datapackage.json".to_owned(),
                source: Box::new(source),
            })?;
        let files = manifest
            .files
            .iter()
            .filter(|file| !hidden.contains(&file.path.as_str()));
        Ok(Self {
            notice: notice.clone(),
            identity: manifest.identity(),
            files: files.cloned().collect(),
            descriptor,
            texts,
            previews: Vec::new(),
        })
    }

    /// The CSV of its tables, in order.
    #[must_use]
    pub fn tables(&self) -> Vec<String> {
        self.descriptor
            .resources
            .iter()
            .map(|resource| resource.path.clone())
            .collect()
    }

    /// What its changelog says of it.
    pub(crate) fn changes(&self) -> Vec<String> {
        changelog::items(&self.texts.changelog, self.notice.version)
    }

    pub(crate) fn preview(&self, path: &str) -> Option<&Preview> {
        self.previews.iter().find(|preview| preview.path == path)
    }
}
