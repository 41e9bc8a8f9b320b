//! The primary key is unique. Neither of two rows with the same key is preferred: both are refused.

use std::collections::BTreeMap;

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    findings.compared_all(RuleCode::DuplicateKey, table.rows() as u64);
    let mut repeated = table.repeated_keys(&spec.key)?;
    let mut firsts: BTreeMap<usize, usize> = BTreeMap::new();
    // A row without any key is told by `required-missing`, not as the twin of another one.
    let keys = spec
        .key
        .iter()
        .map(|name| table.text(name))
        .collect::<Result<Vec<_>, _>>()?;
    repeated.retain(|(row, _)| keys.iter().any(|key| key.key(*row).is_some()));
    for &(later, first) in &repeated {
        firsts.entry(first).or_insert(later);
    }
    for (row, other) in repeated.into_iter().chain(firsts) {
        findings.about_row_beside(
            row,
            other,
            Finding::new(RuleCode::DuplicateKey).column(spec.key.join(", ")),
        );
    }
    Ok(())
}
