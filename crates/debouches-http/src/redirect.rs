//! Which redirects an anonymous download follows.

use url::Url;

use crate::address::is_inward;
use crate::error::{HttpErrorKind, RedirectRefusal};
use crate::redact::redact;

/// Most hops of one download.
const MOST: usize = 10;

/// The next address, when it may be followed.
///
/// Refused: more than ten hops, another scheme than http and https, from https down to http, to a host that is not
/// allowed, and from a public host to a local one (a source on the network must not make us read what only this machine
/// can see) unless that host is allowed by name.
///
/// # Errors
/// With the reason, when it may not be followed.
pub fn next_hop(
    from: &Url,
    location: &[u8],
    hops: usize,
    allowed_hosts: &[String],
) -> Result<Url, HttpErrorKind> {
    let refuse = |to: String, why| HttpErrorKind::Redirect { to, why };
    let mut to = from.join(&readable(location)).map_err(|_| {
        let to = String::from_utf8_lossy(location)
            .chars()
            .take(200)
            .collect();
        refuse(to, RedirectRefusal::Unreadable)
    })?;
    let _ = to.set_username("");
    let _ = to.set_password(None);
    let is_named = is_allowed(&to, allowed_hosts);
    let why = match (from.scheme(), to.scheme()) {
        _ if hops >= MOST => RedirectRefusal::TooMany,
        ("https", "http") => RedirectRefusal::Downgrade,
        (_, scheme) if scheme != "http" && scheme != "https" => RedirectRefusal::Scheme,
        _ if !allowed_hosts.is_empty() && !is_named => RedirectRefusal::Host,
        _ if !is_named && is_inward(&to) && !is_inward(from) => RedirectRefusal::Inward,
        _ => return Ok(to),
    };
    Err(refuse(redact(&to), why))
}

/// Whether a list of hosts names that of the address.
pub(crate) fn is_allowed(url: &Url, hosts: &[String]) -> bool {
    let host = url.host_str().unwrap_or_default();
    hosts.iter().any(|name| name.eq_ignore_ascii_case(host))
}

/// The header as text: bytes that no address may hold (raw UTF-8 or Latin-1) are encoded as they came.
fn readable(location: &[u8]) -> String {
    let mut text = String::with_capacity(location.len());
    for byte in location {
        if byte.is_ascii() {
            text.push(char::from(*byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(from: &str, to: &str) -> Result<String, HttpErrorKind> {
        next_hop(&from.parse().unwrap(), to.as_bytes(), 0, &[]).map(|url| url.to_string())
    }

    fn refusal(from: &str, to: &str) -> RedirectRefusal {
        match hop(from, to) {
            Err(HttpErrorKind::Redirect { why, .. }) => why,
            other => panic!("{to} is not refused: {other:?}"),
        }
    }

    #[test]
    fn a_relative_or_upgrading_redirect_is_followed_without_credentials() {
        assert_eq!(
            hop("http://a.example/x/y", "../z").unwrap(),
            "http://a.example/z"
        );
        assert_eq!(
            hop("http://a.example/", "https://me:pw@b.example/").unwrap(),
            "https://b.example/"
        );
    }

    #[test]
    fn raw_bytes_of_a_location_are_encoded_as_they_came() {
        let from = "https://a.example/x".parse().unwrap();
        for (location, path) in [
            (
                "/données été.csv".as_bytes(),
                "/donn%C3%A9es%20%C3%A9t%C3%A9.csv",
            ),
            (b"/donn\xe9es.csv", "/donn%E9es.csv"),
        ] {
            let to = next_hop(&from, location, 0, &[]).unwrap();
            assert_eq!(to.path(), path);
        }
        assert_eq!(
            hop("https://a.example/", "https://données.example/é").unwrap(),
            "https://xn--donnes-eva.example/%C3%A9"
        );
    }

    #[test]
    fn a_redirect_down_inwards_or_elsewhere_is_refused_with_its_reason() {
        for (to, why) in [
            ("http://a.example/", RedirectRefusal::Downgrade),
            ("file:///etc/passwd", RedirectRefusal::Scheme),
            ("ftp://a.example/", RedirectRefusal::Scheme),
            ("https://127.0.0.1/", RedirectRefusal::Inward),
            ("https://10.1.2.3/", RedirectRefusal::Inward),
            ("https://169.254.169.254/", RedirectRefusal::Inward),
            ("https://198.18.0.1/", RedirectRefusal::Inward),
            ("https://[::ffff:127.0.0.1]/", RedirectRefusal::Inward),
            ("https://[64:ff9b::a9fe:a9fe]/", RedirectRefusal::Inward),
            ("https://[2002:7f00:1::]/", RedirectRefusal::Inward),
            ("https://[fd00::1]/", RedirectRefusal::Inward),
            ("https://localhost/", RedirectRefusal::Inward),
            ("https://ip6-localhost/", RedirectRefusal::Inward),
            ("https://metadata.internal/", RedirectRefusal::Inward),
            ("https://", RedirectRefusal::Unreadable),
        ] {
            assert_eq!(refusal("https://a.example/", to), why, "{to}");
        }
        assert!(next_hop(&"http://a.example/".parse().unwrap(), b"/b", 10, &[]).is_err());
    }

    #[test]
    fn only_the_hosts_that_a_list_names_are_followed_even_inwards() {
        let from: Url = "https://a.example/".parse().unwrap();
        let hosts = ["a.example".to_owned(), "10.1.2.3".to_owned()];
        assert!(next_hop(&from, b"https://10.1.2.3/", 0, &hosts).is_ok());
        assert!(matches!(
            next_hop(&from, b"https://b.example/", 0, &hosts),
            Err(HttpErrorKind::Redirect {
                why: RedirectRefusal::Host,
                ..
            })
        ));
    }
}
