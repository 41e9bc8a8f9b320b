//! Polite HTTP: retry, rate, redaction, conditional GET, bounded download.
//!
//! Deliberately absent: cookies (a portal that sets one stops looking at the key), redirects that carry a key,
//! the environment (proxies enter by argument), and any switch to accept a bad certificate.

mod address;
mod answer;
mod body;
mod client;
mod connections;
mod decode;
mod download;
mod error;
mod limiter;
mod multipart;
mod options;
mod pace;
mod policy;
mod prepare;
mod proxy;
mod redact;
mod redirect;
mod request;
mod resolver;
mod secret;
mod sink;
mod stall;
mod status;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod tries;

pub use address::is_loopback;
pub use answer::Answer;
pub use body::{Body, BytesSource, FileSource, Reader, Slice, Source};
pub use client::Client;
pub use download::{Downloaded, FileRequest, Peeked, Received};
pub use error::{HttpError, HttpErrorKind, Outcome, RedirectRefusal};
pub use multipart::Multipart;
pub use options::{ClientError, ClientOptions, is_contact};
pub use pace::{Pace, WallPace};
pub use policy::Policy;
pub use proxy::ProxySettings;
pub use redact::redact;
pub use redirect::next_hop;
pub use request::{Method, Repeat, Request};
pub use secret::{Secret, SecretHeader};
pub use sink::Sink;
pub use url::Url;
