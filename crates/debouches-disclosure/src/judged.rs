//! A judgement of a piece, from the outside and from the inside, kept while more is hidden.

use std::collections::BTreeSet;

use debouches_model::Lang;

use crate::audit::{Contradiction, Effort, Judgement, Verdict, judge_failures, judge_with};
use crate::explain::{Explained, explain, explain_inside, explain_safe};
use crate::insider::{Inside, insiders};
use crate::ledger::Ledger;
use crate::propagate::VISITS;
use crate::system::{CellId, System};
use crate::universe::Assembled;

/// What some releases alone give away.
#[derive(Debug, Default)]
pub(crate) struct Excused {
    /// Cells that they leave unsafe.
    pub(crate) cells: BTreeSet<CellId>,
    /// Cells that they leave open to an owner.
    pub(crate) inside: BTreeSet<(CellId, u32)>,
}

/// A judgement, from the outside and, when asked, from the inside.
pub(crate) struct Judged {
    pub(crate) judgement: Result<Judgement, Contradiction>,
    pub(crate) inside: Vec<Inside>,
}

impl Judged {
    pub(crate) fn of(system: &System, from_inside: bool) -> Self {
        Self::with(system, from_inside, Effort::default())
    }

    pub(crate) fn with(system: &System, from_inside: bool, effort: Effort) -> Self {
        Self::after(
            system,
            from_inside,
            effort,
            Ledger::new(system.cells().len()),
        )
    }

    /// With moves that were checked against this system.
    pub(crate) fn after(
        system: &System,
        from_inside: bool,
        effort: Effort,
        ledger: Ledger,
    ) -> Self {
        let mut judgement = judge_with(system, effort, ledger);
        let mut inside = Vec::new();
        if let (Ok(judgement), true) = (&mut judgement, from_inside) {
            inside = insiders(system, &mut judgement.ledger, VISITS);
        }
        Self { judgement, inside }
    }

    /// After more was hidden: only what was not safe is judged once more.
    pub(crate) fn renew(&mut self, system: &System, from_inside: bool) {
        let renewed = match &mut self.judgement {
            Ok(judgement) => judge_failures(system, judgement),
            Err(contradiction) => Err(contradiction.clone()),
        };
        match (renewed, &mut self.judgement) {
            (Ok(()), Ok(judgement)) => {
                if from_inside {
                    self.inside = insiders(system, &mut judgement.ledger, VISITS);
                }
            }
            _ => *self = Self::of(system, from_inside),
        }
    }

    /// True when something can be worked out. What contradicts itself cannot be repaired: it is refused.
    pub(crate) fn needs_repair(&self) -> bool {
        self.judgement.is_ok() && self.is_unsafe()
    }

    pub(crate) fn is_unsafe(&self) -> bool {
        self.judgement
            .as_ref()
            .map_or(true, |judgement| !judgement.passes())
            || !self.inside.is_empty()
    }

    /// Cells that are not proved safe; all those that need protection when the figures contradict themselves.
    pub(crate) fn unsafe_cells(&self, system: &System) -> Vec<CellId> {
        let mut out: Vec<CellId> = match &self.judgement {
            Ok(judgement) => judgement.failures().map(|(cell, _)| cell).collect(),
            Err(_) => system.protected().collect(),
        };
        out.extend(self.inside.iter().map(|inside| inside.cell));
        out
    }

    /// Leaves out the cells that need no protection any more: what was proved of the others stays proved.
    pub(crate) fn forget_excused(&mut self, system: &System, inside: &BTreeSet<(CellId, u32)>) {
        let needs = |cell: CellId| system.cells()[cell as usize].needed() > 0;
        if let Ok(judgement) = &mut self.judgement {
            judgement.cells.retain(|(cell, _)| needs(*cell));
        }
        self.inside
            .retain(|item| needs(item.cell) && !inside.contains(&(item.cell, item.owner)));
    }

    pub(crate) fn explained(&self, item: &Assembled, wanted: &str, lang: Lang) -> Vec<Explained> {
        let system = &item.model.system;
        let verdicts = self.judgement.iter().flat_map(|judgement| &judgement.cells);
        verdicts
            .filter(|(cell, _)| system.label(*cell).starts_with(wanted))
            .map(|(cell, verdict)| Explained {
                sentence: match verdict {
                    Verdict::Unsafe(reason) => explain(system, *cell, reason, lang),
                    Verdict::Safe(pair) => explain_safe(system, *cell, pair.width, lang),
                },
                is_safe: matches!(verdict, Verdict::Safe(_)),
            })
            .collect()
    }

    pub(crate) fn reasons(&self, item: &Assembled, lang: Lang) -> Vec<String> {
        let system = &item.model.system;
        let mut out: Vec<String> = match &self.judgement {
            Ok(judgement) => judgement
                .failures()
                .map(|(cell, reason)| explain(system, cell, reason, lang))
                .collect(),
            Err(contradiction) => vec![contradiction.to_string()],
        };
        out.extend(self.inside.iter().map(|inside| {
            explain_inside(
                system,
                inside.cell,
                &item.model.owners[inside.owner as usize],
                lang,
            )
        }));
        out
    }
}
