//! What the clones of a client share: connections, the rate of each host, the clock.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::limiter::Limiter;
use crate::status::retry_after;
use crate::{Pace, Policy};

/// Shared by the clones of a client.
pub(crate) struct Connections {
    pub(crate) http: reqwest::Client,
    /// Connects to global addresses only.
    pub(crate) guarded: reqwest::Client,
    pub(crate) policy: Policy,
    pub(crate) limiter: Limiter,
    pub(crate) pace: Arc<dyn Pace>,
}

impl Connections {
    pub(crate) async fn wait_for_slot(&self, host: &str) {
        let wait = self
            .limiter
            .reserve(host, self.pace.now(), self.policy.interval());
        if wait > Duration::ZERO {
            self.pace.sleep(wait).await;
        }
    }

    pub(crate) fn retry_after(&self, headers: &reqwest::header::HeaderMap) -> Option<Duration> {
        retry_after(headers.get("retry-after")?.to_str().ok()?, self.pace.date())
    }
}

/// Host and port: the unit of politeness.
pub(crate) fn host(url: &Url) -> String {
    format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or_default()
    )
}
