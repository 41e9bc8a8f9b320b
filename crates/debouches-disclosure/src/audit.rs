//! The audit: for each protected cell, a checked pair of tables, or a refusal with its reason. It fails closed.

use std::collections::BTreeMap;

use crate::components::Components;
use crate::derive::combination;
use crate::elimination::solve;
use crate::ledger::Ledger;
use crate::linear::{BOTH_WAYS, around, extreme, furthest, furthest_by_moves};
use crate::moves::{Mover, NEAR, REACH};
use crate::pair::Pair;
use crate::propagate::{Reasons, VISITS, propagate};
use crate::search::{Answer, Corner};
use crate::system::{CellId, System};
use crate::view::View;

/// How much work the audit may do before it gives up on a cell, which is then unsafe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Visits of ties while bounds are tightened.
    pub visits: usize,
    /// Largest group of unknowns that is searched to the end.
    pub corner: usize,
    /// Nodes of such a search, for one cell.
    pub nodes: usize,
    /// Largest number of unknowns in one linear program; 0 for none.
    pub program: usize,
    /// Most linear programs in one run.
    pub programs: usize,
    /// Most nodes of searches in one run.
    pub searched: usize,
    /// Linear programs for all the cells of one group.
    pub together: usize,
}

impl Effort {
    /// For a judgement that another one follows: it may leave more cells without proof.
    pub(crate) fn brief() -> Self {
        Self {
            programs: 10,
            searched: 100_000,
            together: 2,
            ..Self::default()
        }
    }

    /// For the few cells that a first judgement leaves without proof.
    fn thorough() -> Self {
        Self {
            corner: 60,
            nodes: 200_000,
            program: 800,
            programs: 2 * MOST_AGAIN,
            searched: 1_000_000,
            ..Self::default()
        }
    }

    /// What a judgement leaves for the next one.
    #[must_use]
    pub fn after(self, judgement: &Judgement) -> Self {
        let programs = self.programs.saturating_sub(judgement.programs);
        Self {
            programs,
            searched: self.searched.saturating_sub(judgement.searched),
            ..self
        }
    }
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            visits: VISITS,
            corner: 40,
            nodes: 20_000,
            program: 240,
            programs: 400,
            searched: 500_000,
            together: 4,
        }
    }
}

/// Why a cell is not safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It can be computed: multiples of the ties of the system (none when the combination is too large to write out).
    Exact(Vec<(u32, i128)>),
    /// Its bounds are closer than the width it needs; the ties that gave them, when it was not one search.
    Narrow {
        /// Smallest possible value.
        low: i64,
        /// Largest possible value.
        high: i64,
        /// Ties that tightened the bounds, the last ones first.
        by: Vec<u32>,
    },
    /// No pair of tables was found within the effort allowed.
    Unproven {
        /// How far apart the values found are.
        reached: i64,
    },
}

/// What the audit says of a protected cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Two checked tables differ on it by the width it needs.
    Safe(Pair),
    /// It can be worked out, or nothing proves that it cannot.
    Unsafe(Reason),
}

/// What the audit found.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// Each protected cell, in order.
    pub cells: Vec<(CellId, Verdict)>,
    /// The tables that prove what is safe. Private: with them the true table could be guessed at.
    pub ledger: Ledger,
    /// Number of groups of unknowns, and the size of the largest.
    pub groups: (usize, usize),
    /// Linear programs solved.
    pub programs: usize,
    /// Nodes of searches visited.
    pub searched: usize,
}

impl Judgement {
    /// Of no cell.
    pub(crate) fn of_nothing() -> Self {
        Self {
            cells: Vec::new(),
            ledger: Ledger::new(0),
            groups: (0, 0),
            programs: 0,
            searched: 0,
        }
    }

    /// Cells that are not safe.
    pub fn failures(&self) -> impl Iterator<Item = (CellId, &Reason)> {
        self.cells
            .iter()
            .filter_map(|(cell, verdict)| match verdict {
                Verdict::Safe(_) => None,
                Verdict::Unsafe(reason) => Some((*cell, reason)),
            })
    }

    /// True when every protected cell is safe.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.failures().next().is_none()
    }
}

/// The system contradicts itself: nothing can be judged, hence nothing published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the true table contradicts what would be published, {} times; the first: {}", .0.len(), .0.first().map_or("", String::as_str))]
pub struct Contradiction(pub Vec<String>);

/// Judges every protected cell of a system.
///
/// # Errors
/// When the true values do not satisfy what the system says of them.
pub fn judge(system: &System, effort: Effort) -> Result<Judgement, Contradiction> {
    judge_with(system, effort, Ledger::new(system.cells.len()))
}

/// The same with moves that were checked against this system.
pub(crate) fn judge_with(
    system: &System,
    effort: Effort,
    ledger: Ledger,
) -> Result<Judgement, Contradiction> {
    let cells = system.protected().collect();
    judged(system, effort, cells, ledger)
}

/// Largest group whose cells are looked at together.
const TOGETHER: usize = 2_000;

/// Most elementary moves that are made together.
const TOGETHER_MOVES: usize = 1_000;

/// Times that an elementary move alone is made at most, each way.
const FAR: i64 = 12;

/// Most cells that are judged again with more effort.
const MOST_AGAIN: usize = 40;

/// Judges again, with more effort, the few cells of which nothing is proved.
pub(crate) fn judge_again(system: &System, judgement: &mut Judgement) {
    let cells: Vec<CellId> = judgement
        .failures()
        .filter(|(_, reason)| matches!(reason, Reason::Unproven { .. }))
        .map(|(cell, _)| cell)
        .collect();
    if cells.is_empty() || cells.len() > MOST_AGAIN {
        return;
    }
    // What it cannot judge stays as it was: not proved.
    let _ = renew(system, judgement, cells, Effort::thorough());
}

/// Judges the cells that are not safe once more, after more was hidden. A cell that is safe stays so: the two tables that prove it
/// still agree with what is published.
///
/// # Errors
/// When the true values do not satisfy what the system says of them.
pub(crate) fn judge_failures(
    system: &System,
    judgement: &mut Judgement,
) -> Result<(), Contradiction> {
    let cells = judgement.failures().map(|(cell, _)| cell).collect();
    renew(system, judgement, cells, Effort::brief())
}

fn renew(
    system: &System,
    judgement: &mut Judgement,
    cells: Vec<CellId>,
    effort: Effort,
) -> Result<(), Contradiction> {
    let again = judged(system, effort, cells, judgement.ledger.clone())?;
    let mut verdicts: BTreeMap<CellId, Verdict> = again.cells.into_iter().collect();
    for (cell, verdict) in &mut judgement.cells {
        if let Some(renewed) = verdicts.remove(cell) {
            *verdict = renewed;
        }
    }
    judgement.ledger = again.ledger;
    judgement.groups = again.groups;
    Ok(())
}

fn judged(
    system: &System,
    effort: Effort,
    cells: Vec<CellId>,
    ledger: Ledger,
) -> Result<Judgement, Contradiction> {
    let contradictions = system.contradictions();
    if !contradictions.is_empty() {
        return Err(Contradiction(contradictions));
    }
    let mut view = View::of_readers(system);
    let (reasons, broken) = propagate(&mut view, effort.visits);
    if !broken.is_empty() {
        return Err(Contradiction(vec!["no table is possible".to_owned()]));
    }
    let groups = Components::of(&view);
    let values: Vec<i64> = system.cells.iter().map(|cell| cell.value).collect();
    let (is_determined, moves) = eliminated(system, &view, &values, &groups);
    let mut run = Run {
        system,
        mover: Mover::new(&view, &values),
        view: &view,
        groups: &groups,
        values: &values,
        ledger,
        effort,
        doubted: system.doubted(),
        programs: 0,
        searched: 0,
        is_hopeless: vec![false; groups.members.len()],
        is_done: vec![false; groups.members.len()],
        is_determined,
        is_made: vec![false; groups.members.len()],
        moves,
    };
    let verdicts = cells
        .into_iter()
        .map(|cell| (cell, run.cell(cell, &reasons)));
    let cells = verdicts.collect::<Vec<_>>();
    let (ledger, programs, searched) = (run.ledger, run.programs, run.searched);
    let largest = groups
        .members
        .iter()
        .map(Vec::len)
        .max()
        .unwrap_or_default();
    Ok(Judgement {
        cells,
        ledger,
        groups: (groups.members.len(), largest),
        programs,
        searched,
    })
}

/// True for the cells that equalities alone determine, and the elementary moves of each group.
fn eliminated(
    system: &System,
    view: &View,
    values: &[i64],
    groups: &Components,
) -> (Vec<bool>, Vec<Moves>) {
    let mut determined = vec![false; system.cells.len()];
    let mut moves: Vec<Moves> = vec![Vec::new(); groups.members.len()];
    let mut wanted = vec![false; groups.members.len()];
    for cell in system.protected().filter(|cell| view.moves(*cell)) {
        wanted[groups.of[cell as usize] as usize] = true;
    }
    for (group, members) in groups.members.iter().enumerate() {
        if wanted[group]
            && let Some(solve) = solve(view, values, members)
        {
            for cell in solve.determined {
                determined[cell as usize] = true;
            }
            moves[group] = solve.moves;
        }
    }
    (determined, moves)
}

/// Moves of a group.
type Moves = Vec<Vec<(CellId, i64)>>;

struct Run<'a> {
    system: &'a System,
    view: &'a View,
    groups: &'a Components,
    values: &'a [i64],
    mover: Mover<'a>,
    ledger: Ledger,
    effort: Effort,
    doubted: Vec<bool>,
    programs: usize,
    searched: usize,
    /// True for the groups where a linear program left a cell without proof: more is hidden there whatever is found of the others, and they
    /// are looked at less closely.
    is_hopeless: Vec<bool>,
    /// True for the groups whose cells were looked at together.
    is_done: Vec<bool>,
    /// True for the cells that equalities alone determine.
    is_determined: Vec<bool>,
    /// True for the groups whose elementary moves were made.
    is_made: Vec<bool>,
    /// The elementary moves of each group.
    moves: Vec<Moves>,
}

impl Run<'_> {
    fn cell(&mut self, cell: CellId, reasons: &Reasons) -> Verdict {
        let need = self.system.cells[cell as usize].needed();
        if self.system.unsolved[cell as usize] || self.doubted[cell as usize] {
            return Verdict::Unsafe(Reason::Unproven { reached: 0 });
        }
        let (low, high) = (self.view.low[cell as usize], self.view.high[cell as usize]);
        if high - low < need {
            return Verdict::Unsafe(Reason::Narrow {
                low,
                high,
                by: self.because(cell, reasons),
            });
        }
        let group = &self.groups.members[self.groups.of[cell as usize] as usize];
        if self.is_determined[cell as usize] {
            let by = combination(self.view, group, cell).unwrap_or_default();
            let by = by
                .into_iter()
                .map(|(row, multiple)| (self.view.source[row as usize], multiple))
                .collect();
            return Verdict::Unsafe(Reason::Exact(by));
        }
        if self.is_proved(cell, need)
            || self.by_elementary(cell, need)
            || self.by_moves(cell, need)
            || self.together(cell, need)
            || self.by_programs(cell, need)
        {
            return Verdict::Safe(self.ledger.pair(cell));
        }
        if group.len() <= self.effort.corner {
            if let Some((low, high)) = self.by_search(cell, need, group) {
                return Verdict::Unsafe(Reason::Narrow {
                    low,
                    high,
                    by: Vec::new(),
                });
            }
            if self.is_proved(cell, need) {
                return Verdict::Safe(self.ledger.pair(cell));
            }
        }
        Verdict::Unsafe(Reason::Unproven {
            reached: self.ledger.width(cell),
        })
    }

    fn is_proved(&self, cell: CellId, need: i64) -> bool {
        self.ledger.width(cell) >= need
    }

    /// The elementary moves of the group, each as far as it goes, then some of them together.
    fn by_elementary(&mut self, cell: CellId, need: i64) -> bool {
        let group = self.groups.of[cell as usize] as usize;
        if self.moves[group].is_empty() {
            return false;
        }
        if !self.is_made[group] {
            self.is_made[group] = true;
            let moves = std::mem::take(&mut self.moves[group]);
            moves.iter().for_each(|moved| self.make(moved));
            self.moves[group] = moves;
        }
        self.together(cell, need)
    }

    /// Makes an elementary move forth and back, when a cell that it moves is not proved.
    fn make(&mut self, moved: &[(CellId, i64)]) {
        if !moved.iter().any(|(cell, _)| self.is_open(*cell)) {
            return;
        }
        let (forth, back) = self.mover.room(moved);
        for times in [forth.min(FAR), -back.min(FAR)] {
            if times != 0 {
                let moved = moved.iter().map(|(cell, by)| (*cell, by * times));
                self.ledger.enter(self.system, moved.collect());
            }
        }
    }

    /// True for a hidden cell that may be safe, and is not proved to be.
    fn is_open(&self, cell: CellId) -> bool {
        let index = cell as usize;
        let need = self.system.cells[index].needed();
        self.system.is_hidden(cell)
            && self.ledger.width(cell) < need
            && self.view.high[index] - self.view.low[index] >= need
            && !self.is_determined[index]
    }

    /// Chains of ties, up then down.
    fn by_moves(&mut self, cell: CellId, need: i64) -> bool {
        let is_hopeless = self.is_hopeless[self.groups.of[cell as usize] as usize];
        self.mover.reach(if is_hopeless { NEAR } else { REACH });
        for sign in [1, -1] {
            if self.is_proved(cell, need) {
                return true;
            }
            if let Some(moved) = self.mover.push(cell, sign * need, &|_| Some(1)) {
                self.ledger.enter(self.system, moved);
            }
        }
        self.is_proved(cell, need)
    }

    /// A few programs for all the cells of a group that are not proved yet: one table moves many of them.
    fn together(&mut self, cell: CellId, need: i64) -> bool {
        let group = self.groups.of[cell as usize] as usize;
        let members = &self.groups.members[group];
        let is_large = match self.moves[group].len() {
            0 => members.len() > TOGETHER,
            moves => moves > TOGETHER_MOVES,
        };
        if self.is_done[group] || self.effort.program == 0 || is_large {
            return self.is_proved(cell, need);
        }
        self.is_done[group] = true;
        for direction in BOTH_WAYS.into_iter().cycle().take(self.effort.together) {
            let open: BTreeMap<CellId, i64> = members
                .iter()
                .filter(|item| self.is_open(**item))
                .map(|item| (*item, self.system.cells[*item as usize].needed()))
                .collect();
            if open.is_empty() {
                break;
            }
            let (view, values) = (self.view, self.values);
            let moved = match &self.moves[group][..] {
                [] => furthest(view, values, members, &open, direction),
                moves => furthest_by_moves(view, values, moves, &open, direction),
            };
            if let Some(moved) = moved {
                self.ledger.enter(self.system, moved);
            }
        }
        self.is_proved(cell, need)
    }

    /// Linear programs around the cell.
    fn by_programs(&mut self, cell: CellId, need: i64) -> bool {
        let group = self.groups.of[cell as usize] as usize;
        if self.effort.program == 0
            || self.programs >= self.effort.programs
            || self.is_hopeless[group]
        {
            return false;
        }
        let (view, values) = (self.view, self.values);
        let wanted = BTreeMap::from([(cell, need)]);
        let free = match self.moves[group].len() {
            0 => around(view, cell, self.effort.program),
            _ => Vec::new(),
        };
        for direction in BOTH_WAYS {
            if self.programs >= self.effort.programs {
                return false;
            }
            self.programs += 1;
            let moved = match &self.moves[group][..] {
                [] => extreme(view, values, &free, cell, direction),
                moves => furthest_by_moves(view, values, moves, &wanted, direction),
            };
            if let Some(moved) = moved {
                self.ledger.enter(self.system, moved);
            }
            if self.is_proved(cell, need) {
                return true;
            }
        }
        self.is_hopeless[group] = true;
        false
    }

    /// Every table of the group. Gives the true bounds when they are too narrow, which is then proved.
    fn by_search(&mut self, cell: CellId, need: i64, group: &[CellId]) -> Option<(i64, i64)> {
        let corner = Corner::new(self.view, self.values, group);
        let value = self.values[cell as usize];
        let most = self
            .effort
            .nodes
            .min(self.effort.searched.saturating_sub(self.searched));
        let mut nodes = most;
        let out = self.ends(&corner, cell, need, value, &mut nodes);
        self.searched += most - nodes;
        out
    }

    fn ends(
        &mut self,
        corner: &Corner,
        cell: CellId,
        need: i64,
        value: i64,
        nodes: &mut usize,
    ) -> Option<(i64, i64)> {
        let mut ends = [value, value];
        for (index, limit) in [
            (0, self.view.low[cell as usize]),
            (1, self.view.high[cell as usize]),
        ] {
            // Halving is right here: “a table with at least that much” can only become harder as it grows.
            let (mut possible, mut open) = (value, limit);
            while possible != open {
                let middle = if index == 0 {
                    open + (possible - open) / 2
                } else {
                    open - (open - possible) / 2
                };
                let within = if index == 0 {
                    (limit, middle)
                } else {
                    (middle, limit)
                };
                match corner.find(cell, within, nodes) {
                    Answer::Table(moved) => {
                        let reached = value
                            + moved
                                .iter()
                                .find(|(item, _)| *item == cell)
                                .map_or(0, |(_, by)| *by);
                        self.ledger.enter(self.system, moved);
                        possible = reached;
                    }
                    Answer::Impossible => open = if index == 0 { middle + 1 } else { middle - 1 },
                    Answer::GaveUp => return None,
                }
                if self.is_proved(cell, need) {
                    return None;
                }
            }
            ends[index] = possible;
        }
        (ends[1] - ends[0] < need).then_some((ends[0], ends[1]))
    }

    /// The ties that tightened the bounds of a cell, followed back a few steps.
    fn because(&self, cell: CellId, reasons: &Reasons) -> Vec<u32> {
        let mut out = Vec::new();
        let mut waiting = std::collections::VecDeque::from([cell]);
        let mut seen = std::collections::BTreeSet::from([cell]);
        while let Some(cell) = waiting.pop_front() {
            let (low, high) = reasons.0[cell as usize];
            for row in [low, high]
                .into_iter()
                .filter(|row| *row != crate::propagate::BEFOREHAND)
            {
                let source = self.view.source[row as usize];
                if !out.contains(&source) && out.len() < 12 {
                    out.push(source);
                    waiting.extend(
                        self.view
                            .rows
                            .get(row)
                            .map(|(other, _)| other)
                            .filter(|other| seen.insert(*other))
                            .take(64),
                    );
                }
            }
        }
        out
    }
}
