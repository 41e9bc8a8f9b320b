//! Resources whose file is hosted elsewhere: a link, with the size and the digest that we say.

use debouches_http::{Method, Repeat};
use serde_json::{Value, json};

use crate::call::Call;
use crate::wire::ResourceWire;
use crate::{Difference, Portal, Resource, ResourceText, UdataError};

/// All that we write of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkText {
    /// What is said of it, as of any resource.
    pub text: ResourceText,
    /// Address of the file.
    pub url: String,
    /// Its format, for instance `csv`.
    pub format: String,
    /// Its media type.
    pub mime: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, in lower-case hexadecimal.
    pub sha256: String,
}

impl LinkText {
    /// The body of a creation or an update.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = self.text.body();
        body["filetype"] = json!("remote");
        body["url"] = json!(self.url);
        body["format"] = json!(self.format);
        body["mime"] = json!(self.mime);
        body["filesize"] = json!(self.bytes);
        body["checksum"] = json!({ "type": "sha256", "value": self.sha256 });
        body
    }
}

impl Resource {
    /// Field by field, what the portal shows of a link and what we say, where they differ.
    #[must_use]
    pub fn link_differences(&self, link: &LinkText) -> Vec<Difference> {
        let bytes = self
            .filesize
            .map(|bytes| bytes.to_string())
            .unwrap_or_default();
        let ours = [
            Difference::value("url", &self.url, &link.url),
            Difference::value(
                "format",
                self.format.as_deref().unwrap_or_default(),
                &link.format,
            ),
            Difference::value("mime", self.mime.as_deref().unwrap_or_default(), &link.mime),
            Difference::value("filesize", &bytes, &link.bytes.to_string()),
            Difference::value(
                "checksum",
                self.sha256.as_deref().unwrap_or_default(),
                &link.sha256,
            ),
        ];
        ours.into_iter()
            .flatten()
            .chain(self.differences(&link.text))
            .collect()
    }
}

impl Portal {
    /// Makes a link. Not repeated.
    ///
    /// # Errors
    /// [`UdataError::Uncertain`] when the answer is lost: look for an extra of it before making it again.
    pub async fn create_link(
        &self,
        dataset: &str,
        link: &LinkText,
    ) -> Result<Resource, UdataError> {
        let url = self.at.join(&["datasets", dataset, "resources"])?;
        let doing = format!("link `{}` to dataset {dataset}", link.url);
        let done = Call::new(doing, Method::Post, Repeat::Never, url)
            .json(&link.body())
            .send(self)
            .await?;
        let resource = Resource::from(done.read::<ResourceWire>()?);
        kept(done.doing(), resource, link)
    }

    /// Points a link to another file and writes all that is said of it. The former file stays where it is.
    ///
    /// # Errors
    /// [`UdataError::Swallowed`] when the portal says yes and shows something else.
    pub async fn update_link(
        &self,
        dataset: &str,
        resource: &str,
        link: &LinkText,
    ) -> Result<Resource, UdataError> {
        let url = self
            .at
            .join(&["datasets", dataset, "resources", resource])?;
        let doing = format!(
            "point resource {resource} of dataset {dataset} to `{}`",
            link.url
        );
        let done = Call::new(doing, Method::Put, Repeat::Safe, url)
            .json(&link.body())
            .send(self)
            .await?;
        let resource = Resource::from(done.read::<ResourceWire>()?);
        kept(done.doing(), resource, link)
    }
}

fn kept(doing: String, resource: Resource, link: &LinkText) -> Result<Resource, UdataError> {
    match resource.link_differences(link) {
        differences if differences.is_empty() => Ok(resource),
        differences => {
            let fields = differences
                .into_iter()
                .map(|difference| difference.field)
                .collect();
            Err(UdataError::Swallowed { doing, fields })
        }
    }
}
