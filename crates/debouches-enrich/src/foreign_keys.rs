//! Foreign keys: a code that refers to another table is in it. One finding per missing code, on its first row.

use std::collections::{BTreeMap, HashSet};

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

use crate::finding_collector::FindingCollector;
use crate::reference::{References, find_reference};

/// Looks up each foreign key whose table is configured.
pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    references: &References,
    findings: &mut FindingCollector,
) -> Result<(), TableError> {
    for key in &spec.foreign_keys {
        let Some(reference) = find_reference(references, key.table.as_str()) else {
            continue;
        };
        let known: HashSet<&str> = reference.table.text(&key.to)?.distinct().collect();
        let codes = table.text(&key.column)?;
        let mut missing: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
        let mut looked = 0;
        for row in 0..table.rows() {
            let Some(code) = codes.get(row) else { continue };
            looked += 1;
            if !known.contains(code) {
                missing.entry(code).or_insert((row, 0)).1 += 1;
            }
        }
        findings.count(&format!("looked_up.{}", key.column), looked);
        for (code, (row, rows)) in missing {
            let finding = Finding::new(RuleCode::UnknownReference)
                .column(&key.column)
                .value(code);
            findings.push(
                row,
                rows,
                finding.expected(format!("{}.{}", key.table, key.to)),
            );
        }
    }
    Ok(())
}
