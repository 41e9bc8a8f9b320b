//! A file on the web: conditional, bounded, from the hosts allowed.

use debouches_http::{Downloaded, GetRequest, Sink, Url};
use debouches_store::Spool;

use super::{Content, Reading, Received};
use crate::FetchError;

impl Reading<'_> {
    /// Reads a web address.
    pub(super) async fn http(&self, url: &Url) -> Result<Received, FetchError> {
        let request = self.request;
        self.allow(url)?;
        let client = (self.fetcher.client.as_ref()).ok_or_else(|| FetchError::NoClient {
            id: request.id.clone(),
        })?;
        let mut get = GetRequest::new(url.clone(), request.limits.max_bytes);
        get.etag = self.held.and_then(|entry| entry.etag.clone());
        get.last_modified = self.held.and_then(|entry| entry.last_modified.clone());
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
            Downloaded::Body {
                etag,
                last_modified,
                final_url,
                ..
            } => {
                if let Ok(last) = Url::parse(&final_url) {
                    self.allow(&last)?;
                }
                let spooled = sink.0.finish().map_err(|error| self.store_error(error))?;
                Ok(Received {
                    content: Content::Fresh(spooled),
                    etag,
                    last_modified,
                })
            }
        }
    }

    fn allow(&self, url: &Url) -> Result<(), FetchError> {
        let host = url.host_str().unwrap_or_default();
        let allowed = &self.request.allowed_hosts;
        if allowed.is_empty() || allowed.iter().any(|name| name.eq_ignore_ascii_case(host)) {
            Ok(())
        } else {
            Err(FetchError::Host {
                id: self.request.id.clone(),
                host: host.to_owned(),
            })
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
