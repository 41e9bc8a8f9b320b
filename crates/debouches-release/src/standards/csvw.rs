//! CSV on the Web: the metadata that a validator finds beside the CSV.

use debouches_model::spec::{ColumnKind, ColumnSpec};
use serde_json::{Value, json};

use crate::prepare::PreparedTable;

pub(super) fn json(table: &PreparedTable<'_>) -> Value {
    json!({
        "@context": ["http://www.w3.org/ns/csvw", { "@language": "fr" }],
        "url": format!("{}.csv", table.spec.id),
        "dc:title": table.title,
        "dc:description": table.spec.description.trim(),
        "dialect": { "delimiter": ";", "header": true, "encoding": "utf-8" },
        "tableSchema": {
            "columns": table.columns.iter().map(column).collect::<Vec<_>>(),
            "primaryKey": table.spec.key,
        },
    })
}

fn column(column: &ColumnSpec) -> Value {
    let base = match column.kind {
        ColumnKind::Text | ColumnKind::List => "string",
        ColumnKind::Integer => "integer",
        ColumnKind::Decimal => "decimal",
        ColumnKind::Boolean => "boolean",
    };
    let mut datatype = json!({ "base": base });
    if let Some(min) = column.min {
        datatype["minimum"] = json!(number(min, column.kind));
    }
    if let Some(max) = column.max {
        datatype["maximum"] = json!(number(max, column.kind));
    }
    let mut described = json!({
        "name": column.name,
        "titles": column.name,
        "dc:title": column.label,
        "dc:description": column.description,
        "datatype": datatype,
        "required": column.required,
        "null": "",
    });
    if column.kind == ColumnKind::List {
        described["separator"] = json!("|");
    }
    described
}

/// A bound of whole numbers is a whole number: `0`, not `0.0`.
fn number(bound: f64, kind: ColumnKind) -> Value {
    if kind == ColumnKind::Integer || bound.fract() == 0.0 {
        json!(bound as i64)
    } else {
        json!(bound)
    }
}
