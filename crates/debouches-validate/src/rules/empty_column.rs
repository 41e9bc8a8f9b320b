//! A measure that a vintage should have is not empty on all the rows of that vintage. What the specification announces as
//! not produced or not reached yet is no surprise; a vintage of fewer rows than `min_rows` proves nothing.

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode, ValueStatus};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

/// What is counted of a measure in a vintage.
#[derive(Default, Clone, Copy)]
struct Seen {
    rows: u64,
    measured: u64,
    announced: u64,
}

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    let Some(rule) = spec.rule(RuleCode::EmptyColumn) else {
        return Ok(());
    };
    let vintage = spec
        .vintage
        .as_ref()
        .map(|vintage| table.text(&vintage.column))
        .transpose()?;
    let labels: Vec<&str> = vintage.map_or_else(
        || vec![spec.id.as_str()],
        |column| column.distinct().collect(),
    );
    for measure in spec
        .measures()
        .filter(|measure| findings.delivers(&measure.name))
        .collect::<Vec<_>>()
    {
        let statuses = table.statuses(&measure.status_name())?;
        let mut seen = vec![Seen::default(); labels.len()];
        for (row, status) in statuses.iter().enumerate() {
            let Some(index) = vintage.map_or(Some(0), |column| column.key(row)) else {
                continue;
            };
            let Some(seen) = seen.get_mut(index) else {
                continue;
            };
            seen.rows += 1;
            match status {
                ValueStatus::Measured => seen.measured += 1,
                ValueStatus::NotYet | ValueStatus::NotProduced => seen.announced += 1,
                ValueStatus::Suppressed | ValueStatus::Absent => {}
            }
        }
        for (label, seen) in labels.iter().zip(&seen) {
            if seen.rows >= rule.min_rows.max(1) && seen.measured == 0 && seen.announced == 0 {
                let finding = Finding::new(RuleCode::EmptyColumn)
                    .column(&measure.name)
                    .key(*label);
                findings.about_file(finding.value(seen.rows.to_string()));
            }
        }
    }
    Ok(())
}
