//! Names that lead to addresses of everybody, and to no other.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::is_global;

/// Resolves a name and drops the addresses of this machine and its network.
///
/// The connection goes to the addresses that were checked: a name cannot change its mind between the two.
pub(crate) struct GlobalOnly {
    /// Proxies, which may well be on this network.
    pub(crate) except: Arc<[String]>,
}

/// A name with no address that everybody can reach.
#[derive(Debug, thiserror::Error)]
#[error("`{host}` leads to this machine or its network")]
pub(crate) struct LeadsInwards {
    pub(crate) host: String,
}

impl Resolve for GlobalOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let except = Arc::clone(&self.except);
        Box::pin(async move {
            let every: Vec<SocketAddr> =
                tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let is_proxy = except.iter().any(|proxy| proxy.eq_ignore_ascii_case(&host));
            let kept: Vec<SocketAddr> = every
                .iter()
                .copied()
                .filter(|address| is_proxy || is_global(address.ip()))
                .collect();
            if kept.is_empty() && !every.is_empty() {
                return Err(Box::new(LeadsInwards { host }) as Box<dyn Error + Send + Sync>);
            }
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}
