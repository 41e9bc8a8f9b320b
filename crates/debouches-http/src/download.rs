//! A file read from the network: conditional, bounded, whole or not at all.

use std::sync::Arc;

use reqwest::header::HeaderMap;
use url::Url;

use crate::client::{Client, host};
use crate::error::{About, Failure, HttpError, HttpErrorKind};
use crate::prepare::{add_secrets, bare};
use crate::redact::redact;
use crate::redirect::next_hop;
use crate::stall::{Sending, receive};
use crate::tries::Tries;
use crate::{Method, SecretHeader, Sink};

/// A file to read.
#[derive(Clone)]
pub struct GetRequest {
    /// Its address.
    pub url: Url,
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
}

impl GetRequest {
    /// A plain read.
    #[must_use]
    pub fn new(url: Url, max_bytes: u64) -> Self {
        Self {
            url,
            etag: None,
            last_modified: None,
            max_bytes,
            headers: Vec::new(),
            secrets: Vec::new(),
        }
    }
}

/// What a download gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Downloaded {
    /// The bytes that we have are still good (304).
    NotModified,
    /// The sink has the whole body.
    Body {
        /// How many bytes.
        bytes: u64,
        /// Their `ETag`.
        etag: Option<String>,
        /// Their `Last-Modified`.
        last_modified: Option<String>,
        /// Their media type.
        content_type: Option<String>,
        /// Their name according to `Content-Disposition`, as sent.
        content_disposition: Option<String>,
        /// The address that gave them, after redirects, redacted.
        final_url: String,
    },
}

impl Client {
    /// Reads a file into a sink. `progress` gets the bytes so far and the total when it is announced.
    ///
    /// # Errors
    /// For any status but 200 and 304, and for a body that is too large, too short, cut or compressed; the sink then
    /// holds an unfinished attempt. A body without announced length that ends with the connection is taken as whole:
    /// HTTP/1.0 gives no means to know better.
    pub async fn download(
        &self,
        request: &GetRequest,
        sink: &mut dyn Sink,
        progress: &mut (dyn FnMut(u64, Option<u64>) + Send),
    ) -> Result<Downloaded, HttpError> {
        let mut tries = Tries::new(
            &self.inner,
            &host(&request.url),
            About::new(Method::Get, &request.url),
        );
        loop {
            tries.begin().await;
            let attempt =
                tokio::time::timeout(tries.left(), self.fetch(request, sink, progress)).await;
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

    async fn fetch(
        &self,
        request: &GetRequest,
        sink: &mut dyn Sink,
        progress: &mut (dyn FnMut(u64, Option<u64>) + Send),
    ) -> Result<Downloaded, (Failure, Option<std::time::Duration>)> {
        let (response, url) = self
            .follow(request)
            .await
            .map_err(|failure| (failure, None))?;
        let headers = response.headers().clone();
        match response.status().as_u16() {
            304 => Ok(Downloaded::NotModified),
            200 => {
                let bytes = self
                    .keep(request, response, sink, progress)
                    .await
                    .map_err(|failure| (failure, None))?;
                Ok(Downloaded::Body {
                    bytes,
                    etag: text(&headers, "etag"),
                    last_modified: text(&headers, "last-modified"),
                    content_type: text(&headers, "content-type"),
                    content_disposition: text(&headers, "content-disposition"),
                    final_url: redact(&url),
                })
            }
            other => {
                let retry_after = self.inner.retry_after(&headers);
                let kind = HttpError::of_status(other, retry_after)
                    .unwrap_or(HttpErrorKind::Status(other));
                Err((kind.into(), retry_after))
            }
        }
    }

    /// The first answer that is not a redirect.
    async fn follow(&self, request: &GetRequest) -> Result<(reqwest::Response, Url), Failure> {
        let mut url = request.url.clone();
        let mut hops = 0;
        loop {
            let mut prepared = bare(Method::Get, &url, &self.headers_of(request))?;
            if hops == 0 {
                add_secrets(&mut prepared, &request.secrets)?;
            } else {
                self.inner.wait_for_slot(&host(&url)).await;
            }
            let sending = Arc::new(Sending::new());
            let response = sending
                .watch(&self.inner.policy, self.inner.http.execute(prepared))
                .await?;
            match (
                response.status().as_u16(),
                text(response.headers(), "location"),
            ) {
                (301 | 302 | 303 | 307 | 308, Some(location)) => {
                    url = next_hop(&url, &location, hops)?
                }
                _ => return Ok((response, url)),
            }
            hops += 1;
        }
    }

    fn headers_of(&self, request: &GetRequest) -> Vec<(String, String)> {
        let mut headers = request.headers.clone();
        let mut add = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
        add("accept-encoding", "identity");
        if let Some(etag) = &request.etag {
            add("if-none-match", etag);
        }
        if let Some(date) = &request.last_modified {
            add("if-modified-since", date);
        }
        headers
    }

    async fn keep(
        &self,
        request: &GetRequest,
        response: reqwest::Response,
        sink: &mut dyn Sink,
        progress: &mut (dyn FnMut(u64, Option<u64>) + Send),
    ) -> Result<u64, Failure> {
        if let Some(encoding) =
            text(response.headers(), "content-encoding").filter(|encoding| encoding != "identity")
        {
            return Err(HttpErrorKind::Encoded(encoding.chars().take(20).collect()).into());
        }
        sink.restart().map_err(Failure::sink)?;
        let (mut done, total) = (0, response.content_length());
        let mut keep = |piece: &[u8]| {
            done += piece.len() as u64;
            progress(done, total);
            sink.write(piece)
        };
        receive(
            response,
            self.inner.policy.idle,
            request.max_bytes,
            &mut keep,
        )
        .await
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests;
