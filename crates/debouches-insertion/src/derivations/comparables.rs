//! The only rate that DEPP and SIES compute alike, side by side: salaried leavers over leavers.
//!
//! Kept only where population, horizon, denominator and regime are the same on both sides, with a published rate on each.
//! A row belongs to one producer; nothing is added up, and no mean is taken. Tables with counts of the InserJeunes API are
//! left out: what the disclosure audit hides beside a small count there must not be read here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use debouches_enrich::{FindingCollector, Inputs};
use debouches_model::spec::{Role, TableSpec};
use debouches_model::{RowCounts, ValueStatus, Vintage};
use debouches_table::{Column, DecimalColumn, StatusColumn, Table, TableError, TextColumn};

use super::rows;
use crate::code_types::Uai;
use crate::derivations::niveau_of;
use crate::knowledge::Knowledge;
use crate::nomenclatures::{References, TRAININGS, optional_input};
use debouches_enrich::suppress_small_groups;

/// Tables that name a diploma, by producer.
const DEPP: [&str; 2] = ["ij_cfa_formation", "ij_lycee_formation"];
const SIES: [&str; 1] = ["insersup"];
const HORIZONS: [u16; 4] = [6, 12, 18, 24];
/// Columns that split a population; only their total is compared.
const POPULATION: [&str; 3] = ["genre", "nationalite", "obtention_diplome"];

/// What must be the same on both sides: regime, horizon, last year.
type Alignment = (&'static str, u16, u16);

struct Row {
    alignment: Alignment,
    producer: &'static str,
    table: &'static str,
    vintage: Vintage,
    uai: String,
    paysage: Option<String>,
    code_type: &'static str,
    code: String,
    kind: Option<String>,
    sector: Option<String>,
    rate: f64,
}

pub(super) fn make(
    known: Knowledge,
    Inputs { spec, references }: Inputs<'_>,
    findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let levels = school_levels(references)?;
    let mut matches: Vec<Row> = Vec::new();
    for (producer, names) in [("DEPP", &DEPP[..]), ("SIES", &SIES[..])] {
        for name in names {
            let Some(table) = optional_input(references, name) else {
                continue;
            };
            let Some(item) = known.tables.named(name) else {
                continue;
            };
            let mut table = table.clone();
            suppress_small_groups(
                item,
                &mut table,
                &mut RowCounts::default(),
                &mut FindingCollector::default(),
            )?;
            matches.extend(rates(producer, name, item, &table, &levels)?);
        }
    }
    let mut sides: BTreeMap<Alignment, BTreeSet<&str>> = BTreeMap::new();
    for row in &matches {
        sides.entry(row.alignment).or_default().insert(row.producer);
    }
    let all = matches.len() as u64;
    matches.retain(|row| sides[&row.alignment].len() == 2);
    findings.count(
        "alignments",
        sides
            .values()
            .filter(|producers| producers.len() == 2)
            .count() as u64,
    );
    findings.count(
        "alignments_of_one_producer",
        sides
            .values()
            .filter(|producers| producers.len() == 1)
            .count() as u64,
    );
    findings.share("rates_aligned", matches.len() as u64, all);
    write(spec, &matches)
}

/// The level of the diplomas of each MEFSTAT11.
fn school_levels(references: &References) -> Result<HashMap<String, &'static str>, TableError> {
    let Some(table) = optional_input(references, TRAININGS) else {
        return Ok(HashMap::new());
    };
    let (code, cfd) = (table.text("mefstat11")?, table.text("formation_diplome")?);
    let pairs = code.iter().zip(cfd.iter());
    Ok(pairs
        .filter_map(|(code, cfd)| Some((code?.to_owned(), niveau_of(cfd?)?)))
        .collect())
}

/// True for the level of the BTS and above, where the two producers meet.
fn is_higher(level: Option<&str>) -> bool {
    level.is_some_and(|level| ["5", "6", "7"].contains(&level))
}

/// The regime, in the words of the view; none for a regime that the other producer does not tell apart.
fn regime(text: &str) -> Option<&'static str> {
    match text {
        "ensemble" => Some("ensemble"),
        "apprentissage" => Some("apprentissage"),
        // Spelling of InserSup not seen in an open release: initial training that is not apprenticeship.
        "formation initiale" | "scolaire" => Some("scolaire"),
        _ => None,
    }
}

/// The published rates of a table.
fn rates(
    producer: &'static str,
    name: &'static str,
    spec: &TableSpec,
    table: &Table,
    levels: &HashMap<String, &'static str>,
) -> Result<Vec<Row>, TableError> {
    let no_vintage = || TableError::NoColumn {
        name: "vintage".to_owned(),
        expected: "declared",
    };
    let vintage = spec.vintage.as_ref().ok_or_else(no_vintage)?;
    let vintages = table.text(&vintage.column)?;
    let years: Vec<Option<Vintage>> = vintages
        .distinct()
        .map(|text| Vintage::parse(text, &vintage.style))
        .collect();
    let of_format = |name: &str| -> Option<&TextColumn> {
        let column = spec.columns.iter().find(|column| {
            column.format.is_some_and(|format| format.is(name)) && column.role == Role::Dimension
        })?;
        table.text(&column.name).ok()
    };
    let uai = of_format("uai");
    let (school, contract, higher) = (of_format("mefstat11"), of_format("cfd"), of_format("sise"));
    let population: Vec<&TextColumn> = POPULATION
        .iter()
        .filter_map(|name| table.text(name).ok())
        .collect();
    let text = |name: &str, row: usize| {
        table
            .text(name)
            .ok()
            .and_then(|column| column.get(row))
            .map(str::to_owned)
    };
    let prefix = if producer == "SIES" {
        "tx_sortants_en_emploi_sal_fr_"
    } else {
        "taux_emploi_"
    };
    let suffix = if producer == "SIES" { "" } else { "_mois" };
    let mut matches = Vec::new();
    for horizon in HORIZONS {
        let measure = format!("{prefix}{horizon}{suffix}");
        let (rate, states) = (
            table.numbers(&measure)?,
            table.statuses(&debouches_model::spec::status_column(&measure))?,
        );
        for row in 0..table.rows() {
            if states.get(row) != ValueStatus::Measured
                || !population
                    .iter()
                    .all(|column| column.get(row).is_none_or(|value| value == "ensemble"))
            {
                continue;
            }
            let (Some(vintage), Some(rate)) =
                (vintages.key(row).and_then(|key| years[key]), rate(row))
            else {
                continue;
            };
            let code = |column: Option<&TextColumn>| {
                column.and_then(|column| column.get(row)).map(str::to_owned)
            };
            let (code_type, code, regime) = match (code(school), code(contract), code(higher)) {
                (Some(code), _, _) if is_higher(levels.get(&code).copied()) => {
                    ("mefstat11", code, Some("scolaire"))
                }
                (None, Some(code), _) if is_higher(niveau_of(&code)) => {
                    ("cfd", code, Some("apprentissage"))
                }
                (None, None, Some(code)) if code != "all" => (
                    "sise",
                    code,
                    text("regime_inscription", row).as_deref().and_then(regime),
                ),
                _ => continue,
            };
            let Some(regime) = regime else { continue };
            // Totals of all universities are no place.
            let Some(uai) = uai
                .and_then(|column| column.get(row))
                .filter(|uai| uai.parse::<Uai>().is_ok())
            else {
                continue;
            };
            matches.push(Row {
                alignment: (regime, horizon, vintage.last),
                producer,
                table: name,
                vintage,
                uai: uai.to_owned(),
                paysage: text("id_paysage", row),
                code_type,
                code,
                kind: text("type_diplome", row).filter(|_| producer == "SIES"),
                sector: text("sectdis", row),
                rate,
            });
        }
    }
    Ok(matches)
}

fn write(spec: &TableSpec, matches: &[Row]) -> Result<Table, TableError> {
    let mut table = Table::new(matches.len());
    let mut set = |name: &str, value: &dyn Fn(&Row) -> Option<String>| {
        table.set(
            name,
            Column::Text(rows::text(matches.iter().map(value).collect())),
        )
    };
    let some = |text: &str| Some(text.to_owned());
    set("regime", &|row| some(row.alignment.0))?;
    set("horizon_mois", &|row| Some(row.alignment.1.to_string()))?;
    set("dernier_millesime", &|row| {
        Some(row.alignment.2.to_string())
    })?;
    set("producteur", &|row| some(row.producer))?;
    set("table_source", &|row| some(row.table))?;
    set("promo", &|row| {
        Some(row.vintage.to_string().replace('_', ","))
    })?;
    set("population", &|_| some("ensemble"))?;
    set("uai", &|row| Some(row.uai.clone()))?;
    set("id_paysage", &|row| row.paysage.clone())?;
    set("code_type", &|row| some(row.code_type))?;
    set("code", &|row| Some(row.code.clone()))?;
    set("type_diplome", &|row| row.kind.clone())?;
    set("secteur", &|row| row.sector.clone())?;
    for measure in spec.measures() {
        table.set(
            &measure.name,
            Column::Decimal(
                matches
                    .iter()
                    .map(|row| Some(row.rate))
                    .collect::<DecimalColumn>(),
            ),
        )?;
        let states = matches
            .iter()
            .map(|_| ValueStatus::Measured)
            .collect::<StatusColumn>();
        table.set(&measure.status_name(), Column::Status(states))?;
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regimes_and_levels_are_those_that_both_producers_know() {
        assert_eq!(
            ["ensemble", "apprentissage", "formation initiale", "reprise"].map(regime),
            [
                Some("ensemble"),
                Some("apprentissage"),
                Some("scolaire"),
                None
            ]
        );
        assert_eq!(
            ["32031408", "25033101", "40023203", "50022129"].map(|cfd| is_higher(niveau_of(cfd))),
            [true, true, false, false]
        );
    }
}
