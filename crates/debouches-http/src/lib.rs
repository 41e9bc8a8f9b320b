//! Polite HTTP: retry, rate, redaction, conditional GET, bounded download.
//!
//! Deliberately absent: cookies (a portal that sets one stops looking at the key), redirects that carry a key,
//! proxies taken from the environment, and any switch to accept a bad certificate.

mod answer;
mod body;
mod client;
mod download;
mod error;
mod limiter;
mod multipart;
mod options;
mod pace;
mod policy;
mod prepare;
mod redact;
mod redirect;
mod request;
mod secret;
mod sink;
mod stall;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod tries;

pub use answer::Answer;
pub use body::{Body, BytesSource, FileSource, Reader, Slice, Source};
pub use client::Client;
pub use download::{Downloaded, GetRequest};
pub use error::{HttpError, HttpErrorKind, Outcome};
pub use multipart::Multipart;
pub use options::{ClientError, ClientOptions};
pub use pace::{Pace, WallPace};
pub use policy::Policy;
pub use redact::redact;
pub use request::{Method, Repeat, Request};
pub use secret::{Secret, SecretHeader};
pub use sink::Sink;
pub use url::Url;
