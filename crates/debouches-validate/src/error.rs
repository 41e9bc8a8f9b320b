//! What can stop a validation, apart from the data.

use debouches_model::{Fault, TableId};
use debouches_table::TableError;

/// A validation that could not take place.
#[derive(Debug, thiserror::Error)]
pub enum ValidateError {
    /// No shape is known for the table.
    #[error("no shape is known for table {0}")]
    NoShape(TableId),
    /// The file does not tell a column, and the configuration does not either.
    #[error(
        "table {table}: a file of generation `{shape}` does not tell `{column}`: the source needs `given.{column} = \"…\"` ({expected})"
    )]
    MustBeGiven {
        /// The table.
        table: TableId,
        /// The generation.
        shape: String,
        /// The column.
        column: String,
        /// What is expected.
        expected: String,
    },
    /// The configuration tells a column that the file tells itself, or that nobody has.
    #[error(
        "table {table}: a file of generation `{shape}` takes no `given.{column}` (it takes: {wanted})"
    )]
    NotGiven {
        /// The table.
        table: TableId,
        /// The generation.
        shape: String,
        /// The column.
        column: String,
        /// Columns that may be given.
        wanted: String,
    },
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
            Self::MustBeGiven { .. } | Self::NotGiven { .. } => Fault::Operator,
            Self::NoShape(_) | Self::Table { .. } => Fault::Ours,
        }
    }
}
