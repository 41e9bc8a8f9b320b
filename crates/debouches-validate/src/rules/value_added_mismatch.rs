//! Value added is the rate minus the expected rate, clipped: columns are rate, expected rate, value added.
//! The producer computes it on unrounded numbers, hence a deviation of one point; holds on 7,833 rows of the CFA export of April 2026.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    let Some(rule) = spec.rule(RuleCode::ValueAddedMismatch) else {
        return Ok(());
    };
    let [rate, expected, added] = rule.columns.as_slice() else {
        return Ok(());
    };
    let clip = rule.clip.unwrap_or(f64::INFINITY);
    let (rate_of, expected_of, added_of) = (
        table.numbers(rate)?,
        table.numbers(expected)?,
        table.numbers(added)?,
    );
    for row in 0..table.rows() {
        let (Some(rate), Some(expected), Some(actual)) =
            (rate_of(row), expected_of(row), added_of(row))
        else {
            continue;
        };
        findings.compared(RuleCode::ValueAddedMismatch);
        let computed = (rate - expected).clamp(-clip, clip);
        if (computed - actual).abs() > rule.deviation {
            let finding = Finding::new(RuleCode::ValueAddedMismatch)
                .column(added)
                .value(actual.to_string());
            findings.about_row(row, finding.expected(computed.to_string()));
        }
    }
    Ok(())
}
