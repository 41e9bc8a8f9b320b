//! What cannot be shown.

use debouches_model::{DatasetId, Fault, Version};

/// What cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A file of the release is not what it should be.
    #[error("cannot read {path} of {dataset} {version}")]
    Release {
        /// The dataset.
        dataset: DatasetId,
        /// Its version.
        version: Version,
        /// The file.
        path: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The record of the catalogue is not ours.
    #[error("the record of the catalogue is not readable")]
    Record {
        /// The cause.
        source: serde_json::Error,
    },
    /// A later version of the program wrote the record.
    #[error("the record of the catalogue has format {0}, which this version does not know")]
    Format(u32),
    /// The record does not have its seal.
    #[error("the record of {0} in the catalogue was altered: its seal is not that of its content")]
    Altered(DatasetId),
    /// A published version has other content here.
    #[error(
        "{dataset} {version} was published with other content: what was released never changes"
    )]
    Another {
        /// The dataset.
        dataset: DatasetId,
        /// Its version.
        version: Version,
    },
}

impl CatalogueError {
    /// Whose fault it is.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Release { .. } => Fault::Ours,
            Self::Record { .. } | Self::Altered(_) | Self::Another { .. } => Fault::Integrity,
            Self::Format(_) => Fault::Operator,
        }
    }
}
