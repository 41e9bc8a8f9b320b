//! A file on the web: conditional, bounded, from the hosts allowed.

use std::path::Path;
use std::sync::Arc;

use debouches_http::{Body, Downloaded, FileRequest, Method, Sink, Url, redact};
use debouches_store::Spool;

use super::{Answer, Content, Glance, Kind, Reading, Received, Said, Source};
use crate::location::web_address;
use crate::{Address, AddressError, FetchError};

/// The kind, as the configuration knows it.
pub(super) static KIND: Kind = Kind {
    name: "http",
    options: &["form", "headers", "method", "query"],
    open: |address, _| Ok(Arc::new(WebFile::of(address)?)),
};

/// Headers that carry keys: those belong in the environment.
const SECRET_HEADERS: [&str; 5] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "x-api-key",
    "x-auth-token",
];

/// A file on the web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WebFile {
    url: Url,
    method: Method,
    headers: Vec<(String, String)>,
    form: Option<String>,
}

impl WebFile {
    /// Reads an address and its options.
    pub(super) fn of(address: &Address) -> Result<Self, AddressError> {
        let mut url = web_address(&address.url)?;
        if !address.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&address.query);
        }
        let form = (!address.form.is_empty()).then(|| {
            let mut pairs = web_address("https://form.invalid/")?;
            pairs.query_pairs_mut().extend_pairs(&address.form);
            Ok(pairs.query().unwrap_or_default().to_owned())
        });
        let method = match address.method.as_deref() {
            None if form.is_some() => Method::Post,
            None | Some("GET") if form.is_none() => Method::Get,
            Some("POST") => Method::Post,
            Some(other) => {
                return Err(AddressError::Syntax {
                    text: other.to_owned(),
                    expected: "a method: \"GET\" without form, or \"POST\"",
                });
            }
            None => Method::Get,
        };
        if let Some(name) = address.headers.keys().find(|name| {
            SECRET_HEADERS
                .iter()
                .any(|secret| name.eq_ignore_ascii_case(secret))
        }) {
            return Err(AddressError::SecretHeader { name: name.clone() });
        }
        let headers = address.headers.clone().into_iter().collect();
        Ok(Self {
            url,
            method,
            headers,
            form: form.transpose()?,
        })
    }
}

impl WebFile {
    fn request(&self, reading: &Reading<'_>) -> FileRequest {
        let mut file = FileRequest::new(self.url.clone(), reading.request.limits.max_bytes);
        file.method = self.method;
        file.headers.clone_from(&self.headers);
        // An export without a body still has a length: some servers want to know it.
        if self.method == Method::Post {
            file.body = Body::Bytes {
                bytes: self.form.clone().unwrap_or_default().into(),
                media_type: "application/x-www-form-urlencoded".to_owned(),
            };
        }
        file
    }
}

impl Source for WebFile {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn shown(&self) -> String {
        redact(&self.url)
    }

    fn identity(&self) -> String {
        let form = self.form.as_deref().unwrap_or_default();
        format!("{} {}\n{:?}\n{form}", self.method, self.url, self.headers)
    }

    fn body_name(&self) -> String {
        let name = self
            .url
            .path_segments()
            .and_then(|mut parts| parts.next_back());
        name.unwrap_or_default().to_owned()
    }

    fn probe<'a>(&'a self, reading: &'a Reading<'a>) -> Glance<'a> {
        Box::pin(reading.peek(self.request(reading)))
    }

    fn read<'a>(&'a self, reading: &'a Reading<'a>) -> Answer<'a> {
        Box::pin(reading.download(self.request(reading)))
    }
}

impl Reading<'_> {
    /// Reads a web address into the state, unless the bytes that we hold are still good.
    pub(super) async fn download(&self, mut file: FileRequest) -> Result<Received, FetchError> {
        file.etag = self.held.and_then(|entry| entry.etag.clone());
        file.last_modified = self.held.and_then(|entry| entry.last_modified.clone());
        file.allowed_hosts.clone_from(&self.request.allowed_hosts);
        file.guarded = true;
        let asked = redact(&file.url);
        let spool = self.fetcher.store.spool();
        let mut sink = Kept(spool.map_err(|error| self.store_error(error))?);
        let mut progress = |done, total| self.progress.reach(done, total);
        let client = self.client()?;
        let downloaded = client.download(&file, &mut sink, &mut progress).await;
        let received = match downloaded.map_err(|error| self.http_error(error))? {
            Downloaded::NotModified => return Ok(Received::unchanged()),
            Downloaded::Body(received) => *received,
        };
        if !received.has_end {
            let id = &self.request.id;
            tracing::warn!(
                source.id = %id,
                "source {id} came without a length and without an end: a body cut at the end of a line would not be seen"
            );
        }
        let spooled = sink.0.finish().map_err(|error| self.store_error(error))?;
        Ok(Received {
            content: Content::Fresh(spooled),
            said: Said {
                etag: received.etag,
                last_modified: received.last_modified,
                final_url: (received.final_url != asked).then_some(received.final_url),
                is_elsewhere: received.is_elsewhere,
                ..Said::default()
            },
        })
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

/// Reads a web address for the kinds that accept one beside their own.
pub(super) fn open(address: &Address, _: &Path) -> Result<Arc<dyn Source>, AddressError> {
    Ok(Arc::new(WebFile::of(address)?))
}
