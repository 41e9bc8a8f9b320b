//! Primary statistical secrecy: no figure whose base is under the threshold of its table leaves this stage.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use debouches_model::spec::{Base, ColumnSpec, TableSpec};
use debouches_model::{RowCounts, ValueStatus};
use debouches_table::{Column, StatusColumn, Table, TableError};

use crate::stage::Told;

/// Hides every measure whose base is unknown or under the threshold, and tells how many.
pub(crate) fn apply(spec: &TableSpec, table: &mut Table, rows: &mut RowCounts, told: &mut Told) -> Result<(), TableError> {
    let Some(secrecy) = &spec.secrecy else { return Ok(()) };
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
        let Some(mask) = masks.get(&column.base.describe()).filter(|_| !column.base.is_empty()) else { continue };
        let hidden = hide(table, column, mask, &mut touched)?;
        rows.suppressed_cells += hidden;
        if hidden > 0 {
            told.count(&format!("suppressed.{}", column.name), hidden);
        }
    }
    rows.suppressed_rows = touched.iter().filter(|touched| **touched).count() as u64;
    Ok(())
}

/// For each row, true when the base is unknown or under the threshold.
fn too_small(base: &Base, table: &Table, threshold: u32) -> Result<Vec<bool>, TableError> {
    let mut small = vec![false; table.rows()];
    let threshold = f64::from(threshold);
    for name in &base.counts {
        let count = table.numbers(name)?;
        small.iter_mut().enumerate().for_each(|(row, small)| *small |= count(row).is_none_or(|count| count < threshold));
    }
    for share in &base.shares {
        let (rate, of) = (table.numbers(&share.rate)?, table.numbers(&share.of)?);
        let count = |row| Some((rate(row)? * of(row)? / 100.0).round());
        small.iter_mut().enumerate().for_each(|(row, small)| *small |= count(row).is_none_or(|count| count < threshold));
    }
    Ok(small)
}

/// Hides the values of a measure where the mask is set; gives how many there were.
fn hide(table: &mut Table, column: &ColumnSpec, mask: &[bool], touched: &mut [bool]) -> Result<u64, TableError> {
    let statuses = table.statuses(&column.status_name())?;
    let hits: Vec<bool> = statuses.iter().zip(mask).map(|(status, small)| *small && status == ValueStatus::Measured).collect();
    let hidden = hits.iter().filter(|hit| **hit).count() as u64;
    if hidden == 0 {
        return Ok(0);
    }
    touched.iter_mut().zip(&hits).for_each(|(touched, hit)| *touched |= hit);
    let statuses: StatusColumn =
        statuses.iter().zip(&hits).map(|(status, hit)| if *hit { ValueStatus::Suppressed } else { status }).collect();
    let values = match table.column(&column.name) {
        Some(Column::Integer(values)) => {
            Column::Integer(values.iter().zip(&hits).map(|(value, hit)| value.filter(|_| !hit)).collect())
        }
        Some(Column::Decimal(values)) => {
            Column::Decimal(values.iter().zip(&hits).map(|(value, hit)| value.filter(|_| !hit)).collect())
        }
        _ => return Err(TableError::NoColumn { name: column.name.clone(), expected: "number" }),
    };
    table.set(&column.name, values)?;
    table.set(&column.status_name(), Column::Status(statuses))?;
    Ok(hidden)
}
