//! The files of a release: data that is written already, texts to write.

use debouches_model::Sha256;

/// A data file that is written already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Path inside the release.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Digest.
    pub sha256: Sha256,
    /// Rows in it.
    pub rows: Option<u64>,
}

/// A text to write beside the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// Path inside the release.
    pub path: String,
    /// Media type.
    pub media_type: String,
    /// Its content.
    pub text: String,
}
