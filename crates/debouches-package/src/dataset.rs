//! What is packaged: texts from the configuration, tables from `enrich`, and where the figures come from.

use debouches_model::spec::TableSpec;
use debouches_model::{DatasetId, Sha256};
use debouches_table::Table;

/// A dataset as the configuration describes it.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Its name.
    pub id: DatasetId,
    /// Title in French, at most 350 characters.
    pub title: String,
    /// One sentence in French, at most 200 characters.
    pub summary: String,
    /// Licence identifier of the portal, for instance `lov2`.
    pub licence: String,
    /// Frequency term of the portal.
    pub frequency: String,
    /// Keywords.
    pub tags: Vec<String>,
    /// Spatial zones.
    pub zones: Vec<String>,
    /// Spatial granularity.
    pub granularity: String,
}

/// A table of the dataset.
#[derive(Debug)]
pub struct Part<'a> {
    /// Its specification.
    pub spec: &'a TableSpec,
    /// Its enriched rows.
    pub table: Table,
    /// The sources it was made from, nomenclatures included.
    pub sources: Vec<SourceNote>,
    /// What the secrecy gate says of it; nothing when the table has no policy that it can judge.
    pub secrecy: Option<SecrecyNote>,
}

/// What the secrecy gate says of a table, for reusers.
#[derive(Debug, Clone, PartialEq)]
pub struct SecrecyNote {
    /// A paragraph in French.
    pub paragraph: String,
    /// The entry of the table in `disclosure.json`.
    pub document: serde_json::Value,
}

/// A source, as told to reusers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceNote {
    /// Its name in the configuration.
    pub id: String,
    /// Who produces it.
    pub producer: String,
    /// Address, without credentials; a file name for a local file.
    pub address: String,
    /// Digest of the bytes received.
    pub sha256: Sha256,
    /// Version told by the configuration.
    pub version: Option<String>,
}
