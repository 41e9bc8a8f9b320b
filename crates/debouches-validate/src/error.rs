//! What can stop a validation, apart from the data.

use debouches_model::{Fault, TableId};
use debouches_table::TableError;

/// A validation that could not take place.
#[derive(Debug, thiserror::Error)]
pub enum ValidateError {
    /// No shape is known for the table.
    #[error("no shape is known for table {0}")]
    NoShape(TableId),
    /// The table could not be handled.
    #[error("cannot handle table {table}")]
    Table {
        /// The table.
        table: TableId,
        /// The cause.
        #[source]
        source: TableError,
    },
}

impl ValidateError {
    /// Whose fault it is.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::NoShape(_) | Self::Table { .. } => Fault::Ours,
        }
    }
}
