//! From tables and their policy to a system: which counts there are, in which releases, and what ties them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use debouches_model::spec::{CountSpec, DisclosureSpec, Extremes};

use crate::facts::{Facts, Row, Seen};
use crate::system::{Cell, CellId, Constraint, Line, LineId, MANY, Relation, State, System};

/// What to do with a published count whose base is under the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Primary {
    /// Hide it, as the threshold alone would: the table is a private one.
    Hide,
    /// Leave it, and tell: the table is what was published.
    Reveal,
}

/// A system, and where its cells come from.
#[derive(Debug, Clone)]
pub struct Modelled {
    /// The system.
    pub system: System,
    /// Row of the last release and lines of that row, by the bases that decide: which counts each line holds.
    pub lines: Vec<(usize, LineId, Vec<usize>)>,
    /// Cells of each row of the last release, in the order of the policy's counts.
    pub cells: Vec<Vec<Option<CellId>>>,
    /// Published counts whose base is under the threshold, by their names.
    pub under: Vec<String>,
    /// Cells of earlier releases that were revised: a count that has two values.
    pub revised: usize,
    /// Who knows rows from the inside, by the number of the owner.
    pub owners: Vec<Arc<str>>,
    /// Ties that the published figures themselves contradict: readers cannot rely on them.
    pub untrue: usize,
}

/// Builds the system of everything published together: the last release, and all the former ones, withdrawn or not.
///
/// When `same` is true, a count that is hidden in two releases is one unknown; otherwise they may differ by the revision
/// that the policy allows.
#[must_use]
pub fn build(
    policy: &DisclosureSpec,
    releases: &[Facts],
    primary: Primary,
    same: bool,
) -> Modelled {
    let mut owners = BTreeMap::new();
    let out = Modelled::empty();
    let adding = Adding {
        policy,
        releases,
        has_current: true,
        identity: usize::MAX,
        primary,
        same,
    };
    let (mut out, _) = add(out, &mut owners, &adding);
    out.owners = by_number(owners);
    out.system.finish();
    out
}

/// Names by their numbers.
pub(crate) fn by_number(owners: BTreeMap<Arc<str>, u32>) -> Vec<Arc<str>> {
    let mut owners: Vec<(u32, Arc<str>)> = owners
        .into_iter()
        .map(|(name, number)| (number, name))
        .collect();
    owners.sort_unstable();
    owners.into_iter().map(|(_, name)| name).collect()
}

/// Orders of magnitude of counts: within one level, the smaller line is hidden first.
pub(crate) const SIZES: u64 = 16;

/// A table to add to a system, with its releases.
pub(crate) struct Adding<'a> {
    pub(crate) policy: &'a DisclosureSpec,
    pub(crate) releases: &'a [Facts],
    /// True when the last release is the one that may still hide more.
    pub(crate) has_current: bool,
    /// Number of columns of the key that tell rows apart; the others follow from them.
    pub(crate) identity: usize,
    pub(crate) primary: Primary,
    /// True when a count that is hidden in two releases is one unknown.
    pub(crate) same: bool,
}

/// Adds the releases of a table to a system, without finishing it. Gives the cells of each of its releases.
pub(crate) fn add(
    out: Modelled,
    owners: &mut BTreeMap<Arc<str>, u32>,
    adding: &Adding<'_>,
) -> (Modelled, Vec<Vec<RowCells>>) {
    let mut builder = Builder {
        policy: adding.policy,
        counts: &adding.policy.count,
        out,
        known: HashMap::new(),
        owners: std::mem::take(owners),
        limits: HashSet::new(),
        primary: adding.primary,
        same: adding.same,
        identity: adding.identity,
    };
    let mut cells = Vec::new();
    for (index, facts) in adding.releases.iter().enumerate() {
        let is_current = adding.has_current && index + 1 == adding.releases.len();
        cells.push(builder.release(facts, is_current));
    }
    *owners = builder.owners;
    (builder.out, cells)
}

impl Modelled {
    /// No table yet.
    pub(crate) fn empty() -> Self {
        Self {
            system: System::new(),
            lines: Vec::new(),
            cells: Vec::new(),
            under: Vec::new(),
            revised: 0,
            owners: Vec::new(),
            untrue: 0,
        }
    }
}

/// Makes a system, release after release. What ties its cells is in `ties`.
pub(crate) struct Builder<'a> {
    pub(crate) policy: &'a DisclosureSpec,
    pub(crate) counts: &'a [CountSpec],
    pub(crate) out: Modelled,
    /// Versions of each count, by key, then by place.
    known: HashMap<Vec<Arc<str>>, Vec<Vec<CellId>>>,
    owners: BTreeMap<Arc<str>, u32>,
    /// Totals and parts of which something may be missing, seen so far.
    pub(crate) limits: HashSet<Vec<CellId>>,
    primary: Primary,
    same: bool,
    identity: usize,
}

/// The cells of a row, in the order of the policy's counts.
pub(crate) type RowCells = Vec<Option<CellId>>;

/// What counts of a row have in common when they are hidden together: bases, group, whether they are hidden already.
type Together<'a> = (Vec<&'a str>, Option<&'a str>, bool);

impl Builder<'_> {
    fn release(&mut self, facts: &Facts, is_last: bool) -> Vec<RowCells> {
        let owner = self
            .policy
            .owner
            .as_ref()
            .and_then(|name| facts.key.iter().position(|item| item == name));
        let cells: Vec<RowCells> = facts
            .rows
            .iter()
            .enumerate()
            .map(|(index, row)| self.row(facts, row, owner, is_last.then_some(index)))
            .collect();
        for (row, cells) in facts.rows.iter().zip(&cells) {
            self.within_row(row, cells);
        }
        self.between_rows(facts, &cells);
        if is_last {
            self.out.cells.clone_from(&cells);
        }
        cells
    }

    /// The cells of a row. Counts with the same bases are hidden together.
    pub(crate) fn row(
        &mut self,
        facts: &Facts,
        row: &Row,
        owner: Option<usize>,
        last: Option<usize>,
    ) -> RowCells {
        let index_of = |name: &str| self.counts.iter().position(|count| count.column == name);
        // What is hidden for another reason than its base (a producer's own) leaves the rest of its group published.
        let mut groups: BTreeMap<Together<'_>, Vec<usize>> = BTreeMap::new();
        for (index, count) in self
            .counts
            .iter()
            .enumerate()
            .filter(|(index, _)| row.counts[*index] != Seen::Nothing)
        {
            let base = count.base.iter().map(String::as_str).collect();
            let is_hidden = matches!(row.counts[index], Seen::Hidden(_));
            groups
                .entry((base, count.group.as_deref(), is_hidden))
                .or_default()
                .push(index);
        }
        let value = |index: usize| match row.counts[index] {
            Seen::Value(value) | Seen::Hidden(Some(value)) => Some(value),
            Seen::Hidden(None) | Seen::Nothing => None,
        };
        let level = self.policy.level.iter().position(|level| {
            level.when.iter().all(|(column, wanted)| {
                facts
                    .key
                    .iter()
                    .position(|item| item == column)
                    .is_some_and(|index| *row.key[index] == **wanted)
            })
        });
        let (cost, may_hide) = level.map_or((1, true), |level| {
            (
                self.policy.level[level].cost,
                self.policy.level[level].may_hide,
            )
        });
        // What belongs to the whole nation or a région has no owner.
        let owner = owner
            .filter(|index| !self.is_total(facts, *index, &row.key[*index]))
            .map(|index| {
                let next = u32::try_from(self.owners.len()).unwrap_or(u32::MAX);
                *self.owners.entry(row.key[index].clone()).or_insert(next)
            });
        let mut cells: RowCells = vec![None; self.counts.len()];
        for ((base, _, is_hidden), places) in groups {
            let bases: Vec<Option<i64>> = base
                .iter()
                .filter_map(|name| index_of(name))
                .map(value)
                .collect();
            let is_small = bases
                .iter()
                .any(|base| base.is_none_or(|base| base < i64::from(self.policy.threshold)));
            let is_extreme = self.policy.extremes == Extremes::Protect
                && places.iter().any(|index| {
                    let within = self.counts[*index]
                        .within
                        .as_deref()
                        .and_then(index_of)
                        .and_then(value);
                    within.is_some_and(|within| {
                        within > 0 && value(*index).is_some_and(|item| item == 0 || item == within)
                    })
                });
            if !is_hidden && is_small && self.primary == Primary::Reveal {
                self.out.under.push(words(&row.key));
            }
            let is_primary =
                is_hidden || ((is_small || is_extreme) && self.primary == Primary::Hide);
            let size = places
                .iter()
                .filter_map(|index| value(*index))
                .max()
                .unwrap_or_default();
            let line = self.out.system.line(Line {
                state: if is_primary {
                    State::Primary
                } else {
                    State::Shown
                },
                cost: u64::from(cost) * SIZES
                    + u64::from(size.unsigned_abs().saturating_add(1).ilog2()),
                may_hide: may_hide && last.is_some(),
                owner,
                level: level
                    .and_then(|level| u32::try_from(level).ok())
                    .unwrap_or(u32::MAX),
            });
            for index in &places {
                let within = self.counts[*index]
                    .within
                    .as_deref()
                    .and_then(index_of)
                    .map(|within| row.counts[within]);
                let prior = self.prior(*index, value(*index), within, facts.complementary);
                let protected = is_primary && (is_small || is_extreme || value(*index).is_none());
                cells[*index] = Some(self.cell(row, *index, line, prior, protected));
            }
            if let Some(row) = last {
                self.out.lines.push((row, line, places));
            }
        }
        self.limits(row, &cells);
        cells
    }

    fn is_total(&self, facts: &Facts, index: usize, value: &str) -> bool {
        self.policy
            .total
            .iter()
            .any(|total| total.column == facts.key[index] && total.total == value)
    }

    /// What readers know of a hidden count beforehand.
    fn prior(
        &self,
        index: usize,
        value: Option<i64>,
        within: Option<Seen>,
        complementary: bool,
    ) -> (i64, i64) {
        let count = &self.counts[index];
        let threshold = i64::from(self.policy.threshold);
        let floor = i64::from(self.policy.floor);
        let is_own = count.base.contains(&count.column);
        let (low, high) = match value {
            _ if count.percent => (0, 100),
            _ if !is_own || !self.policy.status_known => (0, MANY),
            Some(value) if value >= threshold => (threshold, MANY),
            None if count.base.len() > 1 || complementary => (0, MANY),
            Some(_) | None => (floor, threshold - 1),
        };
        match within {
            Some(Seen::Value(most)) => (low.min(most), high.min(most)),
            Some(Seen::Hidden(_) | Seen::Nothing) | None => (low, high),
        }
    }

    /// The cell of a count in this release: the same as in a former one unless it was revised.
    fn cell(
        &mut self,
        row: &Row,
        index: usize,
        line: LineId,
        prior: (i64, i64),
        protected: bool,
    ) -> CellId {
        let seen = row.counts[index];
        let identity = &row.key[..row.key.len().min(self.identity)];
        let all = match self.known.get_mut(identity) {
            Some(all) => all,
            None => self
                .known
                .entry(identity.to_vec())
                .or_insert_with(|| vec![Vec::new(); self.counts.len()]),
        };
        let versions = &mut all[index];
        let system = &mut self.out.system;
        let is_now_hidden = system.lines()[line as usize].state != State::Shown;
        let value = match seen {
            Seen::Value(value) | Seen::Hidden(Some(value)) => Some(value),
            Seen::Hidden(None) | Seen::Nothing => None,
        };
        // A count under the threshold in one release and above it in another was revised.
        let is_possible = |cell: CellId| {
            let (low, high) = system.cells()[cell as usize].prior;
            value.is_none_or(|value| (low..=high).contains(&value))
        };
        let is_same = |cell: &CellId| {
            let was_hidden = system.is_hidden(*cell);
            let item = system.value_of(*cell);
            match (was_hidden, is_now_hidden) {
                (false, false) => item == value,
                (true, true) if item.is_none() || value.is_none() => {
                    self.same && is_possible(*cell)
                }
                (true, true) => self.same && item == value,
                // Published in one of them: readers know it, unless it was revised.
                (false, true) => value.is_none_or(|value| item == Some(value)),
                (true, false) if item.is_none() => is_possible(*cell),
                (true, false) => value == item,
            }
        };
        if let Some(cell) = versions.iter().copied().find(is_same) {
            system.meet(
                cell,
                line,
                value,
                protected.then_some(i64::from(self.policy.width)),
            );
            return cell;
        }
        let width = if protected {
            i64::from(self.policy.width)
        } else {
            0
        };
        // Nobody told: the middle of what it can be, or its floor when it can be anything.
        let known = value.unwrap_or(if prior.1 < MANY {
            i64::midpoint(prior.0, prior.1)
        } else {
            prior.0
        });
        let cell = Cell {
            line,
            value: known,
            shown: (known, known),
            prior: (prior.0.min(known), prior.1.max(known)),
            width,
        };
        let label = format!("{} · {}", words(identity), self.counts[index].column);
        let new = system.cell_of(cell, label, value.is_some());
        if let Some(previous) = versions.last().copied() {
            self.out.revised += 1;
            let revision = i64::from(self.policy.revision);
            let terms = vec![(new, 1), (previous, -1)];
            // A bound on revisions joins two hidden counts. Where one of them is public, it would tell the other whatever we hide:
            // a revision that crosses the threshold is not taken as bounded.
            let values = system.value_of(new).zip(system.value_of(previous));
            let is_within = values.is_none_or(|(new, previous)| (new - previous).abs() <= revision);
            if revision > 0 && is_within && system.is_hidden(new) && system.is_hidden(previous) {
                system.constrain(&Constraint {
                    terms,
                    low: -revision,
                    high: revision,
                    relation: Relation::Revision,
                    while_shown: None,
                });
            }
        }
        versions.push(new);
        new
    }
}

/// A key in words: what is empty is left out.
fn words(key: &[Arc<str>]) -> String {
    key.iter()
        .filter(|part| !part.is_empty())
        .map(|part| &**part)
        .collect::<Vec<_>>()
        .join(" × ")
}
