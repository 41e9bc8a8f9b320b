//! The moves found so far, and for each cell the lowest and the highest value they reach.

use crate::pair::{CheckedMove, Pair};
use crate::system::{CellId, System, number};

/// Checked moves, and what each cell got from them.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    moves: Vec<CheckedMove>,
    below: Vec<(i64, u32)>,
    above: Vec<(i64, u32)>,
}

/// The lowest and the highest value of a cell, with their moves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach((i64, u32), (i64, u32));

const TRUE_TABLE: u32 = u32::MAX;

impl Ledger {
    pub(crate) fn new(cells: usize) -> Self {
        Self {
            moves: Vec::new(),
            below: vec![(0, TRUE_TABLE); cells],
            above: vec![(0, TRUE_TABLE); cells],
        }
    }

    /// Enters a move after checking it. False when the check refuses it.
    pub(crate) fn enter(&mut self, system: &System, moved: Vec<(CellId, i64)>) -> bool {
        let Some(checked) = CheckedMove::check(system, moved) else {
            return false;
        };
        let index = number(self.moves.len());
        let mut is_useful = false;
        for (cell, by) in checked.moved() {
            let (below, above) = (
                &mut self.below[*cell as usize],
                &mut self.above[*cell as usize],
            );
            if *by < below.0 {
                *below = (*by, index);
                is_useful = true;
            }
            if *by > above.0 {
                *above = (*by, index);
                is_useful = true;
            }
        }
        if is_useful {
            self.moves.push(checked);
        }
        true
    }

    /// The moves that a system still allows: some were found before a line was shown again.
    pub(crate) fn still_holding(self, system: &System) -> Self {
        let mut out = Self::new(system.cells.len());
        for moved in self.moves {
            out.enter(system, moved.into_moved());
        }
        out
    }

    /// Forgets what is known of a cell; gives it back, for [`Self::restore`].
    pub(crate) fn forget(&mut self, cell: CellId) -> Reach {
        let index = cell as usize;
        let nothing = (0, TRUE_TABLE);
        Reach(
            std::mem::replace(&mut self.below[index], nothing),
            std::mem::replace(&mut self.above[index], nothing),
        )
    }

    pub(crate) fn restore(&mut self, cell: CellId, reach: Reach) {
        (self.below[cell as usize], self.above[cell as usize]) = (reach.0, reach.1);
    }

    /// How far apart the values found for a cell are.
    #[must_use]
    pub fn width(&self, cell: CellId) -> i64 {
        self.above[cell as usize].0 - self.below[cell as usize].0
    }

    /// The pair that proves the width of a cell.
    #[must_use]
    pub fn pair(&self, cell: CellId) -> Pair {
        let named = |index: u32| (index != TRUE_TABLE).then_some(index);
        Pair {
            below: named(self.below[cell as usize].1),
            above: named(self.above[cell as usize].1),
            width: self.width(cell),
        }
    }

    /// The moves, in the order in which they were found.
    #[must_use]
    pub fn moves(&self) -> &[CheckedMove] {
        &self.moves
    }

    /// The moves that prove the width of a cell.
    pub(crate) fn proof(&self, cell: CellId) -> impl Iterator<Item = &CheckedMove> {
        let pair = self.pair(cell);
        [pair.below, pair.above]
            .into_iter()
            .flatten()
            .map(|index| self.get(index))
    }

    /// The move of that number.
    #[must_use]
    pub fn get(&self, index: u32) -> &CheckedMove {
        &self.moves[index as usize]
    }
}
