//! Croissant 1.1: the Parquet files as record sets, for those who feed models.
//!
//! `datePublished` is asked for by the standard: the catalogue adds it, since a release does not know its day.
//! Columns of lists are in the files and in no record set: their reader takes one text per cell.

use debouches_model::spec::ColumnKind;
use serde_json::{Value, json};

use super::Model;
use crate::licence::licence;
use crate::prepare::PreparedTable;

/// The context that the specification of Croissant 1.1 prescribes.
const CONTEXT: &str = include_str!("croissant_context.json");

pub(super) fn json(model: &Model<'_>) -> Value {
    let licence = licence(&model.dataset.licence);
    let context: Value = serde_json::from_str(CONTEXT).expect("the context is JSON");
    let producers: Vec<&str> = model
        .tables
        .iter()
        .map(|table| table.spec.producer.as_str())
        .collect();
    let home = model
        .tables
        .iter()
        .find_map(|table| table.spec.homepage.as_deref());
    json!({
        "@context": context,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": model.dataset.id.as_str(),
        "description": model.dataset.summary,
        "inLanguage": "fr",
        "version": model.version.to_string(),
        "license": licence["path"].as_str().unwrap_or(&model.dataset.licence),
        "url": home.unwrap_or("https://www.data.gouv.fr/"),
        "keywords": model.dataset.tags,
        "creator": { "@type": "sc:Organization", "name": producers.first().copied().unwrap_or_default() },
        "distribution": model.tables.iter().flat_map(|table| distribution(model, table)).collect::<Vec<_>>(),
        "recordSet": model.tables.iter().map(record_set).collect::<Vec<_>>(),
    })
}

fn distribution(model: &Model<'_>, table: &PreparedTable<'_>) -> Vec<Value> {
    let forms = [("csv", "text/csv"), ("parquet", "application/x-parquet")];
    let described = forms.iter().filter_map(|(extension, media)| {
        let file = model.file(&format!("{}.{extension}", table.spec.id))?;
        Some(json!({
            "@type": "cr:FileObject",
            "@id": file.path,
            "name": file.path,
            "contentUrl": file.path,
            "contentSize": format!("{} B", file.bytes),
            "encodingFormat": media,
            "sha256": file.sha256.to_string(),
        }))
    });
    described.collect()
}

fn record_set(table: &PreparedTable<'_>) -> Value {
    let id = table.spec.id.as_str();
    let field = |column: &debouches_model::spec::ColumnSpec| {
        let kind = match column.kind {
            ColumnKind::Text | ColumnKind::List => "sc:Text",
            ColumnKind::Integer | ColumnKind::Decimal => "sc:Float",
            ColumnKind::Boolean => "sc:Boolean",
        };
        json!({
            "@type": "cr:Field",
            "@id": format!("{id}/{}", column.name),
            "name": format!("{id}/{}", column.name),
            "description": column.description,
            "dataType": kind,
            "source": { "fileObject": { "@id": format!("{id}.parquet") }, "extract": { "column": column.name } },
        })
    };
    let columns = table
        .columns
        .iter()
        .filter(|column| column.kind != ColumnKind::List);
    json!({
        "@type": "cr:RecordSet",
        "@id": id,
        "name": id,
        "description": table.spec.description.trim(),
        "key": table.spec.key.iter().map(|name| json!({ "@id": format!("{id}/{name}") })).collect::<Vec<_>>(),
        "field": columns.map(field).collect::<Vec<_>>(),
    })
}
