//! Primary statistical secrecy: no figure whose base is under the threshold of its table leaves this stage.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use debouches_model::spec::{Base, ColumnSpec, TableSpec};
use debouches_model::{RowCounts, ValueStatus};
use debouches_table::{Column, Table, TableError};

use crate::finding_collector::FindingCollector;

/// Primary suppression: hides every measure whose base is unknown or below the threshold, and counts the cells.
/// Returns the counts that it hid, which the disclosure audit needs and nobody publishes.
///
/// # Errors
/// When the table lacks a column of its specification.
pub fn suppress_small_groups(
    spec: &TableSpec,
    table: &mut Table,
    rows: &mut RowCounts,
    findings: &mut FindingCollector,
) -> Result<Option<Table>, TableError> {
    let Some(secrecy) = &spec.secrecy else {
        return Ok(None);
    };
    let mut private = Table::new(table.rows());
    let mut has_private = false;
    // Every base is read before anything is hidden: a count can be the base of itself.
    let mut masks: HashMap<String, Vec<bool>> = HashMap::new();
    for column in spec.measures().filter(|column| !column.base.is_empty()) {
        let name = column.base.describe();
        if let Entry::Vacant(entry) = masks.entry(name) {
            entry.insert(too_small(&column.base, table, secrecy.threshold)?);
        }
    }
    let mut touched = vec![false; table.rows()];
    for column in spec.measures() {
        let Some(mask) = masks
            .get(&column.base.describe())
            .filter(|_| !column.base.is_empty())
        else {
            continue;
        };
        let before = table.column(&column.name).cloned();
        let hidden = hide(table, column, mask, &mut touched)?;
        if let (true, Some(Column::Integer(values))) = (hidden > 0, before) {
            let item = values
                .iter()
                .zip(mask)
                .map(|(value, small)| value.filter(|_| *small));
            private.set(&column.name, Column::Integer(item.collect()))?;
            has_private = true;
        }
        rows.suppressed_cells += hidden;
        if hidden > 0 {
            findings.count(&format!("suppressed.{}", column.name), hidden);
        }
    }
    rows.suppressed_rows = touched.iter().filter(|touched| **touched).count() as u64;
    Ok(has_private.then_some(private))
}

/// For each row, true when the base is unknown or under the threshold.
fn too_small(base: &Base, table: &Table, threshold: u32) -> Result<Vec<bool>, TableError> {
    let mut small = vec![false; table.rows()];
    let threshold = f64::from(threshold);
    for name in &base.counts {
        let count = table.numbers(name)?;
        small
            .iter_mut()
            .enumerate()
            .for_each(|(row, small)| *small |= count(row).is_none_or(|count| count < threshold));
    }
    for share in &base.shares {
        let (rate, of) = (table.numbers(&share.rate)?, table.numbers(&share.of)?);
        let count = |row| Some((rate(row)? * of(row)? / 100.0).round());
        small
            .iter_mut()
            .enumerate()
            .for_each(|(row, small)| *small |= count(row).is_none_or(|count| count < threshold));
    }
    Ok(small)
}

/// Hides the values of a measure where the mask is set; gives how many there were.
fn hide(
    table: &mut Table,
    column: &ColumnSpec,
    mask: &[bool],
    touched: &mut [bool],
) -> Result<u64, TableError> {
    let statuses = table.statuses(&column.status_name())?;
    let hits: Vec<bool> = statuses
        .iter()
        .zip(mask)
        .map(|(status, small)| *small && status == ValueStatus::Measured)
        .collect();
    let hidden = hits.iter().filter(|hit| **hit).count() as u64;
    if hidden == 0 {
        return Ok(0);
    }
    touched
        .iter_mut()
        .zip(&hits)
        .for_each(|(touched, hit)| *touched |= hit);
    table.suppress(column, &hits)?;
    Ok(hidden)
}

#[cfg(test)]
mod tests {
    use debouches_table::{IntegerColumn, StatusColumn};

    use debouches_model::spec::Vocabulary;

    use super::*;

    const SPEC: &str = r#"
        id = "t"
        kind = "indicators"
        title = "T"
        description = "D"
        producer = "P"
        key = []
        [secrecy]
        threshold = 20
        rule = "R"
        [[column]]
        name = "nb"
        type = "integer"
        role = "measure"
        base = ["nb"]
        label = "L"
        description = "D"
        [[column]]
        name = "taux"
        type = "integer"
        role = "measure"
        base = ["nb"]
        label = "L"
        description = "D"
        [[column]]
        name = "part"
        type = "integer"
        role = "measure"
        base_share = { rate = "taux", of = "nb" }
        label = "L"
        description = "D"
    "#;

    fn hidden(
        nb: Option<i32>,
        taux: Option<i32>,
        part: Option<i32>,
    ) -> [(Option<i32>, ValueStatus); 3] {
        let spec = TableSpec::parse(SPEC, &Vocabulary::default()).unwrap();
        let mut table = Table::new(1);
        for (name, value) in [("nb", nb), ("taux", taux), ("part", part)] {
            let status = if value.is_some() {
                ValueStatus::Measured
            } else {
                ValueStatus::Absent
            };
            table
                .set(
                    name,
                    Column::Integer([value].into_iter().collect::<IntegerColumn>()),
                )
                .unwrap();
            table
                .set(
                    &format!("{name}_statut"),
                    Column::Status([status].into_iter().collect::<StatusColumn>()),
                )
                .unwrap();
        }
        suppress_small_groups(
            &spec,
            &mut table,
            &mut RowCounts::default(),
            &mut FindingCollector::default(),
        )
        .unwrap();
        ["nb", "taux", "part"].map(|name| {
            (
                table.integers(name).unwrap().get(0),
                table.statuses(&format!("{name}_statut")).unwrap().get(0),
            )
        })
    }

    /// Vectors V14 and V15: 19 is hidden, with all that is computed on it; 20 is published.
    #[test]
    fn v14_v15_nineteen_is_hidden_and_twenty_is_published() {
        assert_eq!(
            hidden(Some(19), Some(50), Some(3)),
            [(None, ValueStatus::Suppressed); 3]
        );
        assert_eq!(
            hidden(Some(20), Some(100), Some(3)).map(|(value, _)| value),
            [Some(20), Some(100), Some(3)]
        );
    }

    #[test]
    fn a_base_rebuilt_from_a_rate_hides_too() {
        let [nb, taux, part] = hidden(Some(40), Some(30), Some(3));
        assert_eq!((nb.0, taux.0), (Some(40), Some(30)));
        assert_eq!(
            part,
            (None, ValueStatus::Suppressed),
            "12 of 40 are under the threshold"
        );
    }

    #[test]
    fn an_unknown_base_hides_and_an_absent_value_keeps_its_reason() {
        let [nb, taux, part] = hidden(None, Some(30), None);
        assert_eq!(nb, (None, ValueStatus::Absent));
        assert_eq!(taux, (None, ValueStatus::Suppressed));
        assert_eq!(part, (None, ValueStatus::Absent));
    }
}
