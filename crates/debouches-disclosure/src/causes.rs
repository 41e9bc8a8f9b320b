//! What makes hidden counts narrow is hidden, the cheapest first: the figures that a reader subtracts.
//!
//! Bounds are tightened through constraints as a reader would; a count whose bounds are too close names the constraints that
//! tightened them, and the figures shown in these are what to hide. These bounds contain the feasibility interval of the count, what an
//! attacker would compute (Hundepool et al., *Statistical Disclosure Control*, 2012, chapter 4): they see what one constraint after the
//! other gives away. What only several constraints together give away is left to the judgement that follows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::propagate::{BEFOREHAND, Reasons, VISITS, propagate};
use crate::system::{CellId, LineId, State, System};
use crate::view::View;

/// Rounds of hiding; each hides at least one line.
const ROUNDS: usize = 200;
/// Constraints followed back from a narrow count before it is left to others.
const BACK: usize = 64;

/// Hides lines among `current`, as far as their level may be hidden, until no count is narrow that one of them makes so.
pub(crate) fn hide_causes(system: &mut System, current: &BTreeSet<LineId>) {
    for _ in 0..ROUNDS {
        let mut view = View::of_readers(system);
        let (reasons, broken) = propagate(&mut view, VISITS);
        if !broken.is_empty() {
            break;
        }
        let width = |cell: CellId| view.high[cell as usize] - view.low[cell as usize];
        let is_narrow = |cell: &CellId| width(*cell) < system.cells[*cell as usize].needed();
        let causes: Vec<BTreeSet<LineId>> = system
            .protected()
            .filter(is_narrow)
            .map(|cell| causes(system, &view, &reasons, cell, current))
            .filter(|lines| !lines.is_empty())
            .collect();
        let lines = cheapest(system, causes);
        if lines.is_empty() {
            break;
        }
        for line in lines {
            system.set_state(line, State::Secondary);
        }
    }
}

/// The lines shown in the nearest constraints that made a cell narrow.
fn causes(
    system: &System,
    view: &View,
    reasons: &Reasons,
    cell: CellId,
    current: &BTreeSet<LineId>,
) -> BTreeSet<LineId> {
    let mut waiting = VecDeque::from([cell]);
    let mut seen = BTreeSet::from([cell]);
    let mut followed = BTreeSet::new();
    while let Some(cell) = waiting.pop_front() {
        let (low, high) = reasons.0[cell as usize];
        let mut shown_lines = BTreeSet::new();
        for row in [low, high].into_iter().filter(|row| *row != BEFOREHAND) {
            if followed.len() >= BACK || !followed.insert(row) {
                continue;
            }
            let source = view.source[row as usize];
            let shown = system.rows.get(source).map(|(cell, _)| cell);
            let lines = shown
                .map(|cell| system.cells[cell as usize].line)
                .chain(system.while_shown[source as usize]);
            shown_lines.extend(lines.filter(|line| {
                let item = &system.lines[*line as usize];
                item.state == State::Shown && item.may_hide && current.contains(line)
            }));
            let others = view.rows.get(row).map(|(other, _)| other);
            waiting.extend(others.filter(|other| seen.insert(*other)));
        }
        if !shown_lines.is_empty() {
            return shown_lines;
        }
    }
    BTreeSet::new()
}

/// One line at least of each set, those that cost least for the sets that they are in.
fn cheapest(system: &System, mut sets: Vec<BTreeSet<LineId>>) -> Vec<LineId> {
    let mut out = Vec::new();
    while !sets.is_empty() {
        let mut uses: BTreeMap<LineId, u64> = BTreeMap::new();
        for line in sets.iter().flatten() {
            *uses.entry(*line).or_default() += 1;
        }
        let cost = |line: LineId| system.lines[line as usize].cost.max(1);
        let best = uses
            .into_iter()
            .min_by(|(a, a_uses), (b, b_uses)| (cost(*a) * b_uses).cmp(&(cost(*b) * a_uses)));
        let Some((line, _)) = best else { break };
        sets.retain(|set| !set.contains(&line));
        out.push(line);
    }
    out
}
