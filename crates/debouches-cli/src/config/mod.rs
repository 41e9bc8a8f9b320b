//! `pipeline.toml`: what was typed becomes what is meant, and every mistake is told at once.

mod file;
mod resolve;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use debouches_fetch::SourceRequest;
use debouches_model::spec::TableSpec;
use debouches_model::{DatasetId, PortalId, SourceId};

use crate::operations::Occasion;

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
    /// Whom producers can write to about our requests; part of the `User-Agent`.
    pub(crate) contact: String,
    pub(crate) sources: Vec<Source>,
    pub(crate) datasets: Vec<DatasetConfig>,
    pub(crate) portal: Option<Portal>,
    pub(crate) operations: Operations,
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

/// A source of bytes, and the table that it fills.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) spec: &'static TableSpec,
    pub(crate) request: SourceRequest,
}

impl Source {
    pub(crate) fn id(&self) -> &SourceId {
        &self.request.id
    }
}

/// A dataset to publish.
#[derive(Debug, Clone)]
pub(crate) struct DatasetConfig {
    pub(crate) notice: debouches_package::Dataset,
    pub(crate) tables: Vec<&'static TableSpec>,
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
}

/// Kinds of portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PortalKind {
    /// The embedded practice portal, with its state in a folder.
    Practice { folder: PathBuf },
    /// A udata portal.
    Udata { url: String, key_variable: String, organization: Option<String> },
}

impl Pipeline {
    /// Reads the configuration and resolves it for a profile.
    pub(crate) fn load(file: &Path, profile: Option<&str>) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file).map_err(|source| ConfigErrors::unreadable(file, &source))?;
        let typed: file::ConfigFile = toml::from_str(&text).map_err(|error| ConfigErrors::syntax(file, &error))?;
        let file = std::path::absolute(file).with_context(|| format!("cannot locate {}", file.display()))?;
        Ok(resolve::resolve(typed, &file, profile)?)
    }
}
