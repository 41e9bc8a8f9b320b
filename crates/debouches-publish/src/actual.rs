//! What the portal shows now.

use debouches_model::{DatasetId, Stage};
use debouches_store::Store;
use debouches_udata::{Dataset, Portal, UdataError};

use crate::{DATASET_EXTRA, PublishError, Receipt};

/// Our dataset on the portal, if it is there.
///
/// Its identifier is taken from the receipts of former publications, else the portal is searched for our marker: a lost
/// state makes no second dataset.
///
/// # Errors
/// When the portal cannot be read, when the dataset was deleted there, or when it exists twice.
pub(crate) async fn observe(
    portal: &Portal,
    organization: Option<&str>,
    dataset: &DatasetId,
    known: Option<&str>,
) -> Result<Option<Dataset>, PublishError> {
    let fail = |doing: &str, source: UdataError| PublishError::Portal {
        dataset: dataset.clone(),
        doing: doing.to_owned(),
        begun: false,
        source: Box::new(source),
    };
    if let Some(id) = known {
        match portal.dataset(id).await {
            Ok(found) if found.deleted => return Err(PublishError::Deleted { dataset: dataset.clone(), id: id.to_owned() }),
            Ok(found) => return Ok(Some(found)),
            Err(UdataError::Gone { .. }) => return Err(PublishError::Deleted { dataset: dataset.clone(), id: id.to_owned() }),
            // The portal was rebuilt, or the receipt is of another one: look for the marker.
            Err(UdataError::NotFound { .. }) => {}
            Err(error) => return Err(fail("read the dataset", error)),
        }
    }
    let found = portal.find_by_extra(organization, DATASET_EXTRA, dataset.as_str()).await;
    let mut found = found.map_err(|error| fail("look for the dataset", error))?;
    found.retain(|dataset| !dataset.deleted);
    if found.len() > 1 {
        let ids = found.iter().map(|dataset| dataset.id.as_str()).collect::<Vec<_>>().join(", ");
        return Err(PublishError::Twins { dataset: dataset.clone(), count: found.len(), ids });
    }
    match found.pop() {
        // Lists may cut what they show: the dataset itself is the reference.
        Some(listed) => portal.dataset(&listed.id).await.map(Some).map_err(|error| fail("read the dataset", error)),
        None => Ok(None),
    }
}

/// The identifier of the dataset on that portal, from the newest receipt.
pub(crate) async fn known_id(store: &Store, dataset: &DatasetId, portal: &str) -> Option<String> {
    let keys = store.list(Stage::Publish, dataset.as_str()).await.ok()?;
    for key in keys.into_iter().rev().filter(|key| key.id.ends_with(&format!("/{portal}"))) {
        let Ok(Some(artefact)) = store.find(&key).await else { continue };
        if let Ok(bytes) = artefact.read(crate::receipt::RECEIPT_FILE).await
            && let Ok(receipt) = serde_json::from_slice::<Receipt>(&bytes)
        {
            return Some(receipt.id);
        }
    }
    None
}
