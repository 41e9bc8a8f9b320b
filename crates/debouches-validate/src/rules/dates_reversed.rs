//! A code closes after it opens: columns are the opening day, the closing day, as ISO writes them. Either may be empty.
//! `N_MEF` of May 2025 breaks it on 17 rows.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode, parse_day};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    for rule in spec.rules_of(RuleCode::DatesReversed) {
        let [opens, closes] = rule.columns.as_slice() else {
            continue;
        };
        let (open_of, close_of) = (table.text(opens)?, table.text(closes)?);
        for row in 0..table.rows() {
            let (Some(opens), Some(actual)) = (open_of.get(row), close_of.get(row)) else {
                continue;
            };
            let (Some(first), Some(last)) = (parse_day(opens), parse_day(actual)) else {
                continue;
            };
            findings.compared(RuleCode::DatesReversed);
            if last < first {
                findings.about_row(
                    row,
                    Finding::new(RuleCode::DatesReversed)
                        .column(closes)
                        .value(actual)
                        .expected(opens),
                );
            }
        }
    }
    Ok(())
}
