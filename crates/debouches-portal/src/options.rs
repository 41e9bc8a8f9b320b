//! The options of a practice portal.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

/// Gives the present instant.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What may be done with the folder of a portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everything. One process at a time.
    ReadWrite,
    /// Nothing is written, not even the folder when it is missing; whoever serves it is not disturbed. Writes answer 423.
    ReadOnly,
}

/// How to serve a practice portal.
#[derive(Clone)]
pub struct PortalOptions {
    /// Folder of its state, made when missing or empty.
    pub folder: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub address: SocketAddr,
    /// Answer 423 to creations and uploads, as a portal under maintenance does.
    pub read_only: bool,
    /// Accept `.parquet`, which udata does not by default.
    pub allow_parquet: bool,
    /// Answer 413 to larger requests.
    pub max_body: Option<u64>,
    /// Make the accounts and keys that tests need beside the editor's: an administrator, a partial editor, an outsider,
    /// an expired key and a revoked one. Decided when the folder is new.
    pub test_accounts: bool,
    /// What may be done with the folder.
    pub access: Access,
    /// How long to wait for another process that serves the folder.
    pub wait: Duration,
    /// The clock.
    pub clock: Clock,
}

impl PortalOptions {
    /// A portal on a free loopback port, that accepts Parquet.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            read_only: false,
            allow_parquet: true,
            max_body: None,
            test_accounts: false,
            access: Access::ReadWrite,
            wait: Duration::ZERO,
            clock: Arc::new(Utc::now),
        }
    }
}
