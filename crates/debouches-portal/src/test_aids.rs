//! What only the tests of a client need: the requests as they came, and writes that are disturbed.

use serde::{Deserialize, Serialize};

/// A request as it came, for the tests of a client.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) length: Option<u64>,
    pub(crate) user_agent: Option<String>,
    pub(crate) has_key: bool,
}

/// The next writes answer this status, as a proxy in front would.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Flaky {
    pub(crate) status: u16,
    #[serde(rename = "left")]
    pub(crate) remaining: u32,
    pub(crate) retry_after: Option<String>,
}
