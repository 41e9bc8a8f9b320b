//! What is no longer there: vintages, rows of a slice, keys.

use std::collections::BTreeSet;

use debouches_model::RuleCode;
use debouches_model::spec::TableSpec;

use super::{Breach, Budgets, Pair, Slice};
use crate::profile::Dimension;

/// Slices that lost rows: their figures are not compared.
pub(super) type Lost = BTreeSet<(Dimension, String)>;

/// The share of `before` that is gone.
#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
fn loss(before: u64, now: u64) -> f64 {
    before.saturating_sub(now) as f64 / before.max(1) as f64
}

fn rows_breach(slice: &Slice<'_>, now: u64, before: u64) -> Breach {
    Breach::new(RuleCode::DriftRows, slice, |finding| {
        finding.value(now.to_string()).expected(before.to_string())
    })
}

/// Vintages of the live release that the candidate has not.
pub(super) fn vintages(pair: &Pair<'_>) -> Vec<Breach> {
    let now = pair.candidate.vintages();
    let gone = pair
        .live
        .vintages()
        .into_iter()
        .filter(|(vintage, _)| !now.contains_key(vintage));
    gone.map(|(vintage, rows)| {
        let slice = Slice {
            dimension: Dimension::Total,
            value: "",
            vintage: Some(vintage),
        };
        Breach::new(RuleCode::DriftVintage, &slice, |finding| {
            finding.value("0").expected(rows.to_string())
        })
    })
    .collect()
}

/// Slices that lost rows.
pub(super) fn slices(pair: &Pair<'_>, budgets: &Budgets, breaches: &mut Vec<Breach>) -> Lost {
    let mut lost = Lost::new();
    for slice in pair.slices() {
        let (before, now) = (
            pair.rows(pair.live, &slice),
            pair.rows(pair.candidate, &slice),
        );
        let budget = if slice.dimension == Dimension::Total {
            budgets.rows
        } else {
            budgets.slice_rows
        };
        let gone = before > 0 && now == 0;
        if gone || (loss(before, now) > budget && before.saturating_sub(now) >= budgets.few) {
            breaches.push(rows_breach(&slice, now, before));
            lost.insert((slice.dimension, slice.value.to_owned()));
            if slice.dimension != Dimension::Total {
                continue;
            }
        }
        for vintage in pair.common.iter().copied() {
            let slice = Slice {
                vintage: Some(vintage),
                ..slice
            };
            let (before, now) = (
                pair.rows(pair.live, &slice),
                pair.rows(pair.candidate, &slice),
            );
            let is_gone = now == 0 && before >= budgets.few;
            let shrank =
                slice.dimension == Dimension::Total && loss(before, now) > budgets.slice_rows;
            if is_gone || (shrank && before.saturating_sub(now) >= budgets.few) {
                breaches.push(rows_breach(&slice, now, before));
            }
        }
    }
    new_vintages(pair, budgets, breaches);
    lost
}

/// A new vintage has the régions, and about the size, of the vintage before it.
fn new_vintages(pair: &Pair<'_>, budgets: &Budgets, breaches: &mut Vec<Breach>) {
    let before = pair.live.vintages();
    for (vintage, rows) in pair.candidate.vintages() {
        let Some((reference, expected)) = before
            .range(..vintage)
            .next_back()
            .filter(|_| !before.contains_key(vintage))
        else {
            continue;
        };
        if loss(*expected, rows) > budgets.new_vintage_rows {
            let slice = Slice {
                dimension: Dimension::Total,
                value: "",
                vintage: Some(vintage),
            };
            breaches.push(rows_breach(&slice, rows, *expected));
            continue;
        }
        for value in pair.live.values(Dimension::Region) {
            let slice = Slice {
                dimension: Dimension::Region,
                value,
                vintage: Some(vintage),
            };
            let expected = pair
                .live
                .cell(Dimension::Region, value, reference)
                .map_or(0, |cell| cell.rows);
            if expected >= budgets.few && pair.rows(pair.candidate, &slice) == 0 {
                breaches.push(rows_breach(&slice, 0, expected));
            }
        }
    }
}

/// Distinct values of the key columns; the vintage has its own rule, and an edition is expected to move.
pub(super) fn keys(
    pair: &Pair<'_>,
    budgets: &Budgets,
    spec: &TableSpec,
    breaches: &mut Vec<Breach>,
) {
    let vintage = spec.vintage.as_ref().map(|vintage| vintage.column.as_str());
    let is_version = |column: &str| spec.version_columns().any(|version| version == column);
    for (column, before) in pair
        .live
        .keys
        .iter()
        .filter(|(column, _)| Some(column.as_str()) != vintage && !is_version(column))
    {
        let now = pair.candidate.keys.get(column).copied().unwrap_or_default();
        if loss(*before, now) > budgets.keys {
            let slice = Slice {
                dimension: Dimension::Total,
                value: "",
                vintage: None,
            };
            breaches.push(Breach::new(RuleCode::DriftKeys, &slice, |finding| {
                finding
                    .column(column)
                    .value(now.to_string())
                    .expected(before.to_string())
            }));
        }
    }
}
