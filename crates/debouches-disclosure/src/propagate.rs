//! Bounds tightened through ties until nothing moves, with the tie that tightened each last.

use std::collections::VecDeque;

use crate::system::{CellId, number};
use crate::view::View;

/// No tie: the bound is known beforehand.
pub(crate) const BEFOREHAND: u32 = u32::MAX;

/// Visits of rows while bounds are tightened, unless told otherwise.
pub(crate) const VISITS: usize = 20_000_000;

/// For each cell, the row of the view that last tightened its lower and upper bound.
#[derive(Debug, Clone)]
pub(crate) struct Reasons(pub(crate) Vec<(u32, u32)>);

/// Tightens the bounds of a view. Stops early after `budget` visits of a row: bounds are then wider, never wrong.
/// Gives the reasons, and the rows that cannot hold: nothing can be said of their cells.
pub(crate) fn propagate(view: &mut View, budget: usize) -> (Reasons, Vec<u32>) {
    let mut broken = Vec::new();
    let mut reasons = vec![(BEFOREHAND, BEFOREHAND); view.low.len()];
    let mut waiting: VecDeque<u32> = (0..number(view.rows.len())).collect();
    let mut queued = vec![true; view.rows.len()];
    // Bounds of counts that anything may be creep by one at a time around a circle of constraints.
    let budget = budget.min(40 * view.rows.len() + 20_000);
    let mut visits = 0;
    let mut changed: Vec<CellId> = Vec::new();
    while let Some(row) = waiting.pop_front() {
        queued[row as usize] = false;
        visits += 1;
        if visits > budget {
            break;
        }
        changed.clear();
        if !tighten(view, row, &mut reasons, &mut changed) {
            broken.push(row);
            continue;
        }
        for cell in &changed {
            for (other, _) in view.rows_of.get(*cell) {
                if !queued[other as usize] {
                    queued[other as usize] = true;
                    waiting.push_back(other);
                }
            }
        }
    }
    (Reasons(reasons), broken)
}

/// Tightens the cells of one row; false when it cannot hold.
fn tighten(
    view: &mut View,
    row: u32,
    reasons: &mut [(u32, u32)],
    changed: &mut Vec<CellId>,
) -> bool {
    let (from, to) = view.bounds[row as usize];
    let reach = |cell: u32, by: i64, low: &[i64], high: &[i64]| {
        let ends = (by * low[cell as usize], by * high[cell as usize]);
        if by > 0 { ends } else { (ends.1, ends.0) }
    };
    let (mut least, mut most) = (0_i64, 0_i64);
    for (cell, by) in view.rows.get(row) {
        let (low, high) = reach(cell, by, &view.low, &view.high);
        least = least.saturating_add(low);
        most = most.saturating_add(high);
    }
    if least > to || most < from {
        return false;
    }
    for (cell, by) in view.rows.get(row) {
        let index = cell as usize;
        let (low, high) = reach(cell, by, &view.low, &view.high);
        // What the others leave for this term.
        let (room_low, room_high) = (
            from.saturating_sub(most - high),
            to.saturating_sub(least - low),
        );
        let (new_low, new_high) = if by > 0 {
            (div_up(room_low, by), div_down(room_high, by))
        } else {
            (div_up(-room_high, -by), div_down(-room_low, -by))
        };
        let before = (view.low[index], view.high[index]);
        if new_low > before.0 {
            view.low[index] = new_low;
            reasons[index].0 = row;
        }
        if new_high < before.1 {
            view.high[index] = new_high;
            reasons[index].1 = row;
        }
        if view.low[index] > view.high[index] {
            return false;
        }
        if (view.low[index], view.high[index]) != before {
            changed.push(cell);
            let (low_now, high_now) = reach(cell, by, &view.low, &view.high);
            least += low_now - low;
            most += high_now - high;
        }
    }
    true
}

fn div_down(value: i64, by: i64) -> i64 {
    value.div_euclid(by)
}

fn div_up(value: i64, by: i64) -> i64 {
    -((-value).div_euclid(by))
}
