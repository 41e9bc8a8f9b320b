//! An object of a bucket.

use debouches_store::open_bucket;
use futures_util::TryStreamExt as _;
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore as _};

use super::{Answer, Content, Glance, Reading, Received, Said, Source};
use crate::{FetchError, Probe};

/// An object of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BucketObject {
    /// The bucket.
    pub(super) bucket: String,
    /// The object.
    pub(super) path: String,
}

impl Source for BucketObject {
    fn kind(&self) -> &'static str {
        "file"
    }

    fn shown(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.path)
    }

    fn identity(&self) -> String {
        self.shown()
    }

    fn body_name(&self) -> String {
        self.path.rsplit('/').next().unwrap_or_default().to_owned()
    }

    fn probe<'a>(&'a self, reading: &'a Reading<'a>) -> Glance<'a> {
        Box::pin(reading.object_head(self))
    }

    fn read<'a>(&'a self, reading: &'a Reading<'a>) -> Answer<'a> {
        Box::pin(reading.object(self))
    }
}

impl Reading<'_> {
    /// Asks what is said of an object.
    async fn object_head(&self, object: &BucketObject) -> Result<Probe, FetchError> {
        let fail = |source| FetchError::Object {
            id: self.request.id.clone(),
            url: object.shown(),
            source,
        };
        let bucket = open_bucket(&object.bucket, &self.fetcher.aws).map_err(fail)?;
        let path = Path::from_url_path(&object.path).map_err(|error| fail(error.into()))?;
        let options = GetOptions {
            head: true,
            ..GetOptions::default()
        };
        let answer = bucket.get_opts(&path, options).await.map_err(fail)?;
        Ok(Probe {
            size: Some(format!("{} bytes", answer.meta.size)),
            date: Some(answer.meta.last_modified.to_rfc3339()),
            ..Probe::default()
        })
    }

    /// Reads an object, if it is not the one that we have.
    async fn object(&self, object: &BucketObject) -> Result<Received, FetchError> {
        let (id, url) = (&self.request.id, self.request.location.shown());
        let fail = |source| FetchError::Object {
            id: id.clone(),
            url: url.clone(),
            source,
        };
        let bucket = open_bucket(&object.bucket, &self.fetcher.aws).map_err(fail)?;
        let path = Path::from_url_path(&object.path).map_err(|error| fail(error.into()))?;
        let options = GetOptions {
            if_none_match: self.held.and_then(|entry| entry.etag.clone()),
            ..GetOptions::default()
        };
        let answer = match bucket.get_opts(&path, options).await {
            Ok(answer) => answer,
            Err(object_store::Error::NotModified { .. }) => {
                return Ok(Received::unchanged());
            }
            Err(error) => return Err(fail(error)),
        };
        let (total, etag) = (answer.meta.size, answer.meta.e_tag.clone());
        let max = self.request.limits.max_bytes;
        let refuse = || FetchError::TooLarge {
            id: id.clone(),
            file: self.request.location.body_name(),
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
        let (mut done, mut chunks) = (0, answer.into_stream());
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
            said: Said {
                etag,
                ..Said::default()
            },
        })
    }
}
