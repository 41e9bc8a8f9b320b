//! What a practice portal is told.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};

/// Gives the present instant.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How to serve a practice portal.
#[derive(Clone)]
pub struct PortalOptions {
    /// Folder of its state, made when absent. One process at a time.
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
            clock: Arc::new(Utc::now),
        }
    }
}
