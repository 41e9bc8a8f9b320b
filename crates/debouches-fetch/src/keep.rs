//! From received bytes to a snapshot and its line of the lock file.

use debouches_model::{ArtefactKey, Manifest, Origin, Sha256, Stage};
use debouches_store::{Artefact, Spooled, StoreError};

use debouches_store::blocking;

use crate::fetcher::{Outcome, Pinning, body_of};
use crate::sources::Said;
use crate::{FetchError, Fetched, Fetcher, LockEntry, SourceRequest, check};

impl Fetcher {
    /// Keeps bytes just received, once they are found whole and of the expected nature.
    pub(crate) async fn keep_fresh(
        &self,
        request: &SourceRequest,
        entry: Option<&LockEntry>,
        spooled: Spooled,
        said: Said,
    ) -> Result<Fetched, FetchError> {
        let fail = |error| FetchError::Store {
            id: request.id.clone(),
            source: Box::new(error),
        };
        let (id, name, unpack) = (
            request.id.clone(),
            request.location.body_name(),
            request.unpack(),
        );
        let announced = check::Announced {
            is_shown: !said.is_elsewhere,
            // A page of maintenance comes from a server: in a file, a page is what somebody put there.
            is_known: request.location.local_path().is_none()
                && entry.is_some_and(|entry| entry.is_of(&request.location)),
            records: said.records,
        };
        let file = spooled.open().map_err(fail)?;
        let media_type =
            blocking(move || check::check(&id, file, (&name, &unpack), &announced)).await?;
        self.accept(request, entry, spooled.sha256())?;
        let artefact = self
            .snapshot_of(request, spooled, media_type)
            .await
            .map_err(fail)?;
        Ok(self.noted(request, entry, artefact, said))
    }

    /// Uses a snapshot that has the bytes of the source.
    pub(crate) fn keep_known(
        &self,
        request: &SourceRequest,
        entry: Option<&LockEntry>,
        (artefact, said): (Artefact, Said),
    ) -> Result<Fetched, FetchError> {
        self.accept(request, entry, body_of(&artefact).sha256)?;
        Ok(self.noted(request, entry, artefact, said))
    }

    /// Refuses other bytes than those of the lock file, when it may not change.
    fn accept(
        &self,
        request: &SourceRequest,
        entry: Option<&LockEntry>,
        actual: Sha256,
    ) -> Result<(), FetchError> {
        match entry {
            Some(entry) if self.mode.pinning == Pinning::Locked && entry.sha256 != actual => {
                Err(FetchError::Locked {
                    id: request.id.clone(),
                    locked: entry.sha256,
                    actual,
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
        draft.take(spooled, &request.location.body_name(), media_type, None)?;
        let mut manifest = Manifest::new(&key, self.tool.clone(), self.clock.now());
        manifest.origin = Some(Origin {
            url: request.location.shown(),
        });
        draft.commit(manifest).await
    }

    fn noted(
        &self,
        request: &SourceRequest,
        entry: Option<&LockEntry>,
        artefact: Artefact,
        said: Said,
    ) -> Fetched {
        let body = body_of(&artefact);
        let same = entry.filter(|entry| entry.sha256 == body.sha256);
        let outcome = match (entry, same) {
            (None, _) => Outcome::New,
            (Some(_), None) => Outcome::Changed,
            (Some(_), Some(_)) => Outcome::Unchanged,
        };
        let entry = LockEntry {
            url: request.location.shown(),
            address: request
                .location
                .is_remote()
                .then(|| request.location.identity()),
            // An address signed for an hour changes every night: it is that of the bytes, not of the last look at them.
            final_url: match same {
                Some(entry) => entry.final_url.clone(),
                None => said.final_url,
            },
            sha256: body.sha256,
            size: body.bytes,
            etag: said.etag,
            last_modified: said.last_modified,
            revision: said.revision,
            accessed: same.map_or(artefact.manifest().created_at, |entry| entry.accessed),
        };
        tracing::debug!(source.id = %request.id, size_bytes = entry.size, "read source {}: {outcome:?}", request.id);
        self.fetched(request, artefact, entry, outcome)
    }
}
