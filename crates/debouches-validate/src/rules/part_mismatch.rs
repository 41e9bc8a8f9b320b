//! The share in employment is the employment rate brought back to the whole final year: columns are rate among leavers,
//! continuing share, share in employment. Within one point once rounded, since each is published rounded: holds on the
//! 6,315 rows of the CFA export of April 2026 that have the three.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    for rule in spec.rules_of(RuleCode::PartMismatch) {
        let [rate, continuing, part] = rule.columns.as_slice() else {
            continue;
        };
        let (rate_of, continuing_of, part_of) = (
            table.numbers(rate)?,
            table.numbers(continuing)?,
            table.numbers(part)?,
        );
        for row in 0..table.rows() {
            let (Some(rate), Some(continuing), Some(actual)) =
                (rate_of(row), continuing_of(row), part_of(row))
            else {
                continue;
            };
            findings.compared(RuleCode::PartMismatch);
            let computed = (rate * (100.0 - continuing) / 100.0).round_ties_even();
            if (computed - actual).abs() > rule.deviation + 1e-9 {
                let finding = Finding::new(RuleCode::PartMismatch)
                    .column(part)
                    .value(actual.to_string());
                findings.about_row(row, finding.expected(computed.to_string()));
            }
        }
    }
    Ok(())
}
