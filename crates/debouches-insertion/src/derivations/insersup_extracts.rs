//! D09 and D10: two extracts of InserSup. The rows on everybody, by establishment and diploma; the national totals.
//!
//! The detail is seventeen times larger than what most services show, and its totals must not be added to the rest.

use debouches_enrich::{FindingCollector, Inputs};
use debouches_model::spec::TableSpec;
use debouches_table::{Table, TableError};

use crate::nomenclatures::{References, input};

const INSERSUP: &str = "insersup";
/// The dimensions of a population, and their value on everybody.
const POPULATION: [&str; 4] = [
    "obtention_diplome",
    "genre",
    "nationalite",
    "regime_inscription",
];
const EVERYBODY: &str = "ensemble";
/// Establishments that are not one: all universities, all establishments.
const TOTALS: [&str; 2] = ["UNIV", "all"];
const ALL_DIPLOMAS: &str = "all";

/// Rows on everybody, by establishment and diploma; the totals of an establishment over its diplomas are among them.
pub(super) fn everybody(
    Inputs { spec, references }: Inputs<'_>,
    findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    extract(spec, references, findings, &|row| {
        !row.is_total && row.is_everybody
    })
}

/// National totals over all diplomas of a type.
pub(super) fn totals(
    Inputs { spec, references }: Inputs<'_>,
    findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    extract(spec, references, findings, &|row| {
        row.is_total && row.is_all_diplomas
    })
}

/// Rows on everybody of each diploma, with the columns that a comparison needs.
pub(super) fn compared(
    Inputs { spec, references }: Inputs<'_>,
    findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let rows = extract(spec, references, findings, &|row| {
        !row.is_total && row.is_everybody && !row.is_all_diplomas
    })?;
    Ok(super::rows::only(spec, rows))
}

struct Row {
    is_total: bool,
    is_all_diplomas: bool,
    is_everybody: bool,
}

fn extract(
    spec: &TableSpec,
    references: &References,
    findings: &mut FindingCollector,
    wanted: &dyn Fn(&Row) -> bool,
) -> Result<Table, TableError> {
    let table = input(references, INSERSUP)?;
    let (establishment, diploma) = (table.text("etablissement")?, table.text("diplome")?);
    let population = POPULATION
        .iter()
        .map(|name| table.text(name))
        .collect::<Result<Vec<_>, _>>()?;
    let row = |row: usize| Row {
        is_total: establishment
            .get(row)
            .is_some_and(|uai| TOTALS.contains(&uai)),
        is_all_diplomas: diploma.get(row) == Some(ALL_DIPLOMAS),
        is_everybody: population
            .iter()
            .all(|column| column.get(row) == Some(EVERYBODY)),
    };
    let keep: Vec<bool> = (0..table.rows()).map(|index| wanted(&row(index))).collect();
    findings.count("rows.received", table.rows() as u64);
    let kept = table.keep(&keep)?;
    Ok(kept.without(|name| POPULATION.contains(&name) && spec.column(name).is_none()))
}
