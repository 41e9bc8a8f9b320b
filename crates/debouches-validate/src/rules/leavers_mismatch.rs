//! Leavers are the final year minus those who continue: columns are final year, continuing, leavers.
//! Holds on every row of the regional extract 2019-2022.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    let Some(rule) = spec.rule(RuleCode::LeaversMismatch) else {
        return Ok(());
    };
    let [total, continuing, leavers] = rule.columns.as_slice() else {
        return Ok(());
    };
    let (total_of, continuing_of, leavers_of) = (
        table.numbers(total)?,
        table.numbers(continuing)?,
        table.numbers(leavers)?,
    );
    for row in 0..table.rows() {
        let (Some(total), Some(continuing), Some(actual)) =
            (total_of(row), continuing_of(row), leavers_of(row))
        else {
            continue;
        };
        findings.compared(RuleCode::LeaversMismatch);
        if (total - continuing - actual).abs() > rule.deviation {
            let finding = Finding::new(RuleCode::LeaversMismatch)
                .column(leavers)
                .value(actual.to_string());
            findings.about_row(row, finding.expected((total - continuing).to_string()));
        }
    }
    Ok(())
}
