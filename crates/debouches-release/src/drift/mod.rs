//! The drift check: is a candidate still the release that is live, give or take what a producer may revise?
//!
//! Here and not in `debouches-validate`: a release is compared with a release, on the figures that would be published,
//! secrecy applied, and validate sees neither. Pure: profiles in, breaches out; who is live is the caller's business.

mod budgets;
mod rows;
mod values;

pub use budgets::Budgets;

use std::collections::BTreeSet;

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};

use crate::profile::{Dimension, TableProfile};

/// A slice that moved more than its budget.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    /// What is said of it.
    pub finding: Finding,
    /// The slice, as a waiver names it: `région=Corse`, `millésime=cumul 2018-2019`, `ensemble`.
    pub slice: String,
}

impl Breach {
    fn new(rule: RuleCode, slice: &Slice<'_>, finding: impl FnOnce(Finding) -> Finding) -> Self {
        Self {
            slice: slice.name(),
            finding: finding(Finding::new(rule).key(slice.label())),
        }
    }
}

/// A value of a dimension, in one vintage or in all those that both releases have.
#[derive(Debug, Clone, Copy)]
struct Slice<'a> {
    dimension: Dimension,
    value: &'a str,
    vintage: Option<&'a str>,
}

impl Slice<'_> {
    fn name(&self) -> String {
        let item = match self.dimension {
            Dimension::Total => None,
            Dimension::Region
            | Dimension::Academie
            | Dimension::TradeDomain
            | Dimension::DiplomaLevel => Some(format!("{}={}", self.dimension.name(), self.value)),
        };
        match (item, self.vintage) {
            (None, None) => Dimension::Total.name().to_owned(),
            (None, Some(vintage)) => format!("millésime={vintage}"),
            (Some(item), None) => item,
            (Some(item), Some(vintage)) => format!("{item}, millésime={vintage}"),
        }
    }

    /// The slice in words.
    fn label(&self) -> String {
        let item = match self.dimension {
            Dimension::Total => None,
            Dimension::Region => Some(self.value.to_owned()),
            Dimension::Academie => Some(format!("académie {}", self.value)),
            Dimension::TradeDomain => Some(format!("domaine {}", self.value)),
            Dimension::DiplomaLevel => Some(format!("niveau {}", self.value)),
        };
        match (item, self.vintage) {
            (None, None) => "Ensemble".to_owned(),
            (None, Some(vintage)) => vintage.to_owned(),
            (Some(item), None) => item,
            (Some(item), Some(vintage)) => format!("{item}, {vintage}"),
        }
    }
}

/// The slices of a candidate that moved more than their budget since the live release, gravest first.
#[must_use]
pub fn compare(
    spec: &TableSpec,
    live: &TableProfile,
    candidate: &TableProfile,
    budgets: &Budgets,
) -> Vec<Breach> {
    let undivided;
    let (live, candidate) = if spec.partition().is_some() {
        (live, candidate)
    } else {
        undivided = (live.undivided(), candidate.undivided());
        (&undivided.0, &undivided.1)
    };
    let pair = Pair::new(live, candidate);
    let mut breaches = rows::vintages(&pair);
    let lost = rows::slices(&pair, budgets, &mut breaches);
    rows::keys(&pair, budgets, spec, &mut breaches);
    values::hidden(&pair, budgets, &lost, &mut breaches);
    values::moved(&pair, budgets, spec, &lost, &mut breaches);
    breaches
}

/// The two profiles, and the vintages that both have.
struct Pair<'a> {
    live: &'a TableProfile,
    candidate: &'a TableProfile,
    common: BTreeSet<&'a str>,
}

impl<'a> Pair<'a> {
    fn new(live: &'a TableProfile, candidate: &'a TableProfile) -> Self {
        let (before, now) = (live.vintages(), candidate.vintages());
        let common = before
            .keys()
            .filter(|vintage| now.contains_key(*vintage))
            .copied()
            .collect();
        Self {
            live,
            candidate,
            common,
        }
    }

    /// Every slice of the live release, over the common vintages; an académie that is a whole région is told once.
    fn slices(&self) -> impl Iterator<Item = Slice<'a>> + '_ {
        let slices = Dimension::ALL.into_iter().flat_map(|dimension| {
            self.live
                .values(dimension)
                .into_iter()
                .map(move |value| Slice {
                    dimension,
                    value,
                    vintage: None,
                })
        });
        slices.filter(|slice| {
            slice.dimension != Dimension::Academie || !self.is_a_region(slice.value)
        })
    }

    /// True when the académie of that name has the very figures of the région of that name, as Corse has.
    fn is_a_region(&self, name: &str) -> bool {
        [self.live, self.candidate].into_iter().all(|profile| {
            profile.vintages().into_keys().all(|vintage| {
                let [academie, region] = [Dimension::Academie, Dimension::Region]
                    .map(|dimension| profile.cell(dimension, name, vintage));
                academie.map(|cell| (cell.rows, &cell.measures))
                    == region.map(|cell| (cell.rows, &cell.measures))
            })
        })
    }

    fn vintages_of(&self, slice: &Slice<'a>) -> Vec<&'a str> {
        slice.vintage.map_or_else(
            || self.common.iter().copied().collect(),
            |vintage| vec![vintage],
        )
    }

    fn rows(&self, profile: &TableProfile, slice: &Slice<'a>) -> u64 {
        let rows = |vintage: &&str| {
            profile
                .cell(slice.dimension, slice.value, vintage)
                .map_or(0, |cell| cell.rows)
        };
        self.vintages_of(slice).iter().map(rows).sum()
    }
}

#[cfg(test)]
mod tests;
