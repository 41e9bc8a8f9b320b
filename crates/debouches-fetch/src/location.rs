//! Where a source is, read once from the configuration.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use debouches_http::{Url, redact};
use debouches_model::Sha256;

use crate::sources::{self, Source};
use crate::{Address, AddressError};

/// Where a source is, whatever its kind.
#[derive(Clone)]
pub struct Location(Arc<dyn Source>);

impl Location {
    /// Reads an address; relative paths are taken from `base`.
    ///
    /// # Errors
    /// When the kind is not known, does not have an option that was typed, or cannot read the address.
    pub fn of(address: &Address, base: &Path) -> Result<Self, AddressError> {
        sources::open(address, base).map(Self)
    }

    /// The address to record and to show: as configured, without secrets.
    #[must_use]
    pub fn shown(&self) -> String {
        self.0.shown()
    }

    /// What tells this address from any other one: a digest of all that is asked, hidden parts included.
    #[must_use]
    pub fn identity(&self) -> Sha256 {
        Sha256::of(format!("{}\n{}", self.0.kind(), self.0.identity()).as_bytes())
    }

    /// The kind of source, as the configuration writes it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.0.kind()
    }

    /// Whether reading it asks another machine. A local file is read again even offline.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        self.0.local_path().is_none()
    }

    /// The file, when it is one of this machine.
    #[must_use]
    pub fn local_path(&self) -> Option<&Path> {
        self.0.local_path()
    }

    /// The name under which the body is kept, in letters, digits, `.`, `-` and `_`.
    #[must_use]
    pub fn body_name(&self) -> String {
        safe_name(&self.0.body_name())
    }

    /// The environment variables that hold its user and its password.
    #[must_use]
    pub fn variables(&self) -> Vec<String> {
        self.0.variables()
    }

    /// Whether a key would travel in the clear to another machine.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.0.is_plain()
    }

    pub(crate) fn source(&self) -> &dyn Source {
        &*self.0
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.shown())
    }
}

/// Longest name of a body, in characters.
const LONGEST_NAME: usize = 100;

/// Keeps the end of a long name, which says what the file is.
fn safe_name(text: &str) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
            c
        } else {
            '-'
        }
    };
    let name: String = text.chars().map(safe).collect();
    let name = &name[name.len().saturating_sub(LONGEST_NAME)..];
    let name = name.trim_start_matches(['.', '-', '_']);
    if name.is_empty() || name == debouches_model::MANIFEST_FILE {
        format!("body-{name}")
    } else {
        name.to_owned()
    }
    .trim_end_matches('-')
    .to_owned()
}

/// Reads an address that may hold no user and no password.
pub(crate) fn plain_address(text: &str, expected: &'static str) -> Result<Url, AddressError> {
    let url = Url::parse(text).map_err(|_| AddressError::Syntax {
        text: without_user(text),
        expected,
    })?;
    if url.username().is_empty() && url.password().is_none() {
        Ok(url)
    } else {
        Err(AddressError::Credentials {
            host: url.host_str().unwrap_or_default().to_owned(),
        })
    }
}

/// Reads an http or https address without credentials.
pub(crate) fn web_address(text: &str) -> Result<Url, AddressError> {
    let expected = "an http:// or https:// address";
    let url = plain_address(text, expected)?;
    if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() {
        Ok(url)
    } else {
        Err(AddressError::Syntax {
            text: redact(&url),
            expected,
        })
    }
}

/// What cannot be parsed may still hold a password before `@`.
fn without_user(text: &str) -> String {
    text.rsplit_once('@')
        .map_or_else(|| text.to_owned(), |(_, rest)| format!("…@{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: &str, url: &str) -> Result<Location, AddressError> {
        Location::of(&Address::new(kind, url), Path::new("/srv/data"))
    }

    #[test]
    fn a_body_keeps_a_readable_and_safe_name() {
        let name = |text: &str| of("http", text).unwrap().body_name();
        assert_eq!(
            name("https://a.example/x/data.csv.gz?token=1"),
            "data.csv.gz"
        );
        assert_eq!(
            name("https://a.example/x/r%C3%A9gion%20.csv"),
            "r-C3-A9gion-20.csv"
        );
        assert_eq!(name("https://a.example/"), "body");
        assert_eq!(name("https://a.example/.hidden"), "hidden");
        assert_eq!(
            name("https://a.example/manifest.json"),
            "body-manifest.json"
        );
        assert_eq!(safe_name(&"é".repeat(300)), "body");
    }

    #[test]
    fn an_address_with_credentials_is_refused_without_showing_them() {
        for text in [
            "https://me:hunter2@a.example/x",
            "s3://me:hunter2@b/x",
            "https://me:hunter2@:x",
        ] {
            let error = of("file", text).and(of("http", text)).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_relative_path_is_recorded_as_configured() {
        let location = of("file", "fixtures/a.csv").unwrap();
        assert_eq!(location.shown(), "fixtures/a.csv");
        assert_eq!(
            location.local_path(),
            Some(Path::new("/srv/data/fixtures/a.csv"))
        );
    }

    #[test]
    fn an_option_of_another_kind_and_an_unknown_kind_are_told() {
        let address = Address {
            labels: true,
            ..Address::new("http", "https://a.example/x")
        };
        let error = Location::of(&address, Path::new("/")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "kind `http` has no `labels` (it has: form, headers, method, query)"
        );
        let error = of("ftp", "ftp://a").unwrap_err().to_string();
        assert!(
            error.contains("data-gouv, file, http, inserjeunes-api, ods"),
            "{error}"
        );
    }

    #[test]
    fn two_addresses_that_differ_in_a_hidden_part_are_two() {
        let identity = |query: &str| {
            let location = of("http", &format!("https://a.example/x?session={query}")).unwrap();
            (location.shown(), location.identity())
        };
        let (first, second) = (identity("2025"), identity("2026"));
        assert_eq!(first.0, second.0);
        assert_ne!(first.1, second.1);
    }
}
