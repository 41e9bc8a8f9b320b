//! Sources to bytes: a kind of source is one trait, one file of `sources/` and one line of its registry.
//!
//! What is received is kept as received, under the digest of its bytes, once it was found whole and of the expected
//! nature. Deliberately absent: any idea of a table. A failure leaves the former snapshot and its lock entry alone.

mod address;
mod check;
mod error;
mod fetcher;
mod keep;
mod location;
mod lockfile;
mod pattern;
mod probe;
mod progress;
mod request;
mod sources;
pub mod unpack;

pub use address::{Address, ApiAddress};
pub use error::{AddressError, FetchError, LockFileError};
pub use fetcher::{Access, Fetched, Fetcher, Mode, Outcome, Pinning, body_of};
pub use location::Location;
pub use lockfile::{LockEntry, LockFile};
pub use probe::Probe;
pub use request::{Expect, HeadingCheck, Limits, SourceRequest};
pub use sources::inserjeunes_api::ApiRoute;
