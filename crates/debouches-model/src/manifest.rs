//! The file that makes an artefact exist: what is in the folder, from what, by whom.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{ArtefactKey, Ingredients, ReleaseNotice, Sha256, Stage, Waiver};

/// Name of the file, written last in the folder of an artefact.
pub const MANIFEST_FILE: &str = "manifest.json";

/// What an artefact holds and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format number of this structure.
    pub format: u32,
    /// The stage that made the artefact.
    pub stage: Stage,
    /// The source, table or dataset that it is about.
    pub subject: String,
    /// Snapshot, fingerprint or version.
    pub id: String,
    /// What decided the bytes.
    #[serde(default)]
    pub ingredients: Ingredients,
    /// The artefacts it was made from.
    #[serde(default)]
    pub inputs: Vec<InputRef>,
    /// Every file of the folder but this one, sorted by path.
    pub files: Vec<FileEntry>,
    /// Where the bytes were taken from, for a snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// What a portal must show, for a release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseNotice>,
    /// The waivers that let a release through the drift check.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waiver>,
    /// The program that made it.
    pub tool: Tool,
    /// When it was made; outside every fingerprint and every published digest.
    pub created_at: DateTime<Utc>,
}

impl Manifest {
    /// The format number written today.
    pub const FORMAT: u32 = 1;

    /// A manifest with its identity only; the store adds the files.
    #[must_use]
    pub fn new(key: &ArtefactKey, tool: Tool, created_at: DateTime<Utc>) -> Self {
        Self {
            format: Self::FORMAT,
            stage: key.stage,
            subject: key.subject.clone(),
            id: key.id.clone(),
            ingredients: Ingredients::new(),
            inputs: Vec::new(),
            files: Vec::new(),
            origin: None,
            release: None,
            waivers: Vec::new(),
            tool,
            created_at,
        }
    }

    /// Digest of the content: the paths, sizes and digests of the files, and nothing else.
    ///
    /// Two runs that made the same bytes have the same identity, whenever and by whatever version they were made;
    /// a stage whose inputs keep their identity does not run again.
    #[must_use]
    pub fn identity(&self) -> Sha256 {
        let text: String = self
            .files
            .iter()
            .map(|file| format!("{}\0{}\0{}\n", file.path, file.bytes, file.sha256))
            .collect();
        Sha256::of(text.as_bytes())
    }

    /// The entry of a file, by its path inside the folder.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.path == path)
    }

    /// A reference to this artefact, for the manifest of what is made from it.
    #[must_use]
    pub fn as_input(&self) -> InputRef {
        InputRef {
            stage: self.stage,
            subject: self.subject.clone(),
            id: self.id.clone(),
            manifest: self.identity(),
        }
    }
}

/// An artefact that another one was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRef {
    /// The stage that made it.
    pub stage: Stage,
    /// Its subject.
    pub subject: String,
    /// Its snapshot, fingerprint or version.
    pub id: String,
    /// Its [`Manifest::identity`].
    pub manifest: Sha256,
}

/// A file of an artefact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path inside the folder of the artefact, with `/`.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Digest of the bytes.
    pub sha256: Sha256,
    /// Media type.
    pub media_type: String,
    /// Number of data rows, for a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

/// Where the bytes of a snapshot come from. The headers of the answer are in `pipeline.lock`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Address that was read, without credentials.
    pub url: String,
}

/// The program that wrote an artefact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Version of `debouches`.
    pub version: String,
    /// Commit it was built from; `unknown` outside a checkout.
    pub commit: String,
}
