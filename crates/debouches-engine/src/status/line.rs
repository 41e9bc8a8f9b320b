//! A line of the status: a subject at a stage.

use debouches_model::Stage;
use serde::Serialize;

/// What stands of a subject at a stage.
#[derive(Debug, Clone, Serialize)]
pub struct StatusLine {
    /// The stage.
    pub stage: Stage,
    /// The source, table or dataset.
    pub subject: String,
    /// Where it stands.
    pub state: State,
    /// Rows, version or what is missing, for people.
    pub detail: String,
    /// Findings that do not refuse.
    #[serde(skip_serializing_if = "is_zero")]
    pub warnings: u64,
    /// Rows left out of a table that was accepted.
    #[serde(skip_serializing_if = "is_zero")]
    pub set_aside: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference to the field"
)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl StatusLine {
    pub(super) fn new(
        stage: Stage,
        subject: impl ToString,
        state: State,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            stage,
            subject: subject.to_string(),
            state,
            detail: detail.into(),
            warnings: 0,
            set_aside: 0,
        }
    }

    /// How soon somebody should read it: causes, what waits for them, what is to be done again, what is worth a look, the rest.
    pub(super) fn urgency(&self) -> u8 {
        match self.state {
            State::Refused | State::Failed | State::Late => 0,
            State::Waiting => 1,
            State::Stale | State::Missing | State::RetractedRelease | State::Expired => 2,
            State::Current if self.warnings + self.set_aside > 0 => 3,
            State::Current | State::Yanked | State::Purged | State::Published => 4,
        }
    }
}

/// Where a subject stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// What is there is what the present inputs give.
    Current,
    /// The inputs moved since.
    Stale,
    /// Nothing is there yet.
    Missing,
    /// A stage before has no output for the present inputs.
    Waiting,
    /// The present inputs were refused.
    Refused,
    /// It could not be done in the last run.
    Failed,
    /// A source has not published by its expected date.
    Late,
    /// A waiver whose last day is past.
    Expired,
    /// Every release is retracted.
    RetractedRelease,
    /// A release that readers should not use; its bytes stay.
    Yanked,
    /// A release whose bytes were removed.
    Purged,
    /// A release that a portal received.
    Published,
}

impl State {
    /// Its name, as `status --json` spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Stale => "stale",
            Self::Missing => "missing",
            Self::Waiting => "waiting",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Late => "late",
            Self::Expired => "expired",
            Self::RetractedRelease => "withdrawn",
            Self::Yanked => "yanked",
            Self::Purged => "purged",
            Self::Published => "published",
        }
    }
}
