//! A file of this machine: hashed first, copied only when its bytes are new.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::sync::Arc;

use debouches_model::{ArtefactKey, Hasher, Sha256, Stage};
use debouches_store::{Spool, Spooled};

use super::{Content, Reading, Received};
use crate::fetcher::blocking;
use crate::progress::Progress;
use crate::{FetchError, FilePlace};

impl Reading<'_> {
    /// Reads a local file.
    pub(super) async fn file(&self, place: &FilePlace) -> Result<Received, FetchError> {
        let (id, path) = (self.request.id.clone(), place.path.clone());
        let fail = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => FetchError::FileMissing {
                id: id.clone(),
                path: path.clone(),
            },
            _ => FetchError::File {
                id: id.clone(),
                path: path.clone(),
                source,
            },
        };
        let (file, size) = open(&place.path).map_err(fail)?;
        let max = self.request.limits.max_bytes;
        if size > max {
            return Err(FetchError::TooLarge {
                id,
                file: self.request.place.body_name(),
                max,
            });
        }
        let progress = Arc::clone(&self.progress);
        let (file, digest) = blocking(move || hash(file, size, &progress))
            .await
            .map_err(fail)?;
        let key = ArtefactKey::new(Stage::Fetch, &id, digest);
        let known = self
            .fetcher
            .store
            .find(&key)
            .await
            .map_err(|error| self.store_error(error))?;
        let content = match known.filter(|_| !self.fetcher.mode.refresh) {
            Some(artefact) => Content::Known(Box::new(artefact)),
            None => {
                let spool = self
                    .fetcher
                    .store
                    .spool()
                    .map_err(|error| self.store_error(error))?;
                let copied = blocking(move || copy(file, max, spool)).await;
                Content::Fresh(
                    copied
                        .map_err(fail)?
                        .map_err(|error| self.store_error(error))?,
                )
            }
        };
        Ok(Received {
            content,
            etag: None,
            last_modified: None,
        })
    }
}

fn open(path: &std::path::Path) -> io::Result<(File, u64)> {
    let meta = std::fs::metadata(path)?;
    if !meta.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    Ok((file, size))
}

fn hash(mut file: File, size: u64, progress: &Progress) -> io::Result<(File, Sha256)> {
    let (mut hasher, mut buffer) = (Hasher::default(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
        progress.reach(hasher.bytes(), Some(size));
    }
    file.rewind()?;
    Ok((file, hasher.finish()))
}

/// Copies at most one byte more than is accepted; the digest is that of the copy, whatever happened to the file since.
fn copy(
    file: File,
    max: u64,
    mut spool: Spool,
) -> io::Result<Result<Spooled, debouches_store::StoreError>> {
    let copied = io::copy(&mut file.take(max.saturating_add(1)), &mut spool)?;
    if copied > max {
        return Err(io::Error::other("it grew while it was read"));
    }
    Ok(spool.finish())
}
