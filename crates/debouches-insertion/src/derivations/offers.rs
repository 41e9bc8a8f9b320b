//! Catalogues of trainings that are configured, as lines to be covered.

use std::collections::BTreeMap;

use debouches_model::ValueStatus;
use debouches_model::spec::TableSpec;
use debouches_table::{Column, Table, TableError};

use crate::coverage::{AskedVintages, CatalogueLine, CodeSystem, Coverage, Pathway};
use crate::knowledge::Knowledge;
use crate::nomenclatures::{References, optional_input};

/// The catalogues, by the name of their table and their own.
const CATALOGUES: [(&str, &str); 2] = [
    ("affelnet_offre", "affelnet"),
    ("parcoursup_offre_bts", "parcoursup_bts"),
];

/// A training of an establishment in a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Offer {
    pub(super) catalogue: &'static str,
    pub(super) uai: String,
    pub(super) code: String,
    pub(super) voie: Pathway,
}

impl Offer {
    pub(super) fn line(&self) -> CatalogueLine {
        CatalogueLine {
            system: CodeSystem::Mefstat11,
            code: self.code.clone(),
            uai: Some(self.uai.clone()),
            voie: Some(self.voie),
        }
    }
}

/// The configured catalogues.
#[derive(Debug, Default)]
pub(super) struct Offers {
    /// Every offer, with the number of its lines.
    pub(super) lines: BTreeMap<Offer, u64>,
    /// The version of each catalogue.
    pub(super) versions: BTreeMap<&'static str, String>,
}

pub(super) fn read(references: &References) -> Result<Offers, TableError> {
    let mut offers = Offers::default();
    for (table, catalogue) in CATALOGUES {
        let Some(reference) = references
            .iter()
            .find(|(item, _)| item.as_str() == table)
            .map(|(_, reference)| reference)
        else {
            continue;
        };
        offers.versions.insert(catalogue, reference.version.clone());
        let column = |name| reference.table.text(name);
        let (uai, code, path) = (column("uai")?, column("mefstat11")?, column("statut")?);
        for row in 0..reference.table.rows() {
            let (Some(uai), Some(code)) = (uai.get(row), code.get(row)) else {
                continue;
            };
            let voie = path
                .get(row)
                .and_then(Pathway::parse)
                .unwrap_or(Pathway::School);
            let offer = Offer {
                catalogue,
                uai: uai.to_owned(),
                code: code.to_owned(),
                voie,
            };
            *offers.lines.entry(offer).or_default() += 1;
        }
    }
    Ok(offers)
}

/// Coverage from the configured tables, as of the first of September of the newest vintage: no clock, hence the same bytes.
pub(super) fn coverage(known: Knowledge, references: &References) -> Result<Coverage, TableError> {
    let coverage = Coverage::read(known, references, None, AskedVintages::All)?;
    if coverage.newest() == 0 {
        let names: Vec<&str> = known
            .figure_tables()
            .map(|spec| spec.id.as_str())
            .filter(|name| optional_input(references, name).is_some())
            .collect();
        let name = if names.is_empty() {
            "any table with figures".to_owned()
        } else {
            names.join(", ")
        };
        return Err(TableError::NoColumn {
            name,
            expected: "dated figure",
        });
    }
    Ok(coverage)
}

/// The table with a status beside each measure: measured when it is there, absent when it is not.
pub(super) fn with_statuses(spec: &TableSpec, mut table: Table) -> Result<Table, TableError> {
    for measure in spec.measures() {
        let filled = |row: usize, number: &dyn Fn(usize) -> Option<f64>| {
            if number(row).is_some() {
                ValueStatus::Measured
            } else {
                ValueStatus::Absent
            }
        };
        let statuses = {
            let number = table.numbers(&measure.name)?;
            (0..table.rows()).map(|row| filled(row, &*number)).collect()
        };
        table.set(&measure.status_name(), Column::Status(statuses))?;
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::CODE_TABLES;

    #[test]
    fn the_specifications_name_every_table_that_coverage_reads() {
        let known = Knowledge::embedded();
        for table in ["couverture_catalogues", "couverture_etablissements"] {
            let spec = known.tables.named(table).unwrap();
            let named: Vec<&str> = spec
                .derived
                .iter()
                .flat_map(|derived| &derived.optional)
                .map(debouches_model::TableId::as_str)
                .collect();
            let catalogues = CATALOGUES.iter().map(|(name, _)| *name);
            let figures = known.figure_tables().map(|spec| spec.id.as_str());
            for needed in catalogues.chain(figures).chain(CODE_TABLES) {
                assert!(named.contains(&needed), "{table} does not name {needed}");
            }
        }
    }
}
