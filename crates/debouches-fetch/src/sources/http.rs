//! A file on the web: conditional, bounded, from the hosts allowed.

use debouches_http::{Downloaded, FileRequest, Sink, Url};
use debouches_store::Spool;

use super::{Content, Reading, Received};
use crate::FetchError;

impl Reading<'_> {
    /// Reads a web address.
    pub(super) async fn http(&self, url: &Url) -> Result<Received, FetchError> {
        let request = self.request;
        let client = (self.fetcher.client.as_ref()).ok_or_else(|| FetchError::NoClient {
            id: request.id.clone(),
        })?;
        let mut get = FileRequest::new(url.clone(), request.limits.max_bytes);
        get.etag = self.held.and_then(|entry| entry.etag.clone());
        get.last_modified = self.held.and_then(|entry| entry.last_modified.clone());
        get.allowed_hosts = request.allowed_hosts.clone();
        get.guarded = true;
        let mut sink = Kept(
            self.fetcher
                .store
                .spool()
                .map_err(|error| self.store_error(error))?,
        );
        let mut progress = |done, total| self.progress.reach(done, total);
        let downloaded = client.download(&get, &mut sink, &mut progress).await;
        match downloaded.map_err(|source| FetchError::Http {
            id: request.id.clone(),
            source,
        })? {
            Downloaded::NotModified => Ok(Received {
                content: Content::Unchanged,
                etag: None,
                last_modified: None,
            }),
            Downloaded::Body(received) => {
                let spooled = sink.0.finish().map_err(|error| self.store_error(error))?;
                Ok(Received {
                    content: Content::Fresh(spooled),
                    etag: received.etag,
                    last_modified: received.last_modified,
                })
            }
        }
    }
}

/// The spool, as a download sees it.
struct Kept(Spool);

impl Sink for Kept {
    fn restart(&mut self) -> std::io::Result<()> {
        self.0.restart()
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        std::io::Write::write_all(&mut self.0, bytes)
    }
}
