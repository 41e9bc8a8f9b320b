//! What a server answered, whatever the status.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

use crate::error::{About, Failure, HttpError, HttpErrorKind};

/// A whole answer, its body in memory.
pub struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) about: About,
}

impl Answer {
    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The value of a header, when it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The wait that the server asks for.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// How many requests were sent to get it.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.about.attempts
    }

    /// The address asked, redacted.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.about.url
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When it is not what the type wants. The message gives a place, not a value: bodies stay out of logs.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            // A page for people, with a success: maintenance, or a portal of the network in between.
            let is_page = self.body.trim_ascii_start().starts_with(b"<");
            self.error(if is_page {
                HttpErrorKind::Page
            } else {
                HttpErrorKind::Json {
                    line: error.line(),
                    column: error.column(),
                }
            })
        })
    }

    /// The answer itself if it is a success.
    ///
    /// # Errors
    /// With the meaning of any other status.
    pub fn into_success(self) -> Result<Self, HttpError> {
        match HttpError::of_status(self.status, self.retry_after) {
            None => Ok(self),
            Some(kind) => Err(self.error(kind)),
        }
    }

    /// An error about this call.
    #[must_use]
    pub fn error(&self, kind: HttpErrorKind) -> HttpError {
        HttpError::new(Failure::from(kind), self.about.clone())
    }
}
