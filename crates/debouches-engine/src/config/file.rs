//! What was typed in `pipeline.toml`. Nothing else reads these types.

use std::collections::BTreeMap;

use debouches_fetch::ApiRoute;
use debouches_model::{DatasetId, PortalId, SourceId, TableId};
use serde::Deserialize;

use super::domain::DomainSection;
use super::protection::Protection;
use crate::config::Occasion;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigFile {
    pub contact: Option<String>,
    pub state: Option<StateFile>,
    /// Where files stand over those of the embedded domain.
    #[serde(default)]
    pub domain: DomainSection,
    /// How other machines are reached.
    #[serde(default)]
    pub http: HttpFile,
    #[serde(default)]
    pub operations: OperationsFile,
    pub signature: Option<SignatureFile>,
    #[serde(default, rename = "source")]
    pub sources: Vec<SourceFile>,
    #[serde(default, rename = "dataset")]
    pub datasets: Vec<DatasetFile>,
    #[serde(default, rename = "portal")]
    pub portals: BTreeMap<PortalId, PortalFile>,
    /// Budgets of the drift check for every dataset.
    #[serde(default)]
    pub drift: DriftFile,
    /// How many rows of a table may be set aside, by table.
    #[serde(default)]
    pub quarantine: BTreeMap<TableId, super::quarantine::QuarantineFile>,
    #[serde(default, rename = "profile")]
    pub profiles: BTreeMap<String, ProfileFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StateFile {
    pub url: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HttpFile {
    pub proxy: Option<String>,
    pub no_proxy: Option<String>,
    pub ca_file: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationsFile {
    pub textfile: Option<String>,
    pub webhook: Option<WebhookFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookFile {
    pub url_env: String,
    pub on: Option<Vec<Occasion>>,
}

/// Who signs releases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignatureFile {
    pub public_key: String,
    pub key_env: Option<String>,
    pub key_file: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceFile {
    pub id: SourceId,
    pub table: TableId,
    pub kind: Option<String>,
    pub url: Option<String>,
    pub dataset: Option<String>,
    #[serde(default)]
    pub labels: bool,
    /// Of an Opendatasoft portal: which rows.
    pub filter: Option<String>,
    /// Of an Opendatasoft portal: which values of facets, as `facet:value`.
    #[serde(default)]
    pub refine: Vec<String>,
    /// Of data.gouv.fr: which file, as a pattern of its title.
    pub title: Option<String>,
    /// Of data.gouv.fr: the dataset is read where it was harvested from.
    #[serde(default)]
    pub harvested: bool,
    /// Of the web: `GET` or `POST`.
    pub method: Option<String>,
    /// Of the web: added to the query of the address.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// Of the web: sent with the question.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Of the web: sent as a form.
    #[serde(default)]
    pub form: BTreeMap<String, String>,
    /// Hosts that the address and its redirects may name, even on this network; any other one is refused.
    #[serde(default)]
    pub allowed_hosts: Vec<String>,
    pub member: Option<String>,
    pub version: Option<String>,
    /// Columns that the file does not tell, for instance the vintage of a download.
    #[serde(default)]
    pub given: BTreeMap<String, String>,
    pub api: Option<ApiFile>,
    /// When it should have published.
    #[serde(default)]
    pub expected: Vec<ExpectedFile>,
    /// Addresses by profile; they win over the one above.
    #[serde(default)]
    pub at: BTreeMap<String, AddressFile>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddressFile {
    pub kind: String,
    pub url: String,
    pub dataset: Option<String>,
    #[serde(default)]
    pub labels: bool,
    /// Of an Opendatasoft portal: which rows.
    pub filter: Option<String>,
    /// Of an Opendatasoft portal: which values of facets, as `facet:value`.
    #[serde(default)]
    pub refine: Vec<String>,
    /// Of data.gouv.fr: which file, as a pattern of its title.
    pub title: Option<String>,
    /// Of data.gouv.fr: the dataset is read where it was harvested from.
    #[serde(default)]
    pub harvested: bool,
    /// Of the web: `GET` or `POST`.
    pub method: Option<String>,
    /// Of the web: added to the query of the address.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// Of the web: sent with the question.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Of the web: sent as a form.
    #[serde(default)]
    pub form: BTreeMap<String, String>,
    /// Hosts that the address and its redirects may name, even on this network; any other one is refused.
    #[serde(default)]
    pub allowed_hosts: Vec<String>,
    pub member: Option<String>,
    pub version: Option<String>,
    /// Columns that the file at this address does not tell.
    #[serde(default)]
    pub given: BTreeMap<String, String>,
    pub api: Option<ApiFile>,
    /// When it should have published.
    #[serde(default)]
    pub expected: Vec<ExpectedFile>,
}

/// What to ask of the InserJeunes API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiFile {
    pub route: ApiRoute,
    pub vintages: Vec<String>,
    #[serde(default)]
    pub codes: Vec<String>,
    /// A file with one code on each line.
    pub codes_file: Option<String>,
    pub username_env: String,
    pub password_env: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatasetFile {
    pub id: DatasetId,
    pub tables: Vec<TableId>,
    pub licence: String,
    pub frequency: String,
    pub title: Option<String>,
    pub summary: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    pub zones: Option<Vec<String>>,
    pub granularity: Option<String>,
    /// How strict the disclosure audit is: `strict` for all tables, or by default for those that cite no publication of their producer.
    #[serde(default)]
    pub secrecy: Option<debouches_disclosure::Mode>,
    /// What the secrecy policies of the tables say otherwise in this dataset.
    #[serde(default)]
    pub protection: Protection,
    pub hosting: Option<HostingFile>,
    #[serde(default)]
    pub schemas: BTreeMap<TableId, String>,
    /// Title and summary in English.
    pub english: Option<EnglishFile>,
    /// Columns that are not published, as `table.column`.
    #[serde(default)]
    pub omit: Vec<String>,
    /// Further forms of each table; workbooks when nothing is asked.
    pub forms: Option<std::collections::BTreeSet<debouches_release::Form>>,
    /// Columns that a later release will remove.
    #[serde(default)]
    pub deprecated: Vec<DeprecatedFile>,
    #[serde(default)]
    pub drift: DriftFile,
}

/// Budgets of the drift check; what is not said keeps its default.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DriftFile {
    pub rows: Option<f64>,
    pub slice_rows: Option<f64>,
    pub new_vintage_rows: Option<f64>,
    pub keys: Option<f64>,
    pub hidden: Option<f64>,
    pub slice_hidden: Option<f64>,
    pub rate: Option<f64>,
    pub slice_rate: Option<f64>,
    pub quantile: Option<f64>,
    pub amount: Option<f64>,
    pub few: Option<u64>,
}

/// When a source should have published.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedFile {
    /// Last day on which it is not late, `YYYY-MM-DD`.
    pub by: chrono::NaiveDate,
    /// The vintage that must be there by then.
    pub vintage: Option<String>,
    /// Without vintage: the first day on which a delivery counts, `YYYY-MM-DD`.
    pub since: Option<chrono::NaiveDate>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HostingFile {
    pub bucket: String,
    pub public_url: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnglishFile {
    pub title: String,
    pub summary: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeprecatedFile {
    pub column: String,
    pub reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PortalFile {
    pub kind: PortalKindFile,
    pub url: Option<String>,
    pub api_key_env: Option<String>,
    pub api_key_file: Option<String>,
    pub organization: Option<String>,
    #[serde(default)]
    pub contact_points: Vec<String>,
    pub contact: Option<ContactFile>,
    #[serde(default)]
    pub announce: bool,
    pub timeout_seconds: Option<u64>,
    pub folder: Option<String>,
    /// Of a static catalogue: where it is put, when it is not a folder.
    pub bucket: Option<String>,
    /// Of a static catalogue: where readers find it.
    pub public_url: Option<String>,
    /// Of a static catalogue: its name.
    pub title: Option<String>,
    /// Of a static catalogue: true for pages of establishments, trainings and territories beside the datasets.
    #[serde(default)]
    pub pages: bool,
    /// Of a static catalogue: true when a `theme.css` of the operator's is put beside `style.css`.
    #[serde(default)]
    pub theme: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactFile {
    pub name: String,
    pub email: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PortalKindFile {
    Practice,
    Static,
    Udata,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileFile {
    /// The profile whose addresses, portals and settings it takes, but for those that it gives itself.
    pub extends: Option<String>,
    /// Beginnings of addresses, and what is read in their stead.
    #[serde(default)]
    pub rewrite: BTreeMap<String, String>,
    pub portal: Option<PortalId>,
    #[serde(default)]
    pub portals: Vec<PortalId>,
    pub state: Option<String>,
    pub lock: Option<String>,
    /// The figures of this profile are made up for a trial: every title says so.
    #[serde(default)]
    pub demo: bool,
    /// Releases of this profile are not signed.
    #[serde(default)]
    pub unsigned: bool,
}
