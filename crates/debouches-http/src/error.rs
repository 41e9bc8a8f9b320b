//! What went wrong, by meaning. Neither headers nor bodies appear in a message.

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::{Method, redact::redact};

/// A call that gave nothing usable.
#[derive(Debug, thiserror::Error)]
#[error("cannot {} {}: {kind} ({})", about.method, about.url, about.effort())]
pub struct HttpError {
    /// The meaning, for the caller's reaction.
    pub kind: HttpErrorKind,
    about: Box<About>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// The meaning of a failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpErrorKind {
    /// 401 or 403.
    #[error("access refused ({0})")]
    Unauthorized(u16),
    /// 404.
    #[error("not found (404)")]
    NotFound,
    /// 410.
    #[error("gone (410)")]
    Gone,
    /// 429, after our attempts or because the wait asked for is longer than our cap.
    #[error("too many requests (429)")]
    RateLimited {
        /// The wait asked for.
        retry_after: Option<Duration>,
    },
    /// Any other status that is not a success.
    #[error("answered {0}")]
    Status(u16),
    /// A redirect that is not followed.
    #[error("redirected to {to}")]
    Redirect {
        /// The new address, redacted.
        to: String,
    },
    /// The body is shorter than announced, or broke off.
    #[error("incomplete body: {found} bytes{}", expected.map(|bytes| format!(" of {bytes}")).unwrap_or_default())]
    Short {
        /// Announced length, when there was one.
        expected: Option<u64>,
        /// Bytes received.
        found: u64,
    },
    /// The body passes the size that we accept.
    #[error("more than {max} bytes")]
    TooLarge {
        /// The size that we accept.
        max: u64,
    },
    /// The body is compressed though we asked for it as is.
    #[error("body encoded as {0}, which was not asked for")]
    Encoded(String),
    /// The body is not the JSON that was expected.
    #[error("unexpected JSON at line {line}, column {column}")]
    Json {
        /// Line of the fault.
        line: usize,
        /// Column of the fault.
        column: usize,
    },
    /// Nothing came in time.
    #[error("no answer in time")]
    Timeout,
    /// No connection: nothing was sent.
    #[error("no connection")]
    Connect,
    /// The connection broke after the request began to be sent.
    #[error("connection lost")]
    Interrupted,
    /// The address or a header cannot be sent.
    #[error("invalid request: {0}")]
    Invalid(&'static str),
    /// The body to send could not be read.
    #[error("the body to send could not be read")]
    Source,
    /// The body received could not be kept.
    #[error("the body received could not be written")]
    Sink,
}

/// What is known of the effect of a call that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The server did not see a whole request.
    NotSent,
    /// The server answered, and its status says what was done.
    Answered,
    /// The request may have been applied: look before repeating it.
    Unknown,
}

/// Which call it was, and how hard we tried.
#[derive(Debug, Clone)]
pub(crate) struct About {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
}

impl About {
    pub(crate) fn new(method: Method, url: &url::Url) -> Self {
        Self {
            method,
            url: redact(url),
            attempts: 0,
            elapsed: Duration::ZERO,
        }
    }

    fn effort(&self) -> String {
        let plural = if self.attempts == 1 { "" } else { "s" };
        format!(
            "{} attempt{plural} in {:.1} s",
            self.attempts,
            self.elapsed.as_secs_f64()
        )
    }
}

impl HttpError {
    pub(crate) fn new(failure: Failure, about: About) -> Self {
        Self {
            kind: failure.kind,
            about: Box::new(about),
            source: failure.source,
        }
    }

    /// The meaning of a status, if it is not a success.
    pub(crate) fn of_status(status: u16, retry_after: Option<Duration>) -> Option<HttpErrorKind> {
        match status {
            200..=299 => None,
            401 | 403 => Some(HttpErrorKind::Unauthorized(status)),
            404 => Some(HttpErrorKind::NotFound),
            410 => Some(HttpErrorKind::Gone),
            429 => Some(HttpErrorKind::RateLimited { retry_after }),
            other => Some(HttpErrorKind::Status(other)),
        }
    }

    /// How many requests were sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.about.attempts
    }

    /// How long it lasted, waits included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.about.elapsed
    }

    /// The address, redacted.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.about.url
    }

    /// Whether a write may have been applied.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.kind {
            HttpErrorKind::Connect | HttpErrorKind::Invalid(_) | HttpErrorKind::Source => {
                Outcome::NotSent
            }
            // An answer that cannot be read says nothing of what was done.
            HttpErrorKind::Timeout
            | HttpErrorKind::Interrupted
            | HttpErrorKind::Short { .. }
            | HttpErrorKind::TooLarge { .. }
            | HttpErrorKind::Encoded(_)
            | HttpErrorKind::Json { .. } => Outcome::Unknown,
            HttpErrorKind::Unauthorized(_)
            | HttpErrorKind::NotFound
            | HttpErrorKind::Gone
            | HttpErrorKind::RateLimited { .. }
            | HttpErrorKind::Status(_)
            | HttpErrorKind::Redirect { .. }
            | HttpErrorKind::Sink => Outcome::Answered,
        }
    }

    /// Whether the other side or the road failed, after our attempts: trying again later is the remedy.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self.kind {
            HttpErrorKind::Status(status) => status == 408 || status >= 500,
            HttpErrorKind::RateLimited { .. }
            | HttpErrorKind::Short { .. }
            | HttpErrorKind::Timeout
            | HttpErrorKind::Connect
            | HttpErrorKind::Interrupted => true,
            HttpErrorKind::Unauthorized(_)
            | HttpErrorKind::NotFound
            | HttpErrorKind::Gone
            | HttpErrorKind::Redirect { .. }
            | HttpErrorKind::TooLarge { .. }
            | HttpErrorKind::Encoded(_)
            | HttpErrorKind::Json { .. }
            | HttpErrorKind::Invalid(_)
            | HttpErrorKind::Source
            | HttpErrorKind::Sink => false,
        }
    }
}

/// One attempt that failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: HttpErrorKind,
    pub(crate) source: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    pub(crate) fn sink(error: io::Error) -> Self {
        Self {
            kind: HttpErrorKind::Sink,
            source: Some(Box::new(error)),
        }
    }

    pub(crate) fn source(error: io::Error) -> Self {
        Self {
            kind: HttpErrorKind::Source,
            source: Some(Box::new(error)),
        }
    }

    /// A failure of reqwest; the address is dropped from its text, ours is redacted.
    pub(crate) fn road(error: reqwest::Error) -> Self {
        let kind = if error.is_connect() {
            HttpErrorKind::Connect
        } else if error.is_builder() {
            HttpErrorKind::Invalid("it cannot be built")
        } else if error.is_timeout() {
            HttpErrorKind::Timeout
        } else {
            HttpErrorKind::Interrupted
        };
        Self {
            kind,
            source: Some(Box::new(error.without_url())),
        }
    }

    /// Whether a repeatable request may succeed if sent again.
    pub(crate) fn is_passing(&self) -> bool {
        match self.kind {
            HttpErrorKind::Connect
            | HttpErrorKind::Timeout
            | HttpErrorKind::Interrupted
            | HttpErrorKind::Short { .. } => true,
            HttpErrorKind::Status(status) => crate::tries::is_passing(status),
            HttpErrorKind::RateLimited { .. } => true,
            HttpErrorKind::Unauthorized(_)
            | HttpErrorKind::NotFound
            | HttpErrorKind::Gone
            | HttpErrorKind::Redirect { .. }
            | HttpErrorKind::TooLarge { .. }
            | HttpErrorKind::Encoded(_)
            | HttpErrorKind::Json { .. }
            | HttpErrorKind::Invalid(_)
            | HttpErrorKind::Source
            | HttpErrorKind::Sink => false,
        }
    }
}

impl From<HttpErrorKind> for Failure {
    fn from(kind: HttpErrorKind) -> Self {
        Self { kind, source: None }
    }
}
