//! Progress as events: libraries emit them, the binary draws.

use crate::Stage;

/// What advances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes read, written or sent.
    Bytes,
    /// Table rows.
    Rows,
    /// Steps of a plan, or files.
    Steps,
}

/// How many subjects of a stage ended in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StageCounts {
    /// Something new was made of them.
    pub made: usize,
    /// Nothing had moved.
    pub unchanged: usize,
    /// Their data was refused.
    pub refused: usize,
    /// They could not be done.
    pub failed: usize,
    /// An earlier stage did not deliver them.
    pub waiting: usize,
}

/// Something that happened in a stage or in a long task. `task` names the task, for instance `fetch ij-cfa`.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A stage began.
    StageStarted {
        /// The stage.
        stage: Stage,
        /// Sources, tables or datasets that it will go through.
        subjects: usize,
    },
    /// A stage takes up its next source, table or dataset.
    Subject {
        /// Name of the source, table or dataset.
        name: &'a str,
    },
    /// A stage ended.
    StageFinished {
        /// The stage.
        stage: Stage,
        /// How its subjects ended.
        counts: StageCounts,
    },
    /// A task began; `total` is unknown when the other side does not say.
    Started {
        /// Name of the task.
        task: &'a str,
        /// Expected amount.
        total: Option<u64>,
        /// What is counted.
        unit: Unit,
    },
    /// The task reached `done` units since its start.
    Advanced {
        /// Name of the task.
        task: &'a str,
        /// Amount since the start.
        done: u64,
    },
    /// The task ended, well or not.
    Finished {
        /// Name of the task.
        task: &'a str,
    },
}

/// Receives events.
pub trait Observer: Send + Sync {
    /// Called for each event, possibly from several threads.
    fn on(&self, event: Event<'_>);
}

/// An observer that ignores everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn on(&self, _event: Event<'_>) {}
}
