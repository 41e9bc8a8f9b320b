//! Sends the writes of a plan, each announced in the journal before and confirmed after.

use debouches_model::Event;
use debouches_store::{Journal, StoreError};
use debouches_udata::{Dataset, DatasetText, UdataError};
use serde_json::json;

use crate::desired::{Desired, DesiredResource};
use crate::plan::{Plan, PlanStep, wanted_order};
use crate::publication::Publication;
use crate::{PublishError, source};

/// The portal as it is while the plan is being applied.
pub(crate) struct Writer<'a> {
    publication: &'a Publication<'a>,
    desired: &'a Desired,
    actual: Option<Dataset>,
    journal: Journal,
    pub(crate) writes: Vec<String>,
    /// True once the portal has applied a write of this run.
    pub(crate) begun: bool,
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

impl<'a> Writer<'a> {
    pub(crate) fn new(
        publication: &'a Publication<'a>,
        desired: &'a Desired,
        actual: Option<Dataset>,
        journal: Journal,
        writes: Vec<String>,
        begun: bool,
    ) -> Self {
        Self { publication, desired, actual, journal, writes, begun }
    }

    pub(crate) fn dataset_id(&self) -> Option<String> {
        self.actual.as_ref().map(|dataset| dataset.id.clone())
    }

    /// Sends the writes in order. A write whose outcome is unknown ends the round without error: the caller looks again.
    pub(crate) async fn apply(&mut self, plan: &Plan, task: &str) -> Result<Round, PublishError> {
        for (done, step) in plan.steps.iter().enumerate() {
            match self.step(step).await {
                Ok(()) => {}
                Err(Trouble::Unknown(error)) => {
                    tracing::warn!("nobody knows whether the portal did “{step}”: looking again ({error})");
                    return Ok(Round::Unknown);
                }
                Err(Trouble::Portal(source)) => {
                    let begun = self.begun;
                    let dataset = self.desired.dataset.clone();
                    return Err(PublishError::Portal { dataset, doing: step.to_string(), begun, source: Box::new(source) });
                }
                Err(Trouble::State(source)) => {
                    return Err(PublishError::Store { dataset: self.desired.dataset.clone(), source: Box::new(source) });
                }
            }
            self.publication.observer.on(Event::Advanced { task, done: done as u64 + 1 });
        }
        Ok(Round::Sent)
    }

    async fn step(&mut self, step: &PlanStep) -> Result<(), Trouble> {
        self.note(step, "intent").await?;
        self.writes.push(step.to_string());
        match step {
            PlanStep::CreateDataset => {
                let hidden = DatasetText { private: true, ..self.desired.text.clone() };
                self.actual = Some(self.publication.portal.create_dataset(&hidden).await?);
            }
            PlanStep::Upload { path } => self.send(path, None).await?,
            PlanStep::Replace { path, resource } => self.send(path, Some(resource)).await?,
            PlanStep::Describe { path, resource } => self.describe(path, resource).await?,
            PlanStep::Reorder => {
                let dataset = self.publication.portal.dataset(&self.id()).await?;
                let order = wanted_order(self.desired, &dataset);
                self.publication.portal.reorder(&dataset.id, &order).await?;
            }
            PlanStep::Retire { resource, .. } => self.publication.portal.delete_resource(&self.id(), resource).await?,
            PlanStep::UpdateDataset => {
                self.publication.portal.update_dataset(&self.id(), &self.desired.text).await?;
            }
        }
        self.begun = true;
        self.note(step, "confirmed").await?;
        Ok(())
    }

    /// Sends a file, then its texts: the portal resets the title to the name of the file.
    async fn send(&mut self, path: &str, resource: Option<&str>) -> Result<(), Trouble> {
        let Some(wanted) = self.wanted(path) else { return Ok(()) };
        let name = wanted.upload_name.clone();
        let upload = source::upload(self.publication.release, path, &name).await?;
        let portal = self.publication.portal;
        let sent = match resource {
            Some(resource) => portal.replace(&self.id(), resource, &upload).await?,
            None => portal.upload(&self.id(), &upload).await?,
        };
        self.begun = true;
        self.describe(path, &sent.id).await
    }

    async fn describe(&mut self, path: &str, resource: &str) -> Result<(), Trouble> {
        let Some(wanted) = self.wanted(path) else { return Ok(()) };
        let text = wanted.text.clone();
        self.publication.portal.describe(&self.id(), resource, &text).await?;
        Ok(())
    }

    fn wanted(&self, path: &str) -> Option<&DesiredResource> {
        self.desired.resources.iter().find(|resource| resource.path == path)
    }

    fn id(&self) -> String {
        self.dataset_id().unwrap_or_default()
    }

    async fn note(&mut self, step: &PlanStep, state: &str) -> Result<(), StoreError> {
        let line = json!({
            "seq": self.journal.lines().len(),
            "at": self.publication.clock.now(),
            "state": state,
            "write": step,
            "dataset": self.dataset_id(),
        });
        self.journal.append(&line.to_string()).await
    }
}
