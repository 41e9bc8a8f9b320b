//! A word to those who follow a dataset.

use debouches_http::{Method, Repeat};
use serde::Deserialize;
use serde_json::json;

use crate::call::Call;
use crate::{Portal, UdataError};

#[derive(Deserialize)]
struct PageWire {
    data: Vec<DiscussionWire>,
}

#[derive(Deserialize)]
struct DiscussionWire {
    #[serde(default)]
    title: String,
}

impl Portal {
    /// Whether a discussion of that title is open under the dataset, among the last hundred.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn has_discussion(&self, dataset: &str, title: &str) -> Result<bool, UdataError> {
        let mut url = self.at.join(&["discussions"])?;
        url.query_pairs_mut()
            .append_pair("for", dataset)
            .append_pair("page_size", "100");
        let doing = format!("list the discussions of dataset {dataset}");
        let page: PageWire = Call::new(doing, Method::Get, Repeat::Safe, url)
            .send(self)
            .await?
            .read()?;
        Ok(page.data.iter().any(|discussion| discussion.title == title))
    }

    /// Opens a discussion under a dataset, which its followers are told of. Not repeated.
    ///
    /// # Errors
    /// [`UdataError::Uncertain`] when the answer is lost: ask [`Self::has_discussion`].
    pub async fn discuss(
        &self,
        dataset: &str,
        title: &str,
        comment: &str,
    ) -> Result<(), UdataError> {
        let body = json!({ "title": title, "comment": comment, "subject": { "class": "Dataset", "id": dataset } });
        let doing = format!("open discussion `{title}`");
        Call::new(
            doing,
            Method::Post,
            Repeat::Never,
            self.at.join(&["discussions"])?,
        )
        .json(&body)
        .send(self)
        .await
        .map(drop)
    }
}
