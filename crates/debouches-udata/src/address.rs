//! Addresses under the base, always with the final slash that this API wants.

use debouches_http::Url;

use crate::UdataError;

/// The base address of a portal, without final slash.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    text: String,
    api: Url,
}

impl Base {
    pub(crate) fn parse(text: &str) -> Result<Self, UdataError> {
        let fault = |why| {
            Err(UdataError::Address {
                address: shown(text),
                why,
            })
        };
        let trimmed = text
            .trim()
            .trim_end_matches('/')
            .trim_end_matches("/api/1")
            .to_owned();
        let Ok(api) = Url::parse(&format!("{trimmed}/api/1/")) else {
            return fault("it is not an address");
        };
        if !matches!(api.scheme(), "http" | "https") || api.host_str().is_none() {
            return fault("an http or https address is expected");
        }
        if !api.username().is_empty() || api.password().is_some() {
            return fault("a name or a password does not belong in it");
        }
        if trimmed.contains(['?', '#']) {
            return fault("the base address of the portal is expected, without query");
        }
        Ok(Self { text: trimmed, api })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether a key sent there can be read on the way.
    pub(crate) fn is_in_the_clear(&self) -> bool {
        let host = self.api.host_str().unwrap_or_default();
        self.api.scheme() == "http" && !matches!(host, "localhost" | "127.0.0.1" | "[::1]")
    }

    /// The address of a path of the second version of the API, under the same rules.
    pub(crate) fn join_second(&self, path: &[&str]) -> Result<Url, UdataError> {
        let mut url = self.join(path)?;
        let second = url.path().replacen("/api/1/", "/api/2/", 1);
        url.set_path(&second);
        Ok(url)
    }

    /// The address of a path of the API. Segments that are not plain identifiers are refused, the empty one above all:
    /// it would name the parent.
    pub(crate) fn join(&self, path: &[&str]) -> Result<Url, UdataError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let bad = path
            .iter()
            .find(|segment| segment.is_empty() || !segment.bytes().all(plain));
        let address = format!("{}/", path.join("/"));
        match (bad, self.api.join(&address)) {
            (None, Ok(url)) => Ok(url),
            (Some(segment), _) => Err(UdataError::Address {
                address: (*segment).to_owned(),
                why: "an identifier of the portal is expected",
            }),
            (None, Err(_)) => Err(UdataError::Address {
                address,
                why: "it is not an address",
            }),
        }
    }
}

/// A base address that may hold a password is not repeated.
fn shown(text: &str) -> String {
    if text.contains('@') {
        "…".to_owned()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_cleaned_and_paths_end_with_a_slash() {
        for text in [
            "https://www.data.gouv.fr",
            " https://www.data.gouv.fr/ ",
            "https://www.data.gouv.fr/api/1/",
        ] {
            let base = Base::parse(text).unwrap();
            assert_eq!(base.text(), "https://www.data.gouv.fr");
            let url = base.join(&["datasets", "6b04", "upload"]).unwrap();
            assert_eq!(
                url.as_str(),
                "https://www.data.gouv.fr/api/1/datasets/6b04/upload/"
            );
        }
    }

    #[test]
    fn a_base_that_is_no_base_is_refused_without_showing_a_password() {
        for text in [
            "",
            "data.gouv.fr",
            "ftp://x",
            "https://a:secret@x",
            "https://x?key=1",
            "https://x/#a",
        ] {
            let error = Base::parse(text).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn an_identifier_cannot_name_another_place() {
        let base = Base::parse("http://127.0.0.1:7000").unwrap();
        for id in ["", "..", ".", "a/b", "a?b", "a%2fb", "é"] {
            assert!(
                matches!(
                    base.join(&["datasets", id]),
                    Err(UdataError::Address { .. })
                ),
                "{id}"
            );
        }
    }
}
