//! `pipeline.toml`: what was typed becomes what is meant, and every mistake is told at once.

pub mod domain;
mod doubts;
pub mod errors;
mod file;
mod http;
mod occasion;
mod portals;
mod profile;
mod protection;
mod quarantine;
mod resolve;
mod signature;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use chrono::NaiveDate;
use debouches_fetch::SourceRequest;
use debouches_http::ClientOptions;
use debouches_insertion::Domain;
use debouches_model::spec::TableSpec;
use debouches_model::{DatasetId, PortalId, SourceId, TableId};
use debouches_release::drift::Budgets;
use debouches_udata::SchemaRef;
use debouches_validate::Given;

pub use doubts::Doubts;
pub use errors::ConfigErrors;
pub use http::HttpSettings;
pub use occasion::Occasion;
pub use protection::Protection;
pub use quarantine::Quarantine;

/// The pipeline as it is meant: every reference is checked. Only this travels further.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// Folder that relative addresses are taken from: that of the configuration.
    pub base: PathBuf,
    /// The configuration file.
    pub file: PathBuf,
    /// The tables, shapes, code lists, additions and derivations of this pipeline.
    pub domain: &'static Domain,
    /// Name of the profile.
    pub profile: String,
    /// Address of the state.
    pub state: String,
    /// The lock file of the sources.
    pub lock_file: PathBuf,
    /// Exceptions to the drift check.
    pub waivers_file: PathBuf,
    /// Whom producers can write to about our requests; part of the `User-Agent`.
    pub contact: String,
    /// How other machines are reached.
    pub http: HttpSettings,
    /// The sources, in order.
    pub sources: Vec<Source>,
    /// The datasets, in order.
    pub datasets: Vec<DatasetConfig>,
    /// Where it is published, in order.
    pub portals: Vec<Portal>,
    /// What runs leave for those who operate them.
    pub operations: Operations,
    /// Who signs releases; nobody when absent.
    pub signature: Option<Signature>,
    /// What the profile leaves out, and why.
    pub left_out: Vec<String>,
}

/// What runs leave for those who operate them.
#[derive(Debug, Clone, Default)]
pub struct Operations {
    /// File for the textfile collector of Prometheus.
    pub textfile: Option<PathBuf>,
    /// A chat room.
    pub webhook: Option<Webhook>,
}

/// A chat room to tell.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// The variable that holds its address.
    pub url_env: String,
    /// When it receives a message.
    pub on: BTreeSet<Occasion>,
}

/// Who signs releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The public key, as reusers are told it.
    pub public_key: String,
    /// Where the secret key is.
    pub key: KeyLocation,
}

/// A source of bytes, and the table that it fills.
#[derive(Debug, Clone)]
pub struct Source {
    /// The table that it fills.
    pub spec: &'static TableSpec,
    /// What to ask.
    pub request: SourceRequest,
    /// Columns that the configuration tells because the file does not.
    pub given: Given,
    /// How many of its rows may be set aside, where a person decided it.
    pub quarantine: Option<Quarantine>,
    /// When it should have published, in the order of the configuration.
    pub expected: Vec<Expected>,
}

/// When a source should have published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Last day on which it is not late.
    pub by: NaiveDate,
    /// What shows that it has come.
    pub what: Awaited,
}

/// What shows that a source has published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Awaited {
    /// A vintage of its table.
    Vintage(String),
    /// Bytes first received on that day or after.
    DeliverySince(NaiveDate),
}

impl Source {
    /// Its name.
    pub fn id(&self) -> &SourceId {
        &self.request.id
    }
}

/// A dataset to publish.
#[derive(Debug, Clone)]
pub struct DatasetConfig {
    /// Its texts.
    pub notice: debouches_release::Dataset,
    /// Its tables.
    pub tables: Vec<&'static TableSpec>,
    /// How strict the disclosure audit is for all tables; by default strict, but for those that cite what they inherit from.
    pub secrecy: Option<debouches_disclosure::Mode>,
    /// What it says otherwise than the policies of its tables.
    pub protection: Protection,
    /// How far a release may move from the live one.
    pub drift: Budgets,
    /// Who holds the files; the portal itself when absent.
    pub hosting: Option<Hosting>,
    /// Schemas of the portal's catalogue that the tables follow.
    pub schemas: BTreeMap<TableId, SchemaRef>,
}

/// A bucket that holds the files of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosting {
    /// Where they are put.
    pub bucket: String,
    /// Where they are read.
    pub public_url: String,
}

impl DatasetConfig {
    /// Its name.
    pub fn id(&self) -> &DatasetId {
        &self.notice.id
    }
}

/// A portal to publish to.
#[derive(Debug, Clone)]
pub struct Portal {
    /// Its name.
    pub id: PortalId,
    /// How it is reached.
    pub kind: PortalKind,
    /// Identifiers of contact points of the organization.
    pub contact_points: Vec<String>,
    /// A contact point to make when it is not there: name and mailbox.
    pub contact: Option<(String, String)>,
    /// Whether followers are told of each new version, by a discussion.
    pub announce: bool,
    /// How long an answer is waited for.
    pub timeout: Option<Duration>,
}

/// Where a secret key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyLocation {
    /// In an environment variable.
    Variable(String),
    /// In a file; a name without folder is a credential of systemd when there is one of that name.
    File(PathBuf),
}

/// Kinds of portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortalKind {
    /// The embedded practice portal, with its state in a folder.
    Practice {
        /// Where its state is.
        folder: PathBuf,
    },
    /// Files that any web server or bucket serves.
    Static(StaticSite),
    /// A udata portal.
    Udata {
        /// Its address.
        url: String,
        /// Where its key is.
        key: KeyLocation,
        /// The organization that owns the datasets.
        organization: Option<String>,
    },
}

/// A static catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticSite {
    /// Where it is put: a folder, taken from that of the configuration, or `s3://bucket/prefix`.
    pub location: String,
    /// Where readers find it, without slash at the end; every link is relative when absent.
    pub public_url: Option<String>,
    /// Its name.
    pub title: String,
    /// True for pages of establishments, trainings and territories beside the datasets.
    pub pages: bool,
    /// True when the operator lays a `theme.css` over our style.
    pub theme: bool,
}

impl StaticSite {
    /// Whether it is put on another machine.
    pub fn is_remote(&self) -> bool {
        self.location.starts_with("s3://")
    }
}

impl Pipeline {
    /// The options of a client that names us.
    pub fn client_options(&self) -> ClientOptions {
        self.http.client_options(&self.contact)
    }

    /// The first portal of the profile.
    pub fn portal(&self) -> Option<&Portal> {
        self.portals.first()
    }

    /// Reads the configuration and resolves it for a profile.
    ///
    /// # Errors
    /// Fails with every mistake of the configuration at once.
    pub fn load(file: &Path, profile: Option<&str>) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file)
            .map_err(|source| ConfigErrors::unreadable(file, &source))?;
        let typed: file::ConfigFile =
            toml::from_str(&text).map_err(|error| ConfigErrors::syntax(file, &error))?;
        let domain = domain::load(file.parent().unwrap_or(Path::new("")), &typed.domain)?;
        let file = std::path::absolute(file)
            .with_context(|| format!("cannot locate {}", file.display()))?;
        Ok(resolve::resolve(typed, domain, &file, profile)?)
    }
}
