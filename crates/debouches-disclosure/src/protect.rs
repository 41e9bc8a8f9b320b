//! Suppression and audit of the releases to come of some tables, together with everything published of their universe.
//!
//! It always ends with releases that can go out: what cannot be proved safe is hidden, then what surrounds it, then all that the
//! new releases say of that component. What former releases give away already is told, and nothing adds to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use debouches_model::spec::DisclosureSpec;
use debouches_model::{Hasher, Lang, Sha256};

use crate::audit::{Effort, Reason, Verdict};
use crate::build::Primary;
use crate::causes::hide_causes;
use crate::complete::{Incomplete, complete, complete_shifted};
use crate::disclosure::{
    Cells, Mode, TableDisclosure, Verdicts, WidthCounts, Widths, digest_witnesses,
};
use crate::explain::Explained;
use crate::hierarchy::Hierarchies;
use crate::judged::{Excused, Judged};
use crate::suppress::{Manner, hide};
use crate::system::{CellId, State};
use crate::universe::{Assembled, Component, Tables, assemble, components};
use crate::wider::{explained, leave_unshown, lines_to_come, widen};

/// Steps that a component may take to find a table for what was not told.
const STEPS: usize = 200_000;

/// What to do with a count that can be worked out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Leaks {
    /// Hide more until it no longer can be.
    #[default]
    Repair,
    /// Hide nothing more: the release is refused.
    Refuse,
}

/// Tables of a universe, some of them about to be published.
#[derive(Debug, Clone)]
pub struct Protect<'a> {
    /// The tables, with their former releases.
    pub tables: Tables<'a>,
    /// The mode asked for all of them; none for that of each policy.
    pub mode: Option<Mode>,
    /// What to do with a count that can be worked out.
    pub leaks: Leaks,
    /// Threads to use; the result does not depend on it.
    pub jobs: usize,
    /// Protected counts whose name begins like this are explained.
    pub explained: Option<&'a str>,
}

/// What was decided of the releases to come.
#[derive(Debug, Clone)]
pub struct Protected {
    /// One for each table with a release to come, in order: its place, the rows and counts to hide, and its statement.
    pub tables: Vec<(usize, Hide, TableDisclosure)>,
    /// Why the releases are refused, in words; empty when they pass.
    pub refused: Vec<String>,
    /// Hidden now, published before, hence known for good: the operator must be told.
    pub revised: usize,
    /// Hidden counts of all of them, those of earlier releases and those that nobody publishes included, by what was found.
    pub verdicts: Verdicts,
    /// How far apart the values found for the safe ones among them are.
    pub widths: Option<Widths>,
    /// Published counts whose base is under the threshold, by their names.
    pub under: Vec<String>,
    /// The counts that were to be explained.
    pub explained: Vec<Explained>,
    /// What the releases to come still publish.
    pub price: Price,
}

/// What releases to come publish, with the threshold alone and with what was hidden beside. For operators: shares of persons would
/// tell readers about hidden counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Price {
    /// Lines published, before and after.
    pub lines: (u64, u64),
    /// Persons in them, before and after, the largest count of each line.
    pub persons: (i64, i64),
    /// Persons in all lines.
    pub all: i64,
    /// Lines hidden beside, by level.
    pub by_level: BTreeMap<String, u64>,
}

/// Rows of a table, and the counts to hide in each.
pub type Hide = Vec<(usize, Vec<usize>)>;

/// Hides what must be in the releases to come, then judges everything published, piece by piece.
#[must_use]
pub fn protect(mut asked: Protect<'_>, lang: Lang) -> Protected {
    let components = components(&mut asked.tables);
    let decided = in_parallel(&components, &asked, lang);
    let members = &asked.tables.members;
    let mut hides: Vec<Hide> = vec![Vec::new(); members.len()];
    let mut outcome = vec![Outcome::default(); members.len()];
    let mut sum = Sum::default();
    for (component, decided) in components.iter().zip(decided) {
        for (index, row, counts) in decided.hide {
            let member = &component.members[index];
            let counts = counts.iter().map(|count| member.counts[*count]).collect();
            hides[member.member].push((member.rows[row], counts));
        }
        for (index, item) in decided.outcome.into_iter().enumerate() {
            outcome[component.members[index].member].add(item);
        }
        sum.add(decided.sum);
    }
    let names: Vec<&str> = members.iter().map(|member| member.table).collect();
    let mut witnesses = Hasher::default();
    sum.witnesses
        .iter()
        .for_each(|digest| witnesses.update(digest.to_string().as_bytes()));
    let witnesses_sha256 = witnesses.finish();
    let tables = members
        .iter()
        .enumerate()
        .filter(|(_, member)| member.current.is_some())
        .map(|(index, member)| {
            let mut hide = std::mem::take(&mut hides[index]);
            hide.sort();
            let policy_text = serde_json::to_string(member.policy).unwrap_or_default();
            let disclosure = TableDisclosure {
                table: member.table.to_owned(),
                together: names
                    .iter()
                    .filter(|name| **name != member.table)
                    .map(|name| (*name).to_owned())
                    .collect(),
                policy_sha256: Sha256::of(policy_text.as_bytes()).to_string(),
                policy: member.policy.clone(),
                mode: mode_of(member.policy, asked.mode),
                weakened: debouches_model::spec::weakened(member.policy),
                releases: member
                    .previous
                    .iter()
                    .map(|item| item.version.clone())
                    .collect(),
                not_comparable: Vec::new(),
                complementary: !hide.is_empty()
                    || member.previous.iter().any(|item| item.facts.complementary),
                cells: outcome[index].cells,
                verdicts: outcome[index].verdicts,
                widths: outcome[index].widths.summary(),
                groups: sum.groups.0,
                largest_group: sum.groups.1,
                solver: concat!(
                    "constraint paths, exhaustive search, microlp (debouches ",
                    env!("CARGO_PKG_VERSION"),
                    ")"
                ),
                seeds: Vec::new(),
                witnesses_sha256,
                untrue_ties: sum.untrue,
                coarser: sum.coarser,
                passes: sum.refused.is_empty(),
            };
            (index, hide, disclosure)
        })
        .collect();
    Protected {
        tables,
        refused: sum.refused,
        revised: sum.revised,
        verdicts: sum.verdicts,
        widths: sum.widths.summary(),
        under: sum.under,
        explained: sum.explained,
        price: sum.price,
    }
}

impl Price {
    /// Of the lines of the releases to come of a piece.
    fn of(component: &Component, item: &Assembled) -> Self {
        let system = &item.model.system;
        let mut sizes = vec![0_i64; system.lines.len()];
        for cell in &system.cells {
            let size = &mut sizes[cell.line as usize];
            *size = (*size).max(cell.value);
        }
        let mut out = Self::default();
        for (index, _, line, _) in &item.lines {
            let (size, line) = (sizes[*line as usize], &system.lines[*line as usize]);
            out.all += size;
            if line.state != State::Primary {
                out.lines.0 += 1;
                out.persons.0 += size;
            }
            match line.state {
                State::Shown => {
                    out.lines.1 += 1;
                    out.persons.1 += size;
                }
                State::Secondary => {
                    let levels = &component.members[*index].policy.level;
                    let level = levels.get(line.level as usize);
                    let name = level.map_or("autres", |level| level.name.as_str());
                    *out.by_level.entry(name.to_owned()).or_default() += 1;
                }
                State::Primary => {}
            }
        }
        out
    }

    fn add(&mut self, other: Self) {
        self.lines.0 += other.lines.0;
        self.lines.1 += other.lines.1;
        self.persons.0 += other.persons.0;
        self.persons.1 += other.persons.1;
        self.all += other.all;
        for (level, lines) in other.by_level {
            *self.by_level.entry(level).or_default() += lines;
        }
    }
}

fn mode_of(policy: &DisclosureSpec, asked: Option<Mode>) -> Mode {
    match asked {
        _ if policy.unpublished => Mode::Strict,
        Some(mode) => mode,
        None if policy.inherits.is_some() => Mode::Inherit,
        None => Mode::Strict,
    }
}

/// What was decided of a piece.
#[derive(Default)]
struct Decided {
    /// Table of the piece, row, counts.
    hide: Vec<(usize, usize, Vec<usize>)>,
    /// What was found of the release to come of each table of the piece.
    outcome: Vec<Outcome>,
    sum: Sum,
}

/// What was found of the release to come of a table.
#[derive(Debug, Clone, Default)]
struct Outcome {
    cells: Cells,
    verdicts: Verdicts,
    widths: WidthCounts,
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.cells += other.cells;
        self.verdicts += other.verdicts;
        self.widths.extend(other.widths);
    }

    /// Of each table of a piece.
    fn of(
        component: &Component,
        item: &Assembled,
        judged: &Judged,
        excused: &AllExcused,
    ) -> Vec<Self> {
        let system = &item.model.system;
        let doubtful = system.in_doubt();
        let mut out: Vec<Self> = Vec::new();
        for (member, releases) in component.members.iter().zip(&item.cells) {
            let mut outcome = Self::default();
            let last = releases.last().filter(|_| member.has_current);
            let cells: BTreeSet<CellId> = last
                .into_iter()
                .flatten()
                .flatten()
                .flatten()
                .copied()
                .collect();
            for (cell, verdict) in judged
                .judgement
                .iter()
                .flat_map(|judgement| &judgement.cells)
            {
                if !cells.contains(cell) {
                    continue;
                }
                // What a figure in doubt hangs on is not proved, although nothing more can be hidden there.
                if doubtful.contains(cell) && matches!(verdict, Verdict::Safe(_)) {
                    outcome.verdicts.contradicted += 1;
                } else {
                    outcome.verdicts.count(verdict);
                    outcome.widths.count(verdict);
                }
            }
            let among = |excused: &BTreeSet<CellId>| excused.intersection(&cells).count() as u64;
            let inside = |excused: &BTreeSet<(CellId, u32)>| {
                excused
                    .iter()
                    .filter(|(cell, _)| cells.contains(cell))
                    .count() as u64
            };
            outcome.verdicts.inherited = among(&excused.inherited.cells);
            outcome.verdicts.explained_by_earlier_release =
                among(&excused.explained.cells) + inside(&excused.explained.inside);
            outcome.verdicts.nothing_shown_around = among(&excused.unshown);
            let open = judged
                .inside
                .iter()
                .filter(|item| cells.contains(&item.cell));
            outcome.verdicts.inside = open.count() as u64;
            out.push(outcome);
        }
        for (index, _, line, counts) in &item.lines {
            let cells = &mut out[*index].cells;
            match system.lines()[*line as usize].state {
                State::Shown => cells.shown += counts.len() as u64,
                State::Primary | State::Secondary => cells.hidden += counts.len() as u64,
            }
        }
        out
    }
}

/// What needs no proof beside the releases to come.
struct AllExcused {
    /// Derivable from what the producer published.
    inherited: Excused,
    /// Derivable from former releases alone.
    explained: Excused,
    /// With nothing shown around them.
    unshown: BTreeSet<CellId>,
}

/// What was decided of all pieces so far.
#[derive(Default)]
struct Sum {
    refused: Vec<String>,
    revised: usize,
    verdicts: Verdicts,
    widths: WidthCounts,
    /// How many components there are, and the size of the largest.
    groups: (usize, usize),
    untrue: u64,
    /// Lines hidden around what could not be proved safe otherwise.
    coarser: u64,
    witnesses: Vec<Sha256>,
    under: Vec<String>,
    explained: Vec<Explained>,
    price: Price,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.refused.extend(other.refused);
        self.revised += other.revised;
        self.verdicts += other.verdicts;
        self.widths.extend(other.widths);
        self.groups = (
            self.groups.0 + other.groups.0,
            self.groups.1.max(other.groups.1),
        );
        self.untrue += other.untrue;
        self.coarser += other.coarser;
        self.witnesses.extend(other.witnesses);
        self.under.extend(other.under);
        self.explained.extend(other.explained);
        self.price.add(other.price);
    }
}

/// Each piece has its own budget: what one spends is never missing to another, nor does the order matter.
fn in_parallel(components: &[Component], asked: &Protect<'_>, lang: Lang) -> Vec<Decided> {
    let next = AtomicUsize::new(0);
    let out: Vec<Mutex<Option<Decided>>> = components.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..asked.jobs.clamp(1, components.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(component) = components.get(index) else {
                        return;
                    };
                    let decided = one(component, asked, lang);
                    if let Ok(mut slot) = out[index].lock() {
                        *slot = Some(decided);
                    }
                }
            });
        }
    });
    out.into_iter()
        .map(|slot| {
            slot.into_inner()
                .ok()
                .flatten()
                .expect("every piece was decided")
        })
        .collect()
}

fn one(component: &Component, asked: &Protect<'_>, lang: Lang) -> Decided {
    let hierarchies = &asked.tables.hierarchies;
    let (mut item, _) = modelled(component, hierarchies);
    let manner = Manner {
        siblings: component
            .members
            .iter()
            .map(|member| member.policy.siblings)
            .max()
            .unwrap_or_default(),
        insiders: component
            .members
            .iter()
            .any(|member| member.policy.insiders),
    };
    // What is hidden further is judged once more: until then, less effort is enough.
    let effort = match asked.leaks {
        Leaks::Repair => Effort::brief(),
        Leaks::Refuse => Effort::default(),
    };
    let mut judged = Judged::with(&item.model.system, manner.insiders, effort);
    let inherited = inherited(component, asked, &item, &judged);
    inherited
        .cells
        .iter()
        .for_each(|cell| item.model.system.excuse(*cell));
    judged.forget_excused(&item.model.system, &inherited.inside);
    let mut explained = explained(component, &mut item, &mut judged, manner.insiders);
    let excused: BTreeSet<(CellId, u32)> =
        inherited.inside.union(&explained.inside).copied().collect();
    judged.forget_excused(&item.model.system, &excused);
    let mut coarser = 0;
    let mut unshown = BTreeSet::new();
    if asked.leaks == Leaks::Repair && judged.is_unsafe() {
        if judged.judgement.is_ok() {
            let (_, proofs) = hide(&mut item.model.system, manner);
            let current = lines_to_come(&item);
            hide_causes(&mut item.model.system, &current);
            let system = &item.model.system;
            judged = Judged::after(system, manner.insiders, Effort::default(), proofs);
            judged.forget_excused(&item.model.system, &excused);
        }
        coarser = widen(&mut item, &mut judged, &excused, manner.insiders);
        unshown = leave_unshown(&mut item, &mut judged, &mut explained);
    }
    let system = &item.model.system;
    let mut sum = Sum {
        revised: item.model.revised,
        untrue: item.model.untrue as u64,
        coarser,
        ..Sum::default()
    };
    if let Ok(judgement) = &judged.judgement {
        sum.verdicts = Verdicts::of(judgement);
        sum.widths = WidthCounts::of(judgement);
        sum.groups = judgement.groups;
        let mut hasher = Hasher::default();
        digest_witnesses(judgement, &mut hasher);
        sum.witnesses.push(hasher.finish());
    }
    sum.verdicts.inherited = inherited.cells.len() as u64;
    sum.verdicts.inside = judged.inside.len() as u64;
    sum.verdicts.explained_by_earlier_release =
        (explained.cells.len() + explained.inside.len()) as u64;
    sum.verdicts.nothing_shown_around = unshown.len() as u64;
    // What a figure in doubt hangs on is not proved, although nothing more can be hidden there.
    sum.verdicts.contradicted = (system.in_doubt().len() as u64).min(sum.verdicts.safe);
    sum.verdicts.safe -= sum.verdicts.contradicted;
    sum.refused = judged.reasons(&item, lang);
    sum.under = std::mem::take(&mut item.model.under);
    let system = &item.model.system;
    if let Some(wanted) = asked.explained {
        sum.explained = judged.explained(&item, wanted, lang);
    }
    sum.price = Price::of(component, &item);
    let hide = item
        .lines
        .iter()
        .filter(|(_, _, line, _)| system.lines()[*line as usize].state == State::Secondary)
        .map(|(index, row, _, counts)| (*index, *row, counts.clone()))
        .collect();
    let excused = AllExcused {
        inherited,
        explained,
        unshown,
    };
    Decided {
        hide,
        outcome: Outcome::of(component, &item, &judged, &excused),
        sum,
    }
}

/// The system of a piece, with a table for what nobody told. Sums that were taken as complete are open where the figures
/// contradict it; a hidden count that cannot have been the same in all releases may have been revised.
fn modelled(component: &Component, hierarchies: &Hierarchies) -> (Assembled, Incomplete) {
    let attempt = |same: bool| {
        let mut item = assemble(component, hierarchies, Primary::Reveal, same);
        let mut remaining = complete(&mut item.model.system, STEPS);
        for _ in 0..4 {
            if remaining.contradicted == 0 || !item.model.system.open(&item.slacks) {
                break;
            }
            remaining = complete(&mut item.model.system, STEPS);
        }
        (item, remaining)
    };
    let (mut item, mut remaining) = attempt(true);
    let releases = component
        .members
        .iter()
        .map(|member| member.releases.len())
        .max()
        .unwrap_or_default();
    if remaining.contradicted > 0 && releases > 1 {
        let (other, revised) = attempt(false);
        if revised.contradicted < remaining.contradicted {
            (item, remaining) = (other, revised);
        }
    }
    if remaining.contradicted > 0 || !item.model.system.untrue_rows().is_empty() {
        remaining = complete_shifted(&mut item.model.system, STEPS);
    }
    (item, remaining)
}

/// What a release gives away alone, this one or a former one, in tables whose policy cites the publication of the producer.
/// Only a cell that the producer hid, and that a proof shows to be derivable, is excused: a search without an end is no proof,
/// and a cell that our threshold hid is ours to protect.
fn inherited(
    component: &Component,
    asked: &Protect<'_>,
    all: &Assembled,
    judged: &Judged,
) -> Excused {
    let (mode, hierarchies) = (asked.mode, &asked.tables.hierarchies);
    let mut out = Excused::default();
    if !judged.needs_repair() {
        return out;
    }
    let system = &all.model.system;
    let is_ours = |cell: CellId| system.value_of(cell).is_some();
    for (index, member) in component.members.iter().enumerate() {
        if mode_of(&member.policy, mode) == Mode::Strict {
            continue;
        }
        for (release, facts) in member.releases.iter().enumerate() {
            let alone = member.alone(release, facts);
            let (alone, _) = modelled(&alone, hierarchies);
            let item = Judged::of(&alone.model.system, member.policy.insiders);
            let Ok(judgement) = &item.judgement else {
                continue;
            };
            let derived: BTreeSet<CellId> = judgement
                .failures()
                .filter(|(_, reason)| !matches!(reason, Reason::Unproven { .. }))
                .map(|(cell, _)| cell)
                .collect();
            let inside: BTreeSet<(CellId, Arc<str>)> = item
                .inside
                .iter()
                .map(|item| (item.cell, alone.model.owners[item.owner as usize].clone()))
                .collect();
            let same = alone.cells[0][0]
                .iter()
                .zip(&all.cells[index][release])
                .flat_map(|(alone, all)| alone.iter().zip(all));
            for (alone_cell, cell) in same {
                let (Some(alone_cell), Some(cell)) = (alone_cell, cell) else {
                    continue;
                };
                if is_ours(*cell) {
                    continue;
                }
                if derived.contains(alone_cell) {
                    out.cells.insert(*cell);
                }
                out.inside.extend(
                    (0..)
                        .zip(&all.model.owners)
                        .filter(|(_, name)| inside.contains(&(*alone_cell, Arc::clone(name))))
                        .map(|(owner, _)| (*cell, owner)),
                );
            }
        }
    }
    out
}
