//! A code belongs to one group: columns are code, group. Holds on the 148 rows of `N_LIEN_FORMATION_GROUPE` of September 2025;
//! a diploma of two families of trades would lend its figures to two common years.

use std::collections::HashMap;

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    for rule in spec.rules_of(RuleCode::SeveralGroups) {
        let [code, group] = rule.columns.as_slice() else {
            continue;
        };
        let (code_of, group_of) = (table.text(code)?, table.text(group)?);
        let mut first: HashMap<&str, (usize, &str)> = HashMap::new();
        for row in 0..table.rows() {
            let (Some(actual), Some(item)) = (code_of.get(row), group_of.get(row)) else {
                continue;
            };
            findings.compared(RuleCode::SeveralGroups);
            let (other, known) = *first.entry(actual).or_insert((row, item));
            if known != item {
                let finding = Finding::new(RuleCode::SeveralGroups)
                    .column(group)
                    .value(item)
                    .key(actual);
                findings.about_row_beside(row, other, finding);
            }
        }
    }
    Ok(())
}
