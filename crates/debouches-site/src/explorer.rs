//! The explorer: the rows of any table by a code, read in the browser from the Parquet file of the release.
//!
//! Bloom filters and page indexes spare the rest of the file. The reader is vendored: a page asks nothing of anybody.

use serde_json::{Value, json};

use crate::content::{Concept, Content, ReleasedTable};

/// The reader of Parquet, as it is served.
pub(crate) const READER: &str = include_str!("explorer/parquet.js");

const CODE: &str = include_str!("explorer/explorer.js");

/// Codes by which rows are asked for, each with its name for people.
const CODES: [(Concept, &str); 5] = [
    (Concept::Uai, "Établissement (UAI)"),
    (Concept::TrainingCode, "Formation (code)"),
    (Concept::RegionCog, "Région (code Insee)"),
    (Concept::AcademyCode, "Académie (code)"),
    (Concept::DepartmentCog, "Département (code Insee)"),
];

/// What names a row, beside its figures.
const NAMES: [(Concept, &str); 8] = [
    (Concept::EstablishmentName, "Établissement"),
    (Concept::TrainingLabel, "Formation"),
    (Concept::DiplomaType, "Diplôme"),
    (Concept::Voie, "Voie"),
    (Concept::FirstYear, "Première promotion"),
    (Concept::LastYear, "Dernière promotion"),
    (Concept::RegionName, "Région"),
    (Concept::DepartmentName, "Département"),
];

/// The tables that can be asked.
pub(crate) fn tables(content: &Content) -> impl Iterator<Item = &ReleasedTable> {
    let tables = content.tables.iter();
    tables.filter(|table| !table.measures.is_empty() && !codes(table).is_empty())
}

/// The script: the tables, then the code.
pub(crate) fn script(content: &Content) -> String {
    let tables: Vec<Value> = tables(content).map(describe).collect();
    format!(
        "\"use strict\";\nconst TABLES={};\n{CODE}",
        Value::from(tables)
    )
}

fn codes(table: &ReleasedTable) -> Vec<(&str, &'static str)> {
    let codes = CODES.iter();
    codes
        .filter_map(|(concept, label)| Some((table.column_of(*concept)?, *label)))
        .collect()
}

fn describe(table: &ReleasedTable) -> Value {
    let codes = codes(table);
    let names = NAMES.iter();
    let names = names.filter_map(|(concept, label)| Some((table.column_of(*concept)?, *label)));
    let measures = table.measures.iter();
    let labels = measures.map(|measure| (measure.column.as_str(), measure.label.as_str()));
    let mut columns: Vec<(&str, &str)> = Vec::new();
    for (name, label) in codes.iter().copied().chain(names).chain(labels) {
        if columns.iter().all(|(other, _)| *other != name) {
            columns.push((name, label));
        }
    }
    let (dataset, version) = (&table.origin.dataset, table.origin.version);
    let status = table.measures.iter().map(|measure| measure.column.as_str());
    json!({
        "dataset": dataset,
        "version": version,
        "table": table.name,
        "title": table.title,
        "path": format!("{dataset}/{version}/{}", table.parquet),
        "codes": codes,
        "columns": columns,
        "status": status.filter(|column| table.has_status(column)).collect::<Vec<_>>(),
    })
}
