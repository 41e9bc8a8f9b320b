//! The kinds of sources: each gives a body, or says that it did not change.
//!
//! A kind is a file with a [`Source`] and a [`Kind`], and a line of [`KINDS`].

mod datagouv;
mod file;
mod http;
pub(crate) mod inserjeunes_api;
mod object;
mod ods;

use std::fmt;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use debouches_http::{Client, HttpError, Request};
use debouches_model::Sha256;
use debouches_store::{Artefact, Spooled, StoreError};

use crate::progress::Progress;
use crate::{Address, AddressError, FetchError, Fetcher, LockEntry, Probe, SourceRequest};

/// Every kind, by name.
static KINDS: &[&Kind] = &[
    &datagouv::KIND,
    &file::KIND,
    &http::KIND,
    &inserjeunes_api::KIND,
    &ods::KIND,
];

/// A kind of source, as the configuration knows it.
pub(crate) struct Kind {
    /// Its name.
    pub(crate) name: &'static str,
    /// The options that it has, beside its address, in order.
    pub(crate) options: &'static [&'static str],
    /// Reads an address; relative paths are taken from the folder.
    pub(crate) open: fn(&Address, &Path) -> Opened,
}

/// Something to read.
pub(crate) trait Source: fmt::Debug + Send + Sync {
    /// The name of its kind.
    fn kind(&self) -> &'static str;
    /// The address to record and to show, without secrets.
    fn shown(&self) -> String;
    /// All that is asked, hidden parts included; only a digest of it leaves this crate.
    fn identity(&self) -> String;
    /// What its body is called at its place.
    fn body_name(&self) -> String;
    /// The file, when it is one of this machine.
    fn local_path(&self) -> Option<&Path> {
        None
    }
    /// The environment variables that hold its user and its password.
    fn variables(&self) -> Vec<String> {
        Vec::new()
    }
    /// Whether a key would travel in the clear to another machine.
    fn is_plain(&self) -> bool {
        false
    }
    /// Looks at what it answers, without reading all of it.
    fn probe<'a>(&'a self, reading: &'a Reading<'a>) -> Glance<'a>;
    /// Reads it.
    fn read<'a>(&'a self, reading: &'a Reading<'a>) -> Answer<'a>;
}

/// What a source gives, in time.
pub(crate) type Answer<'a> =
    Pin<Box<dyn Future<Output = Result<Received, FetchError>> + Send + 'a>>;

/// What an address leads to.
pub(crate) type Opened = Result<Arc<dyn Source>, AddressError>;

/// What an address answers, in time.
pub(crate) type Glance<'a> = Pin<Box<dyn Future<Output = Result<Probe, FetchError>> + Send + 'a>>;

/// Reads an address, whatever its kind.
pub(crate) fn open(address: &Address, base: &Path) -> Opened {
    let kind = KINDS.iter().find(|kind| kind.name == address.kind);
    let kind = kind.ok_or_else(|| AddressError::Kind {
        kind: address.kind.clone(),
        known: KINDS.iter().map(|kind| kind.name).collect(),
    })?;
    if let Some(option) = address
        .options()
        .into_iter()
        .find(|option| !kind.options.contains(option))
    {
        return Err(AddressError::Option {
            kind: kind.name,
            option,
            options: kind.options,
        });
    }
    (kind.open)(address, base)
}

/// What a source gave.
pub(crate) struct Received {
    pub(crate) content: Content,
    pub(crate) said: Said,
}

/// What was said of a body beside its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
    /// What a catalogue says of the state of the data.
    pub(crate) revision: Option<String>,
    /// How many records a catalogue announces.
    pub(crate) records: Option<u64>,
    /// The address that gave the bytes, when it is another one, redacted.
    pub(crate) final_url: Option<String>,
    /// Whether another host than the one asked gave them.
    pub(crate) is_elsewhere: bool,
}

/// The bytes of a source.
pub(crate) enum Content {
    /// Those of the lock file, the source says.
    Unchanged,
    /// Those of a snapshot that we have: they were hashed at the source.
    Known(Box<Artefact>),
    /// Bytes just written, not looked at yet.
    Fresh(Spooled),
}

impl Received {
    /// Bytes that are still good.
    pub(crate) fn unchanged() -> Self {
        Self {
            content: Content::Unchanged,
            said: Said::default(),
        }
    }
}

/// The reading of one source.
pub(crate) struct Reading<'a> {
    pub(crate) fetcher: &'a Fetcher,
    pub(crate) request: &'a SourceRequest,
    /// The lock entry whose bytes are in the state, when the source may be asked whether they are still good.
    pub(crate) held: Option<&'a LockEntry>,
    pub(crate) progress: Arc<Progress>,
}

impl Reading<'_> {
    /// Reads the source, wherever it is.
    pub(crate) async fn receive(&self) -> Result<Received, FetchError> {
        self.request.location.source().read(self).await
    }

    pub(crate) fn store_error(&self, error: StoreError) -> FetchError {
        FetchError::Store {
            id: self.request.id.clone(),
            source: Box::new(error),
        }
    }

    pub(crate) fn http_error(&self, source: HttpError) -> FetchError {
        FetchError::Http {
            id: self.request.id.clone(),
            source,
        }
    }

    pub(crate) fn client(&self) -> Result<&Client, FetchError> {
        let client = self.fetcher.client.as_ref();
        client.ok_or_else(|| FetchError::NoClient {
            id: self.request.id.clone(),
        })
    }

    /// Asks a page of a catalogue, as JSON.
    pub(crate) async fn ask_catalogue<T: serde::de::DeserializeOwned>(
        &self,
        url: debouches_http::Url,
    ) -> Result<T, FetchError> {
        let request = Request::get(url)
            .header("accept", "application/json")
            .guarded(&self.request.allowed_hosts);
        let answer = self.client()?.send(&request).await;
        answer
            .and_then(debouches_http::Answer::into_success)
            .and_then(|answer| answer.json())
            .map_err(|error| self.http_error(error))
    }

    /// Whether the bytes that we hold are those of that state of the data.
    pub(crate) fn holds(&self, revision: &str) -> bool {
        self.held
            .and_then(|entry| entry.revision.as_deref())
            .is_some_and(|held| held == revision)
    }
}

/// A short name for the state of a dataset.
pub(crate) fn revision_of(parts: &[&str]) -> String {
    Sha256::of(parts.join("\n").as_bytes()).to_string()
}
