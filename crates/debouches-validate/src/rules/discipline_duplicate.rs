//! A diploma of an establishment appears under one discipline only: columns are what names the unit without its
//! disciplines. Aggregates (values that the specification excepts, such as `all`) are not one diploma and are passed over.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    for rule in spec.rules_of(RuleCode::DisciplineDuplicate) {
        let mut aggregates = Vec::new();
        for name in &rule.columns {
            let column = table.text(name)?;
            let except = spec
                .column(name)
                .map(|column| column.except.as_slice())
                .unwrap_or_default();
            let is_aggregate: Vec<bool> = column
                .distinct()
                .map(|value| except.iter().any(|item| item == value))
                .collect();
            aggregates.push((column, is_aggregate));
        }
        let others: Vec<_> = spec
            .key
            .iter()
            .filter(|name| !rule.columns.contains(name))
            .collect();
        for (row, first) in table.repeated_keys(&rule.columns)? {
            if aggregates
                .iter()
                .any(|(column, is_aggregate)| column.key(row).is_some_and(|key| is_aggregate[key]))
            {
                continue;
            }
            let parts = others
                .iter()
                .filter_map(|name| table.text(name).ok().and_then(|column| column.get(row)));
            let finding = Finding::new(RuleCode::DisciplineDuplicate)
                .value(parts.collect::<Vec<_>>().join(", "));
            findings.about_row_beside(row, first, finding.column(rule.columns.join(", ")));
        }
    }
    Ok(())
}
