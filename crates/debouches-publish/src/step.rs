//! The kinds of write.

use serde::{Deserialize, Serialize};

/// A write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PlanStep {
    /// Make the dataset, hidden until everything is there.
    CreateDataset,
    /// Send a new file.
    Upload {
        /// Path in the release.
        path: String,
    },
    /// Send the bytes of a file again.
    Replace {
        /// Path in the release.
        path: String,
        /// The resource on the portal.
        resource: String,
    },
    /// Make a link to a file hosted in a bucket.
    Link {
        /// Path in the release.
        path: String,
    },
    /// Point a link to another file, and describe it.
    Relink {
        /// Path in the release.
        path: String,
        /// The resource on the portal.
        resource: String,
    },
    /// Write title, description, kind, schema and marks of a file.
    Describe {
        /// Path in the release.
        path: String,
        /// The resource on the portal.
        resource: String,
    },
    /// Put the files in order.
    Reorder,
    /// Write the texts of the dataset, and show it.
    UpdateDataset,
    /// Remove a file of ours that the release has no more, or has twice.
    Retire {
        /// The resource on the portal.
        resource: String,
        /// Its title.
        title: String,
        /// Whether another resource holds the same file.
        twin: bool,
    },
    /// Remove an empty hidden dataset of ours, left by a creation whose answer was lost.
    RetireDraft {
        /// Its identifier.
        dataset: String,
    },
}

impl PlanStep {
    /// The file of the release that it is about.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Upload { path }
            | Self::Replace { path, .. }
            | Self::Link { path }
            | Self::Relink { path, .. }
            | Self::Describe { path, .. } => Some(path),
            Self::CreateDataset
            | Self::Reorder
            | Self::UpdateDataset
            | Self::Retire { .. }
            | Self::RetireDraft { .. } => None,
        }
    }

    /// Whether a plan that holds `self` allows `other` too: what completes it after a lost answer, and nothing else.
    pub(crate) fn allows(&self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        match other {
            Self::Describe { path, .. }
            | Self::Replace { path, .. }
            | Self::Relink { path, .. } => {
                matches!(
                    self,
                    Self::Upload { .. }
                        | Self::Replace { .. }
                        | Self::Link { .. }
                        | Self::Relink { .. }
                ) && self.path() == Some(path)
            }
            Self::Upload { path } | Self::Link { path } => {
                matches!(self, Self::Upload { .. } | Self::Link { .. }) && self.path() == Some(path)
            }
            Self::Reorder => matches!(
                self,
                Self::Upload { .. } | Self::Link { .. } | Self::CreateDataset
            ),
            Self::UpdateDataset => matches!(self, Self::CreateDataset),
            Self::Retire { twin, .. } => {
                *twin && matches!(self, Self::Upload { .. } | Self::Link { .. })
            }
            Self::RetireDraft { .. } => matches!(self, Self::CreateDataset),
            Self::CreateDataset => false,
        }
    }
}

impl std::fmt::Display for PlanStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::CreateDataset => f.write_str("create the dataset"),
            Self::Upload { path } => write!(f, "upload {path}"),
            Self::Replace { path, .. } => write!(f, "replace the bytes of {path}"),
            Self::Link { path } => write!(f, "link {path}"),
            Self::Relink { path, .. } => write!(f, "point the link of {path} to the new file"),
            Self::Describe { path, .. } => write!(f, "describe {path}"),
            Self::Reorder => f.write_str("put the files in order"),
            Self::UpdateDataset => f.write_str("update the texts of the dataset"),
            Self::Retire {
                title, twin: false, ..
            } => write!(f, "retire “{title}”"),
            Self::Retire {
                title, twin: true, ..
            } => write!(f, "remove the second copy of “{title}”"),
            Self::RetireDraft { dataset } => write!(f, "remove the empty draft {dataset}"),
        }
    }
}
