//! Linear programs, as a way to find witnesses. What they find is rounded and checked elsewhere; what they cannot narrow
//! is not safe for that.

use std::collections::BTreeMap;

use microlp::{ComparisonOp, OptimizationDirection, Problem};

use crate::system::CellId;
use crate::view::View;

/// Up, then down.
pub(crate) const BOTH_WAYS: [OptimizationDirection; 2] = [
    OptimizationDirection::Maximize,
    OptimizationDirection::Minimize,
];

/// Cells within some steps of one, nearest first, at most `most` of them.
pub(crate) fn around(view: &View, cell: CellId, most: usize) -> Vec<CellId> {
    let mut found = vec![cell];
    let mut seen = std::collections::BTreeSet::from([cell]);
    let mut next = 0;
    while next < found.len() && found.len() < most {
        for (row, _) in view.rows_of.get(found[next]) {
            for (other, _) in view.rows.get(row).filter(|(other, _)| view.moves(*other)) {
                if found.len() < most && seen.insert(other) {
                    found.push(other);
                }
            }
        }
        next += 1;
    }
    found
}

/// The table that gives a cell its lowest or highest value while cells outside `free` keep their true value, rounded.
/// Nothing when the solver fails. `f64` holds these sums exactly; the solver itself may still be wrong.
pub(crate) fn extreme(
    view: &View,
    values: &[i64],
    free: &[CellId],
    cell: CellId,
    direction: OptimizationDirection,
) -> Option<Vec<(CellId, i64)>> {
    let wanted = BTreeMap::from([(cell, i64::MAX / 4)]);
    furthest(view, values, free, &wanted, direction)
}

/// The table in which some cells together are as low or as high as can be, none of them further from its true value than asked.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of persons are far below 2^52"
)]
pub(crate) fn furthest(
    view: &View,
    values: &[i64],
    free: &[CellId],
    wanted: &BTreeMap<CellId, i64>,
    direction: OptimizationDirection,
) -> Option<Vec<(CellId, i64)>> {
    let mut problem = Problem::new(direction);
    let variables: BTreeMap<CellId, _> = free
        .iter()
        .map(|item| {
            let index = *item as usize;
            let (low, high, value) = (view.low[index], view.high[index], values[index]);
            let (weight, bounds) = match wanted.get(item) {
                Some(most) => (
                    1.0,
                    (
                        low.max(value.saturating_sub(*most)) as f64,
                        high.min(value.saturating_add(*most)) as f64,
                    ),
                ),
                None => (0.0, (low as f64, high as f64)),
            };
            (*item, problem.add_var(weight, bounds))
        })
        .collect();
    let rows: std::collections::BTreeSet<u32> = free
        .iter()
        .flat_map(|cell| view.rows_of.get(*cell).map(|(row, _)| row))
        .collect();
    for row in rows {
        let fixed: i64 = view
            .rows
            .get(row)
            .filter(|(cell, _)| !variables.contains_key(cell))
            .map(|(cell, by)| by * values[cell as usize])
            .sum();
        let terms: Vec<_> = view
            .rows
            .get(row)
            .filter_map(|(cell, by)| Some((*variables.get(&cell)?, by as f64)))
            .collect();
        let (low, high) = view.bounds[row as usize];
        if low == high {
            problem.add_constraint(terms.clone(), ComparisonOp::Eq, (low - fixed) as f64);
        } else {
            problem.add_constraint(terms.clone(), ComparisonOp::Ge, (low - fixed) as f64);
            problem.add_constraint(terms, ComparisonOp::Le, (high - fixed) as f64);
        }
    }
    let solution = problem.solve().ok()?;
    let solution = solution.solution()?;
    let shift = |(item, variable): (&CellId, &microlp::Variable)| {
        let value = solution.var_value(*variable).round();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "rounded, and within the bounds of a count"
        )]
        let value = value as i64;
        (*item, value - values[*item as usize])
    };
    Some(
        variables
            .iter()
            .map(shift)
            .filter(|(_, by)| *by != 0)
            .collect(),
    )
}
