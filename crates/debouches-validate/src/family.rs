//! What setting a row aside costs where disclosure control needs the rows around it.
//!
//! A count that is hidden in one row can be computed from a total and the other parts. The control that hides counts sees the
//! rows of the table only: with a total set aside it would protect against less than a reader knows, with a part set aside the
//! part itself would be a subtraction away. Hence the whole family, the rows that differ by columns of complete totals alone,
//! goes with the row; and when the key of a row set aside is in doubt, so that nobody knows its family, the table is refused.

use std::collections::{BTreeSet, HashMap};

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError, TextColumn};

use crate::findings::Findings;

/// Sets families aside.
pub(crate) fn set_aside(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    let margins = margins(spec);
    let is_untouched = findings.refused().count() == 0 && findings.in_doubt().is_empty();
    if margins.is_empty() || is_untouched || findings.is_lost() {
        return Ok(());
    }
    if let Some((_, line)) = findings.in_doubt().first() {
        let finding = Finding::new(RuleCode::KeyInDoubt)
            .line(*line)
            .value(findings.in_doubt().len().to_string());
        findings.about_file(finding);
        return Ok(());
    }
    let columns: Vec<&TextColumn> = spec
        .key
        .iter()
        .filter(|name| !margins.contains(name.as_str()))
        .map(|name| table.text(name))
        .collect::<Result<_, _>>()?;
    let family = |row: usize| {
        columns
            .iter()
            .map(|column| column.key(row))
            .collect::<Vec<_>>()
    };
    let first: HashMap<Vec<Option<usize>>, usize> = (0..table.rows())
        .filter(|row| findings.refused().contains(*row))
        .map(|row| (family(row), row))
        .collect();
    let members: Vec<(usize, usize)> = (0..table.rows())
        .filter(|row| !findings.refused().contains(*row))
        .filter_map(|row| Some((row, *first.get(&family(row))?)))
        .collect();
    for (row, other) in members {
        findings.about_row_beside(row, other, Finding::new(RuleCode::FamilySetAside));
    }
    Ok(())
}

/// The columns whose values add up to a total, exactly or within bounds that a reader can compute.
fn margins(spec: &TableSpec) -> BTreeSet<&str> {
    let Some(policy) = &spec.secrecy else {
        return BTreeSet::new();
    };
    let mut margins = BTreeSet::new();
    let together = policy.together.iter().flat_map(|together| &together.total);
    for total in policy
        .total
        .iter()
        .chain(together)
        .filter(|total| total.complete)
    {
        margins.insert(total.column.as_str());
        margins.extend(total.follows.iter().map(String::as_str));
    }
    margins.extend(policy.mean.iter().map(|mean| mean.column.as_str()));
    margins.extend(policy.cumul.iter().map(|cumul| cumul.column.as_str()));
    margins
}
