//! `latest.json`: which version readers should take, and where its files are.

use debouches_model::{DatasetId, FileEntry, Version};
use serde::{Deserialize, Serialize};

/// What `latest.json` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    /// Format number of this structure.
    pub format: u32,
    /// The dataset.
    pub dataset: DatasetId,
    /// Its version.
    pub version: Version,
    /// Digest of all the files of the release.
    pub release: String,
    /// Its files.
    pub files: Vec<LatestFile>,
}

/// A file of the version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatestFile {
    /// Path in the release.
    pub path: String,
    /// Address: absolute, or from where the pointer is.
    pub url: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Digest.
    pub sha256: String,
}

impl Latest {
    /// The pointer to a version whose files are at `<base>/<path>`.
    #[must_use]
    pub fn to(
        dataset: &DatasetId,
        version: Version,
        release: String,
        base: &str,
        files: &[FileEntry],
    ) -> Self {
        let file = |file: &FileEntry| LatestFile {
            path: file.path.clone(),
            url: format!("{base}/{}", file.path),
            bytes: file.bytes,
            sha256: file.sha256.to_string(),
        };
        Self {
            format: 1,
            dataset: dataset.clone(),
            version,
            release,
            files: files.iter().map(file).collect(),
        }
    }

    /// The pointer as text.
    ///
    /// # Panics
    /// Never: our own structures are written as JSON.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("our own structures are written as JSON")
    }
}
