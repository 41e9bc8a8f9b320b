//! A table for what nobody told us: when the producer hid a count, any table that agrees with everything published will do.
//! A pair of tables proves as much whichever of them is the true one.

use crate::components::Components;
use crate::propagate::propagate;
use crate::search::{Answer, Corner};
use crate::system::{CellId, System};
use crate::view::View;

/// Gives every untold cell a value that agrees with all that is published. Cells of groups for which none is found within
/// `nodes` steps each are marked: the gate refuses them. Gives how many.
pub fn complete(system: &mut System, nodes: usize) -> usize {
    if !system.untold.contains(&true) {
        return 0;
    }
    let mut view = View::of_readers(system);
    // Told cells stay at their value: the others must fit them.
    for cell in 0..system.cells.len() {
        if !system.untold[cell] {
            let value = system.cells[cell].value;
            (view.low[cell], view.high[cell]) = (value, value);
        }
    }
    let is_possible = propagate(&mut view, 20_000_000).is_some();
    let groups = Components::of(&view);
    let values: Vec<i64> = (0..system.cells.len())
        .map(|cell| system.cells[cell].value.clamp(view.low[cell], view.high[cell].max(view.low[cell])))
        .collect();
    let mut found: Vec<(CellId, i64)> =
        (0..).zip(values.iter().copied()).filter(|(cell, _)| system.untold[*cell as usize]).collect();
    let mut unsolved: Vec<CellId> = Vec::new();
    for members in &groups.members {
        let mut left = nodes;
        let corner = Corner::new(&view, &values, members);
        match members.first().map(|first| corner.find(*first, (i64::MIN / 4, i64::MAX / 4), &mut left)) {
            Some(Answer::Found(moved)) => found.extend(moved.into_iter().map(|(cell, by)| (cell, values[cell as usize] + by))),
            Some(Answer::Impossible | Answer::GaveUp) => unsolved.extend(members),
            None => {}
        }
    }
    for (cell, value) in found {
        let own = &mut system.cells[cell as usize];
        own.value = value;
        own.shown = (value, value);
    }
    let count = if is_possible { unsolved.len() } else { system.cells.len() };
    if is_possible {
        unsolved.into_iter().for_each(|cell| system.unsolved[cell as usize] = true);
    } else {
        system.unsolved.fill(true);
    }
    count
}
