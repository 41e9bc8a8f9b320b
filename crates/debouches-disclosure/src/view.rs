//! A system as a reader who looks for a hidden figure sees it: what may move, and within which bounds.

use crate::sparse::Sparse;
use crate::system::{CellId, System, number};

/// Cells that may move, their bounds, and the ties between them; what is fixed has been subtracted.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) low: Vec<i64>,
    pub(crate) high: Vec<i64>,
    pub(crate) rows: Sparse,
    pub(crate) bounds: Vec<(i64, i64)>,
    /// Number in the system of each row.
    pub(crate) source: Vec<u32>,
    pub(crate) rows_of: Sparse,
    /// Rows that a search must keep: equalities that do not follow from others.
    pub(crate) searched: Vec<bool>,
}

impl View {
    /// What readers see.
    pub(crate) fn of_readers(system: &System) -> Self {
        let known = |cell| system.known(cell);
        Self::with(system, known, |row| system.is_usable(row))
    }

    /// What readers would see if every line that may be hidden were.
    pub(crate) fn all_hidden(system: &System) -> Self {
        let known = |cell: CellId| {
            let item = &system.cells[cell as usize];
            if system.lines[item.line as usize].may_hide || system.is_hidden(cell) {
                item.prior
            } else {
                item.shown
            }
        };
        Self::with(system, known, |row| system.is_usable(row))
    }

    fn with(
        system: &System,
        known: impl Fn(CellId) -> (i64, i64),
        is_known: impl Fn(u32) -> bool,
    ) -> Self {
        let count = system.cells.len();
        let (low, high): (Vec<i64>, Vec<i64>) = (0..number(count)).map(known).unzip();
        let moves = |cell: u32| low[cell as usize] < high[cell as usize];
        let (mut rows, mut bounds, mut source) = (Sparse::default(), Vec::new(), Vec::new());
        for row in (0..number(system.rows.len())).filter(|row| is_known(*row)) {
            let fixed: i64 = system
                .rows
                .get(row)
                .filter(|(cell, _)| !moves(*cell))
                .map(|(cell, by)| by * low[cell as usize])
                .sum();
            if system.rows.get(row).any(|(cell, _)| moves(cell)) {
                rows.push(system.rows.get(row).filter(|(cell, _)| moves(*cell)));
                let (from, to) = system.bounds[row as usize];
                bounds.push((from.saturating_sub(fixed), to.saturating_sub(fixed)));
                source.push(row);
            }
        }
        let rows_of = rows.transposed(count);
        let searched = bounds
            .iter()
            .zip(&source)
            .map(|((from, to), row)| from == to && !system.implied[*row as usize])
            .collect();
        Self {
            low,
            high,
            rows,
            bounds,
            source,
            rows_of,
            searched,
        }
    }

    pub(crate) fn moves(&self, cell: CellId) -> bool {
        self.low[cell as usize] < self.high[cell as usize]
    }
}
