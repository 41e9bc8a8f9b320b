//! The record of a run, one line of `runs/<year>.jsonl` in the state.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::{DateTime, Datelike as _, Utc};
use debouches_model::{Clock as _, Stage, SystemClock, Tool};
use debouches_store::Lock;
use serde::{Deserialize, Serialize};

use super::Ending;
use crate::engine::{Outcome, Step};
use crate::failure;
use crate::session::Session;

/// What a run did.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RunRecord {
    pub(crate) schema_version: u32,
    pub(crate) run: String,
    pub(crate) tool: Tool,
    pub(crate) command: String,
    pub(crate) profile: String,
    pub(crate) ended_at: DateTime<Utc>,
    pub(crate) seconds: f64,
    pub(crate) exit_code: u8,
    pub(crate) nothing_to_do: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    pub(crate) steps: Vec<StepRecord>,
    pub(crate) datasets: Vec<DatasetRecord>,
}

/// What a stage did with a subject. A stage that had nothing to do tells no detail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StepRecord {
    pub(crate) stage: Stage,
    pub(crate) subject: String,
    pub(crate) outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    /// Rows received and refused, when the stage looked at rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rows: Option<[u64; 2]>,
}

/// The version of a dataset at the end of the run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DatasetRecord {
    pub(crate) dataset: String,
    pub(crate) version: String,
    pub(crate) rows: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
}

impl RunRecord {
    /// The format number written today.
    const FORMAT: u32 = 1;

    pub(crate) fn of(session: &Session, ending: &Ending<'_>) -> Self {
        let summary = ending.summary;
        Self {
            schema_version: Self::FORMAT,
            run: session.run.clone(),
            tool: session.tool.clone(),
            command: ending.command.to_owned(),
            profile: session.pipeline.profile.clone(),
            ended_at: SystemClock.now(),
            seconds: (ending.started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
            exit_code: ending.exit,
            nothing_to_do: ending.error.is_none() && summary.nothing_new(),
            error: ending.error.map(failure::one_line),
            steps: summary.steps.iter().map(StepRecord::of).collect(),
            datasets: summary
                .datasets
                .iter()
                .map(|line| DatasetRecord {
                    dataset: line.dataset.clone(),
                    version: line.version.to_string(),
                    rows: line.rows.clone(),
                    address: line.address.clone(),
                })
                .collect(),
        }
    }
}

impl StepRecord {
    fn of(step: &Step) -> Self {
        let is_news = step.outcome != Outcome::Kept;
        Self {
            stage: step.stage,
            subject: step.subject.clone(),
            outcome: step.outcome,
            detail: is_news.then(|| step.detail.clone()),
            rows: step
                .report
                .as_ref()
                .map(|report| [report.rows.received, report.rows.refused]),
        }
    }
}

/// Adds the record to those of the state.
pub(super) async fn note(session: &Session, lock: &Lock, record: &RunRecord) -> anyhow::Result<()> {
    let line = serde_json::to_string(record).context("a record is always written")?;
    let year = u16::try_from(record.ended_at.year()).context("the clock is out of range")?;
    Ok(session.store.note_run(year, &line, lock).await?)
}

/// Every record of the state, the oldest first; a line that another version wrote otherwise is left out.
pub(crate) async fn all(session: &Session) -> anyhow::Result<Vec<RunRecord>> {
    let lines = session.store.runs().await?;
    Ok(lines
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect())
}
