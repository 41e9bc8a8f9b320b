//! D18: one line per published measure, read from the specifications: a column exists in one place, and so does its meaning.

use debouches_enrich::{FindingCollector, Inputs};
use debouches_model::spec::TableKind;
use debouches_table::{Table, TableError};

use super::rows;
use crate::knowledge::Knowledge;

/// Year in which the definitions were last reviewed.
const EDITION: &str = "2026";

pub(super) fn make(
    known: Knowledge,
    Inputs { spec, .. }: Inputs<'_>,
    _findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let published = known
        .tables
        .iter()
        .filter(|table| table.kind == TableKind::Indicators);
    let lines = published.flat_map(|table| {
        table.measures().map(move |measure| {
            let year = |year: Option<u16>| year.map(|year| year.to_string());
            [
                Some(table.id.to_string()),
                Some(measure.name.clone()),
                Some(measure.label.clone()),
                Some(measure.description.clone()),
                measure.denominator.clone(),
                measure.unit.clone(),
                Some(table.description.trim().to_owned()),
                Some(table.producer.clone()),
                year(measure.produced_from),
                year(measure.produced_until),
                Some(
                    if measure.not_produced {
                        "non_produit"
                    } else {
                        "produit"
                    }
                    .to_owned(),
                ),
                table
                    .secrecy
                    .as_ref()
                    .filter(|_| !measure.base.is_empty())
                    .map(|secrecy| secrecy.threshold.to_string()),
                // `|` joins the items of a list.
                Some(
                    table
                        .cautions
                        .iter()
                        .map(|text| text.replace('|', ","))
                        .collect::<Vec<_>>()
                        .join("|"),
                ),
                Some(EDITION.to_owned()),
            ]
        })
    });
    rows::table(spec, lines.collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_published_measure_has_exactly_one_complete_definition() {
        let known = Knowledge::embedded();
        let spec = known.tables.named("definitions").unwrap();
        let references = debouches_enrich::References::new();
        let inputs = Inputs {
            spec,
            references: &references,
        };
        let made = make(known, inputs, &mut FindingCollector::default()).unwrap();
        let text = |name: &str, row: usize| {
            made.text(name)
                .unwrap()
                .get(row)
                .unwrap_or_default()
                .to_owned()
        };
        let mut lines: BTreeMap<(String, String), usize> = BTreeMap::new();
        for row in 0..made.rows() {
            *lines
                .entry((text("table_publiee", row), text("indicateur", row)))
                .or_default() += 1;
            for name in ["definition", "champ", "producteur"] {
                assert!(
                    !text(name, row).is_empty(),
                    "{} {}: no {name}",
                    text("table_publiee", row),
                    text("indicateur", row)
                );
            }
            let is_share = text("unite", row) == "%";
            assert!(
                !is_share || !text("denominateur", row).is_empty(),
                "{}: a share of what?",
                text("indicateur", row)
            );
        }
        for table in known
            .tables
            .iter()
            .filter(|table| table.kind == TableKind::Indicators)
        {
            for measure in table.measures() {
                assert_eq!(
                    lines.get(&(table.id.to_string(), measure.name.clone())),
                    Some(&1),
                    "{} {}",
                    table.id,
                    measure.name
                );
            }
        }
    }
}
