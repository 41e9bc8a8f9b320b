//! Exhaustive search among the whole-number tables of a few unknowns, within a budget. It knows when there is none.

use std::collections::BTreeMap;

use crate::system::CellId;
use crate::view::View;

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A table, as the cells that differ from the true one.
    Table(Vec<(CellId, i64)>),
    /// No table: proved.
    Impossible,
    /// The budget is spent.
    GaveUp,
}

/// A few unknowns; every other cell keeps its true value.
pub(crate) struct Corner {
    cells: Vec<CellId>,
    values: Vec<i64>,
    domain: Vec<(i64, i64)>,
    rows: Vec<Row>,
    rows_of: Vec<Vec<usize>>,
}

struct Row {
    terms: Vec<(usize, i64)>,
    low: i64,
    high: i64,
}

impl Corner {
    pub(crate) fn new(view: &View, values: &[i64], cells: &[CellId]) -> Self {
        let local: BTreeMap<CellId, usize> = cells
            .iter()
            .enumerate()
            .map(|(index, cell)| (*cell, index))
            .collect();
        let mut rows: BTreeMap<u32, Row> = BTreeMap::new();
        for cell in cells {
            for (row, _) in view.rows_of.get(*cell) {
                rows.entry(row).or_insert_with(|| {
                    let (low, high) = view.bounds[row as usize];
                    let (inside, outside): (Vec<_>, Vec<_>) = view
                        .rows
                        .get(row)
                        .partition(|(cell, _)| local.contains_key(cell));
                    let fixed: i64 = outside
                        .iter()
                        .map(|(cell, by)| by * values[*cell as usize])
                        .sum();
                    let terms = inside.iter().map(|(cell, by)| (local[cell], *by)).collect();
                    Row {
                        terms,
                        low: low - fixed,
                        high: high - fixed,
                    }
                });
            }
        }
        let rows: Vec<Row> = rows.into_values().collect();
        let mut rows_of = vec![Vec::new(); cells.len()];
        for (index, row) in rows.iter().enumerate() {
            row.terms
                .iter()
                .for_each(|(cell, _)| rows_of[*cell].push(index));
        }
        Self {
            values: cells.iter().map(|cell| values[*cell as usize]).collect(),
            domain: cells
                .iter()
                .map(|cell| (view.low[*cell as usize], view.high[*cell as usize]))
                .collect(),
            cells: cells.to_vec(),
            rows,
            rows_of,
        }
    }

    /// A table in which a cell is within these bounds.
    pub(crate) fn find(&self, cell: CellId, within: (i64, i64), nodes: &mut usize) -> Answer {
        let Some(index) = self.cells.iter().position(|item| *item == cell) else {
            return Answer::Impossible;
        };
        let mut domain = self.domain.clone();
        domain[index] = (domain[index].0.max(within.0), domain[index].1.min(within.1));
        if domain[index].0 > domain[index].1 {
            return Answer::Impossible;
        }
        self.descend(domain, nodes, 2 * self.cells.len() + 32)
    }

    /// `depth` bounds the choices that stand on each other: a wide domain cut one value at a time would have no end.
    fn descend(&self, mut domain: Vec<(i64, i64)>, nodes: &mut usize, depth: usize) -> Answer {
        if *nodes == 0 || depth == 0 {
            return Answer::GaveUp;
        }
        *nodes -= 1;
        if !self.tighten(&mut domain) {
            return Answer::Impossible;
        }
        let open = (0..domain.len()).filter(|index| domain[*index].0 < domain[*index].1);
        let Some(index) = open.min_by_key(|index| domain[*index].1 - domain[*index].0) else {
            // The tightening may have stopped early: a table counts when every row holds.
            if !self.holds(&domain) {
                return Answer::Impossible;
            }
            let shifts = self.cells.iter().zip(&domain).zip(&self.values);
            return Answer::Table(
                shifts
                    .filter(|((_, (value, _)), item)| value != *item)
                    .map(|((cell, (value, _)), item)| (*cell, value - item))
                    .collect(),
            );
        };
        let (low, high) = domain[index];
        // The value nearest to the true one first, then what is below it, then what is above.
        let near = self.values[index].clamp(low, high);
        let mut gave_up = false;
        for part in [(near, near), (low, near - 1), (near + 1, high)] {
            if part.0 <= part.1 {
                let mut next = domain.clone();
                next[index] = part;
                match self.descend(next, nodes, depth - 1) {
                    Answer::Table(table) => return Answer::Table(table),
                    Answer::GaveUp => gave_up = true,
                    Answer::Impossible => {}
                }
            }
        }
        if gave_up {
            Answer::GaveUp
        } else {
            Answer::Impossible
        }
    }

    fn holds(&self, domain: &[(i64, i64)]) -> bool {
        self.rows.iter().all(|row| {
            let sum: i64 = row
                .terms
                .iter()
                .map(|(cell, by)| by * domain[*cell].0)
                .sum();
            row.low <= sum && sum <= row.high
        })
    }

    /// Bounds of counts that anything may be creep by one at a time around a circle of constraints: stopped early, they are wider
    /// and never wrong.
    fn tighten(&self, domain: &mut [(i64, i64)]) -> bool {
        let mut visits = 8 * self.rows.len() + 200;
        let mut waiting: Vec<usize> = (0..self.rows.len()).rev().collect();
        let mut queued = vec![true; self.rows.len()];
        while let Some(index) = waiting.pop() {
            queued[index] = false;
            if visits == 0 {
                return true;
            }
            visits -= 1;
            let row = &self.rows[index];
            let ends = |(cell, by): (usize, i64), domain: &[(i64, i64)]| {
                let (low, high) = domain[cell];
                if by > 0 {
                    (by * low, by * high)
                } else {
                    (by * high, by * low)
                }
            };
            let (mut least, mut most) = row.terms.iter().fold((0, 0), |sum, term| {
                let (low, high) = ends(*term, domain);
                (sum.0 + low, sum.1 + high)
            });
            if least > row.high || most < row.low {
                return false;
            }
            for term in &row.terms {
                let (cell, by) = *term;
                let (low, high) = ends(*term, domain);
                let (from, to) = (row.low - (most - high), row.high - (least - low));
                let (from, to) = if by > 0 {
                    (-(-from).div_euclid(by), to.div_euclid(by))
                } else {
                    (-to.div_euclid(-by), (-from).div_euclid(-by))
                };
                let before = domain[cell];
                domain[cell] = (before.0.max(from), before.1.min(to));
                if domain[cell].0 > domain[cell].1 {
                    return false;
                }
                if domain[cell] != before {
                    let (low_now, high_now) = ends(*term, domain);
                    (least, most) = (least + low_now - low, most + high_now - high);
                    for other in &self.rows_of[cell] {
                        if !queued[*other] {
                            queued[*other] = true;
                            waiting.push(*other);
                        }
                    }
                }
            }
        }
        true
    }
}
