//! Unknowns joined by ties: each group can be looked at alone.

use crate::system::{CellId, number};
use crate::view::View;

/// For each cell, the number of its group; cells that cannot move are in none.
#[derive(Debug, Clone)]
pub(crate) struct Components {
    pub(crate) of: Vec<u32>,
    pub(crate) members: Vec<Vec<CellId>>,
}

impl Components {
    pub(crate) fn of(view: &View) -> Self {
        let mut parent: Vec<u32> = (0..number(view.low.len())).collect();
        for row in 0..number(view.rows.len()) {
            let mut first = None;
            for (cell, _) in view.rows.get(row).filter(|(cell, _)| view.moves(*cell)) {
                let root = find(&mut parent, cell);
                match first {
                    None => first = Some(root),
                    Some(item) if item != root => {
                        // The smaller number stays the root: the order does not depend on the rows.
                        let (small, large) = (item.min(root), item.max(root));
                        parent[large as usize] = small;
                        first = Some(small);
                    }
                    Some(_) => {}
                }
            }
        }
        let mut of = vec![u32::MAX; parent.len()];
        let mut members: Vec<Vec<CellId>> = Vec::new();
        for cell in (0..number(of.len())).filter(|cell| view.moves(*cell)) {
            let root = find(&mut parent, cell);
            if root == cell {
                of[cell as usize] = number(members.len());
                members.push(Vec::new());
            }
            let group = of[root as usize];
            of[cell as usize] = group;
            members[group as usize].push(cell);
        }
        Self { of, members }
    }
}

fn find(parent: &mut [u32], cell: u32) -> u32 {
    let mut root = cell;
    while parent[root as usize] != root {
        parent[root as usize] = parent[parent[root as usize] as usize];
        root = parent[root as usize];
    }
    root
}
