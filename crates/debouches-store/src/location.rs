//! The address of a state, read once.

use std::path::{Path, PathBuf};

use url::Url;

use crate::StoreError;

/// Where a state lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Location {
    /// A folder of this machine.
    Folder(PathBuf),
    /// Nowhere: for tests.
    Memory,
    /// A bucket, and a prefix without slash at either end.
    Bucket { bucket: String, prefix: String },
}

impl Location {
    /// Reads an address; a path without scheme is taken from `base`.
    pub(crate) fn parse(text: &str, base: &Path) -> Result<Self, StoreError> {
        let refuse = |reason: &str| StoreError::Location {
            url: without_secrets(text),
            reason: reason.to_owned(),
        };
        if text.is_empty() {
            return Err(refuse("it is empty"));
        }
        if !text.contains("://") {
            return Ok(Self::Folder(base.join(text)));
        }
        let url = Url::parse(text).map_err(|error| refuse(&error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse(
                "credentials belong in the environment, not in the address",
            ));
        }
        match url.scheme() {
            "file" => url
                .to_file_path()
                .map(Self::Folder)
                .map_err(|()| refuse("`file://` needs an absolute path")),
            "memory" => Ok(Self::Memory),
            "s3" => {
                let bucket = url
                    .host_str()
                    .filter(|host| !host.is_empty())
                    .ok_or_else(|| refuse("it has no bucket"))?;
                Ok(Self::Bucket {
                    bucket: bucket.to_owned(),
                    prefix: url.path().trim_matches('/').to_owned(),
                })
            }
            _ => Err(refuse("expected a folder, file://, memory:// or s3://")),
        }
    }
}

/// The address without what stands before `@`.
fn without_secrets(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_spelling_names_its_kind() {
        let base = Path::new("/srv/data");
        let parse = |text| Location::parse(text, base).unwrap();
        assert_eq!(parse("state"), Location::Folder("/srv/data/state".into()));
        assert_eq!(parse("/var/state"), Location::Folder("/var/state".into()));
        assert_eq!(
            parse("file:///var/state"),
            Location::Folder("/var/state".into())
        );
        assert_eq!(parse("memory://"), Location::Memory);
        assert_eq!(
            parse("s3://data/deb/"),
            Location::Bucket {
                bucket: "data".into(),
                prefix: "deb".into()
            }
        );
    }

    #[test]
    fn a_refused_address_does_not_show_its_password() {
        for text in ["", "ftp://host/x", "s3:///x", "s3://me:hunter2@data/x"] {
            let message = Location::parse(text, Path::new("/"))
                .unwrap_err()
                .to_string();
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
}
