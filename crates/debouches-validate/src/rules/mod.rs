//! The rules that look across columns or rows, one file each. Rules on one cell are applied while casting.

mod duplicate_key;
mod leavers_mismatch;
mod shares_not_hundred;
mod value_added_mismatch;

use debouches_model::spec::TableSpec;
use debouches_table::{Table, TableError};

use crate::findings::Findings;

/// Runs every rule that the table declares.
pub(crate) fn run(spec: &TableSpec, table: &Table, findings: &mut Findings<'_>) -> Result<(), TableError> {
    duplicate_key::check(spec, table, findings)?;
    shares_not_hundred::check(spec, table, findings)?;
    value_added_mismatch::check(spec, table, findings)?;
    leavers_mismatch::check(spec, table, findings)
}
