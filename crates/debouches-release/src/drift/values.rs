//! What the measures say: cells that are no longer filled, means and quantiles that moved.

use std::collections::BTreeSet;

use debouches_model::RuleCode;
use debouches_model::spec::{ColumnSpec, TableSpec};

use super::rows::Lost;
use super::{Breach, Budgets, Pair, Slice};
use crate::profile::{Dimension, Measured, TableProfile};

/// Names of the quantiles of a profile.
const QUANTILES: [&str; 3] = ["q10", "q50", "q90"];

/// What a measure holds in a slice, over its vintages.
fn measured(pair: &Pair<'_>, profile: &TableProfile, slice: &Slice<'_>, measure: &str) -> Measured {
    let mut total = Measured::default();
    for vintage in slice.vintage.map_or_else(
        || pair.common.iter().copied().collect(),
        |vintage| vec![vintage],
    ) {
        let cell = profile
            .cell(slice.dimension, slice.value, vintage)
            .and_then(|cell| cell.measures.get(measure));
        if let Some(cell) = cell {
            total.measured += cell.measured;
            total.hidden += cell.hidden;
            total.sum += cell.sum;
        }
    }
    total
}

fn is_lost(lost: &Lost, slice: &Slice<'_>) -> bool {
    slice.dimension != Dimension::Total && lost.contains(&(slice.dimension, slice.value.to_owned()))
}

/// The measures that both releases have.
fn measures<'a>(pair: &Pair<'a>) -> BTreeSet<&'a str> {
    let of = |profile: &'a TableProfile| {
        profile
            .cells
            .iter()
            .flat_map(|cell| cell.measures.keys().map(String::as_str))
    };
    let now: BTreeSet<&str> = of(pair.candidate).collect();
    of(pair.live).filter(|name| now.contains(name)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "cell counts are far below 2^52")]
fn hidden_share(cells: &Measured) -> f64 {
    cells.hidden as f64 / (cells.hidden + cells.measured).max(1) as f64
}

#[expect(clippy::cast_precision_loss, reason = "cell counts are far below 2^52")]
fn mean(cells: &Measured) -> f64 {
    cells.sum / cells.measured.max(1) as f64
}

/// Measures whose cells are hidden or absent more often. What is told of the whole table is not told again of each slice.
pub(super) fn hidden(pair: &Pair<'_>, budgets: &Budgets, lost: &Lost, breaches: &mut Vec<Breach>) {
    let mut described: BTreeSet<&str> = BTreeSet::new();
    for slice in pair.slices().filter(|slice| !is_lost(lost, slice)) {
        let is_total = slice.dimension == Dimension::Total;
        for measure in measures(pair) {
            if described.contains(measure) {
                continue;
            }
            let mut exceeds = |slice: &Slice<'_>, budget: f64| {
                let (before, now) = (
                    measured(pair, pair.live, slice, measure),
                    measured(pair, pair.candidate, slice, measure),
                );
                let proves = before.measured >= budgets.few && now.measured + now.hidden > 0;
                let (before, now) = (hidden_share(&before), hidden_share(&now));
                let exceeds = proves && now - before > budget;
                if exceeds {
                    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
                    breaches.push(Breach::new(RuleCode::DriftHidden, slice, |finding| {
                        finding
                            .column(measure)
                            .value(percent(now))
                            .expected(percent(before))
                    }));
                }
                exceeds
            };
            if exceeds(
                &slice,
                if is_total {
                    budgets.hidden
                } else {
                    budgets.slice_hidden
                },
            ) && is_total
            {
                described.insert(measure);
            } else if is_total {
                for vintage in &pair.common {
                    exceeds(
                        &Slice {
                            vintage: Some(vintage),
                            ..slice
                        },
                        budgets.slice_hidden,
                    );
                }
            }
        }
    }
}

/// Measures whose mean or quantiles moved. A mean that moved is not told again by its quantiles.
pub(super) fn moved(
    pair: &Pair<'_>,
    budgets: &Budgets,
    spec: &TableSpec,
    lost: &Lost,
    breaches: &mut Vec<Breach>,
) {
    for slice in pair.slices().filter(|slice| !is_lost(lost, slice)) {
        for measure in measures(pair) {
            let Some(column) = spec.column(measure) else {
                continue;
            };
            if !mean_moved(pair, budgets, &slice, column, breaches) {
                quantile_moved(pair, budgets, &slice, column, breaches);
            }
        }
    }
}

fn mean_moved(
    pair: &Pair<'_>,
    budgets: &Budgets,
    slice: &Slice<'_>,
    column: &ColumnSpec,
    breaches: &mut Vec<Breach>,
) -> bool {
    let of = |profile| measured(pair, profile, slice, &column.name);
    let (before, now) = (of(pair.live), of(pair.candidate));
    if before.measured.min(now.measured) < budgets.few {
        return false;
    }
    let (before, now) = (mean(&before), mean(&now));
    let is_total = slice.dimension == Dimension::Total;
    let is_rate = matches!(column.unit.as_deref(), Some("%" | "points"));
    let (moved, budget) = match (is_rate, is_total) {
        (true, true) => ((now - before).abs(), budgets.rate),
        (true, false) => ((now - before).abs(), budgets.slice_rate),
        (false, true) => ((now - before).abs() / before.abs().max(1.0), budgets.amount),
        (false, false) => (
            (now - before).abs() / before.abs().max(1.0),
            2.0 * budgets.amount,
        ),
    };
    if moved > budget {
        breaches.push(values_breach(slice, column, "moyenne", now, before));
    }
    moved > budget
}

fn quantile_moved(
    pair: &Pair<'_>,
    budgets: &Budgets,
    slice: &Slice<'_>,
    column: &ColumnSpec,
    breaches: &mut Vec<Breach>,
) {
    for vintage in &pair.common {
        let slice = Slice {
            vintage: Some(vintage),
            ..*slice
        };
        let of = |profile: &TableProfile| {
            let cell = profile.cell(slice.dimension, slice.value, vintage)?;
            cell.measures
                .get(&column.name)
                .and_then(|cell| cell.quantiles)
        };
        let (Some(before), Some(now)) = (of(pair.live), of(pair.candidate)) else {
            continue;
        };
        for ((name, before), now) in QUANTILES.iter().zip(before).zip(now) {
            if (now - before).abs() > budgets.quantile {
                breaches.push(values_breach(&slice, column, name, now, before));
            }
        }
    }
}

fn values_breach(
    slice: &Slice<'_>,
    column: &ColumnSpec,
    what: &str,
    now: f64,
    before: f64,
) -> Breach {
    Breach::new(RuleCode::DriftValues, slice, |finding| {
        finding
            .column(format!("{} ({what})", column.name))
            .value(format!("{now:.1}"))
            .expected(format!("{before:.1}"))
    })
}
