//! Which redirects an anonymous download follows.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::error::HttpErrorKind;
use crate::redact::redact;

/// Most hops of one download.
const MOST: usize = 10;

/// The next address, when it may be followed.
///
/// Refused: more than ten hops, another scheme than http and https, from https down to http, and from a public host to
/// a local one (a source on the network must not make us read what only this machine can see).
pub(crate) fn next_hop(from: &Url, location: &str, hops: usize) -> Result<Url, HttpErrorKind> {
    let mut to = from.join(location).map_err(|_| HttpErrorKind::Redirect {
        to: "an address that cannot be read".to_owned(),
    })?;
    let _ = to.set_username("");
    let _ = to.set_password(None);
    let allowed = hops < MOST
        && matches!(
            (from.scheme(), to.scheme()),
            ("http", "http" | "https") | ("https", "https")
        )
        && (is_local(from) || !is_local(&to));
    if allowed {
        Ok(to)
    } else {
        Err(HttpErrorKind::Redirect { to: redact(&to) })
    }
}

/// Whether the host is this machine or its own network, as far as the address tells without asking a name server.
fn is_local(url: &Url) -> bool {
    match url.host() {
        None => true,
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost"
                || [".localhost", ".local", ".internal"]
                    .iter()
                    .any(|end| name.ends_with(end))
        }
        Some(Host::Ipv4(address)) => is_local_v4(address),
        Some(Host::Ipv6(address)) => is_local_v6(address),
    }
}

fn is_local_v4(address: Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_broadcast()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
}

fn is_local_v6(address: Ipv6Addr) -> bool {
    if let IpAddr::V4(mapped) = IpAddr::V6(address).to_canonical() {
        return is_local_v4(mapped);
    }
    address.is_loopback()
        || address.is_unspecified()
        || address.is_unique_local()
        || address.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(from: &str, to: &str) -> Option<String> {
        next_hop(&from.parse().unwrap(), to, 0)
            .ok()
            .map(|url| url.to_string())
    }

    #[test]
    fn a_relative_or_upgrading_redirect_is_followed_without_credentials() {
        assert_eq!(
            hop("http://a.example/x/y", "../z").as_deref(),
            Some("http://a.example/z")
        );
        assert_eq!(
            hop("http://a.example/", "https://me:pw@b.example/").as_deref(),
            Some("https://b.example/")
        );
    }

    #[test]
    fn a_redirect_down_inwards_or_elsewhere_is_refused() {
        for to in [
            "http://a.example/",
            "file:///etc/passwd",
            "ftp://a.example/",
            "https://127.0.0.1/",
            "https://10.1.2.3/",
            "https://169.254.169.254/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fd00::1]/",
            "https://localhost/",
            "https://metadata.internal/",
            "https://",
        ] {
            assert_eq!(hop("https://a.example/", to), None, "{to}");
        }
        assert!(next_hop(&"http://a.example/".parse().unwrap(), "/b", 10).is_err());
    }
}
