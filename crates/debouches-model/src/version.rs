//! Semantic version of a release.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Version of a release: columns, rows, values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    /// Moves when a column is removed, renamed, retyped or reordered.
    pub major: u32,
    /// Moves when rows or columns are added.
    pub minor: u32,
    /// Moves when values are corrected.
    pub patch: u32,
}

/// What changed since the last release, from the least to the most disturbing for a reuser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Values or texts only.
    Patch,
    /// The set of rows, or columns added.
    Minor,
    /// Columns removed, renamed, retyped or reordered.
    Major,
}

/// A text that is not `major.minor.patch`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a version: three numbers are expected, as in 1.0.0")]
pub struct VersionError(String);

impl Version {
    /// The version of a first release.
    pub const FIRST: Self = Self {
        major: 1,
        minor: 0,
        patch: 0,
    };

    /// The version that follows this one.
    #[must_use]
    pub fn after(self, change: Change) -> Self {
        match change {
            Change::Major => Self {
                major: self.major + 1,
                minor: 0,
                patch: 0,
            },
            Change::Minor => Self {
                minor: self.minor + 1,
                patch: 0,
                ..self
            },
            Change::Patch => Self {
                patch: self.patch + 1,
                ..self
            },
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let mut numbers = text.split('.').map(str::parse::<u32>);
        match (
            numbers.next(),
            numbers.next(),
            numbers.next(),
            numbers.next(),
        ) {
            (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch)), None) => Ok(Self {
                major,
                minor,
                patch,
            }),
            _ => Err(VersionError(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Version {
    type Error = VersionError;

    fn try_from(text: String) -> Result<Self, VersionError> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}
