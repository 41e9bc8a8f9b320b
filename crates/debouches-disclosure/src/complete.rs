//! A table for what nobody told us: when the producer hid a count, any table that agrees with everything published will do.
//! A pair of tables proves as much whichever of them is the true one.

use std::collections::{BTreeMap, BTreeSet};

use crate::components::Components;
use crate::linear::extreme;
use crate::propagate::{VISITS, propagate};
use crate::search::{Answer, Corner};
use crate::system::{CellId, Relation, System};
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
/// `nodes` steps each are marked: the audit refuses them. Gives how many.
///
/// A group that has a table takes about one step a cell; one that takes twenty times as many is given up, and so are all
/// those that come after four steps for each cell of the system.
pub fn complete(system: &mut System, nodes: usize) -> Incomplete {
    attempt(system, nodes).0
}

/// The same after some constraints between rows were shifted, where the figures contradict each other: one for each contradiction,
/// by what the figures that go best with the others leave. Cells of such a constraint are in doubt: readers who rely on it are
/// misled, and what they are misled to may be near.
pub(crate) fn complete_shifted(system: &mut System, nodes: usize) -> Incomplete {
    let mut shifted: BTreeMap<u32, (i64, i64)> = BTreeMap::new();
    let (mut remaining, mut blamed) = attempt(system, nodes);
    let contradicted = remaining.contradicted;
    // Each round blames one constraint of each contradictory component, never the same twice: it ends.
    while !blamed.is_empty() {
        for row in blamed {
            shifted.insert(row, system.bounds[row as usize]);
            system.bounds[row as usize] = ANY;
        }
        (remaining, blamed) = attempt(system, nodes);
        blamed.retain(|row| !shifted.contains_key(row));
    }
    for (row, bounds) in shifted {
        system.bounds[row as usize] = bounds;
        let sum: i64 = system
            .rows
            .get(row)
            .map(|(cell, by)| by * system.cells[cell as usize].value)
            .sum();
        if sum < bounds.0 || sum > bounds.1 {
            system.shift(row, sum);
        }
    }
    Incomplete {
        contradicted,
        ..remaining
    }
}

/// What a sum may be when nothing is known of it.
const ANY: (i64, i64) = (i64::MIN / 4, i64::MAX / 4);

/// What could not be completed, and a constraint to blame for each component that contradicts itself.
fn attempt(system: &mut System, nodes: usize) -> (Incomplete, Vec<u32>) {
    if !system.untold.contains(&true) && system.contradictions().is_empty() {
        return (Incomplete::default(), Vec::new());
    }
    system.unsolved.fill(false);
    system.contradicted.fill(false);
    let mut view = View::of_readers(system);
    // Told cells stay at their value: the others must fit them.
    for cell in 0..system.cells.len() {
        if !system.untold[cell] {
            let value = system.cells[cell].value;
            (view.low[cell], view.high[cell]) = (value, value);
        }
    }
    let joined = Components::of(&view);
    let (_, broken) = propagate(&mut view, VISITS);
    let mut contradicted = BTreeSet::new();
    let mut blamed: BTreeMap<u32, u32> = BTreeMap::new();
    let mut nobody: Vec<u32> = Vec::new();
    for row in broken {
        let group = view
            .rows
            .get(row)
            .map(|(cell, _)| joined.of[cell as usize])
            .find(|group| *group != u32::MAX);
        match group {
            Some(group) => {
                contradicted.extend(&joined.members[group as usize]);
                blamed.entry(group).or_insert(view.source[row as usize]);
            }
            None => {
                contradicted.extend(view.rows.get(row).map(|(cell, _)| cell));
                nobody.push(view.source[row as usize]);
            }
        }
    }
    let mut blamed: BTreeSet<u32> = blamed.into_values().chain(nobody).collect();
    // Figures that all are told, and do not add up: no unknown is in them.
    blamed.extend(system.untrue_rows());
    let groups = Components::of(&view);
    let values: Vec<i64> = (0..system.cells.len())
        .map(|cell| {
            system.cells[cell]
                .value
                .clamp(view.low[cell], view.high[cell].max(view.low[cell]))
        })
        .collect();
    let mut completed: Vec<(CellId, i64)> = (0..)
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
        let mut remaining = allowed;
        let corner = Corner::new(&view, &values, members);
        let answer = members
            .first()
            .map(|first| corner.find(*first, (i64::MIN / 4, i64::MAX / 4), &mut remaining));
        all -= allowed - remaining;
        match answer {
            Some(Answer::Table(moved)) => completed.extend(
                moved
                    .into_iter()
                    .map(|(cell, by)| (cell, values[cell as usize] + by)),
            ),
            Some(Answer::Impossible) => {
                unsolved.extend(members);
                contradicted.extend(members);
                blamed.extend(between_rows(system, &view, members));
            }
            Some(Answer::GaveUp) => match by_program(&view, &values, members) {
                Some(moved) => completed.extend(
                    moved
                        .into_iter()
                        .map(|(cell, by)| (cell, values[cell as usize] + by)),
                ),
                None => unsolved.extend(members),
            },
            None => {}
        }
    }
    for (cell, value) in completed {
        let item = &mut system.cells[cell as usize];
        item.value = value;
        item.shown = (value, value);
    }
    for cell in &unsolved {
        system.unsolved[*cell as usize] = true;
        // A constant that a contradictory sum holds belongs to it.
        for (row, _) in system.rows_of.get(*cell) {
            for (other, _) in system.rows.get(row) {
                if system.unpublished[other as usize] {
                    system.unsolved[other as usize] = true;
                }
            }
        }
    }
    contradicted
        .iter()
        .for_each(|cell| system.contradicted[*cell as usize] = true);
    let incomplete = Incomplete {
        unsolved: unsolved.len(),
        contradicted: contradicted.len(),
    };
    (incomplete, blamed.into_iter().collect())
}

/// The first constraint between rows of a component, else its first constraint.
fn between_rows(system: &System, view: &View, members: &[CellId]) -> Option<u32> {
    let rows = || {
        members
            .iter()
            .flat_map(|cell| view.rows_of.get(*cell))
            .map(|(row, _)| view.source[row as usize])
            .filter(|row| system.bounds[*row as usize] != ANY)
    };
    let is_between = |row: &u32| match system.ties[*row as usize] {
        Relation::Sum | Relation::Cumul | Relation::Alias | Relation::Revision => true,
        Relation::Partition | Relation::Rate | Relation::Ratio | Relation::Mean => false,
    };
    rows().find(is_between).or_else(|| rows().next())
}

/// Largest component that a linear program completes.
const PROGRAM: usize = 1_500;

/// Linear programs tried for a component: another end of the tables often falls on whole numbers where one does not.
const ENDS: usize = 8;

/// A table found by a linear program, when it falls on whole numbers; they are checked.
fn by_program(view: &View, values: &[i64], members: &[CellId]) -> Option<Vec<(CellId, i64)>> {
    if members.len() > PROGRAM {
        return None;
    }
    (0..ENDS).find_map(|end| {
        let cell = members[end / 2 * members.len() / (ENDS / 2)];
        let direction = match end % 2 {
            0 => microlp::OptimizationDirection::Minimize,
            _ => microlp::OptimizationDirection::Maximize,
        };
        let moved = extreme(view, values, members, cell, direction)?;
        is_table(view, values, members, &moved).then_some(moved)
    })
}

/// True when moved counts are whole, within their bounds and agree with every constraint of their component.
fn is_table(view: &View, values: &[i64], members: &[CellId], moved: &[(CellId, i64)]) -> bool {
    let by = |cell: CellId| {
        moved
            .iter()
            .find(|(item, _)| *item == cell)
            .map_or(0, |(_, by)| *by)
    };
    let rows: BTreeSet<u32> = members
        .iter()
        .flat_map(|cell| view.rows_of.get(*cell).map(|(row, _)| row))
        .collect();
    let holds = rows.into_iter().all(|row| {
        let (low, high) = view.bounds[row as usize];
        let sum: i64 = view
            .rows
            .get(row)
            .map(|(cell, factor)| factor * (values[cell as usize] + by(cell)))
            .sum();
        low <= sum && sum <= high
    });
    let within = members.iter().all(|cell| {
        let value = values[*cell as usize] + by(*cell);
        view.low[*cell as usize] <= value && value <= view.high[*cell as usize]
    });
    holds && within
}
