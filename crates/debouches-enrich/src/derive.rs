//! Makes the rows of a derived table by the derivation that its specification names.

use debouches_table::Table;

use crate::EnrichError;
use crate::derivation::Inputs;
use crate::finding_collector::FindingCollector;
use crate::registry::Registry;

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
