//! The only thing that counts as “safe”: two whole-number tables, checked against everything published.

use crate::system::{CellId, System};

/// A table that readers cannot tell from the true one: the true table, with these cells moved. Made by [`Self::check`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedMove {
    moved: Vec<(CellId, i64)>,
}

impl CheckedMove {
    /// Checks a move in whole numbers against every cell and every tie that readers know. Nothing when one is broken.
    ///
    /// It reads the system only: nothing that a search has prepared can make a wrong move pass.
    #[must_use]
    pub fn check(system: &System, mut moved: Vec<(CellId, i64)>) -> Option<Self> {
        moved.sort_unstable();
        moved.retain(|(_, by)| *by != 0);
        if moved.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return None;
        }
        let by = |cell: CellId| {
            moved
                .binary_search_by_key(&cell, |(item, _)| *item)
                .map_or(0, |index| moved[index].1)
        };
        for (cell, shift) in &moved {
            let (low, high) = system.known(*cell);
            let value = system.cells[*cell as usize].value.checked_add(*shift)?;
            if value < low || value > high {
                return None;
            }
        }
        for (cell, _) in &moved {
            for (row, _) in system.rows_of.get(*cell) {
                if system.is_known(row) {
                    let (low, high) = system.bounds[row as usize];
                    let sum: i128 = system
                        .rows
                        .get(row)
                        .map(|(cell, factor)| {
                            i128::from(factor)
                                * i128::from(system.cells[cell as usize].value + by(cell))
                        })
                        .sum();
                    if sum < i128::from(low) || sum > i128::from(high) {
                        return None;
                    }
                }
            }
        }
        Some(Self { moved })
    }

    /// Cells moved, in order, and by how much.
    #[must_use]
    pub fn moved(&self) -> &[(CellId, i64)] {
        &self.moved
    }

    /// Cells moved, and by how much, to be checked again.
    pub(crate) fn into_moved(self) -> Vec<(CellId, i64)> {
        self.moved
    }

    /// By how much a cell moves.
    #[must_use]
    pub fn shift(&self, cell: CellId) -> i64 {
        self.moved
            .binary_search_by_key(&cell, |(item, _)| *item)
            .map_or(0, |index| self.moved[index].1)
    }
}

/// The proof that a cell is safe: two tables that differ on it by at least the width it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Number of the move that gives the smallest value; none for the true table.
    pub below: Option<u32>,
    /// Number of the move that gives the largest value; none for the true table.
    pub above: Option<u32>,
    /// How far apart the two values are.
    pub width: i64,
}
