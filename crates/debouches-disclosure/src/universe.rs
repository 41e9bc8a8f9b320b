//! Everything published of one universe: its tables, their releases, and the pieces of it that can be judged alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use debouches_model::spec::{DimensionKind, DisclosureSpec};

use crate::boxes::{Made, Occurrence, Partition, relate_boxes};
use crate::build::{Adding, Modelled, Primary, RowCells, add, by_number};
use crate::facts::Facts;
use crate::hierarchy::{EVERYBODY, Hierarchies, Node};
use crate::placing::{BoxOf, Placing};
use crate::split::{Kept, apart};
use crate::system::{CellId, LineId};

/// A release of a table, as readers saw it.
#[derive(Debug, Clone)]
pub struct Published {
    /// Its version.
    pub version: String,
    /// When it was published, in any unit that grows.
    pub at: u64,
    /// What it shows.
    pub facts: Facts,
}

/// A table of a universe.
#[derive(Debug, Clone)]
pub struct Member<'a> {
    /// Its name.
    pub table: &'a str,
    /// Its policy.
    pub policy: &'a DisclosureSpec,
    /// Where its rows stand; none when it is judged alone.
    pub placing: Option<Placing>,
    /// Number of columns of the key that tell its rows apart: the others follow from them.
    pub identity: usize,
    /// Its releases, the oldest first.
    pub previous: &'a [Published],
    /// The release to come; none when it is not being made now.
    pub current: Option<&'a Facts>,
}

/// Tables judged together.
#[derive(Debug, Clone)]
pub struct Tables<'a> {
    /// The values of their dimensions.
    pub hierarchies: Hierarchies,
    /// The tables.
    pub members: Vec<Member<'a>>,
}

/// A part of the tables that nothing ties to the rest.
pub(crate) struct Component {
    pub(crate) members: Vec<ComponentMember>,
}

/// What a piece has of a table.
pub(crate) struct ComponentMember {
    /// Its place among the tables.
    pub(crate) member: usize,
    pub(crate) policy: DisclosureSpec,
    /// Place in the policy of the table of each of its counts.
    pub(crate) counts: Vec<usize>,
    pub(crate) releases: Vec<Facts>,
    /// When each was published; the one to come is last.
    at: Vec<u64>,
    pub(crate) has_current: bool,
    /// Place in the release to come of each of its rows.
    pub(crate) rows: Vec<usize>,
    boxes: Vec<Vec<BoxOf>>,
    placing: Option<Placing>,
    identity: usize,
}

/// A system, and where its cells come from.
pub(crate) struct Assembled {
    pub(crate) model: Modelled,
    /// Lines of each table: table of the piece, row, line, counts.
    pub(crate) lines: Vec<(usize, usize, LineId, Vec<usize>)>,
    /// Cells by table of the piece, release and row.
    pub(crate) cells: Vec<Vec<Vec<RowCells>>>,
    /// What the sums that were taken as complete leave out.
    pub(crate) slacks: Vec<CellId>,
}

/// Rows by table and release.
type Slice = Vec<Vec<Vec<usize>>>;

/// The pieces of some tables.
pub(crate) fn components(tables: &mut Tables<'_>) -> Vec<Component> {
    let releases: Vec<Vec<&Facts>> = tables
        .members
        .iter()
        .map(|member| {
            let previous = member.previous.iter().map(|item| &item.facts);
            previous.chain(member.current).collect()
        })
        .collect();
    let hierarchies = &mut tables.hierarchies;
    let boxes: Vec<Vec<Vec<BoxOf>>> = tables
        .members
        .iter()
        .zip(&releases)
        .map(|(member, releases)| {
            let of_row = |hierarchies: &mut Hierarchies, facts: &Facts| match &member.placing {
                Some(placing) => facts
                    .rows
                    .iter()
                    .map(|row| placing.boxed(hierarchies, &row.key))
                    .collect(),
                None => Vec::new(),
            };
            releases
                .iter()
                .map(|facts| of_row(hierarchies, facts))
                .collect()
        })
        .collect();
    let slices = slices(tables, &releases, &boxes);
    let classes = classes(&tables.members);
    let mut out = Vec::new();
    for class in &classes {
        let kept: Vec<Option<Kept>> = tables
            .members
            .iter()
            .zip(class)
            .map(|(member, counts)| {
                (!counts.is_empty()).then(|| Kept::of(member.policy, counts.clone()))
            })
            .collect();
        for slice in &slices {
            let members: Vec<ComponentMember> = kept
                .iter()
                .enumerate()
                .filter_map(|(index, kept)| {
                    let kept = kept.as_ref()?;
                    let member = &tables.members[index];
                    let rows = &slice[index];
                    let mut at: Vec<u64> = member.previous.iter().map(|item| item.at).collect();
                    at.extend(member.current.map(|_| u64::MAX));
                    Some(ComponentMember {
                        member: index,
                        policy: kept.policy.clone(),
                        counts: kept.counts.clone(),
                        releases: releases[index]
                            .iter()
                            .zip(rows)
                            .map(|(facts, rows)| kept.facts(facts, rows))
                            .collect(),
                        at,
                        has_current: member.current.is_some(),
                        rows: match member.current {
                            Some(_) => rows.last().cloned().unwrap_or_default(),
                            None => Vec::new(),
                        },
                        boxes: rows
                            .iter()
                            .zip(&boxes[index])
                            .map(|(rows, boxes)| match member.placing {
                                Some(_) => rows.iter().map(|row| boxes[*row].clone()).collect(),
                                None => Vec::new(),
                            })
                            .collect(),
                        placing: member
                            .placing
                            .as_ref()
                            .map(|placing| placing.of_counts(&kept.counts)),
                        identity: member.identity,
                    })
                })
                .collect();
            if members
                .iter()
                .any(|member| member.releases.iter().any(|facts| !facts.rows.is_empty()))
            {
                out.push(Component { members });
            }
        }
    }
    out
}

/// Counts that are judged together, for each table: those that a row ties, and those that show one quantity.
fn classes(members: &[Member<'_>]) -> Vec<Vec<Vec<usize>>> {
    let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
    for (index, member) in members.iter().enumerate() {
        groups.extend(
            apart(member.policy)
                .into_iter()
                .map(|counts| (index, counts)),
        );
    }
    let mut class: Vec<usize> = (0..groups.len()).collect();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (group, (member, counts)) in groups.iter().enumerate() {
        for count in counts {
            let name = match &members[*member].placing {
                Some(placing) => placing.template(*count),
                None => format!("{member} · {count}"),
            };
            let first = *known.entry(name).or_insert(group);
            let (from, to) = (class[group], class[first]);
            let (small, large) = (from.min(to), from.max(to));
            class
                .iter_mut()
                .filter(|item| **item == large)
                .for_each(|item| *item = small);
        }
    }
    let mut out: BTreeMap<usize, Vec<Vec<usize>>> = BTreeMap::new();
    for ((member, counts), class) in groups.into_iter().zip(class) {
        let item = out
            .entry(class)
            .or_insert_with(|| vec![Vec::new(); members.len()]);
        item[member].extend(counts);
        item[member].sort_unstable();
    }
    out.into_values().collect()
}

/// True when the sums of a table are declared, not derived from its boxes. Its equal boxes are one figure all the same.
fn is_declared(policy: &DisclosureSpec) -> bool {
    policy
        .universe
        .as_ref()
        .is_some_and(|universe| universe.declared)
}

/// About as many slices as some tables are cut into at most.
const MOST: usize = 32;

/// Rows that no sum joins: those that differ in a dimension where nothing contains both.
fn slices(tables: &Tables<'_>, releases: &[Vec<&Facts>], boxes: &[Vec<Vec<BoxOf>>]) -> Vec<Slice> {
    let hierarchies = &tables.hierarchies;
    let all = || boxes.iter().flatten().flatten();
    let used: Vec<BTreeSet<Node>> = (0..hierarchies.len())
        .map(|dimension| all().map(|item| item[dimension]).collect())
        .collect();
    let years: Vec<HashMap<Node, Node>> = (0..hierarchies.len())
        .map(|dimension| joined_years(hierarchies, dimension, &used[dimension]))
        .collect();
    let apart = |item: &BoxOf| -> Vec<Node> {
        (0..hierarchies.len())
            .map(|dimension| match hierarchies.kind(dimension) {
                DimensionKind::Years => years[dimension][&item[dimension]],
                DimensionKind::Tree if used[dimension].contains(&EVERYBODY) => EVERYBODY,
                DimensionKind::Tree => hierarchies.top(dimension, item[dimension]),
            })
            .collect()
    };
    let empty = || -> Slice {
        releases
            .iter()
            .map(|releases| vec![Vec::new(); releases.len()])
            .collect()
    };
    let mut out: BTreeMap<Vec<Node>, Slice> = BTreeMap::new();
    let mut rows = 0;
    for (member, releases) in releases.iter().enumerate() {
        let is_placed = tables.members[member].placing.is_some();
        for (release, facts) in releases.iter().enumerate() {
            rows += facts.rows.len();
            for row in 0..facts.rows.len() {
                let key = match boxes[member][release].get(row) {
                    Some(spec_of) if is_placed => apart(spec_of),
                    Some(_) | None => Vec::new(),
                };
                out.entry(key).or_insert_with(empty)[member][release].push(row);
            }
        }
    }
    bundled(out.into_values(), rows)
}

/// For each value, the first one that shares a year with it, directly or not.
fn joined_years(
    hierarchies: &Hierarchies,
    dimension: usize,
    used: &BTreeSet<Node>,
) -> HashMap<Node, Node> {
    let mut of_year: HashMap<Node, Node> = HashMap::new();
    let mut group: BTreeMap<Node, Node> = used.iter().map(|node| (*node, *node)).collect();
    for node in used {
        let years = hierarchies.years(dimension, *node);
        let item = std::slice::from_ref(node);
        for year in if years.is_empty() { item } else { years } {
            let first = *of_year.entry(*year).or_insert(*node);
            let (from, to) = (group[node], group[&first]);
            let (small, large) = (from.min(to), from.max(to));
            group
                .values_mut()
                .filter(|item| **item == large)
                .for_each(|item| *item = small);
        }
    }
    group.into_iter().collect()
}

/// Small slices are judged together: a piece for each would cost more than it saves.
fn bundled(slices: impl Iterator<Item = Slice>, rows: usize) -> Vec<Slice> {
    let mut out: Vec<Slice> = Vec::new();
    let mut last = 0;
    for slice in slices {
        let item: usize = slice.iter().flatten().map(Vec::len).sum();
        match out.last_mut() {
            Some(bundle) if (last + item) * MOST < rows => {
                for (member, more) in bundle.iter_mut().zip(slice) {
                    member
                        .iter_mut()
                        .zip(more)
                        .for_each(|(rows, more)| rows.extend(more));
                }
                last += item;
            }
            Some(_) | None => {
                out.push(slice);
                last = item;
            }
        }
    }
    // In the order of the tables, whatever the slices.
    out.iter_mut()
        .flatten()
        .flatten()
        .for_each(|rows| rows.sort_unstable());
    out
}

/// The system of a piece: each table with its releases, then what their boxes say of each other.
pub(crate) fn assemble(
    component: &Component,
    hierarchies: &Hierarchies,
    primary: Primary,
    same: bool,
) -> Assembled {
    let mut owners: BTreeMap<Arc<str>, u32> = BTreeMap::new();
    let mut model = Modelled::empty();
    let (mut lines, mut cells) = (Vec::new(), Vec::new());
    let mut names: HashMap<String, u32> = HashMap::new();
    let (mut occurrences, mut partitions) = (Vec::new(), BTreeSet::new());
    let mut revision = 0;
    for (index, member) in component.members.iter().enumerate() {
        let adding = Adding {
            policy: &member.policy,
            releases: &member.releases,
            has_current: member.has_current,
            identity: member.identity,
            primary,
            same,
        };
        let (next, of_releases) = add(model, &mut owners, &adding);
        model = next;
        let item = std::mem::take(&mut model.lines);
        lines.extend(
            item.into_iter()
                .map(|(row, line, counts)| (index, row, line, counts)),
        );
        revision = revision.max(i64::from(member.policy.revision));
        if let Some(placing) = &member.placing {
            let first = occurrences
                .last()
                .map_or(0, |last: &Occurrence| last.row + 1);
            occurrences.extend(member.occurrences(placing, &of_releases, first, &mut names));
        }
        if let Some(placing) = &member.placing
            && !is_declared(&member.policy)
        {
            partitions.extend(member.partitions(placing, &names));
        }
        cells.push(of_releases);
    }
    let partitions: Vec<Partition> = partitions.into_iter().collect();
    let Made { untrue, slacks } = relate_boxes(
        &mut model.system,
        hierarchies,
        occurrences,
        &partitions,
        revision,
    );
    model.untrue += untrue;
    model.owners = by_number(owners);
    model.system.finish();
    Assembled {
        model,
        lines,
        cells,
        slacks,
    }
}

impl ComponentMember {
    /// One release of the table, as if nothing else were published.
    pub(crate) fn alone(&self, release: usize, facts: &Facts) -> Component {
        Component {
            members: vec![Self {
                member: 0,
                policy: self.policy.clone(),
                counts: self.counts.clone(),
                releases: vec![facts.clone()],
                at: vec![0],
                has_current: false,
                rows: Vec::new(),
                boxes: self.boxes.get(release).cloned().into_iter().collect(),
                placing: self.placing.clone(),
                identity: self.identity,
            }],
        }
    }

    fn occurrences(
        &self,
        placing: &Placing,
        cells: &[Vec<RowCells>],
        mut number: usize,
        names: &mut HashMap<String, u32>,
    ) -> Vec<Occurrence> {
        let mut out = Vec::new();
        for (release, rows) in cells.iter().enumerate() {
            for (row, cells) in rows.iter().enumerate() {
                for (count, cell) in cells.iter().enumerate() {
                    let Some(cell) = cell else { continue };
                    let name = placing.quantity(count, &self.releases[release].rows[row].key);
                    let next = crate::system::number(names.len());
                    out.push(Occurrence {
                        cell: *cell,
                        index: self.boxes[release][row].clone(),
                        quantity: *names.entry(name).or_insert(next),
                        at: self.at[release],
                        row: number,
                        adds_up: !self.policy.count[count].percent && !is_declared(&self.policy),
                    });
                }
                number += 1;
            }
        }
        out
    }

    /// What adds up within a row, in quantities; nothing for those that rows name.
    fn partitions(&self, placing: &Placing, names: &HashMap<String, u32>) -> Vec<Partition> {
        let quantity = |name: &str| {
            let count = self
                .policy
                .count
                .iter()
                .position(|count| count.column == name)?;
            names.get(&placing.template(count)).copied()
        };
        self.policy
            .partition
            .iter()
            .filter_map(|partition| {
                let total = quantity(partition.full_column()?)?;
                let parts = partition
                    .parts
                    .iter()
                    .map(|part| quantity(part))
                    .collect::<Option<Vec<u32>>>()?;
                Some((total, parts))
            })
            .collect()
    }
}
