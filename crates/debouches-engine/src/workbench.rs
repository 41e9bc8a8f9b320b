//! What stages work with: where they read and write, and within which limits.

use std::sync::Arc;

use debouches_model::{Clock, Lang, Observer, Tool};
use debouches_store::Store;

use crate::failure::Usage;

/// What a stage receives beside its inputs.
#[derive(Clone, Copy)]
pub struct Workbench<'a> {
    /// Where artefacts are read and written.
    pub store: &'a Store,
    /// Dates artefacts.
    pub clock: &'a dyn Clock,
    /// Signs artefacts.
    pub tool: &'a Tool,
    /// Receives the progress of long tasks.
    pub observer: &'a Arc<dyn Observer>,
    /// Threads to use.
    pub threads: usize,
    /// Memory in bytes that no table may exceed; unlimited when absent.
    pub memory: Option<u64>,
    /// Works again even when nothing changed.
    pub force: bool,
    /// Language of findings in steps.
    pub lang: Lang,
}

impl Workbench<'_> {
    /// Refuses to start on a table that would not fit in the memory allowed: it is held about twice while it is cast, tagged or
    /// sorted.
    ///
    /// # Errors
    /// Fails when `bytes`, the size of the table, is over half of it.
    pub fn check_memory(&self, table: &str, bytes: u64) -> Result<(), Usage> {
        match self.memory {
            Some(limit) if bytes.saturating_mul(2) > limit => {
                let needs = bytes.saturating_mul(2);
                Err(Usage(format!(
                    "table {table} needs about {needs} bytes of memory, over --memory {limit}"
                )))
            }
            _ => Ok(()),
        }
    }
}
