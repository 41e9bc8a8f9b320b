//! The rules, one file each. Rules on one cell are applied while casting.

mod constant_column;
mod dates_reversed;
mod discipline_duplicate;
mod duplicate_key;
mod empty_column;
mod header_repeated;
mod horizon_jump;
mod leavers_mismatch;
mod mefstat_cfd_mismatch;
mod nsf_mismatch;
mod part_mismatch;
mod promotion_overlap;
mod rate_mismatch;
mod several_groups;
mod shares_not_hundred;
mod succession_cycle;
mod too_few_rows;
mod truncated_last_line;
mod twin_mismatch;
mod value_added_mismatch;
mod zero_column;

use debouches_model::spec::TableSpec;
use debouches_table::{RawTable, Table, TableError};

use crate::findings::Findings;

/// Runs the rules about the file as received, before it is cast.
pub(crate) fn check_file(spec: &TableSpec, raw: &RawTable, findings: &mut Findings<'_>) {
    truncated_last_line::check(raw, findings);
    too_few_rows::check(spec, raw, findings);
    header_repeated::check(raw, findings);
}

/// Runs every rule that the table declares across columns or rows.
pub(crate) fn run(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    duplicate_key::check(spec, table, findings)?;
    shares_not_hundred::check(spec, table, findings)?;
    value_added_mismatch::check(spec, table, findings)?;
    leavers_mismatch::check(spec, table, findings)?;
    part_mismatch::check(spec, table, findings)?;
    twin_mismatch::check(spec, table, findings)?;
    rate_mismatch::check(spec, table, findings)?;
    horizon_jump::check(spec, table, findings)?;
    promotion_overlap::check(spec, table, findings)?;
    discipline_duplicate::check(spec, table, findings)?;
    mefstat_cfd_mismatch::check(spec, table, findings)?;
    nsf_mismatch::check(spec, table, findings)?;
    succession_cycle::check(spec, table, findings)?;
    several_groups::check(spec, table, findings)?;
    dates_reversed::check(spec, table, findings)?;
    empty_column::check(spec, table, findings)?;
    constant_column::check(spec, table, findings)?;
    zero_column::check(spec, table, findings)
}
