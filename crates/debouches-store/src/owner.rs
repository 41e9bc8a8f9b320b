//! Who holds the lock of a state.

use std::fmt;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Who holds a lock: informative only, the lock itself is the system's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Name of the run.
    pub run: String,
    /// Process.
    pub pid: u32,
    /// Machine.
    pub host: String,
    /// What it was asked to do.
    pub command: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            run,
            pid,
            host,
            command,
            since,
        } = self;
        write!(
            f,
            "run {run} (`{command}`, process {pid} on {host}, since {})",
            since.format("%Y-%m-%d %H:%M:%S UTC")
        )
    }
}

/// The lock of a state in memory.
pub(crate) type Slot = Arc<Mutex<Option<Owner>>>;
