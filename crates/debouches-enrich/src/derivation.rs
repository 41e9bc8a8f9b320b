//! One derivation: a table made of other validated tables.
//!
//! A table names its derivation and what it is made of in its specification (`[derived]`). The derivation returns the rows;
//! additions, suppression, packaging and publication then treat them as those of any other table.

use debouches_model::spec::TableSpec;
use debouches_table::{Table, TableError};

use crate::EnrichError;
use crate::finding_collector::FindingCollector;
use crate::reference::References;
use crate::registry::Registry;

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

/// The rows of a derived table, in the order of its key, without the columns that its specification does not have.
pub(crate) fn derive(
    registry: &Registry,
    inputs: Inputs<'_>,
    findings: &mut FindingCollector,
) -> Result<Table, EnrichError> {
    let spec = inputs.spec;
    let wrap = |source| EnrichError::Table {
        table: spec.id.clone(),
        source,
    };
    let derivation = registry
        .derivation(spec)
        .ok_or_else(|| EnrichError::NoDerivation {
            table: spec.id.clone(),
        })?;
    // A copy of another table may hold columns that this one does not publish.
    let is_published = |name: &str| {
        spec.columns.iter().any(|column| {
            column.name == name || (column.is_measure() && column.status_name() == name)
        })
    };
    let table = derivation
        .derive(inputs, findings)
        .map(|table| table.without(|name| !is_published(name)))
        .and_then(|table| table.sorted_by(&spec.key))
        .map_err(wrap)?;
    if let Some((row, _)) = table.repeated_keys(&spec.key).map_err(wrap)?.first() {
        return Err(EnrichError::TwiceDerived {
            table: spec.id.clone(),
            key: table.key_of(&spec.key, *row),
        });
    }
    Ok(table)
}
