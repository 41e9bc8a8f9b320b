//! Receipts in the state: writing them, finding them again.

use debouches_model::{ArtefactKey, DatasetId, Manifest, Stage};
use debouches_store::{Artefact, Lock, Store, StoreError};

use crate::PublishError;
use crate::receipt::{RECEIPT_FILE, Receipt};

/// The newest receipt of the dataset on that portal.
///
/// # Errors
/// When the state cannot be read.
pub async fn last_receipt(
    store: &Store,
    dataset: &DatasetId,
    portal: &str,
) -> Result<Option<Receipt>, PublishError> {
    let fail = |source| PublishError::Store {
        dataset: dataset.clone(),
        source: Box::new(source),
    };
    let keys = store
        .list(Stage::Publish, dataset.as_str())
        .await
        .map_err(fail)?;
    let mut newest: Option<(chrono::DateTime<chrono::Utc>, Receipt)> = None;
    for key in keys
        .into_iter()
        .filter(|key| key.id.ends_with(&format!("/{portal}")))
    {
        let Some(artefact) = store.find(&key).await.map_err(fail)? else {
            continue;
        };
        // An altered receipt is no missing one: what it says decides what may be written.
        let receipt = receipt_of(&artefact).await.map_err(fail)?;
        let at = artefact.manifest().created_at;
        if newest
            .as_ref()
            .is_none_or(|(then, previous)| (*then, previous.version) <= (at, receipt.version))
        {
            newest = Some((at, receipt));
        }
    }
    Ok(newest.map(|(_, receipt)| receipt))
}

/// Every receipt of the state, with the key that it is kept under.
///
/// # Errors
/// When one cannot be read, or was altered.
pub async fn all_receipts(store: &Store) -> Result<Vec<(ArtefactKey, Receipt)>, StoreError> {
    let mut all = Vec::new();
    for subject in store.subjects(Stage::Publish).await? {
        for key in store.list(Stage::Publish, &subject).await? {
            let Some(artefact) = store.find(&key).await? else {
                continue;
            };
            all.push((key, receipt_of(&artefact).await?));
        }
    }
    Ok(all)
}

/// The receipt that a publication left.
///
/// # Errors
/// When it was altered, or is none.
pub async fn receipt_of(artefact: &Artefact) -> Result<Receipt, StoreError> {
    let bytes = artefact.read(RECEIPT_FILE).await?;
    serde_json::from_slice(&bytes).map_err(|error| StoreError::Manifest {
        key: Box::new(artefact.key().clone()),
        reason: format!("names a receipt that cannot be read: {error}"),
    })
}

impl Receipt {
    /// Keeps the receipt of a release; a previous one of the same version, which speaks of other resources, gives way.
    ///
    /// `manifest` names the artefact, `publish/<dataset>/<version>/<portal>`.
    ///
    /// # Errors
    /// When the state cannot be read or written.
    ///
    /// # Panics
    /// Never: our own structures are written as JSON.
    pub async fn keep(
        &self,
        store: &Store,
        lock: &Lock,
        release: &Artefact,
        mut manifest: Manifest,
    ) -> Result<(), StoreError> {
        let key = ArtefactKey::new(manifest.stage, &manifest.subject, &manifest.id);
        let previous = store.find(&key).await?;
        let first = match &previous {
            Some(previous) => receipt_of(previous)
                .await?
                .published
                .unwrap_or(previous.manifest().created_at),
            None => manifest.created_at,
        };
        let dated = Self {
            published: Some(first),
            ..self.clone()
        };
        let text =
            serde_json::to_string_pretty(&dated).expect("a receipt is always written") + "\n";
        if let Some(previous) = previous {
            // After a version was withdrawn, the receipt of the one before it must be the newest again.
            let before = receipt_of(&previous).await?;
            let is_newest = match manifest.subject.parse() {
                Ok(dataset) => last_receipt(store, &dataset, &self.portal)
                    .await
                    .is_ok_and(|last| last.as_ref() == Some(&before)),
                Err(_) => false,
            };
            if is_newest && without_ports(&before) == without_ports(&dated) {
                return Ok(());
            }
            store.discard(&key, lock).await?;
        }
        let draft = store.draft(key)?;
        draft.write(RECEIPT_FILE, "application/json", text.as_bytes())?;
        manifest.inputs = vec![release.manifest().as_input()];
        draft.commit(manifest).await?;
        Ok(())
    }
}

/// The receipt without the ports of this machine: the practice portal has another one at each start, and nothing moved.
fn without_ports(receipt: &Receipt) -> Receipt {
    let mut receipt = receipt.clone();
    let addresses = receipt
        .resources
        .iter_mut()
        .flat_map(|resource| std::iter::once(&mut resource.url).chain(&mut resource.latest));
    for address in addresses.chain(&mut receipt.page) {
        if let Some(rest) = address.strip_prefix("http://127.0.0.1:") {
            *address = rest
                .trim_start_matches(|c: char| c.is_ascii_digit())
                .to_owned();
        }
    }
    receipt
}
