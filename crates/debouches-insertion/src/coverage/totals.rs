//! Totals of a catalogue: lines by grain and by rung.

use std::collections::BTreeMap;

use super::{Answer, Grain, Rung};

/// Lines of a catalogue at one grain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrainTotals {
    /// Lines by rung; rungs that no line reaches are left out.
    pub rungs: BTreeMap<Rung, u64>,
}

impl GrainTotals {
    /// All the lines.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.rungs.values().sum()
    }

    /// Lines with figures on the training itself.
    #[must_use]
    pub fn covered(&self) -> u64 {
        self.rungs
            .iter()
            .filter(|(rung, _)| rung.is_covered())
            .map(|(_, lines)| lines)
            .sum()
    }

    /// Lines whose training the producers follow: neither unknown nor out of scope.
    #[must_use]
    pub fn in_scope(&self) -> u64 {
        let out = [
            Rung::UnknownCode,
            Rung::UnknownUai,
            Rung::OutOfScope,
            Rung::TerritoryNotServed,
        ];
        self.rungs
            .iter()
            .filter(|(rung, _)| !out.contains(rung))
            .map(|(_, lines)| lines)
            .sum()
    }
}

/// Lines of a catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Totals at each grain that was asked.
    pub grains: BTreeMap<Grain, GrainTotals>,
}

impl Totals {
    /// Counts the answers to a line, at each grain.
    pub fn add(&mut self, answers: &BTreeMap<Grain, Answer>) {
        for (grain, answer) in answers {
            *self
                .grains
                .entry(*grain)
                .or_default()
                .rungs
                .entry(answer.rung)
                .or_default() += 1;
        }
    }
}
