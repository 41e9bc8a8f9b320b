//! D19: every establishment of the tables and of the catalogues, with the number of its trainings that are shown, hidden, or
//! offered without any figure.

use std::collections::{BTreeMap, BTreeSet};

use debouches_enrich::{FindingCollector, Inputs};
use debouches_table::{Table, TableError};

use super::{offers, rows};
use crate::code_types::Uai;
use crate::coverage::{Coverage, Grain, Rung};
use crate::establishment_names::{self, Named};
use crate::knowledge::Knowledge;
use crate::nomenclatures::References;

/// What the catalogues say of an establishment.
#[derive(Debug, Default)]
struct Offered {
    catalogues: BTreeSet<&'static str>,
    trainings: u64,
    covered: u64,
    covered_region: u64,
    without: u64,
    reasons: BTreeSet<Rung>,
}

pub(super) fn make(
    known: Knowledge,
    Inputs { spec, references }: Inputs<'_>,
    findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let coverage = offers::coverage(known, references)?;
    let offered = offered(&coverage, references)?;
    let listed = coverage.establishments().into_iter().map(str::to_owned);
    let all: BTreeSet<String> = listed.chain(offered.keys().cloned()).collect();
    let none = Offered::default();
    let mut names = establishment_names::read(references)?;
    let (mut with_figures, mut in_catalogues) = (0, 0);
    let lines = all.into_iter().map(|uai| {
        let (shown, hidden) = coverage.trainings_of(&uai);
        let offer = offered.get(&uai).unwrap_or(&none);
        let published = coverage.shown_vintage(&uai);
        with_figures += u64::from(published.is_some());
        in_catalogues += u64::from(!offer.catalogues.is_empty());
        let joined = |items: Vec<&str>| (!items.is_empty()).then(|| items.join("|"));
        let tables = joined(coverage.tables_of(&uai));
        let mixed: Vec<String> = coverage.mixed_of(&uai).into_iter().collect();
        let Named { name, nature, .. } = names.remove(&uai).unwrap_or_default();
        [
            Some(uai),
            name,
            nature,
            Some(coverage.newest().to_string()),
            tables,
            joined(offer.catalogues.iter().copied().collect()),
            published.map(|year| year.to_string()),
            Some((shown + hidden + offer.without).to_string()),
            Some(shown.to_string()),
            Some(hidden.to_string()),
            Some(offer.without.to_string()),
            Some(offer.trainings.to_string()),
            Some(offer.covered.to_string()),
            Some(offer.covered_region.to_string()),
            joined(offer.reasons.iter().map(|rung| rung.as_str()).collect()),
            (!mixed.is_empty()).then(|| mixed.join("|")),
        ]
    });
    let table = rows::table(spec, lines.collect())?;
    findings.count("establishments_with_figures", with_figures);
    findings.count("establishments_in_catalogues", in_catalogues);
    offers::with_statuses(spec, table)
}

/// The offers of each establishment whose number is right, each training once.
fn offered(
    coverage: &Coverage,
    references: &References,
) -> Result<BTreeMap<String, Offered>, TableError> {
    let offers = offers::read(references)?;
    let mut matches: BTreeMap<String, Offered> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for offer in offers
        .lines
        .keys()
        .filter(|offer| offer.uai.parse::<Uai>().is_ok())
    {
        let item = matches.entry(offer.uai.clone()).or_default();
        item.catalogues.insert(offer.catalogue);
        if !seen.insert((&offer.uai, &offer.code, offer.voie)) {
            continue;
        }
        let answers = coverage.answer(&offer.line());
        item.trainings += 1;
        item.covered_region += u64::from(
            answers
                .get(&Grain::Region)
                .is_some_and(|answer| answer.rung.is_covered()),
        );
        let Some(answer) = answers.get(&Grain::Establishment) else {
            continue;
        };
        if answer.rung.is_covered() {
            item.covered += 1;
        } else {
            item.reasons.insert(answer.rung);
            item.without += u64::from(answer.rung != Rung::BelowThreshold);
        }
    }
    Ok(matches)
}
