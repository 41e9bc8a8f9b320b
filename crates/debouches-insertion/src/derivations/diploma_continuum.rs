//! D12: every succession of diplomas, what it is worth, and who declares it. Those that carry no number are listed too.

use std::collections::HashMap;

use debouches_enrich::{FindingCollector, Inputs};
use debouches_table::{Table, TableError};

use super::rows;
use crate::continuum::Continuum;
use crate::nomenclatures::{SUCCESSIONS, input};

pub(super) fn make(
    Inputs { spec, references }: Inputs<'_>,
    findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let diplomas = input(references, SUCCESSIONS)?;
    let continuum = Continuum::read(diplomas)?;
    for (name, count) in continuum.figures() {
        findings.count(&format!("continuum.{name}"), count);
    }
    let (codes, labels) = (
        diplomas.text("formation_diplome")?,
        diplomas.text("libelle")?,
    );
    let label: HashMap<&str, &str> = codes
        .iter()
        .zip(labels.iter())
        .filter_map(|(code, label)| Some((code?, label?)))
        .collect();
    let opened = diplomas.text("date_ouverture")?;
    let year: HashMap<&str, &str> = codes
        .iter()
        .zip(opened.iter())
        .filter_map(|(code, date)| Some((code?, date?.split('-').next()?)))
        .collect();
    let row = |(old, new): (&str, &str)| {
        let unknown: Vec<&str> = [old, new]
            .into_iter()
            .filter(|code| !continuum.knows(code))
            .collect();
        [
            Some(old.to_owned()),
            label.get(old).map(|label| (*label).to_owned()),
            Some(new.to_owned()),
            label.get(new).map(|label| (*label).to_owned()),
            Some(continuum.relation(old, new).as_str().to_owned()),
            Some(continuum.declared(old, new).as_str().to_owned()),
            Some(unknown.join("|")),
            year.get(new).map(|year| (*year).to_owned()),
        ]
    };
    rows::table(spec, continuum.links().map(row).collect())
}
