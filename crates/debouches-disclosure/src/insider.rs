//! What somebody learns who already knows one establishment from the inside (a head teacher and her own pupils).

use std::collections::BTreeSet;

use crate::ledger::Ledger;
use crate::moves::Mover;
use crate::propagate::propagate;
use crate::system::{CellId, System};
use crate::view::View;

/// A protected cell that the people of one owner could work out, or narrow below its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inside {
    /// The cell.
    pub cell: CellId,
    /// Who could.
    pub owner: u32,
}

/// Looks again at each safe cell, once for each other owner in its totals, with all the cells of that owner known.
/// Gives those that no longer have a checked pair. Enters the pairs that it finds.
#[must_use]
pub fn insiders(system: &System, ledger: &mut Ledger, visits: usize) -> Vec<Inside> {
    let mut view = View::of_readers(system);
    if !propagate(&mut view, visits).1.is_empty() {
        return Vec::new();
    }
    let values: Vec<i64> = system.cells.iter().map(|cell| cell.value).collect();
    let mut mover = Mover::new(&view, &values);
    let mut out = Vec::new();
    for cell in system.protected() {
        let need = system.cells[cell as usize].needed();
        if ledger.width(cell) < need {
            continue;
        }
        for owner in neighbours(system, cell) {
            let kept = !avoids(system, ledger, cell, owner) && {
                let price = |other: CellId| (owner_of(system, other) != Some(owner)).then_some(1);
                let mut remaining = need;
                for sign in [1, -1] {
                    if remaining > 0
                        && let Some(moved) = mover.push(cell, sign * remaining, &price)
                    {
                        let by = moved
                            .iter()
                            .find(|(item, _)| *item == cell)
                            .map_or(0, |(_, by)| by.abs());
                        if ledger.enter(system, moved) {
                            remaining -= by;
                        }
                    }
                }
                remaining > 0
            };
            if kept {
                out.push(Inside { cell, owner });
            }
        }
    }
    out
}

fn owner_of(system: &System, cell: CellId) -> Option<u32> {
    system.lines[system.cells[cell as usize].line as usize].owner
}

/// Owners of hidden cells that share a tie with a cell, but its own.
pub(crate) fn neighbours(system: &System, cell: CellId) -> BTreeSet<u32> {
    let item = owner_of(system, cell);
    let others = system
        .rows_of
        .get(cell)
        .flat_map(|(row, _)| system.rows.get(row));
    others
        .filter(|(other, _)| system.is_hidden(*other))
        .filter_map(|(other, _)| owner_of(system, other))
        .filter(|owner| Some(*owner) != item)
        .collect()
}

/// True when the proof of a cell moves nothing that this owner knows.
pub(crate) fn avoids(system: &System, ledger: &Ledger, cell: CellId, owner: u32) -> bool {
    let need = system.cells[cell as usize].needed();
    ledger.width(cell) >= need
        && ledger.proof(cell).all(|moved| {
            moved
                .moved()
                .iter()
                .all(|(other, _)| owner_of(system, *other) != Some(owner))
        })
}
