//! A file read from the network: conditional, bounded, complete or not at all.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderMap;
use url::Url;

use crate::address::is_inward;
use crate::client::Client;
use crate::connections::host;
use crate::decode::{Decoder, Encoding};
use crate::error::{About, Failure, HttpError, HttpErrorKind};
use crate::prepare::{add_body, add_secrets, bare};
use crate::redact::redact;
use crate::redirect::{is_allowed, next_hop};
use crate::stall::{Sending, receive};
use crate::tries::Tries;
use crate::{Body, Method, SecretHeader, Sink};

/// Longest `ETag` that is kept, in bytes: they are written in files that people read, and sent back.
const LONGEST_ETAG: usize = 1024;

/// Longest of the other headers that are kept, in bytes.
const LONGEST_HEADER: usize = 256;

/// A file to read.
#[derive(Clone)]
pub struct FileRequest {
    /// Its address.
    pub url: Url,
    /// How to ask. A `POST` must be one that can be repeated: an export.
    pub method: Method,
    /// What is sent with the question.
    pub body: Body,
    /// `ETag` of the bytes that we already have.
    pub etag: Option<String>,
    /// `Last-Modified` of the bytes that we already have.
    pub last_modified: Option<String>,
    /// Size that is refused, when the body is larger.
    pub max_bytes: u64,
    /// Other headers, such as `accept`.
    pub headers: Vec<(String, String)>,
    /// Headers with a key: sent to `url` and dropped at the first redirect, whatever its host.
    pub secrets: Vec<SecretHeader>,
    /// Hosts that the address and its redirects may name; any of everybody's, when empty.
    pub allowed_hosts: Vec<String>,
    /// Refuses a name that leads to this machine or its network from the first address on, and not from the first
    /// redirect to another host on.
    pub guarded: bool,
}

impl FileRequest {
    /// A plain read.
    #[must_use]
    pub fn new(url: Url, max_bytes: u64) -> Self {
        Self {
            url,
            method: Method::Get,
            body: Body::Empty,
            etag: None,
            last_modified: None,
            max_bytes,
            headers: Vec::new(),
            secrets: Vec::new(),
            allowed_hosts: Vec::new(),
            guarded: false,
        }
    }
}

/// What a download gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Downloaded {
    /// The bytes that we have are still good (304).
    NotModified,
    /// The sink has the complete body.
    Body(Box<Received>),
}

/// A body and what was said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// How many bytes the sink took.
    pub bytes: u64,
    /// Whether its length was announced, or its end was marked: else a body that was cut looks complete.
    pub has_end: bool,
    /// Their `ETag`.
    pub etag: Option<String>,
    /// Their `Last-Modified`.
    pub last_modified: Option<String>,
    /// Their media type.
    pub content_type: Option<String>,
    /// Their name according to `Content-Disposition`, as sent.
    pub content_disposition: Option<String>,
    /// The address that gave them, after redirects, redacted.
    pub final_url: String,
    /// Whether another host than the one asked gave them.
    pub is_elsewhere: bool,
}

/// The beginning of a file, and what was said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peeked {
    /// Its first bytes, as received.
    pub head: Vec<u8>,
    /// Its announced length.
    pub length: Option<u64>,
    /// Its media type.
    pub content_type: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
    /// The address that gave it, after redirects, redacted.
    pub final_url: String,
}

/// What is asked at one hop.
struct Hop {
    url: Url,
    method: Method,
    body: Body,
    count: usize,
}

impl Client {
    /// Reads a file into a sink. `progress` gets the bytes so far and the total when it is announced.
    ///
    /// # Errors
    /// For any status but 200 and 304, and for a body that is too large, too short, cut or compressed in a way that is
    /// not undone here; the sink then holds an unfinished attempt. A body without announced length that ends with the
    /// connection is taken as complete, and [`Received::has_end`] is false: HTTP/1.0 gives no means to know better.
    pub async fn download(
        &self,
        request: &FileRequest,
        sink: &mut dyn Sink,
        progress: &mut (dyn FnMut(u64, Option<u64>) + Send),
    ) -> Result<Downloaded, HttpError> {
        let mut tries = Tries::new(
            &self.connections,
            &host(&request.url),
            About::new(request.method, &request.url),
        );
        if !request.allowed_hosts.is_empty() && !is_allowed(&request.url, &request.allowed_hosts) {
            let host = request.url.host_str().unwrap_or_default().to_owned();
            return Err(tries.give_up(HttpErrorKind::Host(host).into()));
        }
        loop {
            tries.begin().await;
            let attempt =
                tokio::time::timeout(tries.remaining(), self.fetch(request, sink, progress)).await;
            let failure =
                match attempt.unwrap_or_else(|_| Err((HttpErrorKind::Timeout.into(), None))) {
                    Ok(downloaded) => return Ok(downloaded),
                    Err(failure) => failure,
                };
            let (failure, retry_after) = failure;
            if !(failure.is_passing() && tries.again(retry_after).await) {
                return Err(tries.give_up(failure));
            }
        }
    }

    /// Reads the first bytes of a file and leaves the rest. A `HEAD` would not do: some servers answer it with 404.
    ///
    /// # Errors
    /// As [`Self::download`], for what can be seen from the beginning.
    pub async fn peek(&self, request: &FileRequest, most: usize) -> Result<Peeked, HttpError> {
        let mut tries = Tries::new(
            &self.connections,
            &host(&request.url),
            About::new(request.method, &request.url),
        );
        loop {
            tries.begin().await;
            let peeking = self.peek_once(request, most);
            let attempt = tokio::time::timeout(tries.remaining(), peeking).await;
            match attempt.unwrap_or_else(|_| Err(HttpErrorKind::Timeout.into())) {
                Ok(peeked) => return Ok(peeked),
                Err(failure) if failure.is_passing() && tries.again(None).await => {}
                Err(failure) => return Err(tries.give_up(failure)),
            }
        }
    }

    async fn peek_once(&self, request: &FileRequest, most: usize) -> Result<Peeked, Failure> {
        let (mut response, url) = self.follow(request).await?;
        let headers = response.headers().clone();
        match response.status().as_u16() {
            200 => {}
            202 => return Err(HttpErrorKind::Pending { retry_after: None }.into()),
            other => {
                let kind = HttpError::of_status(other, None);
                return Err(kind.unwrap_or(HttpErrorKind::Status(other)).into());
            }
        }
        let mut head = Vec::new();
        while head.len() < most {
            let chunk = tokio::time::timeout(self.connections.policy.idle, response.chunk()).await;
            match chunk.map_err(|_| HttpErrorKind::Timeout)? {
                Ok(Some(bytes)) => head.extend_from_slice(&bytes),
                Ok(None) => break,
                Err(error) => return Err(Failure::road(error)),
            }
        }
        head.truncate(most);
        Ok(Peeked {
            head,
            length: text(&headers, "content-length", LONGEST_HEADER)
                .and_then(|length| length.parse().ok()),
            content_type: text(&headers, "content-type", LONGEST_HEADER),
            last_modified: text(&headers, "last-modified", LONGEST_HEADER),
            final_url: redact(&url),
        })
    }

    async fn fetch(
        &self,
        request: &FileRequest,
        sink: &mut dyn Sink,
        progress: &mut (dyn FnMut(u64, Option<u64>) + Send),
    ) -> Result<Downloaded, (Failure, Option<Duration>)> {
        let (response, url) = self
            .follow(request)
            .await
            .map_err(|failure| (failure, None))?;
        let headers = response.headers().clone();
        match response.status().as_u16() {
            304 => Ok(Downloaded::NotModified),
            200 => {
                let has_end = headers.contains_key("content-length")
                    || headers.contains_key("transfer-encoding")
                    || response.version() >= reqwest::Version::HTTP_2;
                let bytes = self
                    .keep(request, response, sink, progress)
                    .await
                    .map_err(|failure| (failure, None))?;
                Ok(Downloaded::Body(Box::new(Received {
                    bytes,
                    has_end,
                    etag: text(&headers, "etag", LONGEST_ETAG),
                    last_modified: text(&headers, "last-modified", LONGEST_HEADER),
                    content_type: text(&headers, "content-type", LONGEST_HEADER),
                    content_disposition: text(&headers, "content-disposition", LONGEST_HEADER),
                    final_url: redact(&url),
                    is_elsewhere: host(&url) != host(&request.url),
                })))
            }
            202 => {
                let retry_after = self.connections.retry_after(&headers);
                // Without a word on how long, a preparation lasts longer than a hiccup.
                let wait = retry_after.or(Some(self.connections.policy.preparation));
                Err((HttpErrorKind::Pending { retry_after }.into(), wait))
            }
            other => {
                let retry_after = self.connections.retry_after(&headers);
                let kind = HttpError::of_status(other, retry_after)
                    .unwrap_or(HttpErrorKind::Status(other));
                Err((kind.into(), retry_after))
            }
        }
    }

    /// The first answer that is not a redirect.
    async fn follow(&self, request: &FileRequest) -> Result<(reqwest::Response, Url), Failure> {
        let mut hop = Hop {
            url: request.url.clone(),
            method: request.method,
            body: request.body.clone(),
            count: 0,
        };
        loop {
            let mut prepared = bare(hop.method, &hop.url, &headers_of(request, hop.method))?;
            let sending = Arc::new(Sending::new());
            if hop.count == 0 {
                add_secrets(&mut prepared, &request.secrets)?;
            } else {
                self.connections.wait_for_slot(&host(&hop.url)).await;
            }
            add_body(&mut prepared, &hop.body, &sending).await?;
            let client = self.client_for(request, &hop);
            let response = sending
                .watch(&self.connections.policy, client.execute(prepared))
                .await?;
            let status = response.status().as_u16();
            let location = response.headers().get("location");
            match (status, location) {
                (301 | 302 | 303 | 307 | 308, Some(location)) => {
                    hop.url = next_hop(
                        &hop.url,
                        location.as_bytes(),
                        hop.count,
                        &request.allowed_hosts,
                    )?;
                    if status <= 303 {
                        // What browsers do, and what the answer to a form expects.
                        hop.method = Method::Get;
                        hop.body = Body::Empty;
                    }
                }
                _ => return Ok((response, hop.url)),
            }
            hop.count += 1;
        }
    }

    /// The client that connects to this hop: one that refuses the addresses of this network, unless whoever configured
    /// the request wrote the host down.
    fn client_for(&self, request: &FileRequest, hop: &Hop) -> &reqwest::Client {
        let is_configured = hop.count == 0 || host(&hop.url) == host(&request.url);
        let is_written_down = is_inward(&hop.url)
            || is_allowed(&hop.url, &request.allowed_hosts)
            || (is_configured && !request.guarded);
        if is_written_down {
            &self.connections.http
        } else {
            &self.connections.guarded
        }
    }

    async fn keep(
        &self,
        request: &FileRequest,
        response: reqwest::Response,
        sink: &mut dyn Sink,
        progress: &mut (dyn FnMut(u64, Option<u64>) + Send),
    ) -> Result<u64, Failure> {
        let header = response.headers().get("content-encoding");
        let encoding = Encoding::of(header.map(reqwest::header::HeaderValue::as_bytes))
            .map_err(HttpErrorKind::Encoded)?;
        sink.restart().map_err(Failure::sink)?;
        let (mut done, total) = (0, response.content_length());
        let mut decoder = Decoder::new(sink, encoding, request.max_bytes);
        let mut keep = |bytes: &[u8]| {
            done += bytes.len() as u64;
            progress(done, total);
            decoder.take(bytes)
        };
        let received = receive(
            response,
            self.connections.policy.idle,
            request.max_bytes,
            &mut keep,
        )
        .await;
        match received {
            Ok(_) => Ok(decoder.finish()?),
            Err(failure) if failure.kind == HttpErrorKind::Sink => Err(match decoder.fault() {
                Some(HttpErrorKind::Sink) => failure,
                Some(fault) => fault.into(),
                None if decoder.is_unpacking() => HttpErrorKind::Short {
                    expected: total,
                    actual: done,
                }
                .into(),
                None => failure,
            }),
            Err(failure) => Err(failure),
        }
    }
}

fn headers_of(request: &FileRequest, method: Method) -> Vec<(String, String)> {
    let mut headers = request.headers.clone();
    let mut add = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
    add("accept-encoding", "identity");
    // Conditions are said of a read (RFC 9110, 13.1).
    if method == Method::Get {
        if let Some(etag) = &request.etag {
            add("if-none-match", etag);
        }
        if let Some(date) = &request.last_modified {
            add("if-modified-since", date);
        }
    }
    headers
}

fn text(headers: &HeaderMap, name: &str, longest: usize) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    (text.len() <= longest).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
