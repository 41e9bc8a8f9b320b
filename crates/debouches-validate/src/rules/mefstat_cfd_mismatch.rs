//! Characters 7 to 11 of the MEFSTAT11 are characters 4 to 8 of the diploma code: columns are MEFSTAT11, diploma code.
//! Holds on the 10,067 rows of `N_MEF` of May 2025.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    for rule in spec.rules_of(RuleCode::MefstatCfdMismatch) {
        let [mefstat11, cfd] = rule.columns.as_slice() else {
            continue;
        };
        let (mefstat11_of, cfd_of) = (table.text(mefstat11)?, table.text(cfd)?);
        for row in 0..table.rows() {
            let (Some(actual), Some(code)) = (mefstat11_of.get(row), cfd_of.get(row)) else {
                continue;
            };
            // A malformed code is another finding.
            let (Some(end), Some(wanted)) = (actual.get(6..11), code.get(3..8)) else {
                continue;
            };
            findings.compared(RuleCode::MefstatCfdMismatch);
            if end != wanted {
                findings.about_row(
                    row,
                    Finding::new(RuleCode::MefstatCfdMismatch)
                        .column(mefstat11)
                        .value(actual)
                        .expected(code),
                );
            }
        }
    }
    Ok(())
}
