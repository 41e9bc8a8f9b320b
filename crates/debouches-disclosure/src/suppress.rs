//! What else to hide so that every protected cell is safe, at the least price found.
//!
//! For each protected cell, the cheapest chain of ties that moves it far enough, where hidden cells move for nothing and
//! shown ones at the price of their line: the lines it needs are hidden, and the chain is the proof. Then, from the
//! dearest, each line hidden this way is shown again if every proof that used it can be made without it.
//! Deterministic: no draw, no thread, ties by number.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::{Effort, judge_with};
use crate::insider;
use crate::ledger::Ledger;
use crate::moves::{Mover, NEAR, REACH};
use crate::system::{CellId, LineId, State, System, number};
use crate::view::View;

/// How a suppression must be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manner {
    /// Fewest hidden parts, from as many owners, in a total that holds a protected cell; 0 or 1 for no such rule.
    pub siblings: u32,
    /// True when somebody who knows all the cells of one owner must learn nothing of the others.
    pub insiders: bool,
}

/// What was hidden.
#[derive(Debug, Clone, Default)]
pub struct Suppression {
    /// Lines hidden beside the primary ones, in order.
    pub secondary: Vec<LineId>,
    /// Cells that nothing could make safe: the audit will refuse them.
    pub stuck: Vec<CellId>,
    /// Lines hidden at first and shown again.
    pub shown_again: usize,
}

/// Hides lines of the system until every protected cell is safe, or nothing more can be hidden.
pub fn suppress(system: &mut System, manner: Manner) -> Suppression {
    let (mut suppression, ledger) = hide(system, manner);
    if !suppression.stuck.is_empty()
        && let Ok(judgement) = judge_with(system, Effort::default(), ledger)
    {
        // The exact step: small groups are searched to the end, larger ones by linear programs.
        let refused: BTreeSet<CellId> = judgement.failures().map(|(cell, _)| cell).collect();
        suppression.stuck.retain(|cell| refused.contains(cell));
    }
    suppression
}

/// The same without the exact step, and the moves that prove what is safe.
pub(crate) fn hide(system: &mut System, manner: Manner) -> (Suppression, Ledger) {
    enough_siblings(system, manner.siblings);
    let view = View::all_hidden(system);
    let values: Vec<i64> = system.cells.iter().map(|cell| cell.value).collect();
    let mut run = Run {
        mover: Mover::new(&view, &values),
        ledger: Ledger::new(values.len()),
        users: BTreeMap::new(),
        cheapest: system
            .lines
            .iter()
            .filter(|line| line.may_hide)
            .map(|line| line.cost)
            .min()
            .map_or(0, |cost| 3 * cost / 2),
        kept: system
            .lines
            .iter()
            .map(|line| line.state == State::Secondary)
            .collect(),
        prices: Vec::new(),
        cells_of: cells_of(system),
        system,
    };
    run.prices = (0..number(values.len()))
        .map(|cell| run.price(cell))
        .collect();
    let mut cells: Vec<CellId> = run.system.protected().collect();
    // The cells with the least room first: what they force is then free for the others.
    cells.sort_by_key(|cell| {
        let item = &run.system.cells[*cell as usize];
        (item.prior.1 - item.prior.0 - item.needed(), *cell)
    });
    let mut stuck: Vec<CellId> = cells
        .iter()
        .copied()
        .filter(|cell| !run.protect(*cell, None))
        .collect();
    let shown_again = run.show_again();
    let shown_again = if stuck.is_empty() {
        shown_again
    } else {
        stuck.retain(|cell| !run.coarsen(*cell));
        shown_again + run.show_again()
    };
    if manner.insiders {
        for cell in cells {
            for owner in insider::neighbours(run.system, cell) {
                if !insider::avoids(run.system, &run.ledger, cell, owner)
                    && !run.protect(cell, Some(owner))
                {
                    stuck.push(cell);
                }
            }
        }
        stuck.sort_unstable();
        stuck.dedup();
    }
    let ledger = std::mem::take(&mut run.ledger);
    let lines = (0..).zip(&system.lines);
    let secondary = lines
        .filter(|(_, line)| line.state == State::Secondary)
        .map(|(index, _)| index)
        .collect();
    let ledger = ledger.still_holding(system);
    // A proof made before another line was shown again may hold no more.
    let is_open = |cell: &CellId| ledger.width(*cell) < system.cells[*cell as usize].needed();
    stuck.extend(system.protected().filter(is_open));
    stuck.sort_unstable();
    stuck.dedup();
    let suppression = Suppression {
        secondary,
        stuck,
        shown_again,
    };
    (suppression, ledger)
}

/// Hides the cheapest parts of each total that holds a protected cell, until it has `siblings` hidden ones.
fn enough_siblings(system: &mut System, siblings: u32) {
    if siblings < 2 {
        return;
    }
    for row in 0..number(system.rows.len()) {
        let parts: Vec<CellId> = system.rows.get(row).skip(1).map(|(cell, _)| cell).collect();
        let is_asked =
            |cell: &CellId| system.is_hidden(*cell) && system.cells[*cell as usize].needed() > 0;
        if system.bounds[row as usize] != (0, 0) || !parts.iter().any(is_asked) {
            continue;
        }
        let owner = |cell: CellId| {
            system.lines[system.cells[cell as usize].line as usize]
                .owner
                .unwrap_or(u32::MAX - cell)
        };
        let mut owners: BTreeSet<u32> = parts
            .iter()
            .filter(|cell| system.is_hidden(**cell))
            .map(|cell| owner(*cell))
            .collect();
        let mut others: Vec<CellId> = parts
            .iter()
            .copied()
            .filter(|cell| !system.is_hidden(*cell))
            .collect();
        others.sort_by_key(|cell| {
            (
                system.lines[system.cells[*cell as usize].line as usize].cost,
                *cell,
            )
        });
        let mut to_hide = Vec::new();
        for cell in others {
            let line = system.cells[cell as usize].line;
            if owners.len() < siblings as usize
                && system.lines[line as usize].may_hide
                && owners.insert(owner(cell))
            {
                to_hide.push(line);
            }
        }
        to_hide
            .into_iter()
            .for_each(|line| system.set_state(line, State::Secondary));
    }
}

struct Run<'a> {
    system: &'a mut System,
    mover: Mover<'a>,
    ledger: Ledger,
    /// Protected cells whose proof once used a line.
    users: BTreeMap<LineId, BTreeSet<CellId>>,
    /// One and a half times the price of the cheapest line: less than two lines.
    cheapest: u64,
    /// What it costs to move each cell: see [`Self::price`].
    prices: Vec<u32>,
    /// Cells of each line.
    cells_of: Vec<Vec<CellId>>,
    /// Lines hidden for another reason than a proof: they stay hidden.
    kept: Vec<bool>,
}

/// Proposed moves: cells and by how much.
type Moves = Vec<Vec<(CellId, i64)>>;

/// Moving a shown cell costs that much times its line, so that length only decides between equal prices.
const SHOWN: u64 = 256;

/// The price of a cell that must stay.
const STAYS: u32 = u32::MAX;

fn cells_of(system: &System) -> Vec<Vec<CellId>> {
    let mut out = vec![Vec::new(); system.lines.len()];
    (0..)
        .zip(&system.cells)
        .for_each(|(index, cell)| out[cell.line as usize].push(index));
    out
}

impl Run<'_> {
    /// What it costs to move a cell: nearly nothing when it is hidden, its line when that may be.
    fn price(&self, cell: CellId) -> u32 {
        let line = &self.system.lines[self.system.cells[cell as usize].line as usize];
        match line.state {
            State::Primary | State::Secondary => 1,
            State::Shown if line.may_hide => {
                u32::try_from(SHOWN * line.cost.max(1)).unwrap_or(STAYS)
            }
            State::Shown => STAYS,
        }
    }

    fn set_state(&mut self, line: LineId, state: State) {
        self.system.set_state(line, state);
        for index in 0..self.cells_of[line as usize].len() {
            let cell = self.cells_of[line as usize][index];
            self.prices[cell as usize] = self.price(cell);
        }
    }

    /// Makes a cell safe at the least price, even from somebody who knows the cells of `insider`; false when it cannot be.
    fn protect(&mut self, cell: CellId, insider: Option<u32>) -> bool {
        let need = self.system.cells[cell as usize].needed();
        if insider.is_none() && self.ledger.width(cell) >= need {
            self.remember(cell);
            return true;
        }
        let mut best: Option<(u64, Moves)> = None;
        for (circuits, sign) in [(false, 1), (false, -1), (true, 1), (true, -1)] {
            // Circuits only help where an end was paid for.
            let pays_an_end = |moves: &Moves| {
                moves
                    .iter()
                    .flatten()
                    .any(|(item, _)| !self.system.is_hidden(*item) && self.mover.is_end(*item))
            };
            if circuits && !best.as_ref().is_some_and(|(_, moves)| pays_an_end(moves)) {
                continue;
            }
            self.mover.circuits(circuits);
            self.mover.limit(
                best.as_ref()
                    .map_or(u64::MAX, |(price, _)| (price + 1) * SHOWN),
            );
            if let Some(moves) = self.spread(cell, sign, need, insider, true) {
                let price = self.price_of(&moves);
                if best.as_ref().is_none_or(|(least, _)| price < *least) {
                    best = Some((price, moves));
                }
                // One cheap line or none: looking further costs more than it saves.
                if best
                    .as_ref()
                    .is_some_and(|(least, _)| *least <= self.cheapest)
                {
                    break;
                }
            }
        }
        self.mover.circuits(false);
        self.mover.limit(u64::MAX);
        let Some((_, moves)) = best else { return false };
        for moved in moves {
            for (other, _) in &moved {
                let line = self.system.cells[*other as usize].line;
                if self.system.lines[line as usize].state == State::Shown {
                    self.set_state(line, State::Secondary);
                    self.kept[line as usize] |= insider.is_some();
                }
            }
            if !self.ledger.enter(self.system, moved) {
                return false;
            }
        }
        self.remember(cell);
        insider.is_some() || self.ledger.width(cell) >= need
    }

    /// Moves that spread a cell by what it needs, one way first; nothing when they fall short.
    fn spread(
        &mut self,
        cell: CellId,
        sign: i64,
        need: i64,
        insider: Option<u32>,
        pays: bool,
    ) -> Option<Moves> {
        let (system, prices) = (&*self.system, &self.prices);
        let most = if pays { STAYS - 1 } else { 1 };
        let price = |other: CellId| {
            let item = prices[other as usize];
            let is_known = || {
                insider.is_some()
                    && system.lines[system.cells[other as usize].line as usize].owner == insider
            };
            (item <= most && !is_known()).then_some(u64::from(item))
        };
        let (mut remaining, mut moves) = (need, Vec::new());
        for sign in [sign, -sign] {
            if remaining > 0
                && let Some(moved) = self.mover.push(cell, sign * remaining, &price)
            {
                remaining -= moved
                    .iter()
                    .find(|(item, _)| *item == cell)
                    .map_or(0, |(_, by)| by.abs());
                moves.push(moved);
            }
        }
        (remaining <= 0).then_some(moves)
    }

    fn price_of(&self, moves: &[Vec<(CellId, i64)>]) -> u64 {
        let lines: BTreeSet<LineId> = moves
            .iter()
            .flatten()
            .map(|(cell, _)| self.system.cells[*cell as usize].line)
            .collect();
        let shown = lines
            .iter()
            .map(|line| &self.system.lines[*line as usize])
            .filter(|line| line.state == State::Shown);
        shown.map(|line| line.cost.max(1)).sum()
    }

    fn remember(&mut self, cell: CellId) {
        let moved: Vec<CellId> = self
            .ledger
            .proof(cell)
            .flat_map(|moved| moved.moved().iter().map(|(other, _)| *other))
            .collect();
        for other in moved {
            let line = self.system.cells[other as usize].line;
            if self.system.lines[line as usize].state == State::Secondary {
                self.users.entry(line).or_default().insert(cell);
            }
        }
    }

    /// Shows again, the dearest first, each line that every proof can do without. Gives how many.
    fn show_again(&mut self) -> usize {
        // A later move may have become the proof of an earlier cell: what each proof uses is gathered afresh.
        let protected: Vec<CellId> = self.system.protected().collect();
        protected.into_iter().for_each(|cell| self.remember(cell));
        let is_ours = |line: &LineId| {
            self.system.lines[*line as usize].state == State::Secondary
                && !self.kept[*line as usize]
        };
        let mut lines: Vec<LineId> = (0..number(self.system.lines.len()))
            .filter(is_ours)
            .collect();
        lines.sort_by_key(|line| {
            (
                std::cmp::Reverse(self.system.lines[*line as usize].cost),
                *line,
            )
        });
        self.mover.reach(NEAR);
        let count = lines
            .into_iter()
            .filter(|line| self.does_without(*line))
            .count();
        self.mover.reach(REACH);
        count
    }

    fn does_without(&mut self, line: LineId) -> bool {
        let uses = |run: &Self, cell: CellId| {
            run.ledger.proof(cell).any(|moved| {
                moved
                    .moved()
                    .iter()
                    .any(|(other, _)| run.system.cells[*other as usize].line == line)
            })
        };
        let users: Vec<CellId> = self
            .users
            .get(&line)
            .into_iter()
            .flatten()
            .copied()
            .filter(|cell| uses(self, *cell))
            .collect();
        self.set_state(line, State::Shown);
        let mut forgotten = Vec::new();
        for cell in users {
            let need = self.system.cells[cell as usize].needed();
            forgotten.push((cell, self.ledger.forget(cell)));
            let suppression =
                [1, -1]
                    .into_iter()
                    .any(|sign| match self.spread(cell, sign, need, None, false) {
                        Some(moves) => {
                            moves
                                .into_iter()
                                .all(|moved| self.ledger.enter(self.system, moved))
                                && self.ledger.width(cell) >= need
                        }
                        None => false,
                    });
            if !suppression {
                self.set_state(line, State::Secondary);
                forgotten
                    .into_iter()
                    .for_each(|(cell, suppression)| self.ledger.restore(cell, suppression));
                return false;
            }
        }
        let proofs = forgotten
            .iter()
            .flat_map(|(cell, _)| self.ledger.proof(*cell));
        let moved: BTreeSet<CellId> = proofs
            .flat_map(|moved| moved.moved().iter().map(|(other, _)| *other))
            .collect();
        for cell in moved {
            if self.system.cells[cell as usize].needed() > 0 {
                self.remember(cell);
            }
        }
        true
    }

    /// Hides every sibling of a cell that may be, then looks again. True when the cell is then safe.
    fn coarsen(&mut self, cell: CellId) -> bool {
        let rows: Vec<u32> = self.system.rows_of.get(cell).map(|(row, _)| row).collect();
        for row in rows {
            // What is known while a line is shown is known no more: no chain says so, hence that line stays hidden.
            if let Some(line) = self.system.while_shown[row as usize]
                && self.hides(line)
            {
                self.kept[line as usize] = true;
            }
            let others: Vec<CellId> = self.system.rows.get(row).map(|(cell, _)| cell).collect();
            for other in others {
                self.hides(self.system.cells[other as usize].line);
            }
        }
        self.protect(cell, None)
    }

    /// Hides a line that is shown and may be; false when there is none to hide.
    fn hides(&mut self, line: LineId) -> bool {
        let item = &self.system.lines[line as usize];
        let may = item.state == State::Shown && item.may_hide;
        if may {
            self.set_state(line, State::Secondary);
        }
        may
    }
}
