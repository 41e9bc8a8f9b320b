//! The record of a release: columns, keys and content as digests, for the release that follows; changes and decisions as values, for
//! whoever reads it.

use debouches_model::spec::{ColumnKind, ColumnSpec};
use debouches_model::{DatasetId, Sha256, Version};
use serde::{Deserialize, Serialize};

use crate::dataset::Deprecation;
use crate::facts::ReleaseFacts;

/// Name of the record in the folder of a release.
pub const RECORD_FILE: &str = "release.json";

/// A release, in digests and facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReleaseRecord {
    /// Format number of this structure.
    pub format: u32,
    /// The dataset.
    pub dataset: DatasetId,
    /// Its version.
    pub version: Version,
    /// Digest of titles, descriptions, definitions and licence.
    pub definition_sha256: Sha256,
    /// Columns whose removal this release announces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deprecated: Vec<Deprecation>,
    /// What it changed, and what people decided about it.
    #[serde(default)]
    pub facts: ReleaseFacts,
    /// Its tables, in the order of names.
    pub tables: Vec<TableRecord>,
}

impl ReleaseRecord {
    /// The format number written today; format 1 had no facts.
    pub const FORMAT: u32 = 2;
}

/// A table of a release, in digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRecord {
    /// Its name.
    pub table: String,
    /// Number of rows.
    pub rows: u64,
    /// Its columns, in order.
    pub columns: Vec<ColumnRecord>,
    /// Digest of the primary keys, in order.
    pub keys_sha256: Sha256,
    /// Digest of the CSV.
    pub content_sha256: Sha256,
}

/// A column of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnRecord {
    /// Its name.
    pub name: String,
    /// Its type in Table Schema.
    #[serde(rename = "type")]
    pub kind: String,
}

impl ColumnRecord {
    /// The record of a column.
    #[must_use]
    pub fn of(column: &ColumnSpec) -> Self {
        Self {
            name: column.name.clone(),
            kind: table_schema_type(column.kind).to_owned(),
        }
    }
}

/// The Table Schema type of a column; lists are texts joined with `|` in CSV.
pub(crate) fn table_schema_type(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text | ColumnKind::List => "string",
        ColumnKind::Integer => "integer",
        ColumnKind::Decimal => "number",
        ColumnKind::Boolean => "boolean",
    }
}
