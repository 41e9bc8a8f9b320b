//! Two columns that tell the same measure have the same value: the continuing rate and the continuing share of InserJeunes
//! are equal on the 7,083 rows of the CFA export of April 2026 that have both.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    for rule in spec.rules_of(RuleCode::TwinMismatch) {
        let [one, other] = rule.columns.as_slice() else {
            continue;
        };
        let (one_of, other_of) = (table.numbers(one)?, table.numbers(other)?);
        for row in 0..table.rows() {
            let (Some(actual), Some(twin)) = (one_of(row), other_of(row)) else {
                continue;
            };
            findings.compared(RuleCode::TwinMismatch);
            if (actual - twin).abs() > rule.deviation + 1e-9 {
                let finding = Finding::new(RuleCode::TwinMismatch)
                    .column(format!("{one}, {other}"))
                    .value(actual.to_string());
                findings.about_row(row, finding.expected(twin.to_string()));
            }
        }
    }
    Ok(())
}
