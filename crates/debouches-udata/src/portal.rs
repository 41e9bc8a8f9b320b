//! The portal.

use std::sync::Arc;

use debouches_http::{Client, Secret};

use crate::UdataError;
use crate::address::Base;

/// A portal: its address, a client and a key. Clones share them.
#[derive(Clone)]
pub struct Portal {
    pub(crate) at: Arc<Base>,
    pub(crate) client: Client,
    pub(crate) key: Option<Secret>,
}

impl Portal {
    /// The portal at an address such as `https://demo.data.gouv.fr`. Without key only what is public can be read.
    ///
    /// # Errors
    /// When the address or the key cannot be used.
    pub fn new(base: &str, key: Option<Secret>, client: Client) -> Result<Self, UdataError> {
        let at = Base::parse(base)?;
        if let Some(key) = &key {
            if key.is_empty() || !key.reveal().bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(UdataError::Key);
            }
            if at.is_in_the_clear() {
                tracing::warn!(
                    base = at.text(),
                    "the key of the portal is sent in the clear: use https"
                );
            }
        }
        Ok(Self {
            at: Arc::new(at),
            client,
            key,
        })
    }

    /// The base address, without final slash.
    #[must_use]
    pub fn base(&self) -> &str {
        self.at.text()
    }
}
