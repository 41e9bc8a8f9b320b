//! Keys that cannot be printed.

use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

/// A key, wiped from memory when dropped. It has no `Debug`, no `Display` and no `Serialize`.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a key as typed or read from a file: blanks around it are dropped.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        // What is sent back to us by a server must not be printed either.
        debouches_model::escape::remember_secret(text);
        Self(SecretString::from(text.to_owned()))
    }

    /// The key behind a prefix, as in `Bearer <key>`.
    #[must_use]
    pub fn behind(&self, prefix: &str) -> Self {
        Self(SecretString::from(format!(
            "{prefix}{}",
            self.0.expose_secret()
        )))
    }

    /// The key in the clear, for the body of a login request.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.expose_secret().is_empty()
    }
}

/// A header whose value is secret. It is sent to the address asked for and to no other.
#[derive(Clone)]
pub struct SecretHeader {
    /// Name of the header, for instance `x-api-key`.
    pub name: &'static str,
    /// Its value.
    pub secret: Secret,
}

impl SecretHeader {
    /// The header for reqwest, marked sensitive; nothing when the key holds a character that no header may carry.
    pub(crate) fn to_pair(&self) -> Option<(HeaderName, HeaderValue)> {
        let name = HeaderName::from_bytes(self.name.as_bytes()).ok()?;
        let mut value = HeaderValue::from_str(self.secret.reveal()).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_trimmed_and_its_header_does_not_print_it() {
        let header = SecretHeader {
            name: "x-api-key",
            secret: Secret::new(" abc\n"),
        };
        let (_, value) = header.to_pair().unwrap();
        assert_eq!(value.to_str().unwrap(), "abc");
        assert_eq!(format!("{value:?}"), "Sensitive");
    }

    #[test]
    fn a_key_with_a_line_break_makes_no_header() {
        assert!(
            SecretHeader {
                name: "x-api-key",
                secret: Secret::new("a\r\nb")
            }
            .to_pair()
            .is_none()
        );
    }
}
