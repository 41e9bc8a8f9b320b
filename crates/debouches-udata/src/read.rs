//! Reading the portal.

use std::collections::BTreeSet;

use debouches_http::{Method, Repeat, Url};
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::wire::{DatasetWire, LicenceWire, PageWire};
use crate::{Dataset, Me, Portal, UdataError};

/// Answers carry every resource of every dataset: pages stay small.
const PAGE_SIZE: u32 = 50;

impl Portal {
    /// The account of the key.
    ///
    /// # Errors
    /// When there is no answer, or no key that it knows.
    pub async fn me(&self) -> Result<Me, UdataError> {
        self.get("read the account of the key", self.at.join(&["me"])?)
            .await
    }

    /// The extensions of files that the portal accepts.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn extensions(&self) -> Result<BTreeSet<String>, UdataError> {
        self.get(
            "read the accepted extensions",
            self.at.join(&["datasets", "extensions"])?,
        )
        .await
    }

    /// The identifiers of the licences that the portal knows. Any other is silently replaced by none.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn licences(&self) -> Result<BTreeSet<String>, UdataError> {
        let list: Vec<LicenceWire> = self
            .get(
                "read the licences",
                self.at.join(&["datasets", "licenses"])?,
            )
            .await?;
        Ok(list.into_iter().map(|licence| licence.id).collect())
    }

    /// A dataset and its resources, in the order in which they are shown.
    ///
    /// # Errors
    /// When there is no answer, or no such dataset for this key.
    pub async fn dataset(&self, id: &str) -> Result<Dataset, UdataError> {
        let url = self.at.join(&["datasets", id])?;
        self.get::<DatasetWire>(format!("read dataset {id}"), url)
            .await
            .map(Dataset::from)
    }

    /// The datasets of an organization (by identifier), or of the account itself, that carry this extra.
    /// Private ones are seen by members; deleted ones of the account may be among its own.
    ///
    /// # Errors
    /// When a page of the list cannot be read.
    pub async fn find_by_extra(
        &self,
        organization: Option<&str>,
        key: &str,
        value: &str,
    ) -> Result<Vec<Dataset>, UdataError> {
        let all: Vec<DatasetWire> = match organization {
            Some(organization) => self.datasets_of(organization, PAGE_SIZE).await?,
            None => {
                self.get(
                    "list the datasets of the account",
                    self.at.join(&["me", "datasets"])?,
                )
                .await?
            }
        };
        Ok(all
            .into_iter()
            .map(Dataset::from)
            .filter(|dataset| dataset.extra(key) == Some(value))
            .collect())
    }

    /// All the datasets of an organization, page by page.
    pub(crate) async fn datasets_of(
        &self,
        organization: &str,
        page_size: u32,
    ) -> Result<Vec<DatasetWire>, UdataError> {
        let doing = format!("list the datasets of organization {organization}");
        let mut url = self.at.join(&["datasets"])?;
        url.query_pairs_mut()
            .append_pair("organization", organization)
            .append_pair("page_size", &page_size.to_string());
        let (mut all, mut seen) = (Vec::new(), BTreeSet::from([url.clone()]));
        loop {
            let page: PageWire = match self.get(doing.clone(), url.clone()).await {
                // Datasets that went meanwhile can leave the last page empty, which this API calls not found.
                Err(UdataError::NotFound { .. }) if seen.len() > 1 => return Ok(all),
                page => page?,
            };
            all.extend(page.data);
            let Some(next) = page.next_page else {
                return Ok(all);
            };
            url = next_of(&url, &next)
                .filter(|next| seen.insert(next.clone()))
                .ok_or_else(|| UdataError::Redirected {
                    doing: doing.clone(),
                    to: shown(&next),
                })?;
        }
    }

    async fn get<T: DeserializeOwned>(
        &self,
        doing: impl Into<String>,
        url: Url,
    ) -> Result<T, UdataError> {
        Call::new(doing, Method::Get, Repeat::Safe, url)
            .send(self)
            .await?
            .read()
    }
}

/// The next page, asked where the present one was: only the query is taken from the answer, so that the key stays here
/// even if the portal believes itself at another scheme or port behind its proxy.
fn next_of(present: &Url, next: &str) -> Option<Url> {
    let next = present
        .join(next)
        .ok()
        .filter(|next| next.host() == present.host())?;
    let mut url = present.clone();
    url.set_query(next.query());
    Some(url)
}

fn shown(next: &str) -> String {
    next.parse().map_or_else(
        |_| "an unusable address".to_owned(),
        |url| debouches_http::redact(&url),
    )
}
