//! How sure a share or a rate is: the interval of Wilson at 95 %, where the number of persons that it is computed on is published.
//!
//! It is computed from the published cells and nothing else, so that it says nothing that they do not: no interval stands
//! beside a hidden value, nor on a hidden number of persons.
//! Wilson, E. B. (1927), « Probable inference, the law of succession, and statistical inference », JASA 22.

use debouches_model::ValueStatus;
use debouches_model::spec::{ColumnKind, ColumnSpec, Role, TableSpec};
use debouches_table::{Column, DecimalColumn, Table, TableError};

/// Quantile of the normal law for 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// The number of persons that a measure is a share of; none when the table does not publish it, or for other measures.
pub(crate) fn persons<'a>(spec: &'a TableSpec, measure: &'a ColumnSpec) -> Option<&'a ColumnSpec> {
    let is_share = measure.unit.as_deref() == Some("%") && !measure.not_produced;
    match measure.base.counts.as_slice() {
        [one] if is_share && measure.base.shares.is_empty() => spec
            .column(one)
            .filter(|column| column.is_measure() && column.kind == ColumnKind::Integer),
        _ => None,
    }
}

/// The two columns of the interval of a measure; none when it has no interval.
pub(crate) fn columns(spec: &TableSpec, measure: &ColumnSpec) -> Vec<ColumnSpec> {
    let Some(persons) = persons(spec, measure) else {
        return Vec::new();
    };
    let bound = |suffix: &str, which: &str| ColumnSpec {
        name: format!("{}_{suffix}", measure.name),
        kind: ColumnKind::Decimal,
        role: Role::Tag,
        label: format!("{}, borne {which}", measure.label),
        description: format!(
            "Borne {which} de l'intervalle de confiance à 95 % (Wilson) de `{}`, calculé sur l'effectif `{}`. Vide quand l'un des deux est vide.",
            measure.name, persons.name
        ),
        denominator: None,
        required: false,
        min: Some(0.0),
        max: Some(100.0),
        values: Vec::new(),
        format: None,
        base: debouches_model::spec::Base::default(),
        ..measure.clone()
    };
    vec![bound("ic_bas", "basse"), bound("ic_haut", "haute")]
}

/// Adds the intervals to a table that is about to be published.
pub(crate) fn add(spec: &TableSpec, table: &mut Table) -> Result<(), TableError> {
    for measure in spec.measures() {
        let Some(persons) = persons(spec, measure) else {
            continue;
        };
        let shares = numbers(table, &measure.name)?;
        let counts = numbers(table, &persons.name)?;
        let shown = |name: &str| -> Result<Vec<bool>, TableError> {
            let statuses = table.statuses(name)?;
            Ok(statuses
                .iter()
                .map(|status| status == ValueStatus::Measured)
                .collect())
        };
        let (share_shown, count_shown) = (
            shown(&measure.status_name())?,
            shown(&persons.status_name())?,
        );
        let intervals: Vec<Option<(f64, f64)>> = (0..table.rows())
            .map(|row| {
                let both = share_shown[row] && count_shown[row];
                wilson(shares[row].filter(|_| both)?, counts[row]?)
            })
            .collect();
        let bound = |pick: fn((f64, f64)) -> f64| {
            let values = intervals.iter().map(|interval| interval.map(pick));
            Column::Decimal(values.collect::<DecimalColumn>())
        };
        table.set(&format!("{}_ic_bas", measure.name), bound(|(low, _)| low))?;
        table.set(
            &format!("{}_ic_haut", measure.name),
            bound(|(_, high)| high),
        )?;
    }
    Ok(())
}

/// The numbers of a column.
pub(crate) fn numbers(table: &Table, name: &str) -> Result<Vec<Option<f64>>, TableError> {
    match table.column(name) {
        Some(Column::Integer(values)) => {
            Ok(values.iter().map(|value| value.map(f64::from)).collect())
        }
        Some(Column::Decimal(values)) => Ok(values.iter().collect()),
        _ => Err(TableError::NoColumn {
            name: name.to_owned(),
            expected: "number",
        }),
    }
}

/// The bounds, in points, of a share in points of so many persons; none for nobody.
fn wilson(share: f64, persons: f64) -> Option<(f64, f64)> {
    if persons < 1.0 || !(0.0..=100.0).contains(&share) {
        return None;
    }
    let p = share / 100.0;
    let scale = 1.0 + Z * Z / persons;
    let middle = (p + Z * Z / (2.0 * persons)) / scale;
    let half = Z / scale * (p * (1.0 - p) / persons + Z * Z / (4.0 * persons * persons)).sqrt();
    let points = |bound: f64| (bound.clamp(0.0, 1.0) * 1000.0).round() / 10.0;
    Some((points(middle - half), points(middle + half)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bounds of `statsmodels.stats.proportion.proportion_confint(count, nobs, method="wilson")`.
    #[test]
    fn the_interval_is_that_of_wilson() {
        assert_eq!(wilson(50.0, 20.0), Some((29.9, 70.1)));
        assert_eq!(wilson(0.0, 25.0), Some((0.0, 13.3)));
        assert_eq!(wilson(100.0, 25.0), Some((86.7, 100.0)));
        assert_eq!(wilson(50.0, 0.0), None);
    }
}
