//! A rate does not jump from one horizon to the next: columns are the horizons in order, the deviation is the largest
//! step accepted. Employment is not monotone (it falls between 6 and 12 months on many real rows), hence no direction is
//! asked; the largest real steps are 42 points in the CFA export and 60 in the regional extract.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    for rule in spec.rules_of(RuleCode::HorizonJump) {
        for pair in rule.columns.windows(2) {
            let (before_of, after_of) = (table.numbers(&pair[0])?, table.numbers(&pair[1])?);
            for row in 0..table.rows() {
                let (Some(before), Some(after)) = (before_of(row), after_of(row)) else {
                    continue;
                };
                if (after - before).abs() > rule.deviation {
                    let finding = Finding::new(RuleCode::HorizonJump)
                        .column(&pair[1])
                        .value(after.to_string());
                    findings.about_row(row, finding.expected(before.to_string()));
                }
            }
        }
    }
    Ok(())
}
