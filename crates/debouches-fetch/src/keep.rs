//! From received bytes to a snapshot and its line of the lock file.

use debouches_model::{ArtefactKey, Manifest, Origin, Sha256, Stage};
use debouches_store::{Artefact, Spooled, StoreError};

use crate::fetcher::{Outcome, Pinning, blocking, body_of};
use crate::{FetchError, Fetched, Fetcher, LockEntry, SourceRequest, check};

impl Fetcher {
    /// Keeps bytes just received, once they are found whole and of the expected nature.
    pub(crate) async fn keep_fresh(
        &self,
        request: &SourceRequest,
        entry: Option<&LockEntry>,
        spooled: Spooled,
        (etag, last_modified): (Option<String>, Option<String>),
    ) -> Result<Fetched, FetchError> {
        let fail = |error| FetchError::Store {
            id: request.id.clone(),
            source: Box::new(error),
        };
        let (id, name, unpack) = (
            request.id.clone(),
            request.place.body_name(),
            request.unpack(),
        );
        let file = spooled.open().map_err(fail)?;
        let media_type = blocking(move || check::check(&id, file, &name, &unpack)).await?;
        self.accept(request, entry, spooled.sha256())?;
        let artefact = self
            .snapshot_of(request, spooled, media_type)
            .await
            .map_err(fail)?;
        Ok(self.noted(request, entry, artefact, (etag, last_modified)))
    }

    /// Uses a snapshot that has the bytes of the source.
    pub(crate) fn keep_known(
        &self,
        request: &SourceRequest,
        entry: Option<&LockEntry>,
        artefact: Artefact,
    ) -> Result<Fetched, FetchError> {
        self.accept(request, entry, body_of(&artefact).sha256)?;
        Ok(self.noted(request, entry, artefact, (None, None)))
    }

    /// Refuses other bytes than those of the lock file, when it may not change.
    fn accept(
        &self,
        request: &SourceRequest,
        entry: Option<&LockEntry>,
        found: Sha256,
    ) -> Result<(), FetchError> {
        match entry {
            Some(entry) if self.mode.pinning == Pinning::Locked && entry.sha256 != found => {
                Err(FetchError::Locked {
                    id: request.id.clone(),
                    locked: entry.sha256,
                    found,
                })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The snapshot of these bytes: the one that exists, whatever name its body has, or a new one.
    async fn snapshot_of(
        &self,
        request: &SourceRequest,
        spooled: Spooled,
        media_type: &'static str,
    ) -> Result<Artefact, StoreError> {
        let key = ArtefactKey::new(Stage::Fetch, &request.id, spooled.sha256());
        if let Some(artefact) = self.store.find(&key).await? {
            return Ok(artefact);
        }
        let draft = self.store.draft(key.clone())?;
        draft.take(spooled, &request.place.body_name(), media_type, None)?;
        let mut manifest = Manifest::new(&key, self.tool.clone(), self.clock.now());
        manifest.origin = Some(Origin {
            url: request.place.shown(),
        });
        draft.commit(manifest).await
    }

    fn noted(
        &self,
        request: &SourceRequest,
        entry: Option<&LockEntry>,
        artefact: Artefact,
        (etag, last_modified): (Option<String>, Option<String>),
    ) -> Fetched {
        let body = body_of(&artefact);
        let former = entry.filter(|entry| entry.sha256 == body.sha256);
        let outcome = match (entry, former) {
            (None, _) => Outcome::New,
            (Some(_), None) => Outcome::Changed,
            (Some(_), Some(_)) => Outcome::Unchanged,
        };
        let entry = LockEntry {
            url: request.place.shown(),
            sha256: body.sha256,
            size: body.bytes,
            etag,
            last_modified,
            accessed: former.map_or(artefact.manifest().created_at, |entry| entry.accessed),
        };
        tracing::debug!(source.id = %request.id, size_bytes = entry.size, "read source {}: {outcome:?}", request.id);
        self.fetched(request, artefact, entry, outcome)
    }
}
