//! Constraints that follow from boxes: equal boxes show one figure, and disjoint boxes whose union is another add up to it.
//!
//! Nothing here is declared by a table. A sum is taken as complete where the true values make it so: a reader who guesses that
//! nobody is missing must learn nothing more. Where the parts fall short, what is missing is an unknown. A pair of tables that
//! agrees with the complete reading agrees with the open one too, in which that unknown is never negative: one certificate
//! holds for both.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use debouches_model::spec::DimensionKind;

use crate::hierarchy::{EVERYBODY, Hierarchies, Node};
use crate::placing::BoxOf;
use crate::system::MANY;
use crate::system::{Cell, CellId, Constraint, Line, Relation, State, System, number};

/// A cell, and the figure that it shows.
#[derive(Debug, Clone)]
pub(crate) struct Occurrence {
    pub(crate) cell: CellId,
    pub(crate) index: BoxOf,
    pub(crate) quantity: u32,
    /// When it was published: later is larger.
    pub(crate) at: u64,
    /// The row that shows it, in whatever release.
    pub(crate) row: usize,
    /// False for a rate or a share, and for a count whose sums its table declares.
    pub(crate) adds_up: bool,
}

/// Quantities of a box that add up to another one: the sum, then its parts.
pub(crate) type Partition = (u32, Vec<u32>);

/// What was made of the boxes.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// Sums that the true values contradict.
    pub(crate) untrue: usize,
    /// What the sums that were taken as complete leave out, until the figures contradict it.
    pub(crate) slacks: Vec<CellId>,
}

/// Figure of a box.
type Figure = (u32, u32);

struct Boxes<'a> {
    system: &'a mut System,
    hierarchies: &'a Hierarchies,
    boxes: Vec<BoxOf>,
    numbers: HashMap<BoxOf, u32>,
    /// For each figure, the unknowns that stood for it, with the moment from which they do.
    known: BTreeMap<Figure, Vec<(u64, CellId)>>,
    /// The row of each of these unknowns.
    row_of: HashMap<CellId, usize>,
    made: Made,
}

/// Adds to a system what follows from the boxes of its cells.
pub(crate) fn relate_boxes(
    system: &mut System,
    hierarchies: &Hierarchies,
    mut occurrences: Vec<Occurrence>,
    partitions: &[Partition],
    revision: i64,
) -> Made {
    occurrences.sort_by_key(|item| item.at);
    let mut boxes = Boxes {
        system,
        hierarchies,
        boxes: Vec::new(),
        numbers: HashMap::new(),
        known: BTreeMap::new(),
        row_of: HashMap::new(),
        made: Made::default(),
    };
    let mut adding: HashSet<Figure> = HashSet::new();
    for item in occurrences {
        let index = boxes.number(&item.index);
        let figure = (index, item.quantity);
        if item.adds_up {
            adding.insert(figure);
        }
        boxes.meet(figure, &item, revision);
    }
    let sums = boxes.sums(&adding);
    boxes.add(sums, partitions);
    boxes.made
}

/// A sum of figures.
#[derive(Debug, Clone)]
struct Sum {
    total: Figure,
    parts: Vec<Figure>,
    /// True when a part lacks the quantity: something is missing for sure.
    is_open: bool,
    relation: Relation,
}

/// The cells of a sum at a moment.
struct Dated {
    at: u64,
    total: CellId,
    parts: Vec<CellId>,
}

impl Boxes<'_> {
    fn number(&mut self, index: &BoxOf) -> u32 {
        if let Some(known) = self.numbers.get(index) {
            return *known;
        }
        let new = number(self.boxes.len());
        self.boxes.push(index.clone());
        self.numbers.insert(index.clone(), new);
        new
    }

    /// One more cell that shows a figure: the same unknown as before unless its value says otherwise.
    fn meet(&mut self, figure: Figure, occurrence: &Occurrence, revision: i64) {
        let Occurrence { cell, at, row, .. } = *occurrence;
        self.row_of.entry(cell).or_insert(row);
        let row_of = &self.row_of;
        let known = self.known.entry(figure).or_default();
        if known.iter().any(|(_, item)| *item == cell) {
            return;
        }
        let system = &mut *self.system;
        let same = known
            .iter()
            .rev()
            .map(|(_, item)| *item)
            // A row that shows a figure under one name and hides it under another, whose value nobody told: they are two figures.
            .filter(|item| {
                row_of.get(item) != Some(&row)
                    || system.is_hidden(*item) == system.is_hidden(cell)
                    || (system.value_of(*item).is_some() && system.value_of(cell).is_some())
            })
            .find(|item| could_be_one(system, *item, cell));
        match same {
            Some(item) => {
                // Two figures that nothing can hide any more say nothing of each other.
                let is_fixed = |cell: CellId| {
                    let line = &system.lines[system.cells[cell as usize].line as usize];
                    line.state == State::Shown && !line.may_hide
                };
                if !(is_fixed(item) && is_fixed(cell)) {
                    system.constrain(&Constraint {
                        terms: vec![(item, 1), (cell, -1)],
                        low: 0,
                        high: 0,
                        relation: Relation::Alias,
                        while_shown: None,
                    });
                }
                if known.last().is_some_and(|(_, last)| *last != item) {
                    known.push((at, item));
                }
            }
            None => {
                if let Some((before, last)) = known.last().copied()
                    && before < at
                    && revision > 0
                    && system.is_hidden(cell)
                    && system.is_hidden(last)
                    && within(system, last, cell, revision)
                {
                    system.constrain(&Constraint {
                        terms: vec![(cell, 1), (last, -1)],
                        low: -revision,
                        high: revision,
                        relation: Relation::Revision,
                        while_shown: None,
                    });
                }
                known.push((at, cell));
            }
        }
    }

    /// Every sum between figures, those that nobody publishes included where they join others.
    fn sums(&mut self, adding: &HashSet<Figure>) -> Vec<Sum> {
        let mut figures: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for figure @ (index, quantity) in self.known.keys() {
            if adding.contains(figure) {
                figures.entry(*index).or_default().insert(*quantity);
            }
        }
        self.single_years(&mut figures);
        self.wider(&mut figures);
        let mut sums = Vec::new();
        for dimension in 0..self.hierarchies.len() {
            match self.hierarchies.kind(dimension) {
                DimensionKind::Tree => self.tree_sums(dimension, &figures, &mut sums),
                DimensionKind::Years => self.year_sums(dimension, &figures, &mut sums),
            }
        }
        self.useful(sums)
    }

    /// The single years of each value that has several, when another value has one of them too.
    fn single_years(&mut self, figures: &mut BTreeMap<u32, BTreeSet<u32>>) {
        for dimension in 0..self.hierarchies.len() {
            if self.hierarchies.kind(dimension) != DimensionKind::Years {
                continue;
            }
            let used: BTreeSet<Node> = figures
                .keys()
                .map(|index| self.boxes[*index as usize][dimension])
                .collect();
            let mut users: BTreeMap<Node, usize> = BTreeMap::new();
            for node in &used {
                let years = self.hierarchies.years(dimension, *node);
                let item = std::slice::from_ref(node);
                for year in if years.is_empty() { item } else { years } {
                    *users.entry(*year).or_default() += 1;
                }
            }
            for index in figures.keys().copied().collect::<Vec<_>>() {
                let node = self.boxes[index as usize][dimension];
                let years = self.hierarchies.years(dimension, node).to_vec();
                if !years.iter().any(|year| users[year] > 1) {
                    continue;
                }
                let quantities = figures[&index].clone();
                for year in years {
                    let mut part = self.boxes[index as usize].clone();
                    part[dimension] = year;
                    let part = self.number(&part);
                    figures.entry(part).or_default().extend(&quantities);
                }
            }
        }
    }

    /// Boxes that nobody publishes and that join others: cut up in two ways by what is published, or cut up in one and part of
    /// another box. Those that are in one sum only say nothing.
    fn wider(&mut self, figures: &mut BTreeMap<u32, BTreeSet<u32>>) {
        let dimensions: Vec<usize> = (0..self.hierarchies.len())
            .filter(|dimension| self.hierarchies.kind(*dimension) == DimensionKind::Tree)
            .collect();
        let mut used: BTreeMap<usize, BTreeSet<Node>> = BTreeMap::new();
        for dimension in &dimensions {
            let nodes = figures
                .keys()
                .map(|index| self.boxes[*index as usize][*dimension]);
            used.insert(*dimension, nodes.collect());
        }
        let wider = |item: &BoxOf| -> Vec<(usize, BoxOf)> {
            let mut out = Vec::new();
            for dimension in &dimensions {
                let node = item[*dimension];
                if self.hierarchies.overlaps(*dimension, node) {
                    continue;
                }
                let mut above = self.nearest(*dimension, node, &used[dimension]);
                while let Some(parent) = above {
                    let mut wide = item.clone();
                    wide[*dimension] = parent;
                    out.push((*dimension, wide));
                    above = self.nearest(*dimension, parent, &used[dimension]);
                }
            }
            out
        };
        let mut cuts: BTreeMap<BoxOf, (BTreeSet<usize>, BTreeSet<u32>)> = BTreeMap::new();
        let is_known = |item: &BoxOf| {
            self.numbers
                .get(item)
                .is_some_and(|index| figures.contains_key(index))
        };
        for (index, quantities) in &*figures {
            for (dimension, wide) in wider(&self.boxes[*index as usize]) {
                if !is_known(&wide) {
                    let cut = cuts.entry(wide).or_default();
                    cut.0.insert(dimension);
                    cut.1.extend(quantities);
                }
            }
        }
        cuts.retain(|item, (ways, _)| {
            ways.len() > 1 || wider(item).iter().any(|(_, wide)| is_known(wide))
        });
        for (item, (_, quantities)) in cuts {
            let index = self.number(&item);
            figures.entry(index).or_default().extend(quantities);
        }
    }

    /// The nearest value that contains another one, among some.
    fn nearest(&self, dimension: usize, node: Node, among: &BTreeSet<Node>) -> Option<Node> {
        let mut node = node;
        while node != EVERYBODY {
            node = self.hierarchies.parent(dimension, node);
            if among.contains(&node) {
                return Some(node);
            }
        }
        None
    }

    fn tree_sums(
        &self,
        dimension: usize,
        figures: &BTreeMap<u32, BTreeSet<u32>>,
        out: &mut Vec<Sum>,
    ) {
        let mut groups: BTreeMap<BoxOf, BTreeMap<Node, u32>> = BTreeMap::new();
        for index in figures.keys() {
            let mut rest = self.boxes[*index as usize].clone();
            let node = std::mem::replace(&mut rest[dimension], EVERYBODY);
            groups.entry(rest).or_default().insert(node, *index);
        }
        for group in groups.values().filter(|group| group.len() > 1) {
            let nodes: BTreeSet<Node> = group.keys().copied().collect();
            let mut parts: BTreeMap<Node, Vec<u32>> = BTreeMap::new();
            for (node, index) in group {
                if !self.hierarchies.overlaps(dimension, *node)
                    && let Some(parent) = self.nearest(dimension, *node, &nodes)
                {
                    parts.entry(parent).or_default().push(*index);
                }
            }
            for (total, parts) in parts {
                self.sum(group[&total], &parts, Relation::Sum, figures, out);
            }
        }
    }

    fn year_sums(
        &self,
        dimension: usize,
        figures: &BTreeMap<u32, BTreeSet<u32>>,
        out: &mut Vec<Sum>,
    ) {
        for index in figures.keys() {
            let item = &self.boxes[*index as usize];
            let years = self.hierarchies.years(dimension, item[dimension]);
            let parts: Option<Vec<u32>> = years
                .iter()
                .map(|year| {
                    let mut part = item.clone();
                    part[dimension] = *year;
                    self.numbers
                        .get(&part)
                        .copied()
                        .filter(|part| figures.contains_key(part))
                })
                .collect();
            if let Some(parts) = parts.filter(|parts| !parts.is_empty()) {
                self.sum(*index, &parts, Relation::Cumul, figures, out);
            }
        }
    }

    fn sum(
        &self,
        total: u32,
        parts: &[u32],
        relation: Relation,
        figures: &BTreeMap<u32, BTreeSet<u32>>,
        out: &mut Vec<Sum>,
    ) {
        for quantity in &figures[&total] {
            let item: Vec<Figure> = parts
                .iter()
                .filter(|part| figures[*part].contains(quantity))
                .map(|part| (*part, *quantity))
                .collect();
            if !item.is_empty() {
                out.push(Sum {
                    total: (total, *quantity),
                    is_open: item.len() < parts.len(),
                    parts: item,
                    relation,
                });
            }
        }
    }

    /// Sums that say something: a figure that nobody publishes and that stands in one sum only says nothing as its total, and
    /// nothing as a part beside nothing else.
    fn useful(&self, mut sums: Vec<Sum>) -> Vec<Sum> {
        loop {
            let mut uses: HashMap<Figure, usize> = HashMap::new();
            for sum in &sums {
                for figure in sum.parts.iter().chain([&sum.total]) {
                    *uses.entry(*figure).or_default() += 1;
                }
            }
            let is_alone = |figure: &Figure| !self.known.contains_key(figure) && uses[figure] == 1;
            let before = sums.len();
            sums.retain(|sum| !is_alone(&sum.total) && !sum.parts.iter().all(is_alone));
            if sums.len() == before {
                return sums;
            }
        }
    }

    fn add(&mut self, sums: Vec<Sum>, partitions: &[Partition]) {
        let mut hidden: BTreeMap<Figure, CellId> = BTreeMap::new();
        for sum in &sums {
            for figure in sum.parts.iter().chain([&sum.total]) {
                if !self.known.contains_key(figure) && !hidden.contains_key(figure) {
                    let cell = self.unpublished(*figure);
                    hidden.insert(*figure, cell);
                }
            }
        }
        // What nobody publishes still adds up within its box.
        for (total, parts) in partitions {
            let places: Vec<u32> = hidden
                .keys()
                .filter(|(_, quantity)| quantity == total)
                .map(|(index, _)| *index)
                .collect();
            for index in places {
                let parts: Option<Vec<CellId>> = parts
                    .iter()
                    .map(|part| hidden.get(&(index, *part)).copied())
                    .collect();
                if let Some(parts) = parts {
                    self.system
                        .sum(hidden[&(index, *total)], &parts, Relation::Partition);
                }
            }
        }
        let mut seen: HashSet<(CellId, Vec<CellId>)> = HashSet::new();
        let mut dated: Vec<(Dated, Sum)> = Vec::new();
        for sum in sums {
            let figures = || sum.parts.iter().chain([&sum.total]);
            let mut moments: Vec<u64> = figures()
                .filter_map(|figure| self.known.get(figure))
                .flatten()
                .map(|(at, _)| *at)
                .collect();
            moments.sort_unstable();
            moments.dedup();
            if moments.is_empty() {
                moments.push(0);
            }
            for at in moments {
                let cell = |figure: &Figure| {
                    hidden
                        .get(figure)
                        .copied()
                        .unwrap_or_else(|| as_of(&self.known[figure], at))
                };
                let item = Dated {
                    at,
                    total: cell(&sum.total),
                    parts: sum.parts.iter().map(cell).collect(),
                };
                if seen.insert((item.total, item.parts.clone())) {
                    dated.push((item, sum.clone()));
                }
            }
        }
        // A list of boxes that leaves somebody out does so for every quantity, those that add up by chance included.
        let list = |item: &Dated, sum: &Sum| {
            let parts: Vec<u32> = sum.parts.iter().map(|(index, _)| *index).collect();
            (item.at, sum.total.0, parts)
        };
        let lacking: HashSet<(u64, u32, Vec<u32>)> = dated
            .iter()
            .filter(|(item, _)| self.left_out(item).is_some_and(|remaining| remaining > 0))
            .map(|(item, sum)| list(item, sum))
            .collect();
        for (item, mut sum) in dated {
            sum.is_open |= lacking.contains(&list(&item, &sum));
            self.add_sum(item, &sum);
        }
    }

    /// What the parts leave of their total, when all are told.
    fn left_out(&self, item: &Dated) -> Option<i64> {
        let known_sum: Option<i64> = item
            .parts
            .iter()
            .map(|part| self.system.value_of(*part))
            .sum();
        let total = self.system.value_of(item.total);
        total
            .zip(known_sum)
            .map(|(total, known_sum)| total - known_sum)
    }

    fn unpublished(&mut self, figure: Figure) -> CellId {
        let names: Vec<&str> = self.boxes[figure.0 as usize]
            .iter()
            .enumerate()
            .map(|(dimension, node)| self.hierarchies.name(dimension, *node))
            .filter(|name| !name.is_empty())
            .collect();
        let label = format!("{} (non publié)", names.join(" × "));
        let cell = free(self.system, label, None);
        self.system.leave_unpublished(cell);
        cell
    }

    fn add_sum(&mut self, item: Dated, sum: &Sum) {
        let rest = self.left_out(&item);
        let Dated {
            total, mut parts, ..
        } = item;
        let system = &mut *self.system;
        match rest {
            // The parts are more than their total: the sum stays, shifted by what they are more, and its cells are in doubt.
            Some(rest) if rest < 0 => {
                self.made.untrue += 1;
                let terms = std::iter::once((total, -1)).chain(parts.iter().map(|part| (*part, 1)));
                system.constrain(&Constraint {
                    terms: terms.collect(),
                    low: 0,
                    high: 0,
                    relation: sum.relation,
                    while_shown: None,
                });
                let row = number(system.ties.len() - 1);
                system.shift(row, -rest);
                return;
            }
            Some(0) if !sum.is_open => {}
            Some(rest) => parts.push(slack(system, total, Some(rest), (0, MANY))),
            None => {
                let fits = !sum.is_open && could_be_complete(system, total, &parts);
                let slack = slack(
                    system,
                    total,
                    fits.then_some(0),
                    (0, if fits { 0 } else { MANY }),
                );
                if fits {
                    self.made.slacks.push(slack);
                }
                parts.push(slack);
            }
        }
        self.system.sum(total, &parts, sum.relation);
    }
}

/// A cell that nobody publishes nor protects.
fn free(system: &mut System, label: String, value: Option<i64>) -> CellId {
    let line = system.line(Line {
        state: State::Primary,
        cost: 1,
        may_hide: false,
        owner: None,
        level: u32::MAX,
    });
    let known = value.unwrap_or(0);
    let cell = Cell {
        line,
        value: known,
        shown: (known, known),
        prior: (0, MANY),
        width: 0,
    };
    system.cell_of(cell, label, value.is_some())
}

/// What a sum leaves out.
pub(crate) fn slack(
    system: &mut System,
    total: CellId,
    value: Option<i64>,
    prior: (i64, i64),
) -> CellId {
    let label = format!("{}, lignes absentes", system.label(total));
    let cell = free(system, label, value);
    system.cells[cell as usize].prior = prior;
    system.leave_unpublished(cell);
    cell
}

/// What is known of a value: itself when it was told.
fn range(system: &System, cell: CellId) -> (i64, i64) {
    system
        .value_of(cell)
        .map_or_else(|| system.known(cell), |value| (value, value))
}

fn could_be_one(system: &System, one: CellId, other: CellId) -> bool {
    match (system.value_of(one), system.value_of(other)) {
        (Some(one), Some(other)) => one == other,
        (Some(_), None) | (None, Some(_)) | (None, None) => {
            let (one, other) = (range(system, one), range(system, other));
            one.0 <= other.1 && other.0 <= one.1
        }
    }
}

fn within(system: &System, one: CellId, other: CellId, revision: i64) -> bool {
    match (system.value_of(one), system.value_of(other)) {
        (Some(one), Some(other)) => (one - other).abs() <= revision,
        (Some(_), None) | (None, Some(_)) | (None, None) => false,
    }
}

fn could_be_complete(system: &System, total: CellId, parts: &[CellId]) -> bool {
    let (low, high) = parts.iter().fold((0_i64, 0_i64), |(low, high), part| {
        let item = range(system, *part);
        (low.saturating_add(item.0), high.saturating_add(item.1))
    });
    let total = range(system, total);
    low <= total.1 && total.0 <= high
}

/// The unknown that stands for a figure at a moment: the last one until then, or the first that came.
fn as_of(known: &[(u64, CellId)], at: u64) -> CellId {
    known
        .iter()
        .rev()
        .find(|(from, _)| *from <= at)
        .unwrap_or(&known[0])
        .1
}
