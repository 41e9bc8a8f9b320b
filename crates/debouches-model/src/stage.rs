//! The five stages, and the key of what each leaves behind.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A stage of the pipeline, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Sources to bytes.
    Fetch,
    /// Bytes to a checked table.
    Validate,
    /// A checked table to a tagged one.
    Enrich,
    /// Tables to a release.
    Package,
    /// A release to a portal.
    Publish,
}

impl Stage {
    /// The five stages, in the order in which they run.
    pub const ALL: [Self; 5] = [
        Self::Fetch,
        Self::Validate,
        Self::Enrich,
        Self::Package,
        Self::Publish,
    ];

    /// The name used in commands and in folders.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Validate => "validate",
            Self::Enrich => "enrich",
            Self::Package => "package",
            Self::Publish => "publish",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Stage {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.as_str() == name)
            .ok_or_else(|| {
                format!(
                    "`{name}` is not a stage: expected fetch, validate, enrich, package or publish"
                )
            })
    }
}

/// Names one artefact: `<stage>/<subject>/<id>`, or `rejected/<stage>/<subject>/<id>` for what was refused.
///
/// `id` is the digest of the bytes for a snapshot, a fingerprint for a table, a version for a release,
/// and `<version>/<portal>` for a publication.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ArtefactKey {
    /// The stage that made it.
    pub stage: Stage,
    /// The source, table or dataset that it is about.
    pub subject: String,
    /// Which one of that subject.
    pub id: String,
    /// True for a refused output, which the next stage never sees.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rejected: bool,
}

impl ArtefactKey {
    /// The key of an accepted output.
    pub fn new(stage: Stage, subject: impl fmt::Display, id: impl fmt::Display) -> Self {
        Self {
            stage,
            subject: subject.to_string(),
            id: id.to_string(),
            rejected: false,
        }
    }

    /// The key of a refused output.
    pub fn rejected(stage: Stage, subject: impl fmt::Display, id: impl fmt::Display) -> Self {
        Self {
            rejected: true,
            ..Self::new(stage, subject, id)
        }
    }

    /// The folder of the artefact, relative to the state.
    #[must_use]
    pub fn folder(&self) -> String {
        let prefix = if self.rejected { "rejected/" } else { "" };
        format!("{prefix}{}/{}/{}", self.stage, self.subject, self.id)
    }
}

impl fmt::Display for ArtefactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.folder())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stage after another one: a new variant does not compile before it has its place here.
    fn next(stage: Stage) -> Option<Stage> {
        match stage {
            Stage::Fetch => Some(Stage::Validate),
            Stage::Validate => Some(Stage::Enrich),
            Stage::Enrich => Some(Stage::Package),
            Stage::Package => Some(Stage::Publish),
            Stage::Publish => None,
        }
    }

    #[test]
    fn the_list_of_stages_has_each_of_them_in_order() {
        let in_order: Vec<Stage> =
            std::iter::successors(Some(Stage::Fetch), |stage| next(*stage)).collect();
        assert_eq!(in_order, Stage::ALL);
    }
}
