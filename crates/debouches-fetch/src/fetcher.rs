//! Reads several sources at once, each on its own: one that fails does not stop the others.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use debouches_http::{Client, Secret};
use debouches_model::{ArtefactKey, Clock, FileEntry, Observer, Sha256, SourceId, Stage, Tool};
use debouches_store::blocking;
use debouches_store::{Artefact, Store};
use futures_util::StreamExt as _;

use crate::progress::Progress;
use crate::sources::{Content, Reading, Said};
use crate::{FetchError, LockEntry, LockFile, Probe, SourceRequest};

/// All that reading sources needs.
#[derive(Clone)]
pub struct Fetcher {
    /// Where snapshots go.
    pub store: Store,
    /// For sources on the web; none is needed when there are none.
    pub client: Option<Client>,
    /// The `AWS_*` variables, for sources in buckets.
    pub aws: BTreeMap<String, String>,
    /// The users and passwords of sources, by the name of the environment variable that holds each.
    pub secrets: BTreeMap<String, Secret>,
    /// Dates snapshots.
    pub clock: Arc<dyn Clock>,
    /// Signs snapshots.
    pub tool: Tool,
    /// Told of progress.
    pub observer: Arc<dyn Observer>,
    /// How to read.
    pub mode: Mode,
    /// How many sources at once, one at least.
    pub jobs: usize,
    /// The time that all sources have together; those that are not read by then are refused.
    pub patience: Duration,
}

/// How to read sources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mode {
    /// Whether other machines may be asked.
    pub access: Access,
    /// Whether the lock file may change.
    pub pinning: Pinning,
    /// Receives and checks the bytes again, without asking whether they changed.
    pub refresh: bool,
}

/// Whether other machines may be asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Access {
    /// They may.
    #[default]
    Online,
    /// They may not: the snapshots of the lock file are used. Local files are read as always.
    Offline,
}

/// Whether the lock file may change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pinning {
    /// It may.
    #[default]
    Free,
    /// It may not: other bytes are refused.
    Locked,
}

/// A source whose snapshot is in the state.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The source.
    pub id: SourceId,
    /// What people call this delivery.
    pub version: Option<String>,
    /// Its snapshot.
    pub artefact: Artefact,
    /// Its line of the lock file.
    pub entry: LockEntry,
    /// What happened.
    pub outcome: Outcome,
}

impl Fetched {
    /// The body, as received.
    #[must_use]
    pub fn body(&self) -> &FileEntry {
        body_of(&self.artefact)
    }
}

/// The body of a snapshot.
///
/// # Panics
/// When the artefact is no snapshot.
#[must_use]
pub fn body_of(snapshot: &Artefact) -> &FileEntry {
    snapshot
        .manifest()
        .files
        .first()
        .expect("a snapshot has one file, its body")
}

/// What happened to a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was not in the lock file.
    New,
    /// Its bytes are not those of the lock file.
    Changed,
    /// Its bytes are those of the lock file.
    Unchanged,
    /// It was not asked: its snapshot is used.
    Offline,
}

impl Fetcher {
    /// Reads these sources; the results are in the order of the requests.
    pub async fn fetch(
        &self,
        requests: &[SourceRequest],
        lock: &LockFile,
    ) -> Vec<Result<Fetched, FetchError>> {
        // Several sources may be read in one body, such as the files of an archive: it is received once.
        let mut groups: BTreeMap<(Sha256, usize), Vec<usize>> = BTreeMap::new();
        for (index, request) in requests.iter().enumerate() {
            let alone = if request.location.is_remote() {
                0
            } else {
                index
            };
            let group = (request.location.identity(), alone);
            groups.entry(group).or_default().push(index);
        }
        let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
        groups.sort_unstable();
        let deadline = tokio::time::Instant::now() + self.patience;
        let readings: Vec<_> = groups
            .into_iter()
            .map(|group| self.group(requests, group, lock, deadline))
            .collect();
        let mut results: Vec<(usize, Result<Fetched, FetchError>)> =
            futures_util::stream::iter(readings)
                .buffered(self.jobs.max(1))
                .collect::<Vec<_>>()
                .await
                .into_iter()
                .flatten()
                .collect();
        results.sort_unstable_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }

    /// Looks at what these sources answer, without reading all of it; the results are in the order of the requests.
    pub async fn probe(&self, requests: &[SourceRequest]) -> Vec<Result<Probe, FetchError>> {
        let readings: Vec<_> = requests
            .iter()
            .map(|request| async move {
                let reading = Reading {
                    fetcher: self,
                    request,
                    held: None,
                    progress: Arc::new(Progress::new(&self.observer, &request.id)),
                };
                request.location.source().probe(&reading).await
            })
            .collect();
        futures_util::stream::iter(readings)
            .buffered(self.jobs.max(1))
            .collect()
            .await
    }

    /// Reads the sources of one address, one after the other: those after the first use what it received.
    async fn group(
        &self,
        requests: &[SourceRequest],
        group: Vec<usize>,
        lock: &LockFile,
        deadline: tokio::time::Instant,
    ) -> Vec<(usize, Result<Fetched, FetchError>)> {
        let mut results = Vec::with_capacity(group.len());
        let mut first: Option<Fetched> = None;
        for index in group {
            let request = &requests[index];
            let entry = lock.sources.get(&request.id);
            let reading = async {
                match &first {
                    Some(first) => self.same_body(request, entry, first).await,
                    None => self.one(request, entry).await,
                }
            };
            let result = tokio::time::timeout_at(deadline, reading).await;
            let result = result.unwrap_or_else(|_| {
                Err(FetchError::Deadline {
                    id: request.id.clone(),
                    patience: self.patience,
                })
            });
            if first.is_none() {
                first = result.as_ref().ok().cloned();
            }
            results.push((index, result));
        }
        results
    }

    /// The snapshot of a source whose body another source has just received.
    async fn same_body(
        &self,
        request: &SourceRequest,
        entry: Option<&LockEntry>,
        first: &Fetched,
    ) -> Result<Fetched, FetchError> {
        let id = &request.id;
        let store_error = |error| FetchError::Store {
            id: id.clone(),
            source: Box::new(error),
        };
        if entry.is_none() && self.mode.pinning == Pinning::Locked {
            return Err(FetchError::NotLocked { id: id.clone() });
        }
        let said = Said {
            etag: first.entry.etag.clone(),
            last_modified: first.entry.last_modified.clone(),
            revision: first.entry.revision.clone(),
            final_url: first.entry.final_url.clone(),
            // Counted when the first source was looked at.
            records: None,
            is_elsewhere: first.entry.final_url.is_some(),
        };
        let key = ArtefactKey::new(Stage::Fetch, id, first.entry.sha256);
        if let Some(artefact) = self.store.find(&key).await.map_err(store_error)? {
            return self.keep_known(request, entry, (artefact, said));
        }
        let body = first.artefact.open_file(&first.body().path).await;
        let mut file = body.map_err(store_error)?.into_file();
        let mut spool = self.store.spool().map_err(store_error)?;
        let spooled =
            blocking(move || std::io::copy(&mut file, &mut spool).map(|_| spool.finish())).await;
        let spooled = spooled.map_err(|source| FetchError::File {
            id: id.clone(),
            path: request.location.body_name().into(),
            source,
        })?;
        let spooled = spooled.map_err(store_error)?;
        self.keep_fresh(request, entry, spooled, said).await
    }

    async fn one(
        &self,
        request: &SourceRequest,
        entry: Option<&LockEntry>,
    ) -> Result<Fetched, FetchError> {
        let id = &request.id;
        let offline = self.mode.access == Access::Offline && request.location.is_remote();
        let entry = match entry {
            None if offline || self.mode.pinning == Pinning::Locked => {
                return Err(FetchError::NotLocked { id: id.clone() });
            }
            entry => entry,
        };
        let snapshot = match entry {
            Some(entry) => self.snapshot(id, entry).await?,
            None => None,
        };
        if let (true, Some(entry)) = (offline, entry) {
            let artefact = snapshot.ok_or_else(|| FetchError::NoSnapshot {
                id: id.clone(),
                sha256: entry.sha256,
            })?;
            return Ok(self.fetched(request, artefact, entry.clone(), Outcome::Offline));
        }
        // Validators speak of an address: they are worth nothing for another one.
        let same_address = entry.is_some_and(|entry| entry.is_of(&request.location));
        let held = entry.filter(|_| snapshot.is_some() && same_address && !self.mode.refresh);
        let progress = Arc::new(Progress::new(&self.observer, id));
        let reading = Reading {
            fetcher: self,
            request,
            held,
            progress,
        };
        let received = reading.receive().await?;
        match (received.content, held, snapshot) {
            (Content::Unchanged, Some(entry), Some(artefact)) => {
                tracing::info!(source.id = %id, "source {id} did not change");
                Ok(self.fetched(request, artefact, entry.clone(), Outcome::Unchanged))
            }
            (Content::Unchanged, _, _) => Err(FetchError::Unasked { id: id.clone() }),
            (Content::Known(artefact), _, _) => {
                self.keep_known(request, entry, (*artefact, received.said))
            }
            (Content::Fresh(spooled), _, _) => {
                self.keep_fresh(request, entry, spooled, received.said)
                    .await
            }
        }
    }

    async fn snapshot(
        &self,
        id: &SourceId,
        entry: &LockEntry,
    ) -> Result<Option<Artefact>, FetchError> {
        let actual = self
            .store
            .find(&ArtefactKey::new(Stage::Fetch, id, entry.sha256))
            .await;
        actual.map_err(|error| FetchError::Store {
            id: id.clone(),
            source: Box::new(error),
        })
    }

    pub(crate) fn fetched(
        &self,
        request: &SourceRequest,
        artefact: Artefact,
        entry: LockEntry,
        outcome: Outcome,
    ) -> Fetched {
        Fetched {
            id: request.id.clone(),
            version: request.version.clone(),
            artefact,
            entry,
            outcome,
        }
    }
}
