//! Moves along chains of ties: raise one cell, lower another of the same total, and so on until every tie holds again.
//!
//! A cell in two totals carries a change from one to the other; one in a single total ends the chain. The cheapest chain
//! is found by Dijkstra's method. What is found here is a proposal: only `CheckedMove::check` makes it a proof.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::system::{CellId, number};
use crate::view::View;

/// What it costs to move a cell; none when it must stay.
pub(crate) trait Price: Fn(CellId) -> Option<u64> {}

impl<F: Fn(CellId) -> Option<u64>> Price for F {}

/// Largest number of nodes that one search may settle, unless told otherwise.
pub(crate) const REACH: usize = 60_000;
/// The same for a search that looks for another way round: a near one, or none.
pub(crate) const NEAR: usize = 3_000;
/// What a cell in three or more totals costs more, for each tie that it leaves open.
const FORK: u64 = 12;
/// Largest number of chains in one move.
const CHAINS: usize = 24;

/// Searches moves in a view.
pub(crate) struct Mover<'a> {
    view: &'a View,
    values: &'a [i64],
    /// Sum of each row for the true table, for rows that are not equalities.
    sums: Vec<i64>,
    shift: Vec<i64>,
    touched: Vec<CellId>,
    /// The ties of each cell that a chain must keep, when there are at most two of them.
    ties: Vec<Ties>,
    stamp: Vec<u32>,
    cost: Vec<u64>,
    from: Vec<(u32, CellId)>,
    round: u32,
    /// True when a chain may not end while another tie is still open: circuits only.
    circuits: bool,
    /// A chain dearer than that is of no use.
    limit: u64,
    reach: usize,
}

/// The ties of a cell that a chain must keep, with the factor of the cell in each.
#[derive(Debug, Clone, Copy)]
enum Ties {
    Few([Option<(u32, i64)>; 2]),
    Many,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// A cell whose other ties are closed, or will be by other chains: the chain ends.
    End { node: u32, cell: CellId },
    /// A tie to be balanced.
    Node(u32),
}

impl<'a> Mover<'a> {
    pub(crate) fn new(view: &'a View, values: &'a [i64]) -> Self {
        let rows = view.rows.len();
        let ties = |cell| {
            let mut kept = view
                .rows_of
                .get(cell)
                .filter(|(row, _)| view.searched[*row as usize]);
            let few = [kept.next(), kept.next()];
            if kept.next().is_some() {
                Ties::Many
            } else {
                Ties::Few(few)
            }
        };
        let sum = |row| {
            view.rows
                .get(row)
                .map(|(cell, by)| by * values[cell as usize])
                .sum()
        };
        Self {
            view,
            values,
            sums: (0..number(rows)).map(sum).collect(),
            shift: vec![0; view.low.len()],
            touched: Vec::new(),
            ties: (0..number(view.low.len())).map(ties).collect(),
            stamp: vec![0; 2 * rows],
            cost: vec![0; 2 * rows],
            from: vec![(0, 0); 2 * rows],
            round: 0,
            circuits: false,
            limit: u64::MAX,
            reach: REACH,
        }
    }

    /// Looks for circuits only, or for any chain. A circuit goes through one more tie and ends nowhere: often cheaper when
    /// ends must be paid for.
    pub(crate) fn circuits(&mut self, only: bool) {
        self.circuits = only;
    }

    /// Gives up a chain that costs more than that.
    pub(crate) fn limit(&mut self, most: u64) {
        self.limit = most;
    }

    /// Gives up a chain after that many nodes.
    pub(crate) fn reach(&mut self, nodes: usize) {
        self.reach = nodes;
    }

    /// True when a cell is in one tie only, so that a chain may end there.
    pub(crate) fn is_end(&self, cell: CellId) -> bool {
        self.view
            .rows_of
            .get(cell)
            .filter(|(row, _)| self.view.searched[*row as usize])
            .count()
            < 2
    }

    /// Moves a cell by up to `amount` (down when negative), in as many chains as it takes. Gives what moves, perhaps
    /// less far than asked; nothing when the cell cannot move.
    pub(crate) fn push(
        &mut self,
        cell: CellId,
        amount: i64,
        price: &impl Price,
    ) -> Option<Vec<(CellId, i64)>> {
        let (mut remaining, mut step) = (amount.abs(), amount.abs());
        while remaining > 0 && step > 0 {
            step = step.min(remaining);
            if self.chain(cell, step * amount.signum(), price) {
                remaining -= step;
            } else {
                step /= 2;
            }
        }
        let mut moved: Vec<(CellId, i64)> = self
            .touched
            .iter()
            .map(|cell| (*cell, self.shift[*cell as usize]))
            .collect();
        moved.sort_unstable();
        moved.dedup();
        self.touched
            .drain(..)
            .for_each(|cell| self.shift[cell as usize] = 0);
        moved.retain(|(_, by)| *by != 0);
        (remaining < amount.abs()).then_some(moved)
    }

    /// How many times a move can be made from the true table, and how many times its opposite; equalities are not looked at.
    pub(crate) fn room(&self, moved: &[(CellId, i64)]) -> (i64, i64) {
        let mut room = (i64::MAX, i64::MAX);
        let mut narrow = |by: i64, below: i64, above: i64| {
            let (below, above) = (below / by.abs(), above / by.abs());
            let (back, forth) = if by > 0 {
                (below, above)
            } else {
                (above, below)
            };
            room = (room.0.min(forth), room.1.min(back));
        };
        let mut sums: BTreeMap<u32, i64> = BTreeMap::new();
        for (cell, by) in moved {
            let (index, view) = (*cell as usize, self.view);
            let value = self.values[index];
            narrow(*by, value - view.low[index], view.high[index] - value);
            for (row, factor) in view.rows_of.get(*cell) {
                let (low, high) = view.bounds[row as usize];
                if low != high {
                    *sums.entry(row).or_default() += factor * by;
                }
            }
        }
        for (row, by) in sums.into_iter().filter(|(_, by)| *by != 0) {
            let ((low, high), sum) = (self.view.bounds[row as usize], self.sums[row as usize]);
            narrow(by, sum.saturating_sub(low), high.saturating_sub(sum));
        }
        room
    }

    fn fits(&self, cell: CellId, by: i64) -> bool {
        let index = cell as usize;
        let value = self.values[index] + self.shift[index] + by;
        value >= self.view.low[index]
            && value <= self.view.high[index]
            && self.view.rows_of.get(cell).all(|(row, factor)| {
                let (low, high) = self.view.bounds[row as usize];
                let sum = self.sums[row as usize] + factor * by;
                low == high || (low <= sum && sum <= high)
            })
    }

    fn apply(&mut self, cell: CellId, by: i64) {
        self.shift[cell as usize] += by;
        for (row, factor) in self.view.rows_of.get(cell) {
            self.sums[row as usize] += factor * by;
        }
    }

    /// Moves the cell by exactly that much and repairs every tie; leaves no trace when it cannot.
    fn chain(&mut self, cell: CellId, by: i64, price: &impl Price) -> bool {
        if !self.fits(cell, by) {
            return false;
        }
        let mut steps = vec![(cell, by)];
        let mut open: Vec<(u32, i64)> = Vec::new();
        self.apply(cell, by);
        self.open_rows(cell, by, u32::MAX, &mut open);
        for _ in 0..CHAINS {
            let Some((row, remaining)) = open.pop() else {
                self.touched.extend(steps.iter().map(|(cell, _)| *cell));
                return true;
            };
            let Some(path) = self.cheapest(row, remaining, &open, &steps, price) else {
                break;
            };
            let last = path.len() - 1;
            for (index, (row, cell, by)) in path.into_iter().enumerate() {
                self.apply(cell, by);
                steps.push((cell, by));
                if index == last {
                    self.open_rows(cell, by, row, &mut open);
                }
            }
        }
        steps
            .into_iter()
            .for_each(|(cell, by)| self.apply(cell, -by));
        false
    }

    /// Adds what a move leaves open in the ties of a cell, but the one it came through.
    fn open_rows(&self, cell: CellId, by: i64, through: u32, open: &mut Vec<(u32, i64)>) {
        for (row, factor) in self
            .view
            .rows_of
            .get(cell)
            .filter(|(row, _)| self.view.searched[*row as usize] && *row != through)
        {
            match open.iter().position(|(item, _)| *item == row) {
                Some(index) => {
                    open[index].1 += factor * by;
                    if open[index].1 == 0 {
                        open.swap_remove(index);
                    }
                }
                None => open.push((row, factor * by)),
            }
        }
    }

    /// The cheapest chain that balances a row which is `left` too high: (row, cell, by), from the start on.
    fn cheapest(
        &mut self,
        row: u32,
        remaining: i64,
        open: &[(u32, i64)],
        used: &[(CellId, i64)],
        price: &impl Price,
    ) -> Option<Vec<(u32, CellId, i64)>> {
        self.round += 1;
        let size = remaining.abs();
        let node = |row: u32, remaining: i64| 2 * row + u32::from(remaining < 0);
        let start = node(row, remaining);
        let mut heap = BinaryHeap::from([(Reverse(0_u64), Step::Node(start))]);
        self.stamp[start as usize] = self.round;
        self.cost[start as usize] = 0;
        let mut settled = 0;
        while let Some((Reverse(cost), step)) = heap.pop() {
            let at = match step {
                Step::Node(at) => at,
                Step::End { node, cell } => return Some(self.path(start, node, cell, size)),
            };
            if cost > self.limit {
                return None;
            }
            if cost > self.cost[at as usize] {
                continue;
            }
            settled += 1;
            if settled > self.reach {
                return None;
            }
            let (row, remaining) = (at / 2, if at % 2 == 0 { size } else { -size });
            for (cell, factor) in self.view.rows.get(row) {
                // The price first: most cells of a long row must stay, or cost too much.
                let Some(item) = price(cell) else { continue };
                let total = cost + item;
                if total > self.limit || factor.abs() != 1 || !self.view.moves(cell) {
                    continue;
                }
                let by = -remaining * factor;
                let is_free =
                    |run: &Self| !used.iter().any(|(item, _)| *item == cell) && run.fits(cell, by);
                let (other, forks) = match self.ties[cell as usize] {
                    Ties::Few([Some((first, _)), other]) if first == row => (other, 0),
                    Ties::Few([other, _]) => (other, 0),
                    Ties::Many => {
                        let mut others = self.view.rows_of.get(cell).filter(|(other, _)| {
                            *other != row && self.view.searched[*other as usize]
                        });
                        (others.next(), others.count() as u64)
                    }
                };
                let Some((other, other_factor)) = other else {
                    if (!self.circuits || open.is_empty()) && is_free(self) {
                        heap.push((Reverse(total), Step::End { node: at, cell }));
                    }
                    continue;
                };
                let closes = open
                    .iter()
                    .any(|(open, remaining)| *open == other && *remaining == -other_factor * by);
                if forks > 0 {
                    if is_free(self) {
                        let step = Step::End { node: at, cell };
                        heap.push((Reverse(total + FORK * (forks + u64::from(!closes))), step));
                    }
                } else if closes {
                    if is_free(self) {
                        heap.push((Reverse(total), Step::End { node: at, cell }));
                    }
                } else if other_factor.abs() == 1 {
                    let next = node(other, other_factor * by);
                    let index = next as usize;
                    let is_nearer = self.stamp[index] != self.round || total < self.cost[index];
                    if is_nearer && is_free(self) {
                        self.stamp[index] = self.round;
                        self.cost[index] = total;
                        self.from[index] = (at, cell);
                        heap.push((Reverse(total), Step::Node(next)));
                    }
                }
            }
        }
        None
    }

    fn path(
        &self,
        start: u32,
        mut node: u32,
        mut cell: CellId,
        size: i64,
    ) -> Vec<(u32, CellId, i64)> {
        let mut path = Vec::new();
        loop {
            let (row, remaining) = (node / 2, if node.is_multiple_of(2) { size } else { -size });
            let factor = self
                .view
                .rows
                .get(row)
                .find(|(item, _)| *item == cell)
                .map_or(1, |(_, factor)| factor);
            path.push((row, cell, -remaining * factor));
            if node == start {
                break;
            }
            (node, cell) = self.from[node as usize];
        }
        path.reverse();
        path
    }
}
