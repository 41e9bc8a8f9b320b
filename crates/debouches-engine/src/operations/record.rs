//! The record of a run, one line of `runs/<year>.jsonl` in the state.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::{DateTime, Datelike as _, Utc};
use debouches_model::{Clock as _, Fault, Report, Severity, Stage, SystemClock, Tool};
use debouches_store::{Lock, Owner};
use serde::{Deserialize, Serialize};

use super::Ending;
use crate::context::Context;
use crate::failure;
use crate::summary::{Outcome, Step};

/// What a run did.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunRecord {
    /// Format number of this structure.
    pub schema_version: u32,
    /// Name of the run.
    pub run: String,
    /// The program.
    pub tool: Tool,
    /// The command.
    pub command: String,
    /// The profile.
    pub profile: String,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// How long it took.
    pub seconds: f64,
    /// Its exit code.
    pub exit_code: u8,
    /// Whether no stage built anything.
    pub nothing_to_do: bool,
    /// What stopped it before its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Its steps.
    pub steps: Vec<StepRecord>,
    /// The datasets at its end.
    pub datasets: Vec<DatasetRecord>,
    /// Sources that have not published by their day, each in a sentence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<LateRecord>,
    /// Waivers whose last day is past.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expired_waivers: Vec<String>,
    /// True when it never came to its end: the next run found its lock.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
}

/// A source that has not published by its day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateRecord {
    /// The source.
    pub source: String,
    /// What was expected, and what is there.
    pub detail: String,
}

/// What a stage did with a subject. A stage that had nothing to do tells no detail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StepRecord {
    /// The stage.
    pub stage: Stage,
    /// The source, table or dataset.
    pub subject: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What was made, refused or wrong; none when nothing had moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Rows received and refused, when the stage looked at rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<[u64; 2]>,
    /// Findings that do not refuse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warnings: Option<u64>,
}

/// The version of a dataset at the end of the run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DatasetRecord {
    pub dataset: String,
    pub version: String,
    pub rows: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl RunRecord {
    /// The format number written today.
    const FORMAT: u32 = 1;

    /// The record of a run that never came to its end, from what it wrote in its lock.
    pub fn interrupted(context: &Context, owner: &Owner) -> Self {
        Self {
            schema_version: Self::FORMAT,
            run: owner.run.clone(),
            tool: context.tool.clone(),
            command: owner.command.clone(),
            profile: context.pipeline.profile.clone(),
            ended_at: owner.since,
            seconds: 0.0,
            exit_code: Fault::Ours.exit_code(),
            nothing_to_do: false,
            error: Some(format!(
                "interrupted: process {} on {} died after {}",
                owner.pid,
                owner.host,
                owner.since.format("%Y-%m-%d %H:%M:%S UTC")
            )),
            steps: Vec::new(),
            datasets: Vec::new(),
            late: Vec::new(),
            expired_waivers: Vec::new(),
            interrupted: true,
        }
    }

    /// The record of a run that ends.
    ///
    /// Late sources and expired waivers are told by who closes the run.
    pub fn of(context: &Context, ending: &Ending<'_>) -> Self {
        let summary = ending.summary;
        Self {
            schema_version: Self::FORMAT,
            run: context.run.clone(),
            tool: context.tool.clone(),
            command: ending.command.to_owned(),
            profile: context.pipeline.profile.clone(),
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
            late: Vec::new(),
            expired_waivers: Vec::new(),
            interrupted: false,
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
            warnings: step.report.as_ref().map(warnings),
        }
    }
}

/// Findings that do not refuse.
pub(crate) fn warnings(report: &Report) -> u64 {
    let tallies = report.rules.iter();
    tallies
        .filter(|tally| tally.severity == Severity::Warning)
        .map(|tally| tally.findings)
        .sum()
}

/// Adds the record to those of the state.
pub(crate) async fn note(context: &Context, lock: &Lock, record: &RunRecord) -> anyhow::Result<()> {
    let line = serde_json::to_string(record).context("a record is always written")?;
    let year = u16::try_from(record.ended_at.year()).context("the clock is out of range")?;
    Ok(context.store.note_run(year, &line, lock).await?)
}

/// Every record of the state, the oldest first; a line that another version wrote otherwise is left out.
///
/// # Errors
/// Fails when the state cannot be read.
pub async fn all(context: &Context) -> anyhow::Result<Vec<RunRecord>> {
    let lines = context.store.runs().await?;
    Ok(lines
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect())
}
