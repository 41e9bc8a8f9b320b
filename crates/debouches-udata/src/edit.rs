//! Writing what the portal says of datasets and resources.

use debouches_http::{Method, Repeat};

use crate::call::Call;
use crate::wire::{DatasetWire, ResourceWire};
use crate::{Dataset, DatasetText, Portal, Resource, ResourceText, UdataError};

impl Portal {
    /// Creates a dataset. Not repeated, and not compared: the answer must be seen, since it alone gives the identifier.
    /// Compare it with [`Dataset::agrees_with`].
    ///
    /// # Errors
    /// [`UdataError::Uncertain`] when the answer is lost: look for an extra of it before creating again.
    pub async fn create_dataset(&self, text: &DatasetText) -> Result<Dataset, UdataError> {
        let doing = format!("create dataset `{}`", text.title);
        let call = Call::new(
            doing,
            Method::Post,
            Repeat::Never,
            self.at.join(&["datasets"])?,
        )
        .json(&text.body());
        call.send(self)
            .await?
            .read::<DatasetWire>()
            .map(Dataset::from)
    }

    /// Writes the whole of what we say of a dataset; its resources are not touched.
    ///
    /// # Errors
    /// [`UdataError::Swallowed`] when the portal says yes and shows something else.
    pub async fn update_dataset(
        &self,
        id: &str,
        text: &DatasetText,
    ) -> Result<Dataset, UdataError> {
        let url = self.at.join(&["datasets", id])?;
        let call = Call::new(
            format!("update dataset {id}"),
            Method::Put,
            Repeat::Safe,
            url,
        )
        .json(&text.body());
        let done = call.send(self).await?;
        let dataset = Dataset::from(done.read::<DatasetWire>()?);
        match dataset.swallowed(text) {
            fields if fields.is_empty() => Ok(dataset),
            fields => Err(UdataError::Swallowed {
                doing: done.doing(),
                fields,
            }),
        }
    }

    /// Writes the whole of what we say of a resource; its file is not touched.
    ///
    /// # Errors
    /// [`UdataError::Swallowed`] when the portal says yes and shows something else.
    pub async fn describe(
        &self,
        dataset: &str,
        resource: &str,
        text: &ResourceText,
    ) -> Result<Resource, UdataError> {
        let url = self
            .at
            .join(&["datasets", dataset, "resources", resource])?;
        let doing = format!("describe resource {resource} of dataset {dataset}");
        let done = Call::new(doing, Method::Put, Repeat::Safe, url)
            .json(&text.body())
            .send(self)
            .await?;
        let resource = Resource::from(done.read::<ResourceWire>()?);
        match resource.swallowed(text) {
            fields if fields.is_empty() => Ok(resource),
            fields => Err(UdataError::Swallowed {
                doing: done.doing(),
                fields,
            }),
        }
    }

    /// Puts the resources in this order. All must be named.
    ///
    /// # Errors
    /// [`UdataError::Refused`] when one is missing, for instance because it has just been added by somebody else.
    pub async fn reorder(&self, dataset: &str, resources: &[String]) -> Result<(), UdataError> {
        let url = self.at.join(&["datasets", dataset, "resources"])?;
        let doing = format!("reorder the resources of dataset {dataset}");
        Call::new(doing, Method::Put, Repeat::Safe, url)
            .json(resources)
            .send(self)
            .await
            .map(drop)
    }

    /// Deletes a resource and its file. One that is not there is deleted already.
    ///
    /// # Errors
    /// When the portal refuses or does not answer.
    pub async fn delete_resource(&self, dataset: &str, resource: &str) -> Result<(), UdataError> {
        let url = self
            .at
            .join(&["datasets", dataset, "resources", resource])?;
        let doing = format!("delete resource {resource} of dataset {dataset}");
        match Call::new(doing, Method::Delete, Repeat::Safe, url)
            .send(self)
            .await
        {
            Ok(_) | Err(UdataError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Deletes a dataset that nobody can have seen: private, without any resource, and marked by that extra. It is what
    /// a creation whose answer was lost leaves behind. Any other is left alone; says whether it was deleted.
    ///
    /// # Errors
    /// When the portal refuses or does not answer.
    pub async fn delete_draft(&self, id: &str, key: &str, value: &str) -> Result<bool, UdataError> {
        let draft = match self.dataset(id).await {
            Ok(draft) => draft,
            Err(UdataError::NotFound { .. } | UdataError::Gone { .. }) => return Ok(true),
            Err(error) => return Err(error),
        };
        if draft.deleted {
            return Ok(true);
        }
        if !draft.private || !draft.resources.is_empty() || draft.extra(key) != Some(value) {
            return Ok(false);
        }
        let url = self.at.join(&["datasets", id])?;
        match Call::new(
            format!("delete draft {id}"),
            Method::Delete,
            Repeat::Safe,
            url,
        )
        .send(self)
        .await
        {
            Ok(_) | Err(UdataError::NotFound { .. } | UdataError::Gone { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Writes some extras of a dataset and leaves the others; nothing else is touched, not even a date. `None` removes.
    ///
    /// # Errors
    /// When the portal refuses or does not answer.
    pub async fn merge_extra(
        &self,
        id: &str,
        key: &str,
        value: Option<&str>,
    ) -> Result<(), UdataError> {
        let url = self.at.join_second(&["datasets", id, "extras"])?;
        let body = serde_json::json!({ key: value });
        Call::new(format!("mark dataset {id}"), Method::Put, Repeat::Safe, url)
            .json(&body)
            .send(self)
            .await
            .map(drop)
    }
}
