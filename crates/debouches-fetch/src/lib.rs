//! Sources to bytes, one module per kind of source.
//!
//! What is received is kept as received, under the digest of its bytes, once it was found whole and of the expected
//! nature. Deliberately absent: any idea of a table. A failure leaves the former snapshot and its lock entry alone.

mod check;
mod error;
mod fetcher;
mod keep;
mod location;
mod lockfile;
mod progress;
mod request;
mod sources;
pub mod unpack;

pub use error::{FetchError, LockFileError, PlaceError};
pub use fetcher::{Access, Fetched, Fetcher, Mode, Outcome, Pinning, body_of};
pub use location::{FilePlace, ObjectPlace, Place};
pub use lockfile::{LockEntry, LockFile};
pub use request::{Expect, Limits, SourceRequest};
pub use sources::inserjeunes_api::{ApiRoute, InserjeunesApi};
pub use sources::ods::OdsExport;
