//! `pipeline.toml`: what was typed becomes what is meant, and every mistake is told at once.

mod borrowed;
mod file;
mod portals;
mod protection;
mod resolve;
mod signature;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use chrono::NaiveDate;
use debouches_fetch::SourceRequest;
use debouches_model::spec::TableSpec;
use debouches_model::{DatasetId, PortalId, SourceId, TableId};
use debouches_release::drift::Budgets;
use debouches_udata::SchemaRef;
use debouches_validate::Given;

use crate::operations::Occasion;

pub(crate) use protection::Protection;
pub(crate) use resolve::ConfigErrors;

/// The pipeline as it is meant: every reference is checked. Only this travels further.
#[derive(Debug, Clone)]
pub(crate) struct Pipeline {
    /// Folder that relative addresses are taken from: that of the configuration.
    pub(crate) base: PathBuf,
    /// The configuration file.
    pub(crate) file: PathBuf,
    pub(crate) profile: String,
    pub(crate) state: String,
    pub(crate) lock_file: PathBuf,
    /// Exceptions to the drift gate.
    pub(crate) waivers_file: PathBuf,
    /// Whom producers can write to about our requests; part of the `User-Agent`.
    pub(crate) contact: String,
    pub(crate) sources: Vec<Source>,
    pub(crate) datasets: Vec<DatasetConfig>,
    /// Where it is published, in order.
    pub(crate) portals: Vec<Portal>,
    pub(crate) operations: Operations,
    /// Who signs releases; nobody when absent.
    pub(crate) signature: Option<Signature>,
    /// What the profile leaves out, and why.
    pub(crate) left_out: Vec<String>,
}

/// What runs leave for those who operate them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Operations {
    /// File for the textfile collector of Prometheus.
    pub(crate) textfile: Option<PathBuf>,
    pub(crate) webhook: Option<Webhook>,
}

/// A chat room to tell.
#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    /// The variable that holds its address.
    pub(crate) url_env: String,
    pub(crate) on: BTreeSet<Occasion>,
}

/// Who signs releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signature {
    /// The public key, as reusers are told it.
    pub(crate) public_key: String,
    /// Where the secret key is.
    pub(crate) key: KeyPlace,
}

/// A source of bytes, and the table that it fills.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) spec: &'static TableSpec,
    pub(crate) request: SourceRequest,
    /// Columns that the configuration tells because the file does not.
    pub(crate) given: Given,
    /// When it should have published, in the order of the configuration.
    pub(crate) expected: Vec<Expected>,
}

/// When a source should have published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    /// Last day on which it is not late.
    pub(crate) by: NaiveDate,
    pub(crate) what: Awaited,
}

/// What shows that a source has published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// A vintage of its table.
    Vintage(String),
    /// Bytes first received on that day or after.
    DeliverySince(NaiveDate),
}

impl Source {
    pub(crate) fn id(&self) -> &SourceId {
        &self.request.id
    }
}

/// A dataset to publish.
#[derive(Debug, Clone)]
pub(crate) struct DatasetConfig {
    pub(crate) notice: debouches_release::Dataset,
    pub(crate) tables: Vec<&'static TableSpec>,
    /// How strict the secrecy gate is.
    pub(crate) secrecy: debouches_disclosure::Mode,
    /// What it says otherwise than the policies of its tables.
    pub(crate) protection: Protection,
    /// How far a release may move from the live one.
    pub(crate) drift: Budgets,
    /// Who holds the files; the portal itself when absent.
    pub(crate) hosting: Option<Hosting>,
    /// Schemas of the portal's catalogue that the tables follow.
    pub(crate) schemas: BTreeMap<TableId, SchemaRef>,
}

/// A bucket that holds the files of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hosting {
    /// Where they are put.
    pub(crate) bucket: String,
    /// Where they are read.
    pub(crate) public_url: String,
}

impl DatasetConfig {
    pub(crate) fn id(&self) -> &DatasetId {
        &self.notice.id
    }
}

/// A portal to publish to.
#[derive(Debug, Clone)]
pub(crate) struct Portal {
    pub(crate) id: PortalId,
    pub(crate) kind: PortalKind,
    /// Identifiers of contact points of the organization.
    pub(crate) contact_points: Vec<String>,
    /// A contact point to make when it is not there: name and mailbox.
    pub(crate) contact: Option<(String, String)>,
    /// Whether followers are told of each new version, by a discussion.
    pub(crate) announce: bool,
    /// How long an answer is waited for.
    pub(crate) timeout: Option<Duration>,
}

/// Where a secret key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyPlace {
    /// In an environment variable.
    Variable(String),
    /// In a file; a name without folder is a credential of systemd when there is one of that name.
    File(PathBuf),
}

/// Kinds of portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PortalKind {
    /// The embedded practice portal, with its state in a folder.
    Practice { folder: PathBuf },
    /// Files that any web server or bucket serves.
    Static(StaticSite),
    /// A udata portal.
    Udata {
        url: String,
        key: KeyPlace,
        organization: Option<String>,
    },
}

/// A static catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StaticSite {
    /// Where it is put: a folder, taken from that of the configuration, or `s3://bucket/prefix`.
    pub(crate) place: String,
    /// Where readers find it, without slash at the end; every link is relative when absent.
    pub(crate) public_url: Option<String>,
    /// Its name.
    pub(crate) title: String,
}

impl StaticSite {
    /// Whether it is put on another machine.
    pub(crate) fn is_remote(&self) -> bool {
        self.place.starts_with("s3://")
    }
}

impl Pipeline {
    /// The first portal of the profile.
    pub(crate) fn portal(&self) -> Option<&Portal> {
        self.portals.first()
    }

    /// Reads the configuration and resolves it for a profile.
    pub(crate) fn load(file: &Path, profile: Option<&str>) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file)
            .map_err(|source| ConfigErrors::unreadable(file, &source))?;
        let typed: file::ConfigFile =
            toml::from_str(&text).map_err(|error| ConfigErrors::syntax(file, &error))?;
        let file = std::path::absolute(file)
            .with_context(|| format!("cannot locate {}", file.display()))?;
        let pipeline = resolve::resolve(typed, &file, profile)?;
        let problems = borrowed::problems(&pipeline);
        if problems.is_empty() {
            Ok(pipeline)
        } else {
            Err(ConfigErrors::new(&file, problems).into())
        }
    }
}
