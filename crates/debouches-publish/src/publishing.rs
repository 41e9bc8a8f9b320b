//! A publication from end to end: look, plan, apply, look again, until the portal agrees; then a receipt.

use std::time::Duration;

use debouches_model::{ArtefactKey, Event, Manifest, Sha256, Stage, Unit, Version};
use debouches_store::{Lock, StoreError};
use debouches_udata::Dataset;

use crate::actual::{Lookup, Observed};
use crate::apply::{Round, Writer};
use crate::desired::{Desired, desire};
use crate::hands::{self, Known};
use crate::lease::LEASE_EXTRA;
use crate::ledger::{Entry, Ledger, State, has_begun, has_open_creation, is_under_way};
use crate::plan::{Pending, Plan, plan};
use crate::publication::{Applied, Mandate, Publication};
use crate::receipt::Receipt;
use crate::receipts::last_receipt;
use crate::{PublishError, VERSION_EXTRA, lease, ledger};

/// How many rounds in which the portal confirms nothing are taken, one after the other, before giving up for this run.
const BARREN_ROUNDS: u32 = 4;

/// How many rounds are taken in all.
const ROUNDS: u32 = 24;

/// How long a write of unknown outcome is given to settle. The portal stores a file under the second of its arrival and
/// answers 500 to a second one of the same name: a little more than a second avoids that clash too.
const BEFORE_LOOKING_AGAIN: Duration = Duration::from_millis(1100);

impl Publication<'_> {
    /// Looks and plans; sends no write.
    ///
    /// # Errors
    /// When the release or the portal cannot be read, when the dataset was deleted or doubled there, or when what is live
    /// is newer.
    pub async fn pending(&self) -> Result<Pending, PublishError> {
        self.pending_of(desire(self.release, self.target).await?)
            .await
    }

    async fn pending_of(&self, mut desired: Desired) -> Result<Pending, PublishError> {
        let receipt = last_receipt(self.store, &desired.dataset, self.name).await?;
        let lines = self.store.journal_lines(&self.key(&desired)).await;
        let lines = lines
            .map_err(|source| self.store_failed(&desired, source))?
            .unwrap_or_default();
        let entries = ledger::read(&lines, &desired.dataset)?;
        // An identifier that a stopped run was told counts as much as that of a receipt.
        let journalled = entries.iter().rev().find_map(|entry| entry.dataset.clone());
        let known = journalled.or(receipt.as_ref().map(|receipt| receipt.id.clone()));
        let observed = self
            .read_live(&desired, known.as_deref(), has_open_creation(&entries))
            .await?;
        if let Some(actual) = &observed.dataset
            && let Some(live) = actual
                .extra(VERSION_EXTRA)
                .and_then(|version| version.parse::<Version>().ok())
            && live > desired.version
            && !self.may_go_back
            && !self
                .target
                .withdrawals
                .iter()
                .any(|withdrawal| withdrawal.version == live)
        {
            return Err(PublishError::Older {
                dataset: desired.dataset,
                live,
                ours: desired.version,
            });
        }
        let notes = match &observed.dataset {
            Some(actual) => hands::check(
                &mut desired,
                actual,
                &Known {
                    receipt: receipt.as_ref(),
                    is_under_way: is_under_way(&entries),
                    puts_back: self.may_go_back,
                    retracts: self.target.retracts,
                },
            )?,
            None => Vec::new(),
        };
        let plan = plan(&desired, &observed);
        Ok(Pending {
            desired,
            observed,
            plan,
            notes,
        })
    }

    /// Makes the portal agree with the release, and reads it back.
    ///
    /// # Errors
    /// When the portal refuses or fails, or when the mandate does not cover what is to be written; what was written
    /// stays, and the next run completes it.
    pub async fn publish(
        &self,
        lock: &Lock,
        mandate: Mandate<'_>,
    ) -> Result<Applied, PublishError> {
        self.publish_desired(desire(self.release, self.target).await?, lock, mandate)
            .await
    }

    /// As [`Self::publish`], for whoever knows already what the release wants: large files are not read once more for it.
    /// The portal is looked at afresh, and each file is compared with its manifest before it is sent.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub async fn publish_desired(
        &self,
        desired: Desired,
        lock: &Lock,
        mandate: Mandate<'_>,
    ) -> Result<Applied, PublishError> {
        let Pending {
            desired,
            mut observed,
            plan: mut todo,
            notes,
        } = self.pending_of(desired).await?;
        let key = self.key(&desired);
        self.check(&desired, &observed, &todo, mandate).await?;
        let mut leased = None;
        let result = self
            .rounds(
                &desired,
                &key,
                &mut observed,
                &mut todo,
                mandate,
                &mut leased,
            )
            .await;
        if let Some(id) = leased
            && let Err(error) = self.portal.merge_extra(&id, LEASE_EXTRA, None).await
        {
            tracing::warn!(
                "dataset {} keeps our mark for a quarter of an hour: {error}",
                desired.dataset
            );
        }
        let writes = result?;
        let Some(actual) = observed.dataset else {
            return Err(PublishError::NotARelease(self.release.key().to_string()));
        };
        if !writes.is_empty() {
            let mut ledger = Ledger::open(self.store, &key, &desired.dataset).await?;
            let entry = Entry::new(self.clock.now(), self.run, State::Sealed);
            let entry = Entry {
                dataset: Some(actual.id.clone()),
                plan: mandate.digest(),
                ..entry
            };
            ledger
                .note(entry)
                .await
                .map_err(|source| self.store_failed(&desired, source))?;
        }
        let mut receipt = Receipt::of(self.name, &desired, &actual);
        if !desired.removed.is_empty() {
            let previous = last_receipt(self.store, &desired.dataset, self.name).await?;
            receipt = receipt.with_removed(previous.as_ref(), &desired.removed);
        }
        self.keep(&key, &receipt, lock)
            .await
            .map_err(|source| self.store_failed(&desired, source))?;
        Ok(Applied {
            writes,
            receipt,
            page: actual.page.clone(),
            quality: actual.quality_score,
            left_out: desired.left_out,
            notes,
        })
    }

    /// Writes and looks again, until the portal agrees; gives the writes that were sent.
    async fn rounds(
        &self,
        desired: &Desired,
        key: &ArtefactKey,
        observed: &mut Observed,
        todo: &mut Plan,
        mandate: Mandate<'_>,
        leased: &mut Option<String>,
    ) -> Result<Vec<String>, PublishError> {
        let (mut writes, mut begun) = (Vec::new(), false);
        let (mut rounds, mut barren, mut lost_creation) = (0, 0, false);
        while !todo.is_empty() {
            rounds += 1;
            if barren >= BARREN_ROUNDS || rounds > ROUNDS {
                let remaining = todo
                    .writes
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", ");
                return Err(PublishError::Unsettled {
                    dataset: desired.dataset.clone(),
                    rounds: rounds - 1,
                    remaining,
                });
            }
            let task = format!("publish {}", desired.dataset);
            self.observer.on(Event::Started {
                task: &task,
                total: Some(todo.writes.len() as u64),
                unit: Unit::Steps,
            });
            let mut ledger = Ledger::open(self.store, key, &desired.dataset).await?;
            if rounds == 1 {
                let plan = mandate.digest();
                let entry = Entry {
                    plan,
                    ..Entry::new(self.clock.now(), self.run, State::Begun)
                };
                ledger
                    .note(entry)
                    .await
                    .map_err(|source| self.store_failed(desired, source))?;
            }
            if rounds == 1
                && let Some(actual) = &observed.dataset
            {
                self.take_lease(desired, actual, &ledger).await?;
                *leased = Some(actual.id.clone());
            }
            let actual = observed.dataset.take();
            let mut writer = Writer {
                publication: self,
                desired,
                actual,
                ledger,
                writes,
                confirmed: 0,
                begun,
                settles: Duration::ZERO,
            };
            let result = writer.apply(todo, &task).await;
            self.observer.on(Event::Finished { task: &task });
            writes = std::mem::take(&mut writer.writes);
            begun |= writer.begun;
            barren = if writer.confirmed > 0 { 0 } else { barren + 1 };
            lost_creation |= has_open_creation(writer.ledger.entries());
            let id = writer.dataset_id();
            if result? == Round::Unknown {
                tokio::time::sleep(BEFORE_LOOKING_AGAIN + writer.settles).await;
            }
            let looked = self.read_live(desired, id.as_deref(), lost_creation).await;
            *observed = looked.map_err(|error| if begun { error.after_writes() } else { error })?;
            *todo = plan(desired, observed);
            if let Some(write) = todo
                .writes
                .iter()
                .find(|write| !mandate.allows(&write.step))
            {
                let why = format!("“{write}” is needed now, and is not in it");
                return Err(PublishError::Moved {
                    dataset: desired.dataset.clone(),
                    why,
                });
            }
        }
        Ok(writes)
    }

    /// Marks the dataset as ours to write, unless another publisher did.
    async fn take_lease(
        &self,
        desired: &Desired,
        actual: &Dataset,
        ledger: &Ledger,
    ) -> Result<(), PublishError> {
        let holds =
            |run: &str| run == self.run || ledger.entries().iter().any(|entry| entry.run == run);
        let mut holder = lease::held_by(actual, &holds, self.clock.now());
        if holder.is_none() {
            let taken = lease::take(self.portal, &actual.id, self.run, self.clock.now()).await;
            holder = taken.map_err(|source| PublishError::Portal {
                dataset: desired.dataset.clone(),
                doing: "mark the dataset".to_owned(),
                begun: false,
                source: Box::new(source),
            })?;
        }
        match holder {
            Some(run) => Err(PublishError::Busy {
                dataset: desired.dataset.clone(),
                run,
            }),
            None => Ok(()),
        }
    }

    /// Writes a receipt for what is live, when it is this very release; sends nothing. Says whether it is.
    ///
    /// # Errors
    /// As [`Self::pending`].
    pub async fn adopt(&self, lock: &Lock) -> Result<Option<Receipt>, PublishError> {
        let Pending {
            desired,
            observed,
            plan,
            ..
        } = self.pending().await?;
        let Some(actual) = observed.dataset.filter(|_| plan.is_empty()) else {
            return Ok(None);
        };
        let receipt = Receipt::of(self.name, &desired, &actual);
        self.keep(&self.key(&desired), &receipt, lock)
            .await
            .map_err(|source| self.store_failed(&desired, source))?;
        Ok(Some(receipt))
    }

    /// Whether the mandate covers what is to be done, from where it was made or from where its application stopped.
    async fn check(
        &self,
        desired: &Desired,
        observed: &Observed,
        todo: &Plan,
        mandate: Mandate<'_>,
    ) -> Result<(), PublishError> {
        let Mandate::Planned(planned) = mandate else {
            return Ok(());
        };
        let moved = |why: &str| {
            Err(PublishError::Moved {
                dataset: desired.dataset.clone(),
                why: why.to_owned(),
            })
        };
        if planned.release != self.release.manifest().identity()
            || planned.version != desired.version
        {
            return moved("the release is another one");
        }
        if planned.observed == observed.digest() {
            return if planned.writes == todo.writes {
                Ok(())
            } else {
                moved("the same comparison gives other writes")
            };
        }
        let lines = self.store.journal_lines(&self.key(desired)).await;
        let lines = lines
            .map_err(|source| self.store_failed(desired, source))?
            .unwrap_or_default();
        let is_ours = has_begun(&ledger::read(&lines, &desired.dataset)?, planned.digest());
        match todo
            .writes
            .iter()
            .find(|write| !mandate.allows(&write.step))
        {
            _ if todo.is_empty() => Ok(()),
            _ if !is_ours => moved("the portal changed since"),
            Some(write) => moved(&format!("“{write}” is needed now, and is not in it")),
            None => Ok(()),
        }
    }

    async fn read_live(
        &self,
        desired: &Desired,
        known: Option<&str>,
        drafts: bool,
    ) -> Result<Observed, PublishError> {
        let read_live = Lookup {
            portal: self.portal,
            organization: self.target.organization.as_deref(),
            dataset: &desired.dataset,
            known,
            drafts,
            may_be_rebuilt: self.may_be_rebuilt,
        };
        read_live.observe().await
    }

    fn key(&self, desired: &Desired) -> ArtefactKey {
        ArtefactKey::new(
            Stage::Publish,
            &desired.dataset,
            format!("{}/{}", desired.version, self.name),
        )
    }

    fn store_failed(&self, desired: &Desired, source: StoreError) -> PublishError {
        PublishError::Store {
            dataset: desired.dataset.clone(),
            source: Box::new(source),
        }
    }

    async fn keep(
        &self,
        key: &ArtefactKey,
        receipt: &Receipt,
        lock: &Lock,
    ) -> Result<(), StoreError> {
        let manifest = Manifest::new(key, self.tool.clone(), self.clock.now());
        receipt.keep(self.store, lock, self.release, manifest).await
    }
}

impl Mandate<'_> {
    fn allows(&self, step: &crate::PlanStep) -> bool {
        match self {
            Self::All => true,
            Self::Planned(planned) => planned.writes.iter().any(|write| write.step.allows(step)),
        }
    }

    fn digest(&self) -> Option<Sha256> {
        match self {
            Self::All => None,
            Self::Planned(planned) => Some(planned.digest()),
        }
    }
}
