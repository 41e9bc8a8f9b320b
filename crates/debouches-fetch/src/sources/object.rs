//! An object of a bucket.

use debouches_store::open_bucket;
use futures_util::TryStreamExt as _;
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore as _};

use super::{Content, Reading, Received};
use crate::{FetchError, ObjectPlace};

impl Reading<'_> {
    /// Reads an object, if it is not the one that we have.
    pub(super) async fn object(&self, place: &ObjectPlace) -> Result<Received, FetchError> {
        let (id, url) = (&self.request.id, self.request.place.shown());
        let fail = |source| FetchError::Object {
            id: id.clone(),
            url: url.clone(),
            source,
        };
        let bucket = open_bucket(&place.bucket, &self.fetcher.aws).map_err(fail)?;
        let path = Path::from_url_path(&place.path).map_err(|error| fail(error.into()))?;
        let options = GetOptions {
            if_none_match: self.held.and_then(|entry| entry.etag.clone()),
            ..GetOptions::default()
        };
        let found = match bucket.get_opts(&path, options).await {
            Ok(found) => found,
            Err(object_store::Error::NotModified { .. }) => {
                return Ok(Received {
                    content: Content::Unchanged,
                    etag: None,
                    last_modified: None,
                });
            }
            Err(error) => return Err(fail(error)),
        };
        let (total, etag) = (found.meta.size, found.meta.e_tag.clone());
        let max = self.request.limits.max_bytes;
        let refuse = || FetchError::TooLarge {
            id: id.clone(),
            file: self.request.place.body_name(),
            max,
        };
        if total > max {
            return Err(refuse());
        }
        let mut spool = self
            .fetcher
            .store
            .spool()
            .map_err(|error| self.store_error(error))?;
        let (mut done, mut chunks) = (0, found.into_stream());
        while let Some(chunk) = chunks.try_next().await.map_err(fail)? {
            done += chunk.len() as u64;
            if done > max {
                return Err(refuse());
            }
            spool.put(&chunk).map_err(|error| self.store_error(error))?;
            self.progress.reach(done, Some(total));
        }
        if done != total {
            let source = std::io::Error::new(
                std::io::ErrorKind::UnexpectedEof,
                format!("{done} bytes of {total}"),
            );
            return Err(fail(object_store::Error::Generic {
                store: "S3",
                source: Box::new(source),
            }));
        }
        let spooled = spool.finish().map_err(|error| self.store_error(error))?;
        Ok(Received {
            content: Content::Fresh(spooled),
            etag,
            last_modified: None,
        })
    }
}
