//! A table for what nobody told us: when the producer hid a count, any table that agrees with everything published will do.
//! A pair of tables proves as much whichever of them is the true one.

use std::collections::BTreeSet;

use crate::components::Components;
use crate::propagate::propagate;
use crate::search::{Answer, Corner};
use crate::system::{CellId, System};
use crate::view::View;

/// What could not be completed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Incomplete {
    /// Cells of groups for which no table was found in the steps allowed.
    pub unsolved: usize,
    /// Among them, those of groups for which there is no table at all: what is published contradicts itself.
    pub contradicted: usize,
}

/// Gives every untold cell a value that agrees with all that is published. Cells of groups for which none is found within
/// `nodes` steps each are marked: the gate refuses them. Gives how many.
///
/// A group that has a table takes about one step a cell; one that takes twenty times as many is given up, and so are all
/// those that come after four steps for each cell of the system.
pub fn complete(system: &mut System, nodes: usize) -> Incomplete {
    if !system.untold.contains(&true) {
        return Incomplete::default();
    }
    let mut view = View::of_readers(system);
    // Told cells stay at their value: the others must fit them.
    for cell in 0..system.cells.len() {
        if !system.untold[cell] {
            let value = system.cells[cell].value;
            (view.low[cell], view.high[cell]) = (value, value);
        }
    }
    let joined = Components::of(&view);
    let (_, broken) = propagate(&mut view, 20_000_000);
    let mut contradicted = BTreeSet::new();
    for row in broken {
        let group = view
            .rows
            .get(row)
            .map(|(cell, _)| joined.of[cell as usize])
            .find(|group| *group != u32::MAX);
        match group {
            Some(group) => contradicted.extend(&joined.members[group as usize]),
            None => contradicted.extend(view.rows.get(row).map(|(cell, _)| cell)),
        }
    }
    let groups = Components::of(&view);
    let values: Vec<i64> = (0..system.cells.len())
        .map(|cell| {
            system.cells[cell]
                .value
                .clamp(view.low[cell], view.high[cell].max(view.low[cell]))
        })
        .collect();
    let mut found: Vec<(CellId, i64)> = (0..)
        .zip(values.iter().copied())
        .filter(|(cell, _)| system.untold[*cell as usize])
        .collect();
    let mut unsolved: BTreeSet<CellId> = contradicted.clone();
    let mut all = 4 * system.untold.iter().filter(|untold| **untold).count() + 50_000;
    for members in &groups.members {
        if members.iter().any(|cell| contradicted.contains(cell)) {
            unsolved.extend(members);
            continue;
        }
        let allowed = nodes.min(20 * members.len() + 1_000).min(all);
        let mut left = allowed;
        let corner = Corner::new(&view, &values, members);
        let found_one = members
            .first()
            .map(|first| corner.find(*first, (i64::MIN / 4, i64::MAX / 4), &mut left));
        all -= allowed - left;
        match found_one {
            Some(Answer::Found(moved)) => found.extend(
                moved
                    .into_iter()
                    .map(|(cell, by)| (cell, values[cell as usize] + by)),
            ),
            Some(Answer::Impossible) => {
                unsolved.extend(members);
                contradicted.extend(members);
            }
            Some(Answer::GaveUp) => unsolved.extend(members),
            None => {}
        }
    }
    for (cell, value) in found {
        let own = &mut system.cells[cell as usize];
        own.value = value;
        own.shown = (value, value);
    }
    unsolved
        .iter()
        .for_each(|cell| system.unsolved[*cell as usize] = true);
    Incomplete {
        unsolved: unsolved.len(),
        contradicted: contradicted.len(),
    }
}
