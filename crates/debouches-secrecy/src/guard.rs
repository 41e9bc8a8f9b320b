//! Suppression and gate on one table of a release, together with every former release of it.

use std::collections::BTreeSet;

use debouches_model::spec::SecrecySpec;
use debouches_model::{Lang, Sha256};

use crate::build::{Modelled, Primary, build};
use crate::complete::{Incomplete, complete};
use crate::disclosure::{Cells, Mode, TableDisclosure, Verdicts, Widths, witnesses_digest};
use crate::explain::{explain, explain_inside};
use crate::facts::Facts;
use crate::gate::{Effort, Judgement, judge};
use crate::insider::{Inside, insiders};
use crate::suppress::{Manner, suppress};
use crate::system::{CellId, State, System};

/// Steps that a group may take to find a table for what was not told.
const STEPS: usize = 200_000;
/// Visits of ties while bounds are tightened, for the pass from the inside.
const VISITS: usize = 20_000_000;

/// A table to be published, and what is known beside it.
#[derive(Debug, Clone, Copy)]
pub struct Guard<'a> {
    /// Name of the table.
    pub table: &'a str,
    /// The policy in force.
    pub policy: &'a SecrecySpec,
    /// How strict the gate is.
    pub mode: Mode,
    /// What to do with a count that can be worked out.
    pub leaks: Leaks,
    /// Former releases, the oldest first, with their versions.
    pub former: &'a [(String, Facts)],
    /// The table to be published.
    pub current: &'a Facts,
    /// Former releases that could not be read with the columns of today.
    pub not_comparable: &'a [String],
}

/// What to do with a count that can be worked out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Leaks {
    /// Hide more until it no longer can be.
    #[default]
    Repair,
    /// Hide nothing more: the release is refused.
    Refuse,
}

/// What was decided.
#[derive(Debug, Clone)]
pub struct Guarded {
    /// Rows of the table, and the counts to hide in each beside what is hidden already.
    pub hide: Vec<(usize, Vec<usize>)>,
    /// For `disclosure.json`.
    pub disclosure: TableDisclosure,
    /// Why the release is refused, in words; empty when it passes.
    pub refused: Vec<String>,
    /// Hidden now, published before, hence known for good: the operator must be told.
    pub revised: usize,
}

/// Hides what must be, then judges. Fails closed: what cannot be judged is refused.
#[must_use]
pub fn guard(guard: Guard<'_>, lang: Lang) -> Guarded {
    let mode = if guard.policy.unpublished { Mode::Strict } else { guard.mode };
    let (mut model, left) = modelled(guard);
    let mut refused = Vec::new();
    // In `inherit` mode the producer's own figures set the measure: each release alone, before we hide anything.
    let inherited = match mode {
        Mode::Inherit => inherited(guard, &model),
        Mode::Strict => Inherited::default(),
    };
    inherited.cells.iter().for_each(|cell| model.system.excuse(*cell));
    let manner = Manner { siblings: guard.policy.siblings, insiders: guard.policy.insiders };
    if guard.leaks == Leaks::Repair && needs_repair(&model.system, guard.policy.insiders) {
        suppress(&mut model.system, manner);
    }
    let lines = model.lines.iter().filter(|(_, line, _)| model.system.lines()[*line as usize].state == State::Secondary);
    let hide: Vec<(usize, Vec<usize>)> = lines.map(|(row, _, counts)| (*row, counts.clone())).collect();
    let mut judgement = match judge(&model.system, Effort::default()) {
        Ok(judgement) => Some(judgement),
        Err(contradiction) => {
            refused.push(contradiction.to_string());
            None
        }
    };
    let failures = judgement.iter().flat_map(Judgement::failures);
    refused.extend(failures.map(|(cell, reason)| explain(&model.system, cell, reason, lang)));
    let mut verdicts = judgement.as_ref().map(Verdicts::of).unwrap_or_default();
    verdicts.inherited = inherited.cells.len() as u64;
    verdicts.contradicted = left.contradicted as u64;
    if guard.policy.insiders {
        let found = judgement.as_mut().map(|judgement| insiders(&model.system, &mut judgement.ledger, VISITS));
        let found = found.into_iter().flatten().filter(|inside| !inherited.inside.contains(&named(&model, *inside)));
        let found: Vec<Inside> = found.collect();
        verdicts.inside = found.len() as u64;
        refused.extend(
            found
                .into_iter()
                .map(|inside| explain_inside(&model.system, inside.cell, &model.owners[inside.owner as usize], lang)),
        );
    }
    let policy_text = serde_json::to_string(guard.policy).unwrap_or_default();
    let releases = guard.former.iter().map(|(version, _)| version.clone()).collect();
    let (groups, largest_group) = judgement.as_ref().map_or((0, 0), |judgement| judgement.groups);
    let disclosure = TableDisclosure {
        table: guard.table.to_owned(),
        policy_sha256: Sha256::of(policy_text.as_bytes()).to_string(),
        policy: guard.policy.clone(),
        mode,
        releases,
        not_comparable: guard.not_comparable.to_vec(),
        complementary: !hide.is_empty() || guard.former.iter().any(|(_, facts)| facts.complementary),
        cells: Cells::of(&model.system),
        verdicts,
        widths: judgement.as_ref().and_then(Widths::of),
        groups,
        largest_group,
        solver: "chains of ties, exhaustive search, microlp 0.7",
        seeds: Vec::new(),
        witnesses_sha256: judgement.as_ref().map_or_else(|| Sha256::of(b""), witnesses_digest),
        untrue_ties: model.untrue as u64,
        passes: refused.is_empty(),
    };
    Guarded { hide, disclosure, refused, revised: model.revised }
}

/// The system of all releases; where a hidden count cannot have been the same in all of them, it may have been revised.
fn modelled(guard: Guard<'_>) -> (Modelled, Incomplete) {
    let releases: Vec<Facts> = guard.former.iter().map(|(_, facts)| facts.clone()).chain([guard.current.clone()]).collect();
    let mut model = build(guard.policy, &releases, Primary::Tell, true);
    let mut left = complete(&mut model.system, STEPS);
    if left.contradicted > 0 && !guard.former.is_empty() {
        model = build(guard.policy, &releases, Primary::Tell, false);
        left = complete(&mut model.system, STEPS);
    }
    (model, left)
}

/// What the figures of one release alone give away.
#[derive(Debug, Default)]
struct Inherited {
    /// Cells that they leave unsafe.
    cells: Vec<CellId>,
    /// Cells, by their names, that they leave open to an owner.
    inside: BTreeSet<(String, Box<str>)>,
}

/// What any release gives away alone, this one or a former one: the figures of the producer at that time, which nothing
/// of ours makes narrower. What only several of them give away together is ours to hide.
fn inherited(guard: Guard<'_>, all: &Modelled) -> Inherited {
    let mut out = Inherited::default();
    if !needs_repair(&all.system, guard.policy.insiders) {
        return out;
    }
    let mut names: BTreeSet<String> = BTreeSet::new();
    for release in guard.former.iter().map(|(_, facts)| facts).chain([guard.current]) {
        let mut alone = build(guard.policy, std::slice::from_ref(release), Primary::Tell, true);
        complete(&mut alone.system, STEPS);
        let Ok(mut judgement) = judge(&alone.system, Effort::default()) else { continue };
        names.extend(judgement.failures().map(|(cell, _)| alone.system.label(cell).to_owned()));
        if guard.policy.insiders {
            let found = insiders(&alone.system, &mut judgement.ledger, VISITS);
            out.inside.extend(found.into_iter().map(|inside| named(&alone, inside)));
        }
    }
    out.cells = all.system.protected().filter(|cell| names.contains(all.system.label(*cell))).collect();
    out
}

fn named(model: &Modelled, inside: Inside) -> (String, Box<str>) {
    (model.system.label(inside.cell).to_owned(), model.owners[inside.owner as usize].clone())
}

fn needs_repair(system: &System, from_inside: bool) -> bool {
    judge(system, Effort::default()).is_ok_and(|mut judgement| {
        !judgement.passes() || (from_inside && !insiders(system, &mut judgement.ledger, VISITS).is_empty())
    })
}
