//! Sends the writes of a plan, each announced in the journal before and confirmed after.

use std::time::Duration;

use debouches_model::{Event, Unit};
use debouches_store::StoreError;
use debouches_udata::{Dataset, DatasetText, Destination, Resource, Transfer, UdataError, Upload};

use crate::desired::{Desired, DesiredResource};
use crate::ledger::{Entry, Ledger, Sending, State};
use crate::plan::{Plan, PlannedWrite, wanted_order};
use crate::publication::Publication;
use crate::step::PlanStep;
use crate::{DATASET_EXTRA, PublishError, lease, source};

/// How often a file is sent anew when one of its parts is lost: nothing is seen of it, hence it is safe.
const SENDINGS: u32 = 3;

/// The portal as it is while the plan is being applied.
pub(crate) struct Writer<'a> {
    pub(crate) publication: &'a Publication<'a>,
    pub(crate) desired: &'a Desired,
    pub(crate) actual: Option<Dataset>,
    pub(crate) ledger: Ledger,
    /// The writes that were sent, for people.
    pub(crate) writes: Vec<String>,
    /// Writes of this run that the portal confirmed.
    pub(crate) confirmed: usize,
    /// True once the portal may have applied a write of this run.
    pub(crate) begun: bool,
    /// How long the portal may still be busy with a write whose answer was lost.
    pub(crate) settles: Duration,
}

/// How a round of writes ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Round {
    /// Every write was answered.
    Sent,
    /// Nobody knows whether the last write was applied.
    Unknown,
}

/// A write that went wrong.
enum Trouble {
    /// Nobody knows whether it was applied: look again before anything else.
    Unknown(UdataError),
    Portal(UdataError),
    State(StoreError),
    /// Another publisher was faster.
    Busy(String),
}

impl From<UdataError> for Trouble {
    fn from(error: UdataError) -> Self {
        match error {
            UdataError::Uncertain { .. } => Self::Unknown(error),
            other => Self::Portal(other),
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::State(error)
    }
}

impl Writer<'_> {
    pub(crate) fn dataset_id(&self) -> Option<String> {
        self.actual.as_ref().map(|dataset| dataset.id.clone())
    }

    /// Sends the writes in order. A write whose outcome is unknown ends the round without error: the caller looks again.
    pub(crate) async fn apply(&mut self, plan: &Plan, task: &str) -> Result<Round, PublishError> {
        for (done, write) in plan.writes.iter().enumerate() {
            match self.write(write).await {
                Ok(()) => {}
                Err(Trouble::Unknown(error)) => {
                    self.begun = true;
                    tracing::warn!(
                        "nobody knows whether the portal did “{write}”: looking again ({error})"
                    );
                    return Ok(Round::Unknown);
                }
                Err(Trouble::Portal(source)) => {
                    let begun = self.begun;
                    let dataset = self.desired.dataset.clone();
                    return Err(PublishError::Portal {
                        dataset,
                        doing: write.to_string(),
                        begun,
                        source: Box::new(source),
                    });
                }
                Err(Trouble::Busy(run)) => {
                    return Err(PublishError::Busy {
                        dataset: self.desired.dataset.clone(),
                        run,
                    });
                }
                Err(Trouble::State(source)) => {
                    return Err(PublishError::Store {
                        dataset: self.desired.dataset.clone(),
                        source: Box::new(source),
                    });
                }
            }
            self.publication.observer.on(Event::Advanced {
                task,
                done: done as u64 + 1,
            });
        }
        Ok(Round::Sent)
    }

    async fn write(&mut self, write: &PlannedWrite) -> Result<(), Trouble> {
        self.note(write, State::Intent, None).await?;
        self.writes.push(write.to_string());
        match self.send(write).await {
            Ok(answer) => {
                self.begun = true;
                self.confirmed += 1;
                self.note(write, State::Confirmed, answer).await?;
                Ok(())
            }
            Err(trouble) => {
                let (state, answer) = match &trouble {
                    Trouble::Unknown(error) => (State::Lost, error.to_string()),
                    Trouble::Portal(error) => (State::Refused, error.to_string()),
                    Trouble::Busy(run) => (State::Refused, format!("run {run} was faster")),
                    // The disk that failed would not take one more line.
                    Trouble::State(_) => return Err(trouble),
                };
                // A file under way has told its own end already.
                if !matches!(
                    write.step,
                    PlanStep::Upload { .. } | PlanStep::Replace { .. }
                ) || state == State::Refused
                {
                    self.note(write, state, Some(answer)).await?;
                }
                Err(trouble)
            }
        }
    }

    /// Sends one write; gives what the portal said of it, for the journal.
    async fn send(&mut self, write: &PlannedWrite) -> Result<Option<String>, Trouble> {
        let portal = self.publication.portal;
        match &write.step {
            PlanStep::CreateDataset => {
                let mut hidden = DatasetText {
                    private: true,
                    ..self.desired.text.clone()
                };
                let mark = lease::mark(self.publication.run, self.publication.clock.now());
                hidden.extras.insert(lease::LEASE_EXTRA.to_owned(), mark);
                let created = portal.create_dataset(&hidden).await?;
                self.yield_to_older(&created.id).await?;
                self.actual = Some(created);
            }
            PlanStep::Upload { path } => return self.send_file(write, path, None).await,
            PlanStep::Replace { path, resource } => {
                return self.send_file(write, path, Some(resource)).await;
            }
            PlanStep::Link { path } => {
                let Some(link) = self.wanted(path).and_then(DesiredResource::link) else {
                    return Ok(None);
                };
                return Ok(Some(portal.create_link(&self.id(), &link).await?.id));
            }
            PlanStep::Relink { path, resource } => {
                let Some(link) = self.wanted(path).and_then(DesiredResource::link) else {
                    return Ok(None);
                };
                portal.update_link(&self.id(), resource, &link).await?;
            }
            PlanStep::Describe { path, resource } => self.describe(path, resource).await?,
            PlanStep::Reorder => {
                let dataset = portal.dataset(&self.id()).await?;
                let order = wanted_order(self.desired, &dataset);
                portal.reorder(&dataset.id, &order).await?;
            }
            PlanStep::Retire { resource, .. } => {
                portal.delete_resource(&self.id(), resource).await?
            }
            PlanStep::RetireDraft { dataset } => {
                if !portal
                    .delete_draft(dataset, DATASET_EXTRA, self.desired.dataset.as_str())
                    .await?
                {
                    return Ok(Some("not empty any more: left alone".to_owned()));
                }
            }
            PlanStep::UpdateDataset => {
                portal
                    .update_dataset(&self.id(), &self.desired.text)
                    .await?;
            }
        }
        Ok(None)
    }

    /// Two publishers may have created the dataset at the same moment: the younger one, still empty, goes.
    async fn yield_to_older(&self, created: &str) -> Result<(), Trouble> {
        let (portal, mark) = (self.publication.portal, self.desired.dataset.as_str());
        let organization = self.publication.target.organization.as_deref();
        // Whoever creates within this time is seen by both.
        tokio::time::sleep(lease::SETTLES).await;
        let candidates = portal
            .find_by_extra(organization, DATASET_EXTRA, mark)
            .await?;
        let age = |dataset: &Dataset| (dataset.created_at.clone(), dataset.id.clone());
        let Some(ours) = candidates
            .iter()
            .find(|dataset| dataset.id == created)
            .map(age)
        else {
            return Ok(());
        };
        let Some(older) = candidates
            .iter()
            .find(|other| !other.deleted && age(other) < ours)
        else {
            return Ok(());
        };
        // What a lost answer of ours left is swept; nobody writes to it.
        let is_ours = |run: &str| self.is_own(run);
        let Some(run) = lease::held_by(older, &is_ours, self.publication.clock.now()) else {
            return Ok(());
        };
        portal.delete_draft(created, DATASET_EXTRA, mark).await?;
        Err(Trouble::Busy(run))
    }

    fn is_own(&self, run: &str) -> bool {
        run == self.publication.run || self.ledger.entries().iter().any(|entry| entry.run == run)
    }

    /// Sends a file, then its texts: the portal resets the title to the name of the file.
    async fn send_file(
        &mut self,
        write: &PlannedWrite,
        path: &str,
        resource: Option<&str>,
    ) -> Result<Option<String>, Trouble> {
        let Some(wanted) = self.wanted(path) else {
            return Ok(None);
        };
        let (name, sha1) = (wanted.upload_name.clone(), wanted.sha1.clone());
        let upload = source::upload(self.publication.release, path, &name, Some(&sha1)).await?;
        let sent = self.transfer(write, &upload, resource).await?;
        self.begun = true;
        self.describe(path, &sent.id).await?;
        Ok(Some(format!(
            "resource {}, sha1 {sha1}, {} bytes",
            sent.id, upload.bytes
        )))
    }

    async fn transfer(
        &mut self,
        write: &PlannedWrite,
        upload: &Upload,
        resource: Option<&str>,
    ) -> Result<Resource, Trouble> {
        let dataset = self.id();
        self.settles = Duration::ZERO;
        let to = Destination {
            dataset: &dataset,
            resource,
        };
        // Parts that an earlier round or run left: asking again for the same assembly makes no twin.
        if let Some(open) = self.ledger.open_sending(&write.step, &upload.sha1) {
            return self.assemble(write, upload, to, &open, Again::Yes).await;
        }
        let Some(mut transfer) = Transfer::new(upload.bytes) else {
            let portal = self.publication.portal;
            return Ok(match resource {
                Some(resource) => portal.replace(&dataset, resource, upload).await?,
                None => portal.upload(&dataset, upload).await?,
            });
        };
        let observer = self.publication.observer;
        let task = format!("send {}", upload.name);
        for sending in 1.. {
            observer.on(Event::Started {
                task: &task,
                total: Some(upload.bytes),
                unit: Unit::Bytes,
            });
            let answer = |done| observer.on(Event::Advanced { task: &task, done });
            let result = self
                .publication
                .portal
                .send_parts(to, upload, &transfer, &answer)
                .await;
            observer.on(Event::Finished { task: &task });
            match result {
                Ok(()) => break,
                Err(UdataError::Uncertain { .. }) if sending < SENDINGS => {
                    tracing::warn!("a part of {} was lost: sending the file anew", upload.name);
                    transfer = Transfer::new(upload.bytes).unwrap_or(transfer);
                }
                // Nothing is seen of these parts: the portal did not do it, for certain.
                Err(UdataError::Uncertain { doing, source }) => {
                    return Err(Trouble::Portal(UdataError::Outage { doing, source }));
                }
                Err(error) => return Err(error.into()),
            }
        }
        let sending = Sending::of(&transfer, &upload.sha1);
        self.assemble(write, upload, to, &sending, Again::No).await
    }

    async fn assemble(
        &mut self,
        write: &PlannedWrite,
        upload: &Upload,
        to: Destination<'_>,
        sending: &Sending,
        again: Again,
    ) -> Result<Resource, Trouble> {
        self.settles = upload.time_to_store();
        self.note_sending(write, State::Assembling, sending, None)
            .await?;
        match (
            self.publication
                .portal
                .assemble(to, upload, &sending.transfer())
                .await,
            again,
        ) {
            (Ok(resource), _) => {
                self.note_sending(write, State::Confirmed, sending, Some(resource.id.clone()))
                    .await?;
                Ok(resource)
            }
            // The second answer is no better: these parts are gone, or never to be put together.
            (
                Err(error @ (UdataError::Uncertain { .. } | UdataError::Refused { .. })),
                Again::Yes,
            ) => {
                self.note_sending(write, State::Abandoned, sending, Some(error.to_string()))
                    .await?;
                match error {
                    UdataError::Refused { doing, .. } => {
                        tracing::warn!("{doing}: its parts are gone");
                        Box::pin(self.transfer(write, upload, to.resource)).await
                    }
                    other => Err(Trouble::Unknown(other)),
                }
            }
            (Err(error @ UdataError::Uncertain { .. }), Again::No) => {
                self.note_sending(write, State::Lost, sending, Some(error.to_string()))
                    .await?;
                Err(Trouble::Unknown(error))
            }
            (Err(error), _) => Err(error.into()),
        }
    }

    async fn describe(&mut self, path: &str, resource: &str) -> Result<(), Trouble> {
        let Some(wanted) = self.wanted(path) else {
            return Ok(());
        };
        let text = wanted.text.clone();
        self.publication
            .portal
            .describe(&self.id(), resource, &text)
            .await?;
        Ok(())
    }

    fn wanted(&self, path: &str) -> Option<&DesiredResource> {
        self.desired
            .resources
            .iter()
            .find(|resource| resource.path == path)
    }

    fn id(&self) -> String {
        self.dataset_id().unwrap_or_default()
    }

    async fn note(
        &mut self,
        write: &PlannedWrite,
        state: State,
        note: Option<String>,
    ) -> Result<(), StoreError> {
        let entry = self.entry(write, state, note);
        self.ledger.note(entry).await
    }

    async fn note_sending(
        &mut self,
        write: &PlannedWrite,
        state: State,
        sending: &Sending,
        note: Option<String>,
    ) -> Result<(), StoreError> {
        let entry = Entry {
            sending: Some(sending.clone()),
            ..self.entry(write, state, note)
        };
        self.ledger.note(entry).await
    }

    fn entry(&self, write: &PlannedWrite, state: State, note: Option<String>) -> Entry {
        Entry {
            write: Some(write.step.clone()),
            payload: write.payload,
            dataset: self.dataset_id(),
            note,
            ..Entry::new(self.publication.clock.now(), self.publication.run, state)
        }
    }
}

/// Whether an assembly was asked for before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    Yes,
    No,
}
