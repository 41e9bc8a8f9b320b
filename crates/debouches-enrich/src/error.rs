//! What can stop an enrichment, apart from the data.

use debouches_model::{Fault, TableId};
use debouches_table::TableError;

/// An enrichment that could not take place.
#[derive(Debug, thiserror::Error)]
pub enum EnrichError {
    /// A nomenclature that the table needs is not configured.
    #[error("table {table} needs nomenclature {reference}, and no source is configured for it")]
    MissingReference {
        /// The table to enrich.
        table: TableId,
        /// The nomenclature that is missing.
        reference: String,
    },
    /// A derived table has no derivation in this version.
    #[error("table {table} is declared as derived, and no derivation makes it")]
    NoDerivation {
        /// The table.
        table: TableId,
    },
    /// The derivation made two rows of one key.
    #[error("the derivation of table {table} made two rows of key {key}")]
    TwiceDerived {
        /// The table.
        table: TableId,
        /// The key.
        key: String,
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

impl EnrichError {
    /// Whose fault it is.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::MissingReference { .. } => Fault::Operator,
            Self::NoDerivation { .. } | Self::TwiceDerived { .. } | Self::Table { .. } => {
                Fault::Ours
            }
        }
    }
}
