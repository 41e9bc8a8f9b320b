//! What went wrong, by meaning. Neither headers nor bodies appear in a message.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use crate::resolver::LeadsInwards;
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
    #[error("redirected to {to}, which is refused: {why}")]
    Redirect {
        /// The new address, redacted.
        to: String,
        /// Why it is not followed.
        why: RedirectRefusal,
    },
    /// 202, as long as we waited: the server is still preparing the answer.
    #[error("answer still in preparation (202)")]
    Pending {
        /// The wait asked for.
        retry_after: Option<Duration>,
    },
    /// The certificate of the server is not trusted.
    #[error("certificate refused: {0}")]
    Certificate(String),
    /// The proxy wants a user and a password, or other ones.
    #[error("the proxy refuses access (407)")]
    ProxyAccess,
    /// The name leads to this machine or its network.
    #[error("`{host}` leads to this machine or its network")]
    Inward {
        /// The host.
        host: String,
    },
    /// The host is not among those allowed.
    #[error("host {0} is not allowed")]
    Host(String),
    /// A key would travel in the clear.
    #[error("a key is not sent in the clear: the address is http, not https")]
    PlainSecret,
    /// A page for people where data were expected.
    #[error("a web page came where data were expected")]
    Page,
    /// The body is shorter than announced, or broke off.
    #[error("incomplete body: {actual} bytes{}", expected.map(|bytes| format!(" of {bytes}")).unwrap_or_default())]
    Short {
        /// Announced length, when there was one.
        expected: Option<u64>,
        /// Bytes received.
        actual: u64,
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

/// Why a redirect is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectRefusal {
    /// There were too many already.
    TooMany,
    /// It goes from https down to http.
    Downgrade,
    /// It is neither http nor https.
    Scheme,
    /// It leads from the web to this machine or its network.
    Inward,
    /// Its host is not among those allowed.
    Host,
    /// It cannot be read.
    Unreadable,
}

impl fmt::Display for RedirectRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooMany => "more than ten redirects in a row",
            Self::Downgrade => "from https down to http",
            Self::Scheme => "neither http nor https",
            Self::Inward => "to this machine or its network",
            Self::Host => "to a host that is not in `allowed_hosts`",
            Self::Unreadable => "to an address that cannot be read",
        })
    }
}

impl HttpErrorKind {
    /// What to do about it, when that is known whoever was asked.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Certificate(_) => Some(
                "if this network signs what passes, add the certificate of its authority (PEM) as `[http] ca_file`; an expired certificate is renewed by the owner of the site; no option accepts a bad one",
            ),
            Self::ProxyAccess => Some(
                "give the proxy a user and a password: `https_proxy=http://user:password@host:port` in the environment",
            ),
            Self::Connect => Some(
                "nothing was changed; run the same command later. Where a proxy is the only way out, set `https_proxy` or `[http] proxy`",
            ),
            Self::Inward { .. } => Some(
                "if the host is meant to be on this network, name it in `allowed_hosts` of the source",
            ),
            Self::Redirect { why, .. } => match why {
                RedirectRefusal::Downgrade => {
                    Some("write the https address that it leads to, or tell the owner of the site")
                }
                RedirectRefusal::Inward => Some(
                    "if the host is meant to be on this network, name it in `allowed_hosts` of the source",
                ),
                RedirectRefusal::Host => Some("add the host to `allowed_hosts` of the source"),
                RedirectRefusal::TooMany => Some(
                    "the site wants a session or goes round in circles: look for the address of the file itself",
                ),
                RedirectRefusal::Scheme | RedirectRefusal::Unreadable => None,
            },
            Self::Host(_) => {
                Some("correct `url`, or add the host to `allowed_hosts` of the source")
            }
            Self::PlainSecret => Some("write the address with https://"),
            Self::NotFound | Self::Gone => Some(
                "the address has moved: look for it on the page of the producer, then correct `url`",
            ),
            Self::Status(405) => Some(
                "the server wants another method: add `method = \"POST\"` or `method = \"GET\"` to the source",
            ),
            Self::Unauthorized(_)
            | Self::RateLimited { .. }
            | Self::Status(_)
            | Self::Pending { .. }
            | Self::Page
            | Self::Short { .. }
            | Self::TooLarge { .. }
            | Self::Encoded(_)
            | Self::Json { .. }
            | Self::Timeout
            | Self::Interrupted
            | Self::Invalid(_)
            | Self::Source
            | Self::Sink => None,
        }
    }
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
            407 => Some(HttpErrorKind::ProxyAccess),
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
            HttpErrorKind::Connect
            | HttpErrorKind::Certificate(_)
            | HttpErrorKind::ProxyAccess
            | HttpErrorKind::Inward { .. }
            | HttpErrorKind::Host(_)
            | HttpErrorKind::PlainSecret
            | HttpErrorKind::Invalid(_)
            | HttpErrorKind::Source => Outcome::NotSent,
            // An answer that cannot be read says nothing of what was done.
            HttpErrorKind::Timeout
            | HttpErrorKind::Interrupted
            | HttpErrorKind::Short { .. }
            | HttpErrorKind::TooLarge { .. }
            | HttpErrorKind::Encoded(_)
            | HttpErrorKind::Page
            | HttpErrorKind::Json { .. } => Outcome::Unknown,
            HttpErrorKind::Unauthorized(_)
            | HttpErrorKind::NotFound
            | HttpErrorKind::Gone
            | HttpErrorKind::RateLimited { .. }
            | HttpErrorKind::Status(_)
            | HttpErrorKind::Pending { .. }
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
            | HttpErrorKind::Pending { .. }
            | HttpErrorKind::Page
            | HttpErrorKind::Short { .. }
            | HttpErrorKind::Timeout
            | HttpErrorKind::Connect
            | HttpErrorKind::Interrupted => true,
            HttpErrorKind::Unauthorized(_)
            | HttpErrorKind::Certificate(_)
            | HttpErrorKind::ProxyAccess
            | HttpErrorKind::Inward { .. }
            | HttpErrorKind::Host(_)
            | HttpErrorKind::PlainSecret
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
        let kind = if let Some(kind) = meaning_of_causes(&error) {
            kind
        } else if error.is_connect() {
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
            HttpErrorKind::Status(status) => crate::status::is_passing(status),
            HttpErrorKind::RateLimited { .. } | HttpErrorKind::Pending { .. } => true,
            HttpErrorKind::Unauthorized(_)
            | HttpErrorKind::Certificate(_)
            | HttpErrorKind::ProxyAccess
            | HttpErrorKind::Inward { .. }
            | HttpErrorKind::Host(_)
            | HttpErrorKind::PlainSecret
            | HttpErrorKind::Page
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

/// What the causes of a failure tell that its outside does not: reqwest calls all of them failed connections.
fn meaning_of_causes(error: &(dyn Error + 'static)) -> Option<HttpErrorKind> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(inward) = cause.downcast_ref::<LeadsInwards>() {
            return Some(HttpErrorKind::Inward {
                host: inward.host.clone(),
            });
        }
        if let Some(rustls::Error::InvalidCertificate(reason)) = cause.downcast_ref() {
            return Some(HttpErrorKind::Certificate(certificate_fault(reason)));
        }
        // The tunnel through a proxy is refused without a type of its own.
        if cause.to_string().contains("proxy authorization required") {
            return Some(HttpErrorKind::ProxyAccess);
        }
        next = match cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    None
}

fn certificate_fault(reason: &rustls::CertificateError) -> String {
    use rustls::CertificateError as Reason;
    match reason {
        Reason::Expired | Reason::ExpiredContext { .. } => "it has expired".to_owned(),
        Reason::NotValidYet | Reason::NotValidYetContext { .. } => {
            "it is not valid yet, or the clock of this machine is late".to_owned()
        }
        Reason::UnknownIssuer => "its authority is not known on this machine".to_owned(),
        Reason::NotValidForName | Reason::NotValidForNameContext { .. } => {
            "it was made for another name".to_owned()
        }
        Reason::Revoked => "it has been revoked".to_owned(),
        other => format!("{other:?}").chars().take(60).collect(),
    }
}

impl From<HttpErrorKind> for Failure {
    fn from(kind: HttpErrorKind) -> Self {
        Self { kind, source: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_certificate_is_told_apart_from_a_failed_connection() {
        let cause = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let error = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, cause));
        let kind = meaning_of_causes(&error).unwrap();
        assert_eq!(
            kind.to_string(),
            "certificate refused: its authority is not known on this machine"
        );
        assert!(kind.hint().unwrap().contains("ca_file"));
        assert_eq!(meaning_of_causes(&io::Error::other("reset")), None);
    }
}
