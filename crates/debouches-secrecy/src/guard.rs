//! Suppression and gate on one table of a release, together with every former release of it.

use debouches_model::spec::SecrecySpec;
use debouches_model::{Lang, Sha256};

use crate::build::{Modelled, Primary, build};
use crate::complete::complete;
use crate::disclosure::{Cells, Mode, TableDisclosure, Verdicts, Widths, witnesses_digest};
use crate::explain::explain;
use crate::facts::Facts;
use crate::gate::{Effort, Judgement, judge};
use crate::suppress::{Manner, suppress};
use crate::system::{CellId, State};

/// Steps that a group may take to find a table for what was not told.
const STEPS: usize = 200_000;

/// A table to be published, and what is known beside it.
#[derive(Debug, Clone, Copy)]
pub struct Guard<'a> {
    /// Name of the table.
    pub table: &'a str,
    /// The policy in force.
    pub policy: &'a SecrecySpec,
    /// How strict the gate is.
    pub mode: Mode,
    /// Former releases, the oldest first, with their versions.
    pub former: &'a [(String, Facts)],
    /// The table to be published.
    pub current: &'a Facts,
    /// Former releases that could not be read with the columns of today.
    pub not_comparable: &'a [String],
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
    let mut model = modelled(guard);
    let mut refused = Vec::new();
    // In `inherit` mode the producer's own figures set the measure: this release alone, before we hide anything.
    let inherited = match guard.mode {
        Mode::Inherit => inherited(guard, &model),
        Mode::Strict => Vec::new(),
    };
    inherited.iter().for_each(|cell| model.system.excuse(*cell));
    let before = model.system.clone();
    let manner = Manner { siblings: guard.policy.siblings, insiders: guard.policy.insiders };
    if needs_repair(&before) {
        suppress(&mut model.system, manner);
    }
    let lines = model.lines.iter().filter(|(_, line, _)| model.system.lines()[*line as usize].state == State::Secondary);
    let hide: Vec<(usize, Vec<usize>)> = lines.map(|(row, _, counts)| (*row, counts.clone())).collect();
    let judgement = match judge(&model.system, Effort::default()) {
        Ok(judgement) => Some(judgement),
        Err(contradiction) => {
            refused.push(contradiction.to_string());
            None
        }
    };
    let failures = judgement.iter().flat_map(Judgement::failures);
    refused.extend(failures.map(|(cell, reason)| explain(&model.system, cell, reason, lang)));
    let mut verdicts = judgement.as_ref().map(Verdicts::of).unwrap_or_default();
    verdicts.inherited = inherited.len() as u64;
    let policy_text = serde_json::to_string(guard.policy).unwrap_or_default();
    let releases = guard.former.iter().map(|(version, _)| version.clone()).collect();
    let (groups, largest_group) = judgement.as_ref().map_or((0, 0), |judgement| judgement.groups);
    let disclosure = TableDisclosure {
        table: guard.table.to_owned(),
        policy_sha256: Sha256::of(policy_text.as_bytes()).to_string(),
        policy: guard.policy.clone(),
        mode: guard.mode,
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
        passes: refused.is_empty(),
    };
    Guarded { hide, disclosure, refused, revised: model.revised }
}

/// The system of all releases; where a hidden count cannot have been the same in all of them, it may have been revised.
fn modelled(guard: Guard<'_>) -> Modelled {
    let releases: Vec<Facts> = guard.former.iter().map(|(_, facts)| facts.clone()).chain([guard.current.clone()]).collect();
    let mut model = build(guard.policy, &releases, Primary::Tell, true);
    let is_impossible = complete(&mut model.system, STEPS) == model.system.cells().len() && !model.system.cells().is_empty();
    if is_impossible {
        model = build(guard.policy, &releases, Primary::Tell, false);
        complete(&mut model.system, STEPS);
    }
    model
}

/// Cells that the producer's figures of this release alone leave unsafe.
fn inherited(guard: Guard<'_>, all: &Modelled) -> Vec<CellId> {
    let mut alone = build(guard.policy, std::slice::from_ref(guard.current), Primary::Tell, true);
    complete(&mut alone.system, STEPS);
    let Ok(judgement) = judge(&alone.system, Effort::default()) else { return Vec::new() };
    let names: std::collections::BTreeSet<&str> = judgement.failures().map(|(cell, _)| alone.system.label(cell)).collect();
    all.system.protected().filter(|cell| names.contains(all.system.label(*cell))).collect()
}

fn needs_repair(system: &crate::system::System) -> bool {
    judge(system, Effort::default()).is_ok_and(|judgement| !judgement.passes())
}
