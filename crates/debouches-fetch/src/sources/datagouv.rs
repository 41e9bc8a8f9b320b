//! A dataset of data.gouv.fr, or of another udata portal: its newest file of some title, or what it was harvested from.
//!
//! The daily exports of RNCP are a new resource each day, hence « the newest whose title matches »; the datasets of
//! ministries are copies of those of Opendatasoft portals, which are read at their origin.

use std::sync::Arc;

use debouches_http::{FileRequest, Url, next_hop, redact};
use debouches_model::escape;
use serde::Deserialize;

use super::ods::OdsExport;
use super::{Answer, Glance, Kind, Reading, Received, Source, revision_of};
use crate::location::web_address;
use crate::{Address, AddressError, FetchError, pattern};

/// The kind, as the configuration knows it.
pub(super) static KIND: Kind = Kind {
    name: "data-gouv",
    options: &["dataset", "harvested", "labels", "title"],
    open: |address, _| Ok(Arc::new(DataGouv::of(address)?)),
};

/// How many titles a message lists, and how long each.
const LISTED: usize = 5;
const LONGEST_TITLE: usize = 80;

/// A dataset of a udata portal.
#[derive(Debug)]
struct DataGouv {
    portal: Url,
    dataset: String,
    wanted: Wanted,
}

/// What is read of it.
#[derive(Debug)]
enum Wanted {
    /// The newest file whose title matches the pattern.
    Newest { title: String },
    /// The dataset of the Opendatasoft portal that it was harvested from.
    Origin { labels: bool },
}

#[derive(Deserialize)]
struct Dataset {
    #[serde(default)]
    resources: Vec<Resource>,
    harvest: Option<Harvest>,
}

#[derive(Deserialize)]
struct Resource {
    id: String,
    #[serde(default)]
    title: String,
    url: String,
    #[serde(default)]
    created_at: String,
    #[serde(default)]
    last_modified: String,
    checksum: Option<Checksum>,
}

#[derive(Deserialize)]
struct Checksum {
    value: String,
}

#[derive(Deserialize)]
struct Harvest {
    remote_url: Option<String>,
}

impl DataGouv {
    fn of(address: &Address) -> Result<Self, AddressError> {
        let wrong = |expected| AddressError::Syntax {
            text: address.dataset.clone().unwrap_or_default(),
            expected,
        };
        let dataset = address.dataset.clone().unwrap_or_default();
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if dataset.is_empty() || dataset.len() > 200 || !dataset.chars().all(is_name) {
            return Err(wrong(
                "the identifier or the slug of a dataset: `dataset = \"…\"`",
            ));
        }
        let wanted = match (&address.title, address.harvested) {
            (Some(title), false) => Wanted::Newest {
                title: title.clone(),
            },
            (None, true) => Wanted::Origin {
                labels: address.labels,
            },
            (Some(_), true) | (None, false) => {
                return Err(wrong(
                    "read in one way: `title = \"export-*.zip\"` for its newest file, or `harvested = true`",
                ));
            }
        };
        Ok(Self {
            portal: web_address(&address.url)?,
            dataset,
            wanted,
        })
    }

    fn url(&self) -> Url {
        let mut url = self.portal.clone();
        let root = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{root}/api/1/datasets/{}/", self.dataset));
        url
    }

    /// The newest file of that title, and its state.
    async fn choose(
        &self,
        reading: &Reading<'_>,
        title: &str,
    ) -> Result<(Url, String), FetchError> {
        let dataset: Dataset = reading.ask_catalogue(self.url()).await?;
        let id = &reading.request.id;
        let matching = dataset
            .resources
            .iter()
            .filter(|resource| pattern::matches(title, &resource.title));
        let newest = matching.max_by(|a, b| {
            let order = a.created_at.cmp(&b.created_at);
            order.then_with(|| a.title.cmp(&b.title))
        });
        let newest = newest.ok_or_else(|| FetchError::NoResource {
            id: id.clone(),
            title: title.to_owned(),
            titles: (dataset.resources.iter().rev().take(LISTED))
                .map(|resource| escape::line(&resource.title, LONGEST_TITLE))
                .collect(),
        })?;
        let checksum = newest.checksum.as_ref().map(|checksum| &checksum.value);
        let revision = revision_of(&[
            &newest.id,
            &newest.last_modified,
            checksum.map_or("", String::as_str),
        ]);
        let url = next_hop(
            &self.url(),
            newest.url.as_bytes(),
            0,
            &reading.request.allowed_hosts,
        );
        let url = url.map_err(|source| FetchError::Hop {
            id: id.clone(),
            source,
        })?;
        Ok((url, revision))
    }

    async fn newest(&self, reading: &Reading<'_>, title: &str) -> Result<Received, FetchError> {
        let (url, revision) = self.choose(reading, title).await?;
        if reading.holds(&revision) {
            return Ok(Received::unchanged());
        }
        let request = FileRequest::new(url.clone(), reading.request.limits.max_bytes);
        let mut received = reading.download(request).await?;
        received.said.revision = Some(revision);
        received.said.is_elsewhere |= url.host() != self.portal.host();
        received.said.final_url = received.said.final_url.or_else(|| Some(redact(&url)));
        Ok(received)
    }

    /// The export of the portal that the dataset was harvested from.
    async fn export(&self, reading: &Reading<'_>, labels: bool) -> Result<OdsExport, FetchError> {
        let dataset: Dataset = reading.ask_catalogue(self.url()).await?;
        let id = &reading.request.id;
        let remote = dataset.harvest.and_then(|harvest| harvest.remote_url);
        let not_harvested = || FetchError::NotHarvested {
            id: id.clone(),
            dataset: self.dataset.clone(),
        };
        let remote = remote.ok_or_else(not_harvested)?;
        let hosts = &reading.request.allowed_hosts;
        let url = next_hop(&self.url(), remote.as_bytes(), 0, hosts);
        let url = url.map_err(|source| FetchError::Hop {
            id: id.clone(),
            source,
        })?;
        let mut export = OdsExport::parse(url.as_str()).map_err(|_| not_harvested())?;
        export.labels = labels;
        Ok(export)
    }

    async fn origin(&self, reading: &Reading<'_>, labels: bool) -> Result<Received, FetchError> {
        let export = self.export(reading, labels).await?;
        let mut received = export.receive(reading).await?;
        let asked = redact(&export.url());
        received.said.final_url = received.said.final_url.or(Some(asked));
        Ok(received)
    }
}

impl Source for DataGouv {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn shown(&self) -> String {
        match &self.wanted {
            Wanted::Newest { title } => format!("{}#{title}", redact(&self.url())),
            Wanted::Origin { .. } => format!("{}#harvest", redact(&self.url())),
        }
    }

    fn identity(&self) -> String {
        format!("{} {:?}", self.url(), self.wanted)
    }

    fn body_name(&self) -> String {
        match &self.wanted {
            Wanted::Newest { title } => title.replace(['*', '?'], ""),
            Wanted::Origin { .. } => format!("{}.csv", self.dataset),
        }
    }

    fn probe<'a>(&'a self, reading: &'a Reading<'a>) -> Glance<'a> {
        match &self.wanted {
            Wanted::Newest { title } => Box::pin(async move {
                let (url, _) = self.choose(reading, title).await?;
                reading.peek(FileRequest::new(url, u64::MAX)).await
            }),
            Wanted::Origin { labels } => {
                Box::pin(async move { self.export(reading, *labels).await?.glance(reading).await })
            }
        }
    }

    fn read<'a>(&'a self, reading: &'a Reading<'a>) -> Answer<'a> {
        match &self.wanted {
            Wanted::Newest { title } => Box::pin(self.newest(reading, title)),
            Wanted::Origin { labels } => Box::pin(self.origin(reading, *labels)),
        }
    }
}
