//! What was typed in `pipeline.toml`. Nothing else reads these types.

use std::collections::BTreeMap;

use debouches_fetch::ApiRoute;
use debouches_model::{DatasetId, PortalId, SourceId, TableId};
use serde::Deserialize;

use super::protection::Protection;
use crate::operations::Occasion;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfigFile {
    pub(super) contact: Option<String>,
    pub(super) state: Option<StateFile>,
    #[serde(default)]
    pub(super) operations: OperationsFile,
    pub(super) signature: Option<SignatureFile>,
    #[serde(default, rename = "source")]
    pub(super) sources: Vec<SourceFile>,
    #[serde(default, rename = "dataset")]
    pub(super) datasets: Vec<DatasetFile>,
    #[serde(default, rename = "portal")]
    pub(super) portals: BTreeMap<PortalId, PortalFile>,
    /// Budgets of the drift gate for every dataset.
    #[serde(default)]
    pub(super) drift: DriftFile,
    #[serde(default, rename = "profile")]
    pub(super) profiles: BTreeMap<String, ProfileFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StateFile {
    pub(super) url: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OperationsFile {
    pub(super) textfile: Option<String>,
    pub(super) webhook: Option<WebhookFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookFile {
    pub(super) url_env: String,
    pub(super) on: Option<Vec<Occasion>>,
}

/// Who signs releases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignatureFile {
    pub(super) public_key: String,
    pub(super) key_env: Option<String>,
    pub(super) key_file: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceFile {
    pub(super) id: SourceId,
    pub(super) table: TableId,
    pub(super) kind: Option<SourceKind>,
    pub(super) url: Option<String>,
    pub(super) dataset: Option<String>,
    #[serde(default)]
    pub(super) labels: bool,
    pub(super) member: Option<String>,
    pub(super) version: Option<String>,
    /// Columns that the file does not tell, for instance the vintage of a download.
    #[serde(default)]
    pub(super) given: BTreeMap<String, String>,
    pub(super) api: Option<ApiFile>,
    /// When it should have published.
    #[serde(default)]
    pub(super) expected: Vec<ExpectedFile>,
    /// Addresses by profile; they win over the one above.
    #[serde(default)]
    pub(super) at: BTreeMap<String, AddressFile>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddressFile {
    pub(super) kind: SourceKind,
    pub(super) url: String,
    pub(super) dataset: Option<String>,
    #[serde(default)]
    pub(super) labels: bool,
    pub(super) member: Option<String>,
    pub(super) version: Option<String>,
    /// Columns that the file at this address does not tell.
    #[serde(default)]
    pub(super) given: BTreeMap<String, String>,
    pub(super) api: Option<ApiFile>,
    /// When it should have published.
    #[serde(default)]
    pub(super) expected: Vec<ExpectedFile>,
}

/// What to ask of the InserJeunes API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiFile {
    pub(super) route: ApiRoute,
    pub(super) vintages: Vec<String>,
    #[serde(default)]
    pub(super) codes: Vec<String>,
    /// A file with one code on each line.
    pub(super) codes_file: Option<String>,
    pub(super) username_env: String,
    pub(super) password_env: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SourceKind {
    File,
    Http,
    InserjeunesApi,
    Ods,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DatasetFile {
    pub(super) id: DatasetId,
    pub(super) tables: Vec<TableId>,
    pub(super) licence: String,
    pub(super) frequency: String,
    pub(super) title: Option<String>,
    pub(super) summary: Option<String>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    pub(super) zones: Option<Vec<String>>,
    pub(super) granularity: Option<String>,
    /// How strict the secrecy gate is: `inherit` (by default) or `strict`.
    #[serde(default)]
    pub(super) secrecy: debouches_disclosure::Mode,
    /// What the secrecy policies of the tables say otherwise in this dataset.
    #[serde(default)]
    pub(super) protection: Protection,
    pub(super) hosting: Option<HostingFile>,
    #[serde(default)]
    pub(super) schemas: BTreeMap<TableId, String>,
    /// Title and summary in English.
    pub(super) english: Option<EnglishFile>,
    /// Columns that are not published, as `table.column`.
    #[serde(default)]
    pub(super) omit: Vec<String>,
    /// Further forms of each table.
    #[serde(default)]
    pub(super) forms: std::collections::BTreeSet<debouches_release::Form>,
    /// Columns that a later release will remove.
    #[serde(default)]
    pub(super) deprecated: Vec<DeprecatedFile>,
    #[serde(default)]
    pub(super) drift: DriftFile,
}

/// Budgets of the drift gate; what is not said keeps its default.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DriftFile {
    pub(super) rows: Option<f64>,
    pub(super) slice_rows: Option<f64>,
    pub(super) new_vintage_rows: Option<f64>,
    pub(super) keys: Option<f64>,
    pub(super) hidden: Option<f64>,
    pub(super) slice_hidden: Option<f64>,
    pub(super) rate: Option<f64>,
    pub(super) slice_rate: Option<f64>,
    pub(super) quantile: Option<f64>,
    pub(super) amount: Option<f64>,
    pub(super) few: Option<u64>,
}

/// When a source should have published.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedFile {
    /// Last day on which it is not late, `YYYY-MM-DD`.
    pub(super) by: chrono::NaiveDate,
    /// The vintage that must be there by then.
    pub(super) vintage: Option<String>,
    /// Without vintage: the first day on which a delivery counts, `YYYY-MM-DD`.
    pub(super) since: Option<chrono::NaiveDate>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HostingFile {
    pub(super) bucket: String,
    pub(super) public_url: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EnglishFile {
    pub(super) title: String,
    pub(super) summary: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeprecatedFile {
    pub(super) column: String,
    pub(super) reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PortalFile {
    pub(super) kind: PortalKindFile,
    pub(super) url: Option<String>,
    pub(super) api_key_env: Option<String>,
    pub(super) api_key_file: Option<String>,
    pub(super) organization: Option<String>,
    #[serde(default)]
    pub(super) contact_points: Vec<String>,
    pub(super) contact: Option<ContactFile>,
    #[serde(default)]
    pub(super) announce: bool,
    pub(super) timeout_seconds: Option<u64>,
    pub(super) folder: Option<String>,
    /// Of a static catalogue: where it is put, when it is not a folder.
    pub(super) bucket: Option<String>,
    /// Of a static catalogue: where readers find it.
    pub(super) public_url: Option<String>,
    /// Of a static catalogue: its name.
    pub(super) title: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactFile {
    pub(super) name: String,
    pub(super) email: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PortalKindFile {
    Practice,
    Static,
    Udata,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileFile {
    pub(super) portal: Option<PortalId>,
    #[serde(default)]
    pub(super) portals: Vec<PortalId>,
    pub(super) state: Option<String>,
    pub(super) lock: Option<String>,
    /// Releases of this profile are not signed.
    #[serde(default)]
    pub(super) unsigned: bool,
}
