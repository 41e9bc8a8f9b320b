//! What happened in a run, subject by subject.

use std::collections::BTreeMap;

use debouches_model::{Fault, Report, Stage, Version};
use serde::{Deserialize, Serialize};

use crate::failure;

/// What a stage did with a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Something new was made.
    Made,
    /// Nothing had moved.
    Kept,
    /// The data was refused.
    Refused,
    /// It could not be done.
    Failed,
    /// A stage before failed or refused.
    Skipped,
}

impl Outcome {
    /// Its name, as documents spell it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Kept => "kept",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// One stage on one subject.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Step {
    /// The stage.
    pub stage: Stage,
    /// The source, table or dataset.
    pub subject: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What was made, refused or wrong, in a sentence.
    pub detail: String,
    /// A remedy, when one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Counts of rows and findings, for a stage that reads rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// Whose fault it is, for a refusal or a failure.
    #[serde(skip)]
    pub fault: Option<Fault>,
}

impl Step {
    /// A step without report.
    pub fn new(
        stage: Stage,
        subject: impl ToString,
        outcome: Outcome,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            stage,
            subject: subject.to_string(),
            outcome,
            detail: detail.into(),
            hint: None,
            report: None,
            fault: None,
        }
    }

    /// The step with its report.
    pub fn with_report(self, report: Report) -> Self {
        Self {
            report: Some(report),
            ..self
        }
    }

    /// A refusal: exit 3.
    pub fn refused(stage: Stage, subject: impl ToString, detail: impl Into<String>) -> Self {
        Self {
            fault: Some(Fault::Data),
            ..Self::new(stage, subject, Outcome::Refused, detail)
        }
    }

    /// A failure, with the exit code of its fault; data that an error refuses is refused like any other.
    pub fn failed(stage: Stage, subject: impl ToString, error: &anyhow::Error) -> Self {
        let (fault, hint) = (failure::fault_of(error), failure::hint_of(error));
        let outcome = if fault == Fault::Data {
            Outcome::Refused
        } else {
            Outcome::Failed
        };
        Self {
            fault: Some(fault),
            hint,
            ..Self::new(stage, subject, outcome, failure::one_line(error))
        }
    }

    /// A step that was not tried, since an earlier one did not deliver.
    pub fn skipped(stage: Stage, subject: impl ToString, detail: impl Into<String>) -> Self {
        Self::new(stage, subject, Outcome::Skipped, detail)
    }
}

/// A dataset at the end of a run.
#[derive(Debug, Clone, Serialize)]
pub struct DatasetLine {
    /// The dataset.
    pub dataset: String,
    /// Version of its newest release.
    pub version: Version,
    /// Rows of each table of the release.
    pub rows: BTreeMap<String, u64>,
    /// Where the release is in the state.
    pub folder: String,
    /// Its page, once it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// All that happened.
#[derive(Debug, Default, Serialize)]
pub struct Summary {
    /// The steps, in the order in which they ended.
    pub steps: Vec<Step>,
    /// The datasets that have a release.
    pub datasets: Vec<DatasetLine>,
    /// Addresses of the indexes of static catalogues.
    pub catalogues: Vec<String>,
    /// What no step says and somebody should look at: late sources, expired waivers. Filled when the run is closed.
    pub attention: Vec<String>,
}

impl Summary {
    /// Adds a step, and logs it unless the summary prints it.
    pub fn push(&mut self, step: Step) {
        let Step {
            stage,
            subject,
            outcome,
            detail,
            ..
        } = &step;
        match outcome {
            Outcome::Made | Outcome::Kept => tracing::info!("{stage} {subject}: {detail}"),
            // Told once, in the summary, causes before what waits for them.
            Outcome::Refused | Outcome::Failed | Outcome::Skipped => {}
        }
        self.steps.push(step);
    }

    /// True when that subject got through that stage.
    pub fn passed(&self, stage: Stage, subject: &str) -> bool {
        !self.steps.iter().any(|step| {
            step.stage == stage
                && step.subject == subject
                && !matches!(step.outcome, Outcome::Made | Outcome::Kept)
        })
    }

    /// True when no stage made anything.
    pub fn nothing_new(&self) -> bool {
        self.steps.iter().all(|step| step.outcome == Outcome::Kept)
    }

    /// The exit code: that of the gravest fault.
    pub fn exit_code(&self) -> u8 {
        let gravity = [
            Fault::Integrity,
            Fault::Ours,
            Fault::Permission,
            Fault::Operator,
            Fault::Data,
            Fault::Incomplete,
            Fault::Outage,
            Fault::Busy,
        ];
        let has = |fault: &Fault| self.steps.iter().any(|step| step.fault == Some(*fault));
        gravity
            .iter()
            .find(|fault| has(fault))
            .map_or(0, |fault| fault.exit_code())
    }
}
