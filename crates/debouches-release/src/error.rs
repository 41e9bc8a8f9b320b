//! What can stop a release.

use debouches_model::{Fault, Finding, Lang, TableId};
use debouches_table::TableError;

/// A release that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A figure under the threshold would have been published.
    #[error("table {table} holds {count} figures under the secrecy threshold; the first: {}", first.sentence(Lang::En))]
    Leak {
        /// The table.
        table: TableId,
        /// How many.
        count: u64,
        /// The first of them.
        first: Box<Finding>,
    },
    /// A published table must say which cohorts it speaks of.
    #[error("table {0} has no row of a known vintage: the period of the release cannot be told")]
    NoVintage(TableId),
    /// The table could not be written.
    #[error("cannot write table {table}")]
    Table {
        /// The table.
        table: TableId,
        /// The cause.
        #[source]
        source: TableError,
    },
    /// A published file could not be compared.
    #[error("cannot compare table {table}")]
    Compared {
        /// The table.
        table: String,
        /// The cause.
        #[source]
        source: TableError,
    },
    /// A further form of a table could not be written.
    #[error("cannot write a further form of table {table}")]
    Form {
        /// The table.
        table: TableId,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The record of the former release is not readable.
    #[error("cannot read the record of the former release")]
    Record(#[source] serde_json::Error),
}

impl PackageError {
    /// Whose fault it is.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Leak { .. } | Self::NoVintage(_) => Fault::Data,
            Self::Table { .. } | Self::Form { .. } | Self::Record(_) => Fault::Ours,
            Self::Compared { .. } => Fault::Integrity,
        }
    }
}
