//! Sending files.

use std::sync::Arc;

use debouches_http::{Method, Multipart, Repeat, Source, Url};

use crate::call::Call;
use crate::hashed::Hashed;
use crate::wire::ResourceWire;
use crate::{Portal, Resource, UdataError};

/// A file to send.
#[derive(Clone)]
pub struct Upload {
    /// Its name: lower-case letters, digits, dashes and dots, or else the portal reduces it to these.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-1, in hexadecimal.
    pub sha1: String,
    /// Its bytes.
    pub source: Arc<dyn Source>,
}

impl Portal {
    /// Sends a file as a new resource, which the portal shows first and names after the file. Not repeated.
    ///
    /// # Errors
    /// [`UdataError::Uncertain`] when the answer is lost or is a 500: look for the file before sending again.
    /// [`UdataError::Altered`] when the portal holds other bytes.
    pub async fn upload(&self, dataset: &str, file: &Upload) -> Result<Resource, UdataError> {
        let url = self.at.join(&["datasets", dataset, "upload"])?;
        self.send_file(
            format!("upload `{}` to dataset {dataset}", file.name),
            url,
            file,
        )
        .await
    }

    /// Sends a file in place of that of a resource. The identifier and the description stay; the title becomes the name
    /// of the file, and the former file is gone at once. Not repeated.
    ///
    /// # Errors
    /// As [`Self::upload`].
    pub async fn replace(
        &self,
        dataset: &str,
        resource: &str,
        file: &Upload,
    ) -> Result<Resource, UdataError> {
        let url = self
            .at
            .join(&["datasets", dataset, "resources", resource, "upload"])?;
        let doing = format!(
            "replace resource {resource} of dataset {dataset} by `{}`",
            file.name
        );
        self.send_file(doing, url, file).await
    }

    async fn send_file(
        &self,
        doing: String,
        url: Url,
        file: &Upload,
    ) -> Result<Resource, UdataError> {
        let count = |bytes: u64| format!("{bytes} bytes");
        if file.source.length() != file.bytes {
            let (expected, actual) = (count(file.bytes), count(file.source.length()));
            return Err(UdataError::Altered {
                doing,
                expected,
                actual,
                resource: None,
            });
        }
        let hashed = Arc::new(Hashed::new(Arc::clone(&file.source)));
        let form = Multipart::new().file(
            "file",
            &file.name,
            &file.media_type,
            Arc::clone(&hashed) as _,
        );
        let done = Call::new(doing, Method::Post, Repeat::Never, url)
            .storing(file.bytes)
            .body(form.into_body())
            .send(self)
            .await?;
        let resource = Resource::from(done.read::<ResourceWire>()?);

        let expected = file.sha1.to_ascii_lowercase();
        let unknown = || "no SHA-1".to_owned();
        let sent = hashed.sha1().unwrap_or_else(unknown);
        let stored = resource.sha1.clone().unwrap_or_else(unknown);
        let stored_bytes = count(resource.filesize.unwrap_or(file.bytes));
        let pairs = [
            (expected.clone(), sent),
            (expected, stored),
            (count(file.bytes), stored_bytes),
        ];
        match pairs
            .into_iter()
            .find(|(expected, actual)| expected != actual)
        {
            None => Ok(resource),
            Some((expected, actual)) => Err(UdataError::Altered {
                doing: done.doing(),
                expected,
                actual,
                resource: Some(resource.id),
            }),
        }
    }
}
