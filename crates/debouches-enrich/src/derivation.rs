//! One derivation: a table made of other validated tables.
//!
//! A table names its derivation and what it is made of in its specification (`[derived]`). The derivation returns the rows;
//! additions, suppression, packaging and publication then treat them as those of any other table.

use debouches_model::spec::TableSpec;
use debouches_table::{Table, TableError};

use crate::finding_collector::FindingCollector;
use crate::reference::References;

/// What a derivation reads.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The specification of the derived table.
    pub spec: &'a TableSpec,
    /// The tables that it is made of.
    pub references: &'a References,
}

/// Makes the rows of a derived table.
pub trait Derivation: Send + Sync {
    /// The rows, in any order.
    ///
    /// # Errors
    /// When a table lacks a column of its specification.
    fn derive(
        &self,
        inputs: Inputs<'_>,
        findings: &mut FindingCollector,
    ) -> Result<Table, TableError>;
}

impl<F> Derivation for F
where
    F: Fn(Inputs<'_>, &mut FindingCollector) -> Result<Table, TableError> + Send + Sync,
{
    fn derive(
        &self,
        inputs: Inputs<'_>,
        findings: &mut FindingCollector,
    ) -> Result<Table, TableError> {
        self(inputs, findings)
    }
}
