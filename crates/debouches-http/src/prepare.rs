//! From our request to reqwest's.

use std::sync::Arc;

use reqwest::header::{HeaderName, HeaderValue};
use url::Url;

use crate::address::is_loopback;
use crate::body::{Body, pieces};
use crate::error::{Failure, HttpErrorKind};
use crate::stall::Sending;
use crate::{Method, Request, SecretHeader};

/// The whole request; a streamed body reports its progress to `sending`.
pub(crate) async fn prepare(
    request: &Request,
    sending: &Arc<Sending>,
) -> Result<reqwest::Request, Failure> {
    let mut prepared = bare(request.method, &request.url, &request.headers)?;
    add_secrets(&mut prepared, &request.secrets)?;
    add_body(&mut prepared, &request.body, sending).await?;
    Ok(prepared)
}

/// Gives a request its body; a streamed one reports its progress to `sending`.
pub(crate) async fn add_body(
    prepared: &mut reqwest::Request,
    body: &Body,
    sending: &Arc<Sending>,
) -> Result<(), Failure> {
    let (body, length, media_type) = match body {
        Body::Empty => return Ok(()),
        Body::Bytes { bytes, media_type } => (
            reqwest::Body::from(bytes.clone()),
            bytes.len() as u64,
            media_type,
        ),
        Body::Stream { source, media_type } => {
            let reader = source.open().await.map_err(Failure::source)?;
            let stream = pieces(reader, source.length(), Arc::clone(sending));
            (
                reqwest::Body::wrap_stream(stream),
                source.length(),
                media_type,
            )
        }
    };
    *prepared.body_mut() = Some(body);
    // A length given beforehand: a proxy may refuse chunked bodies.
    prepared
        .headers_mut()
        .insert("content-length", HeaderValue::from(length));
    prepared
        .headers_mut()
        .insert("content-type", header_value(media_type)?);
    Ok(())
}

/// A request without body nor secret.
pub(crate) fn bare(
    method: Method,
    url: &Url,
    headers: &[(String, String)],
) -> Result<reqwest::Request, Failure> {
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(HttpErrorKind::Invalid("only http and https addresses are read").into());
    }
    let method = match method {
        Method::Get => reqwest::Method::GET,
        Method::Head => reqwest::Method::HEAD,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Delete => reqwest::Method::DELETE,
    };
    let mut prepared = reqwest::Request::new(method, url.clone());
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| HttpErrorKind::Invalid("a header name has an invalid character"))?;
        prepared.headers_mut().append(name, header_value(value)?);
    }
    Ok(prepared)
}

pub(crate) fn add_secrets(
    prepared: &mut reqwest::Request,
    secrets: &[SecretHeader],
) -> Result<(), Failure> {
    if !secrets.is_empty() && prepared.url().scheme() != "https" && !is_loopback(prepared.url()) {
        return Err(HttpErrorKind::PlainSecret.into());
    }
    for secret in secrets {
        let (name, value) = secret.to_pair().ok_or(HttpErrorKind::Invalid(
            "the key has a character that no header may carry",
        ))?;
        prepared.headers_mut().insert(name, value);
    }
    Ok(())
}

fn header_value(text: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::from_str(text)
        .map_err(|_| HttpErrorKind::Invalid("a header value has an invalid character").into())
}
