//! The kinds of sources: each gives a body, or says that it did not change.

mod file;
mod http;
pub(crate) mod inserjeunes_api;
mod object;
pub(crate) mod ods;

use std::sync::Arc;

use debouches_store::{Artefact, Spooled, StoreError};

use crate::progress::Progress;
use crate::{FetchError, Fetcher, LockEntry, Place, SourceRequest};

/// What a source gave.
pub(crate) struct Received {
    pub(crate) content: Content,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
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
        match &self.request.place {
            Place::File(file) => self.file(file).await,
            Place::Object(object) => self.object(object).await,
            Place::Http(url) => self.http(url).await,
            Place::Ods(export) => self.http(&export.url()).await,
            Place::InserjeunesApi(api) => self.inserjeunes_api(api).await,
        }
    }

    pub(crate) fn store_error(&self, error: StoreError) -> FetchError {
        FetchError::Store {
            id: self.request.id.clone(),
            source: Box::new(error),
        }
    }
}
