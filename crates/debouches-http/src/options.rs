//! What a client is made of.

use std::sync::{Arc, Once};
use std::time::Duration;

use crate::resolver::GlobalOnly;
use crate::{Policy, ProxySettings};

/// What a client needs to know.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// Where a server's owner can write to us: an address of a page or a mailbox. Goes into `User-Agent`.
    pub contact: String,
    /// Bounds on each call.
    pub policy: Policy,
    /// The proxies; loopback addresses are never sent to them.
    pub proxy: ProxySettings,
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
            proxy: ProxySettings::default(),
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
    /// A proxy is no http or https address.
    #[error("`{0}` cannot be a proxy: http://host:port is expected")]
    Proxy(String),
    /// TLS, the proxy or the certificates cannot be set up.
    #[error("cannot set up the HTTP client")]
    Setup(#[source] reqwest::Error),
}

/// Which addresses a client connects to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Any.
    Any,
    /// Those of everybody.
    Global,
}

/// Whether every character of a contact may stand in a header.
#[must_use]
pub fn is_contact(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

pub(crate) fn build(options: &ClientOptions, reach: Reach) -> Result<reqwest::Client, ClientError> {
    let contact = options.contact.trim();
    if !is_contact(contact) {
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
    for proxy in options.proxy.build()? {
        builder = builder.proxy(proxy);
    }
    if reach == Reach::Global {
        builder = builder.dns_resolver(Arc::new(GlobalOnly {
            except: options.proxy.hosts().into(),
        }));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HttpErrorKind;
    use crate::error::Failure;
    use crate::testing::{Reply, ScriptedServer};

    #[tokio::test]
    async fn a_guarded_client_refuses_a_name_that_leads_here_and_the_other_one_reads_it() {
        install_provider();
        let server = ScriptedServer::start([Reply::ok("abc")]).await;
        let url = server
            .url("/")
            .to_string()
            .replace("127.0.0.1", "localhost");
        let options = ClientOptions::new("https://example.org/contact");
        let guarded = build(&options, Reach::Global).unwrap();
        let refused = Failure::road(guarded.get(&url).send().await.unwrap_err());
        let host = "localhost".to_owned();
        assert_eq!(refused.kind, HttpErrorKind::Inward { host });
        assert!(server.seen().is_empty());
        let free = build(&options, Reach::Any).unwrap();
        assert_eq!(free.get(&url).send().await.unwrap().status(), 200);
    }

    #[tokio::test]
    async fn a_proxy_carries_what_is_not_on_this_machine() {
        install_provider();
        let proxy = ScriptedServer::start([Reply::ok("abc"), Reply::new(407, &[], "")]).await;
        let here = ScriptedServer::start([Reply::ok("here")]).await;
        let options = ClientOptions {
            proxy: ProxySettings::all(proxy.url("/").as_str(), "b.invalid").unwrap(),
            ..ClientOptions::new("https://example.org/contact")
        };
        for reach in [Reach::Any, Reach::Global] {
            let client = build(&options, reach).unwrap();
            client.get("http://a.invalid/x").send().await.unwrap();
        }
        assert_eq!(proxy.seen()[0].path, "http://a.invalid/x");
        let client = build(&options, Reach::Any).unwrap();
        client.get(here.url("/")).send().await.unwrap();
        assert!(client.get("http://b.invalid/").send().await.is_err());
        assert_eq!((proxy.seen().len(), here.seen().len()), (2, 1));
    }
}
