//! One addition: a group of new columns, or the completion of columns that the table declares.

use debouches_model::spec::TableSpec;
use debouches_table::{Table, TableError};

use crate::finding_collector::FindingCollector;
use crate::reference::References;

/// What an addition reads.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The specification of the table.
    pub spec: &'a TableSpec,
    /// The validated tables beside it.
    pub references: &'a References,
}

/// A group of columns that `enrich` fills.
pub trait Addition: Send + Sync {
    /// Its name in the specification of a table.
    fn name(&self) -> &'static str;

    /// Whether the table has it: it says so in `[add.<name>]`, unless the addition decides otherwise.
    fn is_asked(&self, spec: &TableSpec) -> bool {
        spec.addition(self.name()).is_some()
    }

    /// Names of the validated tables that it reads, and whether it can do without.
    fn references(&self, _spec: &TableSpec) -> Vec<(&'static str, bool)> {
        Vec::new()
    }

    /// Fills the columns.
    ///
    /// # Errors
    /// When a table lacks a column of its specification.
    fn add(
        &self,
        job: Job<'_>,
        table: &mut Table,
        findings: &mut FindingCollector,
    ) -> Result<(), TableError>;

    /// Checks the table once every addition is made and every foreign key was looked up; adds nothing.
    ///
    /// # Errors
    /// When a table lacks a column of its specification.
    fn check(
        &self,
        _job: Job<'_>,
        _table: &Table,
        _findings: &mut FindingCollector,
    ) -> Result<(), TableError> {
        Ok(())
    }
}
