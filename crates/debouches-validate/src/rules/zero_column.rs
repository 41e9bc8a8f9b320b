//! A measure is not zero on every row: missing values that a spreadsheet or a script turned into zeros. Fewer filled rows
//! than `min_rows` prove nothing.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    let Some(rule) = spec.rule(RuleCode::ZeroColumn) else {
        return Ok(());
    };
    for (name, value, rows) in super::constant_column::constants(spec, table)? {
        if rows >= rule.min_rows.max(2) && value == 0.0 {
            findings.about_file(
                Finding::new(RuleCode::ZeroColumn)
                    .column(name)
                    .value(rows.to_string()),
            );
        }
    }
    Ok(())
}
