//! What a client is made of.

use std::sync::Once;
use std::time::Duration;

use url::Url;

use crate::Policy;

/// What a client needs to know.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// Where a server's owner can write to us: an address of a page or a mailbox. Goes into `User-Agent`.
    pub contact: String,
    /// Bounds on each call.
    pub policy: Policy,
    /// A proxy. The environment is not read; loopback addresses are never sent to it.
    pub proxy: Option<Url>,
    /// Certificates to trust beside those of the system, in PEM.
    pub extra_ca: Option<Vec<u8>>,
}

impl ClientOptions {
    /// The usual options.
    #[must_use]
    pub fn new(contact: &str) -> Self {
        Self {
            contact: contact.to_owned(),
            policy: Policy::default(),
            proxy: None,
            extra_ca: None,
        }
    }
}

/// Options that make no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The contact has characters that no header may carry, or is empty.
    #[error("`{0}` cannot be a contact: visible ASCII characters are expected")]
    Contact(String),
    /// TLS, the proxy or the certificates cannot be set up.
    #[error("cannot set up the HTTP client")]
    Setup(#[source] reqwest::Error),
}

pub(crate) fn build(options: &ClientOptions) -> Result<reqwest::Client, ClientError> {
    let contact = options.contact.trim();
    if contact.is_empty() || !contact.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(ClientError::Contact(options.contact.clone()));
    }
    let mut builder = reqwest::Client::builder()
        .user_agent(format!(
            "debouches/{} (+{contact})",
            env!("CARGO_PKG_VERSION")
        ))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .connect_timeout(options.policy.connect)
        // Shorter than servers keep an idle connection: writing on one that is being closed loses an answer.
        .pool_idle_timeout(Duration::from_secs(3));
    if let Some(proxy) = &options.proxy {
        let direct = reqwest::NoProxy::from_string("localhost,127.0.0.1,::1");
        builder = builder.proxy(
            reqwest::Proxy::all(proxy.clone())
                .map_err(ClientError::Setup)?
                .no_proxy(direct),
        );
    }
    if let Some(pem) = &options.extra_ca {
        builder = builder.tls_certs_merge(
            reqwest::Certificate::from_pem_bundle(pem).map_err(ClientError::Setup)?,
        );
    }
    builder.build().map_err(ClientError::Setup)
}

pub(crate) fn install_provider() {
    static ONCE: Once = Once::new();
    // Refused when the program chose a provider already, which is its right.
    ONCE.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}
