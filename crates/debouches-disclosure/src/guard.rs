//! Suppression and gate on one table of a release, together with every former release of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use debouches_model::spec::SecrecySpec;
use debouches_model::{Hasher, Lang, Sha256};

use crate::build::{Modelled, Primary, build};
use crate::complete::{Incomplete, complete};
use crate::disclosure::{Cells, Mode, TableDisclosure, Verdicts, WidthCounts, digest_witnesses};
use crate::explain::{explain, explain_inside};
use crate::facts::Facts;
use crate::gate::{Contradiction, Effort, Judgement, judge};
use crate::insider::{Inside, insiders};
use crate::split::{Piece, pieces};
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
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

/// Hides what must be, then judges, piece by piece. Fails closed: what cannot be judged is refused.
#[must_use]
pub fn guard(guard: Guard<'_>, lang: Lang) -> Guarded {
    let mode = if guard.policy.unpublished {
        Mode::Strict
    } else {
        guard.mode
    };
    let (mut sum, mut left, mut witnesses) =
        (Decided::default(), Left::default(), Hasher::default());
    for piece in pieces(guard.policy, guard.former, guard.current) {
        sum.add(
            one(&piece, (mode, guard.leaks), lang, &mut left, &mut witnesses),
            &piece,
        );
    }
    let policy_text = serde_json::to_string(guard.policy).unwrap_or_default();
    sum.hide.sort();
    let disclosure = TableDisclosure {
        table: guard.table.to_owned(),
        together: Vec::new(),
        policy_sha256: Sha256::of(policy_text.as_bytes()).to_string(),
        policy: guard.policy.clone(),
        mode,
        releases: guard
            .former
            .iter()
            .map(|(version, _)| version.clone())
            .collect(),
        not_comparable: guard.not_comparable.to_vec(),
        complementary: !sum.hide.is_empty()
            || guard.former.iter().any(|(_, facts)| facts.complementary),
        cells: sum.cells,
        verdicts: sum.verdicts,
        widths: sum.widths.summary(),
        groups: sum.groups.0,
        largest_group: sum.groups.1,
        solver: "chains of ties, exhaustive search, microlp 0.7",
        seeds: Vec::new(),
        witnesses_sha256: witnesses.finish(),
        untrue_ties: sum.untrue,
        passes: sum.refused.is_empty(),
    };
    Guarded {
        hide: sum.hide,
        disclosure,
        refused: sum.refused,
        revised: sum.revised,
    }
}

/// What was decided: of a piece, whose rows and counts have their own places, then of all those judged so far.
#[derive(Default)]
struct Decided {
    hide: Vec<(usize, Vec<usize>)>,
    refused: Vec<String>,
    revised: usize,
    cells: Cells,
    verdicts: Verdicts,
    widths: WidthCounts,
    /// How many groups there are, and the size of the largest.
    groups: (usize, usize),
    untrue: u64,
}

impl Decided {
    fn add(&mut self, part: Self, piece: &Piece) {
        let global = |counts: Vec<usize>| {
            counts
                .into_iter()
                .map(|count| piece.counts[count])
                .collect()
        };
        self.hide.extend(
            part.hide
                .into_iter()
                .map(|(row, counts)| (piece.rows[row], global(counts))),
        );
        self.refused.extend(part.refused);
        self.revised += part.revised;
        self.cells += part.cells;
        self.verdicts += part.verdicts;
        self.widths.extend(part.widths);
        self.groups = (
            self.groups.0 + part.groups.0,
            self.groups.1.max(part.groups.1),
        );
        self.untrue += part.untrue;
    }
}

/// What work is left for the pieces that come: of the first judgements, of former releases alone, of the last ones.
#[derive(Default)]
struct Left {
    first: Effort,
    alone: Effort,
    last: Effort,
}

fn one(
    piece: &Piece,
    (mode, leaks): (Mode, Leaks),
    lang: Lang,
    left: &mut Left,
    witnesses: &mut Hasher,
) -> Decided {
    let (mut model, incomplete) = modelled(piece);
    let from_inside = piece.policy.insiders;
    let mut judged = Judged::of(&model.system, from_inside, &mut left.first);
    // In `inherit` mode the producer's own figures set the measure: each release alone, before we hide anything.
    let inherited = match mode {
        Mode::Inherit if judged.needs_repair() => {
            inherited(piece, &model, &judged, &mut left.alone)
        }
        Mode::Inherit | Mode::Strict => Inherited::default(),
    };
    inherited
        .cells
        .iter()
        .for_each(|cell| model.system.excuse(*cell));
    judged.forget_excused(&model.system);
    if leaks == Leaks::Repair && judged.needs_repair() {
        suppress(
            &mut model.system,
            Manner {
                siblings: piece.policy.siblings,
                insiders: from_inside,
            },
        );
        judged = Judged::of(&model.system, from_inside, &mut left.last);
    }
    let lines = model
        .lines
        .iter()
        .filter(|(_, line, _)| model.system.lines()[*line as usize].state == State::Secondary);
    let hide: Vec<(usize, Vec<usize>)> = lines
        .map(|(row, _, counts)| (*row, counts.clone()))
        .collect();
    let mut verdicts = judged
        .judgement
        .as_ref()
        .map(Verdicts::of)
        .unwrap_or_default();
    verdicts.inherited = inherited.cells.len() as u64;
    verdicts.contradicted = incomplete.contradicted as u64;
    let mut refused = match &judged.judgement {
        Ok(judgement) => judgement
            .failures()
            .map(|(cell, reason)| explain(&model.system, cell, reason, lang))
            .collect(),
        Err(contradiction) => vec![contradiction.to_string()],
    };
    let inside = judged
        .inside
        .iter()
        .filter(|inside| !inherited.inside.contains(&named(&model, **inside)));
    for inside in inside {
        verdicts.inside += 1;
        refused.push(explain_inside(
            &model.system,
            inside.cell,
            &model.owners[inside.owner as usize],
            lang,
        ));
    }
    if let Ok(judgement) = &judged.judgement {
        digest_witnesses(judgement, witnesses);
    }
    Decided {
        hide,
        refused,
        revised: model.revised,
        cells: Cells::of(&model.system),
        verdicts,
        widths: judged
            .judgement
            .as_ref()
            .map(WidthCounts::of)
            .unwrap_or_default(),
        groups: judged
            .judgement
            .as_ref()
            .map_or((0, 0), |judgement| judgement.groups),
        untrue: model.untrue as u64,
    }
}

/// A judgement, from the outside and, when asked, from the inside.
struct Judged {
    judgement: Result<Judgement, Contradiction>,
    inside: Vec<Inside>,
}

impl Judged {
    fn of(system: &System, from_inside: bool, effort: &mut Effort) -> Self {
        let mut judgement = judge(system, *effort);
        let mut inside = Vec::new();
        if let Ok(judgement) = &mut judgement {
            *effort = effort.after(judgement);
            if from_inside {
                inside = insiders(system, &mut judgement.ledger, VISITS);
            }
        }
        Self { judgement, inside }
    }

    /// True when something can be worked out. What contradicts itself cannot be repaired: it is refused.
    fn needs_repair(&self) -> bool {
        self.judgement
            .as_ref()
            .is_ok_and(|judgement| !judgement.passes() || !self.inside.is_empty())
    }

    /// Leaves out the cells that need no protection any more: what was proved of the others stays proved.
    fn forget_excused(&mut self, system: &System) {
        let needs = |cell: CellId| system.cells()[cell as usize].needed() > 0;
        if let Ok(judgement) = &mut self.judgement {
            judgement.cells.retain(|(cell, _)| needs(*cell));
        }
        self.inside.retain(|inside| needs(inside.cell));
    }
}

/// The system of all releases; where a hidden count cannot have been the same in all of them, it may have been revised.
fn modelled(piece: &Piece) -> (Modelled, Incomplete) {
    let Piece {
        policy, releases, ..
    } = piece;
    let mut model = build(policy, releases, Primary::Tell, true);
    let mut left = complete(&mut model.system, STEPS);
    if left.contradicted > 0
        && releases.len() > 1
        && contradict_each_other(policy, releases, &model.system)
    {
        model = build(policy, releases, Primary::Tell, false);
        left = complete(&mut model.system, STEPS);
    }
    (model, left)
}

/// True when releases contradict each other, beyond what each contradicts in itself.
fn contradict_each_other(policy: &SecrecySpec, releases: &[Facts], all: &System) -> bool {
    let mut known: BTreeSet<String> = BTreeSet::new();
    for release in releases {
        let mut alone = build(policy, std::slice::from_ref(release), Primary::Tell, true);
        complete(&mut alone.system, STEPS);
        known.extend(alone.system.unsolved_labels().map(str::to_owned));
    }
    all.unsolved_labels().any(|label| !known.contains(label))
}

/// What the figures of one release alone give away.
#[derive(Debug, Default)]
struct Inherited {
    /// Cells that they leave unsafe.
    cells: Vec<CellId>,
    /// Cells, by their names, that they leave open to an owner.
    inside: BTreeSet<(String, Arc<str>)>,
}

/// What any release gives away alone, this one or a former one: the figures of the producer at that time, which nothing
/// of ours makes narrower. What only several of them give away together is ours to hide.
fn inherited(piece: &Piece, all: &Modelled, judged: &Judged, effort: &mut Effort) -> Inherited {
    if piece.releases.len() == 1 {
        // This release is alone: what it gives away was found already.
        let cells = judged
            .judgement
            .iter()
            .flat_map(Judgement::failures)
            .map(|(cell, _)| cell)
            .collect();
        return Inherited {
            cells,
            inside: judged
                .inside
                .iter()
                .map(|inside| named(all, *inside))
                .collect(),
        };
    }
    let mut out = Inherited::default();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for release in &piece.releases {
        let mut alone = build(
            &piece.policy,
            std::slice::from_ref(release),
            Primary::Tell,
            true,
        );
        complete(&mut alone.system, STEPS);
        let own = Judged::of(&alone.system, piece.policy.insiders, effort);
        let failures = own.judgement.iter().flat_map(Judgement::failures);
        names.extend(failures.map(|(cell, _)| alone.system.label(cell).to_owned()));
        out.inside
            .extend(own.inside.into_iter().map(|inside| named(&alone, inside)));
    }
    out.cells = all
        .system
        .protected()
        .filter(|cell| names.contains(all.system.label(*cell)))
        .collect();
    out
}

fn named(model: &Modelled, inside: Inside) -> (String, Arc<str>) {
    (
        model.system.label(inside.cell).to_owned(),
        model.owners[inside.owner as usize].clone(),
    )
}
