//! Where a source is, read once from the configuration.

use std::path::{Path, PathBuf};

use debouches_http::{Url, redact};

use crate::{InserjeunesApi, OdsExport, PlaceError};

/// Where a source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file of this machine.
    File(FilePlace),
    /// An object of a bucket.
    Object(ObjectPlace),
    /// A file on the web.
    Http(Url),
    /// A dataset of an Opendatasoft portal.
    Ods(OdsExport),
    /// Answers of the InserJeunes API.
    InserjeunesApi(InserjeunesApi),
}

/// A file of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePlace {
    /// Where it is.
    pub path: PathBuf,
    /// As configured: the only spelling that is recorded, since another machine keeps the file elsewhere.
    pub shown: String,
}

/// An object of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectPlace {
    /// The bucket.
    pub bucket: String,
    /// The object.
    pub path: String,
}

impl Place {
    /// Reads what the kind `file` accepts: a path (relative ones are taken from `base`), `file://` or `s3://`.
    pub fn file(text: &str, base: &Path) -> Result<Self, PlaceError> {
        let refuse = |expected| PlaceError::Syntax {
            text: text.to_owned(),
            expected,
        };
        if text.is_empty() {
            return Err(refuse("a path"));
        }
        if !text.contains("://") {
            return Ok(Self::File(FilePlace {
                path: base.join(text),
                shown: text.to_owned(),
            }));
        }
        let url = address(text, "a path, file:// or s3://")?;
        match url.scheme() {
            "file" => {
                let path = url
                    .to_file_path()
                    .map_err(|()| refuse("an absolute file:// address"))?;
                Ok(Self::File(FilePlace {
                    path,
                    shown: text.to_owned(),
                }))
            }
            "s3" => {
                let bucket = url.host_str().unwrap_or_default().to_owned();
                let path = url.path().trim_start_matches('/').to_owned();
                if bucket.is_empty() || path.is_empty() {
                    return Err(refuse("s3://bucket/object"));
                }
                Ok(Self::Object(ObjectPlace { bucket, path }))
            }
            _ => Err(refuse("a path, file:// or s3://")),
        }
    }

    /// Reads what the kind `http` accepts: an http or https address without credentials.
    pub fn http(text: &str) -> Result<Self, PlaceError> {
        web_address(text).map(Self::Http)
    }

    /// Reads what the kind `ods` accepts: any address of a dataset of an Opendatasoft portal.
    pub fn ods(text: &str) -> Result<Self, PlaceError> {
        OdsExport::parse(text).map(Self::Ods)
    }

    /// The address to record and to show: as configured, without secrets.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::File(file) => file.shown.clone(),
            Self::Object(object) => format!("s3://{}/{}", object.bucket, object.path),
            Self::Http(url) => redact(url),
            Self::Ods(export) => redact(&export.url()),
            Self::InserjeunesApi(api) => api.shown(),
        }
    }

    /// Whether reading it asks another machine. A local file is read again even offline.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        match self {
            Self::File(_) => false,
            Self::Object(_) | Self::Http(_) | Self::Ods(_) | Self::InserjeunesApi(_) => true,
        }
    }

    /// The name under which the body is kept: the last segment of the address, in letters, digits, `.`, `-` and `_`.
    #[must_use]
    pub fn body_name(&self) -> String {
        match self {
            Self::File(file) => {
                safe_name(&file.path.file_name().unwrap_or_default().to_string_lossy())
            }
            Self::Object(object) => safe_name(object.path.rsplit('/').next().unwrap_or_default()),
            Self::Http(url) => safe_name(
                url.path_segments()
                    .and_then(|mut parts| parts.next_back())
                    .unwrap_or_default(),
            ),
            Self::Ods(export) => safe_name(&format!("{}.csv", export.dataset)),
            Self::InserjeunesApi(api) => {
                safe_name(&format!("inserjeunes-{}.jsonl", api.route.as_str()))
            }
        }
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

fn address(text: &str, expected: &'static str) -> Result<Url, PlaceError> {
    let url = Url::parse(text).map_err(|_| PlaceError::Syntax {
        text: without_user(text),
        expected,
    })?;
    if url.username().is_empty() && url.password().is_none() {
        Ok(url)
    } else {
        Err(PlaceError::Credentials {
            host: url.host_str().unwrap_or_default().to_owned(),
        })
    }
}

/// Reads an http or https address without credentials.
pub(crate) fn web_address(text: &str) -> Result<Url, PlaceError> {
    let expected = "an http:// or https:// address";
    let url = address(text, expected)?;
    if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() {
        Ok(url)
    } else {
        Err(PlaceError::Syntax {
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

    #[test]
    fn a_body_keeps_a_readable_and_safe_name() {
        let name = |text: &str| Place::http(text).unwrap().body_name();
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
            let error = Place::file(text, Path::new("/"))
                .and(Place::http(text))
                .unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_relative_path_is_recorded_as_configured() {
        let place = Place::file("fixtures/a.csv", Path::new("/srv/data")).unwrap();
        assert_eq!(place.shown(), "fixtures/a.csv");
        assert!(
            matches!(place, Place::File(file) if file.path == Path::new("/srv/data/fixtures/a.csv"))
        );
    }
}
