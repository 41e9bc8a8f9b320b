//! D15: the regional figures under every code that may show them: own code, strict predecessor or successor (T6 for
//! apprenticeship, T7 for school trainings), years before the last (T8), common years (T9).
//!
//! Rows are copies of the validated table, hence secrecy hides in a copy what it hides in the original; what the audit hides
//! beside that in a release of the original, packaging hides here.

use std::collections::BTreeMap;

use debouches_enrich::{FindingCollector, Inputs};
use debouches_model::ValueStatus;
use debouches_table::{
    Column, DecimalColumn, IntegerColumn, StatusColumn, Table, TableError, TextColumn,
};

use super::linking::{Group, Linked, Links, Origin};
use super::rows;
use crate::nomenclatures::input;

const REGIONAL: &str = "ij_regional";
const SCHOOL: &str = "scolaire";

pub(super) fn make(
    Inputs { references, .. }: Inputs<'_>,
    findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let regional = input(references, REGIONAL)?;
    let links = Links::read(references)?;
    let mut groups = own_records(regional)?;
    for (key, group) in &mut groups {
        links.complete(group, key.2 == SCHOOL);
    }
    count_origins(groups.values(), findings);
    write(regional, groups)
}

/// Vintage, région and voie.
type Key = (String, String, String);

fn own_records(regional: &Table) -> Result<BTreeMap<Key, Group>, TableError> {
    let column = |name| regional.text(name);
    let (vintage, region, path) = (
        column("millesime")?,
        column("code_region")?,
        column("voie")?,
    );
    let (cfd, mefstat11) = (column("cfd")?, column("mefstat11")?);
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    for index in 0..regional.rows() {
        let text = |column: &TextColumn| column.get(index).unwrap_or_default().to_owned();
        let key = (text(vintage), text(region), text(path));
        let code = text(if key.2 == SCHOOL { mefstat11 } else { cfd });
        groups
            .entry(key)
            .or_default()
            .insert(code.clone(), Linked::direct(index, code));
    }
    Ok(groups)
}

/// Rows by transformation, for the report.
pub(super) fn count_origins<'a>(
    groups: impl Iterator<Item = &'a Group> + Clone,
    findings: &mut FindingCollector,
) {
    for origin in Origin::ALL {
        let rows = groups
            .clone()
            .flat_map(Group::values)
            .filter(|linked| linked.origin == origin)
            .count();
        findings.count(&format!("rows.{}", origin.as_str()), rows as u64);
    }
}

fn write(regional: &Table, groups: BTreeMap<Key, Group>) -> Result<Table, TableError> {
    let linked: Vec<(bool, Linked)> = groups
        .into_iter()
        .flat_map(|(key, group)| {
            group
                .into_values()
                .map(move |linked| (key.2 == SCHOOL, linked))
        })
        .collect();
    let indices: Vec<u32> = linked
        .iter()
        .map(|(_, linked)| u32::try_from(linked.index).expect("places fit"))
        .collect();
    let mut table = regional.take(&indices)?;
    let code = |wanted: bool| {
        linked
            .iter()
            .map(|(school, linked)| (*school == wanted).then(|| linked.code.clone()))
            .collect()
    };
    table.set("mefstat11", Column::Text(rows::text(code(true))))?;
    table.set("cfd", Column::Text(rows::text(code(false))))?;
    let numbers: Vec<bool> = linked
        .iter()
        .map(|(_, linked)| linked.origin.has_numbers())
        .collect();
    let names: Vec<String> = table.columns().map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let kept = match table.column(&name) {
            Some(Column::Integer(values)) => Column::Integer(
                values
                    .iter()
                    .zip(&numbers)
                    .map(|(value, keep)| value.filter(|_| *keep))
                    .collect::<IntegerColumn>(),
            ),
            Some(Column::Decimal(values)) => Column::Decimal(
                values
                    .iter()
                    .zip(&numbers)
                    .map(|(value, keep)| value.filter(|_| *keep))
                    .collect::<DecimalColumn>(),
            ),
            Some(Column::Status(values)) => {
                let status = |(status, keep): (ValueStatus, &bool)| {
                    if *keep { status } else { ValueStatus::Absent }
                };
                Column::Status(
                    values
                        .iter()
                        .zip(&numbers)
                        .map(status)
                        .collect::<StatusColumn>(),
                )
            }
            _ => continue,
        };
        table.set(&name, kept)?;
    }
    let each = |value: &dyn Fn(&(bool, Linked)) -> Option<String>| {
        rows::text(linked.iter().map(value).collect())
    };
    let origin = each(&|(_, linked)| Some(linked.origin.as_str().to_owned()));
    table.set("donnee_source_type", Column::Text(origin))?;
    table.set(
        "donnee_source_code",
        Column::Text(each(&|(_, linked)| linked.source.clone())),
    )?;
    let method = each(&|(school, linked)| Some(linked.origin.method(*school).to_owned()));
    table.set("donnee_methode", Column::List(method))?;
    table.set(
        "certifications_terminales",
        Column::List(each(&|(_, linked)| linked.terminal_codes())),
    )?;
    Ok(table)
}
