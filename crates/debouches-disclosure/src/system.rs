//! Everything published together, as integers: cells, the lines that hold them, and what ties them.

use crate::sparse::Sparse;
pub(crate) use crate::sparse::number;

/// More persons than any count has.
pub(crate) const MANY: i64 = 10_000_000;

/// Number of a cell in its system.
pub type CellId = u32;
/// Number of a line in its system.
pub type LineId = u32;

/// What readers see of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its figures are published.
    Shown,
    /// Hidden because a figure in it is too small.
    Primary,
    /// Hidden so that a primary one cannot be worked out. Readers cannot tell the two apart.
    Secondary,
}

/// Figures that are shown or hidden together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Shown or hidden.
    pub state: State,
    /// Price of hiding it, in any unit; the least is hidden first.
    pub cost: u64,
    /// False when it must stay public whatever happens.
    pub may_hide: bool,
    /// Who knows it from the inside (an establishment); none for totals.
    pub owner: Option<u32>,
    /// Place in the list of levels, for reports.
    pub level: u32,
}

/// One count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Its line.
    pub line: LineId,
    /// The true value.
    pub value: i64,
    /// Smallest and largest value that publication leaves possible when the line is shown: equal for a published
    /// count, apart for a count seen through a rounded rate.
    pub shown: (i64, i64),
    /// Smallest and largest value that a reader knows beforehand when the line is hidden.
    pub prior: (i64, i64),
    /// How far apart the possible values must stay while the line is hidden; 0 when the cell needs no protection.
    pub width: i64,
}

impl Cell {
    /// The width that publication must leave: never more than what is known beforehand leaves.
    #[must_use]
    pub fn needed(&self) -> i64 {
        self.width.min(self.prior.1 - self.prior.0)
    }
}

/// Where a tie between cells comes from, for explanations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// A total and its parts.
    Sum,
    /// The parts of a whole: continuing, employed, others.
    Partition,
    /// A rounded rate: a count between two multiples of another.
    Rate,
    /// Two cohorts published as one.
    Cumul,
    /// One figure under two keys.
    Alias,
    /// A rate that follows from two published shares.
    Ratio,
    /// A rate beside the mean that it is part of.
    Mean,
    /// The same cell in two releases, with a bounded revision.
    Revision,
}

/// `low ≤ Σ coefficient × cell ≤ high`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// Cells and their coefficients.
    pub terms: Vec<(CellId, i64)>,
    /// Smallest value of the sum.
    pub low: i64,
    /// Largest value of the sum.
    pub high: i64,
    /// What it means.
    pub relation: Relation,
    /// Readers know it only while that line is shown (a published rate); always when none.
    pub while_shown: Option<LineId>,
}

/// Everything published together.
#[derive(Debug, Clone, Default)]
pub struct System {
    pub(crate) cells: Vec<Cell>,
    pub(crate) lines: Vec<Line>,
    pub(crate) labels: Vec<Box<str>>,
    pub(crate) rows: Sparse,
    pub(crate) bounds: Vec<(i64, i64)>,
    pub(crate) ties: Vec<Relation>,
    pub(crate) while_shown: Vec<Option<LineId>>,
    pub(crate) rows_of: Sparse,
    pub(crate) implied: Vec<bool>,
    /// Cells whose true value nobody told us.
    pub(crate) untold: Vec<bool>,
    /// Cells that nobody publishes, under whatever status: what a sum leaves out.
    pub(crate) unpublished: Vec<bool>,
    /// Cells of groups for which no table was found: nothing can be proved of them.
    pub(crate) unsolved: Vec<bool>,
    /// Among them, those for which there is proved to be none.
    pub(crate) contradicted: Vec<bool>,
    /// Constraints that the figures contradict, kept at the value that the figures give them.
    pub(crate) doubtful: Vec<u32>,
}

impl System {
    /// An empty system.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line; gives its number.
    pub fn line(&mut self, line: Line) -> LineId {
        self.lines.push(line);
        number(self.lines.len() - 1)
    }

    /// Adds a cell with the words that name it; gives its number.
    pub fn cell(&mut self, cell: Cell, label: impl Into<Box<str>>) -> CellId {
        self.cell_of(cell, label, true)
    }

    /// Adds a cell whose value is told, or stands for one that is not: see [`crate::complete`].
    pub fn cell_of(&mut self, cell: Cell, label: impl Into<Box<str>>, is_given: bool) -> CellId {
        self.cells.push(cell);
        self.untold.push(!is_given);
        self.unsolved.push(false);
        self.contradicted.push(false);
        self.unpublished.push(false);
        self.labels.push(label.into());
        number(self.cells.len() - 1)
    }

    /// Says that nobody publishes a cell: it counts neither as shown nor as hidden.
    pub(crate) fn leave_unpublished(&mut self, cell: CellId) {
        self.unpublished[cell as usize] = true;
    }

    /// Lets what some sums leave out be anything, where there is no table otherwise: a search without an end opens nothing. False when
    /// there is none of them there.
    pub(crate) fn open(&mut self, slacks: &[CellId]) -> bool {
        let mut is_changed = false;
        for slack in slacks {
            let index = *slack as usize;
            if self.contradicted[index] && self.cells[index].prior.1 == 0 {
                self.cells[index].prior.1 = MANY;
                self.untold[index] = true;
                is_changed = true;
            }
        }
        is_changed
    }

    /// Makes a constraint that the figures contradict agree with the value that they give it, and puts its cells in doubt. A sum
    /// keeps one value; what was between two bounds is between wider ones.
    pub(crate) fn shift(&mut self, row: u32, sum: i64) {
        let (low, high) = self.bounds[row as usize];
        self.bounds[row as usize] = match low == high {
            true => (sum, sum),
            false => (low.min(sum), high.max(sum)),
        };
        self.doubtful.push(row);
    }

    /// Constraints that readers know, among cells with values, and that the values do not satisfy.
    pub(crate) fn untrue_rows(&self) -> Vec<u32> {
        let is_untrue = |row: &u32| {
            let (low, high) = self.bounds[*row as usize];
            let mut cells = self.rows.get(*row);
            if !self.is_known(*row) || cells.any(|(cell, _)| self.untold[cell as usize]) {
                return false;
            }
            let cells = self.rows.get(*row);
            let sum: i64 = cells
                .map(|(cell, by)| by * self.cells[cell as usize].value)
                .sum();
            sum < low || sum > high
        };
        (0..number(self.ties.len())).filter(is_untrue).collect()
    }

    /// Hidden cells of which nothing is proved: a constraint on them contradicts what is published, and something of it that may
    /// still be hidden is shown.
    pub(crate) fn doubted(&self) -> Vec<bool> {
        let mut out = vec![false; self.cells.len()];
        for row in &self.doubtful {
            let may_hide = |cell: CellId| {
                let line = &self.lines[self.cells[cell as usize].line as usize];
                line.state == State::Shown && line.may_hide
            };
            if self.rows.get(*row).any(|(cell, _)| may_hide(cell)) {
                self.rows
                    .get(*row)
                    .for_each(|(cell, _)| out[cell as usize] = true);
            }
        }
        out
    }

    /// Protected cells on which a constraint bears that contradicts what is published.
    pub(crate) fn in_doubt(&self) -> std::collections::BTreeSet<CellId> {
        self.doubtful
            .iter()
            .flat_map(|row| self.rows.get(*row))
            .map(|(cell, _)| cell)
            .filter(|cell| self.cells[*cell as usize].needed() > 0 && self.is_hidden(*cell))
            .collect()
    }

    /// Asks no protection for a cell any more.
    pub(crate) fn excuse(&mut self, cell: CellId) {
        self.cells[cell as usize].width = 0;
    }

    /// The true value of a cell, when it was told.
    #[must_use]
    pub fn value_of(&self, cell: CellId) -> Option<i64> {
        (!self.untold[cell as usize]).then(|| self.cells[cell as usize].value)
    }

    /// Says that a cell is in another release too, in that line, with that value when it is told.
    pub(crate) fn meet(
        &mut self,
        cell: CellId,
        line: LineId,
        value: Option<i64>,
        width: Option<i64>,
    ) {
        let was_shown = !self.is_hidden(cell);
        let item = &mut self.cells[cell as usize];
        if let (true, Some(value)) = (self.untold[cell as usize], value) {
            item.value = value;
            item.shown = (value, value);
            item.prior = (item.prior.0.min(value), item.prior.1.max(value));
            self.untold[cell as usize] = false;
        }
        // Published once is published, whatever is hidden later; otherwise the last release decides.
        if !was_shown {
            item.line = line;
        }
        if let Some(width) = width {
            item.width = item.width.max(width);
        }
    }

    /// Adds a tie between cells.
    pub fn constrain(&mut self, constraint: &Constraint) {
        self.rows.push(constraint.terms.iter().copied());
        self.bounds.push((constraint.low, constraint.high));
        self.ties.push(constraint.relation);
        self.while_shown.push(constraint.while_shown);
        self.rows_of = Sparse::default();
    }

    /// Adds `total = Σ parts`.
    pub fn sum(&mut self, total: CellId, parts: &[CellId], relation: Relation) {
        let terms = std::iter::once((total, -1))
            .chain(parts.iter().map(|part| (*part, 1)))
            .collect();
        self.constrain(&Constraint {
            terms,
            low: 0,
            high: 0,
            relation,
            while_shown: None,
        });
    }

    /// Prepares the way from cells to their ties: to be called once, after the last tie.
    pub fn finish(&mut self) {
        self.rows_of = self.rows.transposed(self.cells.len());
        self.implied = implied(self);
    }

    /// The cells.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Shows or hides a line.
    pub fn set_state(&mut self, line: LineId, state: State) {
        self.lines[line as usize].state = state;
    }

    /// The words that name a cell.
    #[must_use]
    pub fn label(&self, cell: CellId) -> &str {
        &self.labels[cell as usize]
    }

    /// True when the line of a cell is hidden.
    #[must_use]
    pub fn is_hidden(&self, cell: CellId) -> bool {
        self.lines[self.cells[cell as usize].line as usize].state != State::Shown
    }

    /// What readers know of a cell by itself.
    #[must_use]
    pub fn known(&self, cell: CellId) -> (i64, i64) {
        let item = &self.cells[cell as usize];
        if self.is_hidden(cell) {
            item.prior
        } else {
            item.shown
        }
    }

    /// True when readers know that tie.
    #[must_use]
    pub fn is_known(&self, row: u32) -> bool {
        self.while_shown[row as usize]
            .is_none_or(|line| self.lines[line as usize].state == State::Shown)
    }

    /// True when readers know that tie, and it joins cells that have values: those of contradictory groups have none.
    pub(crate) fn is_usable(&self, row: u32) -> bool {
        self.is_known(row)
            && self
                .rows
                .get(row)
                .all(|(cell, _)| !self.unsolved[cell as usize])
    }

    /// Hidden cells that need protection.
    pub fn protected(&self) -> impl Iterator<Item = CellId> + '_ {
        (0..number(self.cells.len()))
            .filter(|cell| self.cells[*cell as usize].needed() > 0 && self.is_hidden(*cell))
    }

    /// Number of ties.
    #[must_use]
    pub fn ties(&self) -> usize {
        self.ties.len()
    }

    /// What the true values contradict: knowledge or ties that do not hold. Empty in a sound system.
    #[must_use]
    pub fn contradictions(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for cell in (0..number(self.cells.len())).filter(|cell| !self.unsolved[*cell as usize]) {
            let (low, high) = self.known(cell);
            let value = self.cells[cell as usize].value;
            if value < low || value > high {
                broken.push(format!(
                    "{} = {value}, not within {low}..{high}",
                    self.label(cell)
                ));
            }
        }
        for row in 0..number(self.ties.len()) {
            let (low, high) = self.bounds[row as usize];
            let sum: i64 = self
                .rows
                .get(row)
                .map(|(cell, by)| by * self.cells[cell as usize].value)
                .sum();
            let is_solved = || {
                self.rows
                    .get(row)
                    .all(|(cell, _)| !self.unsolved[cell as usize])
            };
            if self.is_known(row) && (sum < low || sum > high) && is_solved() {
                let cells: Vec<&str> = self
                    .rows
                    .get(row)
                    .take(4)
                    .map(|(cell, _)| self.label(cell))
                    .collect();
                broken.push(format!(
                    "{:?} of {}: {sum}, not within {low}..{high}",
                    self.ties[row as usize],
                    cells.join(", ")
                ));
            }
        }
        broken
    }
}

/// Ties that follow from others: a region's total over trainings, when both its parts and their totals are there.
///
/// Each total is defined once; a second tie on it is implied when its two sides are the same sum of undivided cells,
/// which is compared on a fingerprint. Searches leave implied ties out; proofs check them all the same, so that a
/// chance equality of fingerprints could cost time, never safety.
fn implied(system: &System) -> Vec<bool> {
    let exact = |row: u32| {
        system.bounds[row as usize] == (0, 0) && system.while_shown[row as usize].is_none()
    };
    let mut definition = vec![u32::MAX; system.cells.len()];
    for row in (0..number(system.rows.len())).filter(|row| exact(*row)) {
        if let Some((total, -1)) = system.rows.get(row).next()
            && definition[total as usize] == u32::MAX
        {
            definition[total as usize] = row;
        }
    }
    let mut prints: Vec<Option<u64>> = (0..)
        .zip(&definition)
        .map(|(cell, row)| (*row == u32::MAX).then(|| mixed(cell)))
        .collect();
    for cell in 0..number(system.cells.len()) {
        // Parts first; a tie that goes round in circles leaves its totals without a fingerprint.
        let mut path = vec![cell];
        let mut steps = 0;
        while let Some(cell) = path.last().copied() {
            steps += 1;
            if prints[cell as usize].is_some() || steps > 4 * system.cells.len() {
                path.pop();
                continue;
            }
            let parts = || system.rows.get(definition[cell as usize]).skip(1);
            match parts().find(|(part, _)| prints[*part as usize].is_none()) {
                Some((part, _)) if path.contains(&part) => break,
                Some((part, _)) => path.push(part),
                None => {
                    let sum = parts().fold(0_u64, |sum, (part, by)| {
                        sum.wrapping_add(
                            prints[part as usize]
                                .unwrap_or_default()
                                .wrapping_mul(by.cast_unsigned()),
                        )
                    });
                    prints[cell as usize] = Some(sum);
                }
            }
        }
    }
    let balance = |row: u32| {
        system.rows.get(row).try_fold(0_u64, |sum, (cell, by)| {
            prints[cell as usize]
                .map(|print| sum.wrapping_add(print.wrapping_mul(by.cast_unsigned())))
        })
    };
    let defines = |row: u32| {
        system
            .rows
            .get(row)
            .next()
            .is_some_and(|(total, _)| definition[total as usize] == row)
    };
    (0..number(system.rows.len()))
        .map(|row| exact(row) && !defines(row) && balance(row) == Some(0))
        .collect()
}

/// A number that looks drawn at random, always the same for a cell (`SplitMix64`).
pub(crate) fn mixed(cell: u32) -> u64 {
    let z = (u64::from(cell) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
