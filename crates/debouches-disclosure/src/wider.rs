//! What is hidden beside where hiding single lines proves nothing: what surrounds it, further and further.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::{Effort, Judgement, Reason, Verdict, judge, judge_again};
use crate::build::SIZES;
use crate::judged::{Excused, Judged};
use crate::system::{CellId, LineId, MANY, State, System, number};
use crate::universe::{Assembled, Component, ComponentMember};

/// How far around an unsafe cell rows are hidden, one try after the other; then all of its component.
const AROUND: [usize; 3] = [1, 2, 5];

/// Hides more and more around what is not proved safe, until everything is, or nothing is left to hide there.
pub(crate) fn widen(
    item: &mut Assembled,
    judged: &mut Judged,
    excused: &BTreeSet<(CellId, u32)>,
    from_inside: bool,
) -> u64 {
    let current = lines_to_come(item);
    let mut hidden = 0;
    if let Ok(judgement) = &mut judged.judgement {
        judge_again(&item.model.system, judgement);
    }
    // What costs least to hide goes first, as far as it is joined, before anything dearer.
    let costs: BTreeSet<u64> = current
        .iter()
        .map(|line| cost_of(&item.model.system, *line))
        .collect();
    for cost in costs {
        let mut steps = AROUND.into_iter();
        while judged.is_unsafe() {
            let around = steps.next().unwrap_or(usize::MAX);
            let cells = judged.unsafe_cells(&item.model.system);
            let system = &mut item.model.system;
            let more = hide_around(system, &cells, around, |system, line| {
                current.contains(&line) && cost_of(system, line) <= cost
            });
            hidden += more;
            if more > 0 {
                judged.renew(&item.model.system, from_inside);
                judged.forget_excused(&item.model.system, excused);
            }
            if around == usize::MAX {
                break;
            }
        }
    }
    hidden
}

/// Accepts what is still not proved where the releases to come show nothing: they add nothing to what readers know already. Where
/// former releases show something, the cells are among those that they explain. Gives the others: nothing is shown around them.
pub(crate) fn leave_unshown(
    item: &mut Assembled,
    judged: &mut Judged,
    explained: &mut Excused,
) -> BTreeSet<CellId> {
    let mut unshown = BTreeSet::new();
    if !judged.is_unsafe() {
        return unshown;
    }
    let current = lines_to_come(item);
    let system = &mut item.model.system;
    let cells = judged.unsafe_cells(system);
    // Whether the releases to come show something there, and whether any release does.
    let mut known: BTreeMap<CellId, (bool, bool)> = BTreeMap::new();
    for cell in cells {
        if known.contains_key(&cell) {
            continue;
        }
        let joined = joined(system, &[cell], usize::MAX);
        let mut shown = joined
            .lines
            .iter()
            .filter(|line| system.lines[**line as usize].state == State::Shown)
            .peekable();
        let is_any = shown.peek().is_some();
        let is_shown = shown.any(|line| current.contains(line));
        known.extend(
            joined
                .cells
                .into_iter()
                .map(|cell| (cell, (is_shown, is_any))),
        );
    }
    let is_left = |cell: CellId| matches!(known.get(&cell), Some((false, _)));
    let inside = judged.inside.iter().map(|item| (item.cell, item.owner));
    explained
        .inside
        .extend(inside.filter(|(cell, _)| is_left(*cell)));
    judged.inside.retain(|item| !is_left(item.cell));
    let remaining: Vec<CellId> = match &mut judged.judgement {
        Ok(judgement) => {
            let remaining = judgement.failures().map(|(cell, _)| cell);
            let remaining: Vec<CellId> = remaining.filter(|cell| is_left(*cell)).collect();
            judgement
                .cells
                .retain(|(cell, verdict)| matches!(verdict, Verdict::Safe(_)) || !is_left(*cell));
            remaining
        }
        // Figures that contradict themselves tell nothing of each other: nothing of the releases to come is among them.
        Err(_) if known.values().all(|(is_shown, _)| !is_shown) => {
            judged.judgement = Ok(Judgement::of_nothing());
            known.keys().copied().collect()
        }
        Err(_) => Vec::new(),
    };
    for cell in remaining {
        system.excuse(cell);
        match known[&cell] {
            (_, true) => explained.cells.insert(cell),
            (_, false) => unshown.insert(cell),
        };
    }
    unshown
}

/// What is narrower than asked for although nothing of the releases to come is shown: only what former releases showed explains
/// it, and nothing can hide it any more. It must not become narrower, which the width asked for those cells says from here on. A
/// search without an end explains nothing.
pub(crate) fn explained(
    component: &Component,
    item: &mut Assembled,
    judged: &mut Judged,
    from_inside: bool,
) -> Excused {
    let mut out = Excused::default();
    let has_previous = |member: &ComponentMember| {
        member.releases.len() > usize::from(member.has_current) && !member.releases.is_empty()
    };
    if !judged.needs_repair() || !component.members.iter().any(has_previous) {
        return out;
    }
    let mut without = item.model.system.clone();
    for (_, _, line, _) in &item.lines {
        if without.lines[*line as usize].state == State::Shown {
            without.set_state(*line, State::Secondary);
        }
    }
    let before = Judged::of(&without, from_inside);
    let Ok(judgement) = &before.judgement else {
        return out;
    };
    let asked: BTreeSet<CellId> = judged
        .unsafe_cells(&item.model.system)
        .into_iter()
        .collect();
    let narrow: Vec<CellId> = narrow(judgement)
        .map(|(cell, _)| cell)
        .filter(|cell| asked.contains(cell))
        .collect();
    out.inside = before
        .inside
        .iter()
        .map(|item| (item.cell, item.owner))
        .collect();
    out.inside.retain(|item| {
        judged
            .inside
            .iter()
            .any(|other| (other.cell, other.owner) == *item)
    });
    if !narrow.is_empty() {
        out.cells = excused_for_everybody(item, without, &narrow);
        *judged = Judged::of(&item.model.system, from_inside);
    }
    out
}

/// What of some narrow cells is narrow for everybody, and must not become narrower. The others are so only for who knows which hidden
/// counts are small: the releases to come do not tell it, and must not add what makes them narrow for everybody.
fn excused_for_everybody(
    item: &mut Assembled,
    mut without: System,
    narrow: &[CellId],
) -> BTreeSet<CellId> {
    let mut out = BTreeSet::new();
    let current = lines_to_come(item);
    let all: Vec<CellId> = (0..number(without.cells.len())).collect();
    forget_sizes(&mut without, &all, &current);
    let Ok(judgement) = judge(&without, Effort::default()) else {
        return out;
    };
    let widths: BTreeMap<CellId, i64> = self::narrow(&judgement).collect();
    let system = &mut item.model.system;
    let mut is_forgotten: BTreeSet<CellId> = BTreeSet::new();
    for cell in narrow {
        match widths.get(cell) {
            Some(width) => {
                system.cells[*cell as usize].width = *width;
                out.insert(*cell);
            }
            None if !is_forgotten.contains(cell) => {
                let near: Vec<CellId> = joined(system, &[*cell], usize::MAX)
                    .cells
                    .into_iter()
                    .collect();
                forget_sizes(system, &near, &current);
                is_forgotten.extend(near);
            }
            None => {}
        }
    }
    out
}

/// Cells that a proof shows to be narrower than asked for, and how wide they are. A search without an end is no proof.
fn narrow(judgement: &Judgement) -> impl Iterator<Item = (CellId, i64)> + '_ {
    judgement
        .failures()
        .filter_map(|(cell, reason)| match reason {
            Reason::Exact(_) => Some((cell, 0)),
            Reason::Narrow { low, high, .. } => Some((cell, high - low)),
            Reason::Unproven { .. } => None,
        })
}

/// Takes away what readers were supposed to know of hidden counts of the releases to come: whether they are small.
fn forget_sizes(system: &mut System, cells: &[CellId], current: &BTreeSet<LineId>) {
    for cell in cells {
        let item = &mut system.cells[*cell as usize];
        // Shares stay shares.
        if current.contains(&item.line) && item.prior.1 != 100 {
            item.prior = (0, MANY);
        }
    }
}

/// The lines of the releases to come.
pub(crate) fn lines_to_come(item: &Assembled) -> BTreeSet<LineId> {
    item.lines.iter().map(|(_, _, line, _)| *line).collect()
}

/// Hides the lines of the releases to come within some constraints of some cells; how many.
fn hide_around(
    system: &mut System,
    cells: &[CellId],
    steps: usize,
    may: impl Fn(&System, LineId) -> bool,
) -> u64 {
    let mut hidden = 0;
    for line in joined(system, cells, steps).lines {
        // Levels that should stay public are hidden too: a release that goes out is better than none.
        if system.lines[line as usize].state == State::Shown && may(system, line) {
            system.set_state(line, State::Secondary);
            hidden += 1;
        }
    }
    hidden
}

/// What hiding a line of that level costs, whatever its size.
fn cost_of(system: &System, line: LineId) -> u64 {
    system.lines[line as usize].cost / SIZES
}

/// Cells that constraints join, and the lines that show them or their rates.
struct Joined {
    cells: BTreeSet<CellId>,
    lines: BTreeSet<LineId>,
}

/// What is within some constraints of some cells.
fn joined(system: &System, cells: &[CellId], steps: usize) -> Joined {
    let mut seen: BTreeSet<CellId> = cells.iter().copied().collect();
    let mut edge: Vec<CellId> = cells.to_vec();
    let mut lines: BTreeSet<LineId> = BTreeSet::new();
    for _ in 0..steps {
        let mut next = Vec::new();
        for cell in edge {
            for (row, _) in system.rows_of.get(cell) {
                lines.extend(system.while_shown[row as usize]);
                for (other, _) in system.rows.get(row) {
                    if seen.insert(other) {
                        next.push(other);
                    }
                }
            }
        }
        if next.is_empty() {
            break;
        }
        edge = next;
    }
    lines.extend(seen.iter().map(|cell| system.cells[*cell as usize].line));
    Joined { cells: seen, lines }
}
