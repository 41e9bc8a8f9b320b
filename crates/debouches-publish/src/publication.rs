//! A publication from end to end: look, plan, apply, look again, until the portal agrees; then a receipt.

use std::time::Duration;

use debouches_model::{ArtefactKey, Clock, Event, Manifest, Observer, Stage, Tool, Unit};
use debouches_store::{Artefact, Lock, Store, StoreError};
use debouches_udata::{Dataset, Portal};

use crate::PublishError;
use crate::actual::{known_id, observe};
use crate::apply::{Round, Writer};
use crate::desired::{Desired, Target, desire};
use crate::plan::{Plan, plan};
use crate::receipt::{RECEIPT_FILE, Receipt};

/// How often we look and write before giving up for this run.
const ROUNDS: u32 = 4;

/// How long a write of unknown outcome is given to settle. The portal stores a file under the second of its arrival and
/// answers 500 to a second one of the same name: a little more than a second avoids that clash too.
const BEFORE_LOOKING_AGAIN: Duration = Duration::from_millis(1100);

/// Everything that a publication needs.
pub struct Publication<'a> {
    /// The release.
    pub release: &'a Artefact,
    /// The portal.
    pub portal: &'a Portal,
    /// Name of the portal in the configuration.
    pub name: &'a str,
    /// Owner and limits on the portal.
    pub target: &'a Target,
    /// The state.
    pub store: &'a Store,
    /// Dates receipts.
    pub clock: &'a dyn Clock,
    /// Signs receipts.
    pub tool: &'a Tool,
    /// Told of progress.
    pub observer: &'a dyn Observer,
}

/// What a publication would do.
pub struct Pending {
    /// What the release wants.
    pub desired: Desired,
    /// What is there.
    pub actual: Option<Dataset>,
    /// What would be written.
    pub plan: Plan,
}

/// What a publication did.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The writes that were sent, in order; none when the portal agreed already.
    pub writes: Vec<String>,
    /// Where everything is.
    pub receipt: Receipt,
    /// Address of the page, when the portal has one.
    pub page: Option<String>,
    /// Quality score of the portal, from 0 to 1.
    pub quality: Option<f64>,
    /// Files that the portal does not accept.
    pub left_out: Vec<String>,
}

impl Publication<'_> {
    /// Looks and plans; sends no write.
    ///
    /// # Errors
    /// When the release or the portal cannot be read, or when the dataset was deleted or doubled there.
    pub async fn pending(&self) -> Result<Pending, PublishError> {
        let desired = desire(self.release, self.target).await?;
        let known = known_id(self.store, &desired.dataset, self.name).await;
        let actual = observe(self.portal, self.target.organization.as_deref(), &desired.dataset, known.as_deref()).await?;
        let plan = plan(&desired, actual.as_ref());
        Ok(Pending { desired, actual, plan })
    }

    /// Makes the portal agree with the release, and reads it back.
    ///
    /// # Errors
    /// When the portal refuses or fails; what was written stays, and the next run completes it.
    pub async fn publish(&self, lock: &Lock) -> Result<Applied, PublishError> {
        let Pending { desired, mut actual, plan: mut todo } = self.pending().await?;
        let key = ArtefactKey::new(Stage::Publish, &desired.dataset, format!("{}/{}", desired.version, self.name));
        let store_error =
            |source: StoreError| PublishError::Store { dataset: desired.dataset.clone(), source: Box::new(source) };
        let mut writes = Vec::new();
        let mut begun = false;
        let mut rounds = 0;
        while !todo.is_empty() {
            rounds += 1;
            if rounds > ROUNDS {
                let left = todo.steps.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                return Err(PublishError::Unsettled { dataset: desired.dataset.clone(), rounds: ROUNDS, left });
            }
            let task = format!("publish {}", desired.dataset);
            self.observer.on(Event::Started { task: &task, total: Some(todo.steps.len() as u64), unit: Unit::Steps });
            let journal = self.store.journal(&key).await.map_err(store_error)?;
            let mut writer = Writer::new(self, &desired, actual, journal, writes, begun);
            let result = writer.apply(&todo, &task).await;
            self.observer.on(Event::Finished { task: &task });
            writes = std::mem::take(&mut writer.writes);
            begun |= writer.begun;
            let id = writer.dataset_id();
            if result? == Round::Unknown {
                tokio::time::sleep(BEFORE_LOOKING_AGAIN).await;
            }
            actual = observe(self.portal, self.target.organization.as_deref(), &desired.dataset, id.as_deref())
                .await
                .map_err(|error| if begun { error.after_writes() } else { error })?;
            todo = plan(&desired, actual.as_ref());
        }
        let Some(actual) = actual else { return Err(PublishError::NotARelease(self.release.key().to_string())) };
        let receipt = Receipt::of(self.name, &desired, &actual);
        self.keep(&key, &receipt, lock).await.map_err(store_error)?;
        Ok(Applied { writes, receipt, page: actual.page.clone(), quality: actual.quality_score, left_out: desired.left_out })
    }

    /// Keeps the receipt; a former one of the same version, which speaks of other resources, gives way.
    async fn keep(&self, key: &ArtefactKey, receipt: &Receipt, lock: &Lock) -> Result<(), StoreError> {
        let text = serde_json::to_string_pretty(receipt).expect("a receipt is always written") + "\n";
        if let Some(former) = self.store.find(key).await? {
            if former.read(RECEIPT_FILE).await? == text.as_bytes() {
                return Ok(());
            }
            self.store.discard(key, lock).await?;
        }
        let draft = self.store.draft(key.clone())?;
        draft.write(RECEIPT_FILE, "application/json", text.as_bytes())?;
        let mut manifest = Manifest::new(key, self.tool.clone(), self.clock.now());
        manifest.inputs = vec![self.release.manifest().as_input()];
        draft.commit(manifest).await?;
        Ok(())
    }
}
