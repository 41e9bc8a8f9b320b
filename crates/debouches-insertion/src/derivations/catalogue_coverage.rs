//! D16: every training of the configured catalogues, once for each establishment, with what is shown of it (T17).

use std::collections::BTreeMap;

use debouches_enrich::{FindingCollector, Inputs};
use debouches_table::{Table, TableError};

use super::{offers, rows};
use crate::coverage::{Answer, Grain, Totals};
use crate::knowledge::Knowledge;

pub(super) fn make(
    known: Knowledge,
    Inputs { spec, references }: Inputs<'_>,
    findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let coverage = offers::coverage(known, references)?;
    let offers = offers::read(references)?;
    let mut totals: BTreeMap<&str, Totals> = BTreeMap::new();
    let lines = offers.lines.iter().map(|(offer, count)| {
        let answers = coverage.answer(&offer.line());
        let total = totals.entry(offer.catalogue).or_default();
        (0..*count).for_each(|_| total.add(&answers));
        let [item, region, anywhere] = [Grain::Establishment, Grain::Region, Grain::Anywhere]
            .map(|grain| answers.get(&grain).map(answer_columns).unwrap_or_default());
        let [item, own_codes, own_year] = item;
        let [region, region_codes, region_year] = region;
        let [anywhere, anywhere_codes, anywhere_year] = anywhere;
        [
            Some(offer.catalogue.to_owned()),
            offers.versions.get(offer.catalogue).cloned(),
            Some(offer.uai.clone()),
            Some("mefstat11".to_owned()),
            Some(offer.code.clone()),
            Some(offer.voie.as_str().to_owned()),
            Some(coverage.newest().to_string()),
            Some(count.to_string()),
            item,
            own_codes,
            own_year,
            region,
            region_codes,
            region_year,
            anywhere,
            anywhere_codes,
            anywhere_year,
        ]
    });
    let lines: Vec<_> = lines.collect();
    for (catalogue, totals) in &totals {
        for (grain, totals) in &totals.grains {
            let name = |what: &str| format!("{catalogue}.{}.{what}", grain.as_str());
            findings.share(&name("covered"), totals.covered(), totals.lines());
            for (rung, lines) in &totals.rungs {
                findings.count(&name(rung.as_str()), *lines);
            }
        }
    }
    offers::with_statuses(spec, rows::table(spec, lines)?)
}

fn answer_columns(answer: &Answer) -> [Option<String>; 3] {
    let codes = (!answer.codes.is_empty()).then(|| answer.codes.join("|"));
    [
        Some(answer.rung.as_str().to_owned()),
        codes,
        answer.vintage.map(|year| year.to_string()),
    ]
}
