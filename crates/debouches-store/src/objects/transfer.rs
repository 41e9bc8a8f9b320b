//! Files to objects and back, without holding them in memory.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::Arc;

use debouches_model::{ArtefactKey, Hasher, Sha256};
use futures_util::TryStreamExt as _;
use object_store::{ObjectStoreExt as _, WriteMultipart};

use super::Objects;
use crate::StoreError;
use crate::scratch::{Scratch, Temporary};

/// Above this size a file travels in parts, in bytes; also the size of a part.
const PART: usize = 8 << 20;

/// Parts under way at once.
const PARTS_AT_ONCE: usize = 4;

impl Objects {
    /// Puts a temporary file. A left-over of the same name is replaced: without a manifest nobody sees it.
    pub(super) async fn upload(&self, path: &str, temporary: &Temporary) -> Result<(), StoreError> {
        let mut file = temporary.open()?;
        let first = part(&mut file).map_err(|error| temporary.failure(error))?;
        if first.len() < PART {
            return if self.put_new(path, first.clone()).await? {
                Ok(())
            } else {
                self.put(path, first).await
            };
        }
        let fail = |error| StoreError::remote(self.shown(path), error);
        let upload = self
            .store
            .put_multipart(&self.at(path))
            .await
            .map_err(fail)?;
        let mut writer = WriteMultipart::new_with_chunk_size(upload, PART);
        match send(&mut writer, first, &mut file).await {
            Ok(()) => writer.finish().await.map(|_| ()).map_err(fail),
            Err(error) => {
                // The first error is the one to tell; parts left over cost space only.
                let _ = writer.abort().await;
                Err(match error {
                    Failure::Local(error) => temporary.failure(error),
                    Failure::Remote(error) => fail(error),
                })
            }
        }
    }

    /// Copies an object to a private file, which has no name any more, and gives its digest.
    pub(crate) async fn download(
        &self,
        key: &ArtefactKey,
        path: &str,
        scratch: &Arc<Scratch>,
    ) -> Result<Option<(File, Sha256)>, StoreError> {
        let path = format!("{key}/{path}");
        let fail = |error| StoreError::remote(self.shown(&path), error);
        let actual = match self.store.get(&self.at(&path)).await {
            Ok(actual) => actual,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(fail(error)),
        };
        let (temporary, mut file) = scratch.create()?;
        let (mut hasher, mut chunks) = (Hasher::default(), actual.into_stream());
        while let Some(chunk) = chunks.try_next().await.map_err(fail)? {
            hasher.update(&chunk);
            file.write_all(&chunk)
                .map_err(|error| temporary.failure(error))?;
        }
        file.seek(SeekFrom::Start(0))
            .map_err(|error| temporary.failure(error))?;
        Ok(Some((file, hasher.finish())))
    }
}

enum Failure {
    Local(std::io::Error),
    Remote(object_store::Error),
}

async fn send(writer: &mut WriteMultipart, first: Vec<u8>, file: &mut File) -> Result<(), Failure> {
    let mut bytes = first;
    while !bytes.is_empty() {
        writer
            .wait_for_capacity(PARTS_AT_ONCE)
            .await
            .map_err(Failure::Remote)?;
        writer.put(bytes.into());
        bytes = part(file).map_err(Failure::Local)?;
    }
    Ok(())
}

/// The next bytes of a file, at most one part.
fn part(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(PART as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
