//! What the portal shows now.

use debouches_model::{DatasetId, Sha256};
use debouches_udata::{Dataset, Portal, UdataError};
use serde_json::{Value, json};

use crate::{DATASET_EXTRA, PublishError};

/// What is there under our mark.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// Our dataset.
    pub dataset: Option<Dataset>,
    /// Identifiers of empty hidden datasets with the same mark, left by creations whose answer was lost.
    pub drafts: Vec<String>,
}

/// Where and how to look.
pub(crate) struct Lookup<'a> {
    pub(crate) portal: &'a Portal,
    pub(crate) organization: Option<&'a str>,
    pub(crate) dataset: &'a DatasetId,
    /// Identifier of a former publication.
    pub(crate) known: Option<&'a str>,
    /// Whether drafts are looked for though the identifier is known: a creation of ours was never answered.
    pub(crate) drafts: bool,
    /// Whether a known identifier that leads nowhere means that the portal was rebuilt, and not that somebody purged us.
    pub(crate) may_be_rebuilt: bool,
}

impl Lookup<'_> {
    /// Our dataset on the portal, if it is there.
    ///
    /// Its identifier is taken from the receipts of former publications, else the portal is searched for our marker: a
    /// lost state makes no second dataset.
    pub(crate) async fn observe(&self) -> Result<Observed, PublishError> {
        let known = match self.known {
            Some(id) => self.read_known(id).await?,
            None => None,
        };
        if known.is_some() && !self.drafts {
            return Ok(Observed {
                dataset: known,
                drafts: Vec::new(),
            });
        }
        let matches = self
            .portal
            .find_by_extra(self.organization, DATASET_EXTRA, self.dataset.as_str())
            .await;
        let mut matches = matches.map_err(|error| self.failed("look for the dataset", error))?;
        matches.retain(|dataset| !dataset.deleted);
        // Identifiers begin with the second of creation: the oldest first.
        matches.sort_by(|one, other| one.id.cmp(&other.id));
        let is_draft = |dataset: &Dataset| dataset.private && dataset.resources.is_empty();
        let (mut drafts, complete): (Vec<Dataset>, Vec<Dataset>) =
            matches.into_iter().partition(is_draft);
        if complete.len() > 1 {
            let ids = complete
                .iter()
                .map(|dataset| dataset.id.as_str())
                .collect::<Vec<_>>()
                .join(", ");
            return Err(PublishError::Twins {
                dataset: self.dataset.clone(),
                count: complete.len(),
                ids,
            });
        }
        let kept = match (known, complete.into_iter().next()) {
            (Some(known), _) => Some(known.id),
            (None, Some(complete)) => Some(complete.id),
            (None, None) if drafts.is_empty() => None,
            (None, None) => Some(drafts.remove(0).id),
        };
        let dataset = match &kept {
            // Lists may cut what they show: the dataset itself is the reference.
            Some(id) => Some(
                self.portal
                    .dataset(id)
                    .await
                    .map_err(|error| self.failed("read the dataset", error))?,
            ),
            None => None,
        };
        let drafts = drafts
            .into_iter()
            .map(|draft| draft.id)
            .filter(|id| Some(id) != kept.as_ref())
            .collect();
        Ok(Observed { dataset, drafts })
    }

    async fn read_known(&self, id: &str) -> Result<Option<Dataset>, PublishError> {
        let deleted = || PublishError::Deleted {
            dataset: self.dataset.clone(),
            id: id.to_owned(),
        };
        match self.portal.dataset(id).await {
            Ok(matches) if matches.deleted => Err(deleted()),
            Ok(matches) => Ok(Some(matches)),
            Err(UdataError::Gone { .. }) => Err(deleted()),
            Err(UdataError::NotFound { .. }) if self.may_be_rebuilt => Ok(None),
            // Purged, or hidden from this key: in both cases a second dataset would be a mistake.
            Err(UdataError::NotFound { .. }) => Err(PublishError::Vanished {
                dataset: self.dataset.clone(),
                id: id.to_owned(),
            }),
            Err(error) => Err(self.failed("read the dataset", error)),
        }
    }

    fn failed(&self, doing: &str, source: UdataError) -> PublishError {
        PublishError::Portal {
            dataset: self.dataset.clone(),
            doing: doing.to_owned(),
            begun: false,
            source: Box::new(source),
        }
    }
}

impl Observed {
    /// A digest of all that a plan depends on: it moves when anybody writes. What the platform adds by itself (metrics,
    /// checks of links, quality) is left aside.
    #[must_use]
    pub fn digest(&self) -> Sha256 {
        let dataset = self.dataset.as_ref().map(|dataset| {
            let coverage = dataset.temporal_coverage.as_ref().map(|coverage| (&coverage.start, &coverage.end));
            json!({
                "id": dataset.id, "title": dataset.title, "description": dataset.description,
                "short": dataset.description_short, "license": dataset.license, "frequency": dataset.frequency,
                "tags": dataset.tags, "coverage": coverage, "zones": dataset.spatial_zones,
                "granularity": dataset.spatial_granularity, "private": dataset.private,
                "archived": dataset.archived, "contacts": dataset.contact_points,
                "extras": ours(&dataset.extras),
                "resources": dataset.resources.iter().map(|resource| json!({
                    "id": resource.id, "title": resource.title, "description": resource.description,
                    "kind": resource.kind,
                    // The address of a hosted file is the portal's: that of the practice portal has another port at each start.
                    "url": resource.remote.then_some(&resource.url), "sha1": resource.sha1, "sha256": resource.sha256,
                    "bytes": resource.filesize, "extras": ours(&resource.extras),
                })).collect::<Vec<_>>(),
            })
        });
        Sha256::of(
            json!({ "dataset": dataset, "drafts": self.drafts })
                .to_string()
                .as_bytes(),
        )
    }
}

fn ours(extras: &std::collections::BTreeMap<String, Value>) -> Value {
    extras
        .iter()
        .filter(|(key, _)| key.starts_with("debouches:"))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
