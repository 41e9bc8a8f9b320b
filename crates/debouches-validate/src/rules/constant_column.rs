//! A measure has not the same value on every row: a column that was filled down in a spreadsheet. Fewer filled rows than
//! `min_rows` prove nothing, and a column of zeros is told by `zero-column`.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    let Some(rule) = spec.rule(RuleCode::ConstantColumn) else {
        return Ok(());
    };
    for (name, value, rows) in constants(spec, table)? {
        if rows >= rule.min_rows.max(2) && value != 0.0 {
            let finding = Finding::new(RuleCode::ConstantColumn)
                .column(name)
                .value(value.to_string());
            findings.about_file(finding.expected(rows.to_string()));
        }
    }
    Ok(())
}

/// The measures that have one value only, with it and the number of rows that hold it.
pub(super) fn constants<'a>(
    spec: &'a TableSpec,
    table: &Table,
) -> Result<Vec<(&'a str, f64, u64)>, TableError> {
    let mut actual = Vec::new();
    for measure in spec.measures() {
        let value_of = table.numbers(&measure.name)?;
        let mut filled = (0..table.rows()).filter_map(&value_of);
        let Some(first) = filled.next() else { continue };
        let mut rows = 1;
        if filled.all(|value| {
            rows += 1;
            (value - first).abs() < f64::EPSILON
        }) {
            actual.push((measure.name.as_str(), first, rows));
        }
    }
    Ok(actual)
}
