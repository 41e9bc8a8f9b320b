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
    let mut near = vec![cell];
    let mut seen = std::collections::BTreeSet::from([cell]);
    let mut next = 0;
    while next < near.len() && near.len() < most {
        for (row, _) in view.rows_of.get(near[next]) {
            for (other, _) in view.rows.get(row).filter(|(other, _)| view.moves(*other)) {
                if near.len() < most && seen.insert(other) {
                    near.push(other);
                }
            }
        }
        next += 1;
    }
    near
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

/// Times that a program makes an elementary move at most, each way.
const FAR: i64 = 60;

/// The same in the space of elementary moves. The program starts at the true table, where nothing moves, and no equality is left in it:
/// it is far smaller, and needs no first phase.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "counts of persons are far below 2^52"
)]
pub(crate) fn furthest_by_moves(
    view: &View,
    values: &[i64],
    moves: &[Vec<(CellId, i64)>],
    wanted: &BTreeMap<CellId, i64>,
    direction: OptimizationDirection,
) -> Option<Vec<(CellId, i64)>> {
    let space = Space::of(view, values, moves, wanted);
    let mut problem = Problem::new(direction);
    // A variable for each way: both stand at nothing where the program starts.
    let ways = space.limits.iter().zip(&space.weights);
    let variables: Vec<_> = ways
        .map(|((forth, back), weight)| {
            let weight = *weight as f64;
            (
                problem.add_var(weight, (0.0, *forth as f64)),
                problem.add_var(-weight, (0.0, *back as f64)),
            )
        })
        .collect();
    for limit in &space.shared {
        let reach = |(index, by): &(usize, i64)| {
            let (forth, back) = space.limits[*index];
            by.abs() * forth.max(back)
        };
        let most: i64 = limit.terms.iter().map(reach).sum();
        let both = |(index, by): &(usize, i64)| {
            let ((forth, back), by) = (variables[*index], *by as f64);
            [(forth, by), (back, -by)]
        };
        let terms: Vec<_> = limit.terms.iter().flat_map(both).collect();
        if limit.forth < most {
            problem.add_constraint(terms.clone(), ComparisonOp::Le, limit.forth as f64);
        }
        if limit.back < most {
            problem.add_constraint(terms, ComparisonOp::Ge, -(limit.back as f64));
        }
    }
    let solution = problem.solve().ok()?;
    let solution = solution.solution()?;
    let mut out: BTreeMap<CellId, i64> = BTreeMap::new();
    for (moved, (forth, back)) in moves.iter().zip(variables) {
        let times = (solution.var_value(forth) - solution.var_value(back)).round() as i64;
        for (cell, by) in moved {
            *out.entry(*cell).or_default() += times * by;
        }
    }
    Some(out.into_iter().filter(|(_, by)| *by != 0).collect())
}

/// What bounds elementary moves made together.
struct Space {
    /// How many times each can be made, forth and back.
    limits: Vec<(i64, i64)>,
    /// By how much each moves the cells that are wanted.
    weights: Vec<i64>,
    /// What several of them share.
    shared: Vec<Shared>,
}

/// A cell, or a constraint between two bounds, that several moves change: how far it may go.
struct Shared {
    terms: Vec<(usize, i64)>,
    forth: i64,
    back: i64,
}

impl Space {
    fn of(
        view: &View,
        values: &[i64],
        moves: &[Vec<(CellId, i64)>],
        wanted: &BTreeMap<CellId, i64>,
    ) -> Self {
        let mut cells: BTreeMap<CellId, Vec<(usize, i64)>> = BTreeMap::new();
        let mut rows: BTreeMap<u32, BTreeMap<usize, i64>> = BTreeMap::new();
        let mut out = Self {
            limits: vec![(FAR, FAR); moves.len()],
            weights: vec![0; moves.len()],
            shared: Vec::new(),
        };
        for (index, moved) in moves.iter().enumerate() {
            for (cell, by) in moved {
                cells.entry(*cell).or_default().push((index, *by));
                if wanted.contains_key(cell) {
                    out.weights[index] += by;
                }
                for (row, factor) in view.rows_of.get(*cell) {
                    let (low, high) = view.bounds[row as usize];
                    if low != high {
                        *rows.entry(row).or_default().entry(index).or_default() += factor * by;
                    }
                }
            }
        }
        for (cell, terms) in cells {
            let (index, value) = (cell as usize, values[cell as usize]);
            let most = wanted.get(&cell).copied().unwrap_or(i64::MAX);
            let forth = (view.high[index] - value).min(most);
            let back = (value - view.low[index]).min(most);
            if let [(index, by)] = terms[..] {
                let (forth, back) = if by > 0 { (forth, back) } else { (back, forth) };
                let limit = &mut out.limits[index];
                limit.0 = limit.0.min(forth / by.abs());
                limit.1 = limit.1.min(back / by.abs());
            } else {
                out.shared.push(Shared { terms, forth, back });
            }
        }
        for (row, terms) in rows {
            let (low, high) = view.bounds[row as usize];
            let cells = view.rows.get(row);
            let sum: i64 = cells.map(|(cell, by)| by * values[cell as usize]).sum();
            let terms: Vec<(usize, i64)> = terms.into_iter().filter(|(_, by)| *by != 0).collect();
            if !terms.is_empty() {
                out.shared.push(Shared {
                    terms,
                    forth: high.saturating_sub(sum),
                    back: sum.saturating_sub(low),
                });
            }
        }
        out
    }
}
