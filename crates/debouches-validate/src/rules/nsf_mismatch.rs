//! The speciality group is characters 4 to 6 of the diploma code: columns are group, diploma code. Four exceptions among
//! the 11,261 codes of `V_FORMATION_DIPLOME` of May 2025, accepted by the tolerance of the table: the column is kept.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    for rule in spec.rules_of(RuleCode::NsfMismatch) {
        let [group, cfd] = rule.columns.as_slice() else {
            continue;
        };
        let (group_of, cfd_of) = (table.text(group)?, table.text(cfd)?);
        for row in 0..table.rows() {
            let (Some(actual), Some(wanted)) = (
                group_of.get(row),
                cfd_of.get(row).and_then(|code| code.get(3..6)),
            ) else {
                continue;
            };
            findings.compared(RuleCode::NsfMismatch);
            if actual != wanted {
                findings.about_row(
                    row,
                    Finding::new(RuleCode::NsfMismatch)
                        .column(group)
                        .value(actual)
                        .expected(wanted),
                );
            }
        }
    }
    Ok(())
}
