//! What the last runs tell that the state does not: refusals and failures that left no artefact.

use std::collections::BTreeMap;

use debouches_model::Stage;

use super::line::State;
use crate::context::Context;
use crate::operations::record::{self, StepRecord};
use crate::summary::Outcome;

/// The newest step of each stage on each subject, in the runs of a profile.
pub(super) struct LastRuns {
    steps: BTreeMap<(Stage, String), (StepRecord, String)>,
}

/// How a subject ended when a stage last worked on it, when that was not well.
pub(super) struct Trouble {
    /// Refused or failed.
    pub(super) state: State,
    /// What was said then, and when.
    pub(super) detail: String,
}

impl LastRuns {
    /// Reads the records of the profile.
    pub(super) async fn of(context: &Context) -> anyhow::Result<Self> {
        let mut steps = BTreeMap::new();
        for run in record::all(context).await? {
            if run.profile != context.pipeline.profile {
                continue;
            }
            let day = run.ended_at.format("%Y-%m-%d").to_string();
            for step in run.steps {
                steps.insert((step.stage, step.subject.clone()), (step, day.clone()));
            }
        }
        Ok(Self { steps })
    }

    /// The trouble of a subject, if its last end was one.
    pub(super) fn trouble(&self, stage: Stage, subject: &str) -> Option<Trouble> {
        let (step, day) = self.steps.get(&(stage, subject.to_owned()))?;
        let state = match step.outcome {
            Outcome::Refused => State::Refused,
            Outcome::Failed => State::Failed,
            Outcome::Made | Outcome::Kept | Outcome::Skipped => return None,
        };
        let message = step.detail.as_deref().unwrap_or("no detail was kept");
        Some(Trouble {
            state,
            detail: format!("on {day}: {message}"),
        })
    }
}
