//! Progress as events: libraries tell, the binary draws.

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

/// Something that happened in a long task. `task` names it, for instance `fetch ij-cfa`.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
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
