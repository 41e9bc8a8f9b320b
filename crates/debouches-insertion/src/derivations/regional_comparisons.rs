//! The rates of each région, to be compared with those of the others once they are published.

use debouches_enrich::{FindingCollector, Inputs};
use debouches_table::{Table, TableError};

use super::rows;
use crate::nomenclatures::input;

/// The rows of the regional table, with the columns that a comparison needs.
pub(super) fn make(
    Inputs { spec, references }: Inputs<'_>,
    findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let regional = input(references, "ij_regional")?;
    findings.count("rows.received", regional.rows() as u64);
    Ok(rows::only(spec, regional.clone()))
}
