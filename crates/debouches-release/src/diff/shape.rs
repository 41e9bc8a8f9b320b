//! The two sides of a comparison: a release is its `datapackage.json` and the Parquet files that it names.

use debouches_model::spec::ColumnSpec;
use debouches_table::ParquetFile;
use serde_json::Value;

use crate::record::table_schema_type;

/// A release to compare.
#[derive(Debug)]
pub struct Side {
    /// How it was named: a version, a folder, an address.
    pub name: String,
    /// Its tables.
    pub tables: Vec<SideTable>,
}

/// A table of a release.
#[derive(Debug)]
pub struct SideTable {
    /// Its columns and key.
    pub shape: TableShape,
    /// Its rows.
    pub file: ParquetFile,
}

impl Side {
    pub(super) fn table(&self, name: &str) -> Option<&SideTable> {
        self.tables.iter().find(|table| table.shape.table == name)
    }
}

/// The columns of a table, as published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableShape {
    /// Its name.
    pub table: String,
    /// Path of its Parquet file, beside `datapackage.json`.
    pub parquet: String,
    /// Columns of the primary key.
    pub key: Vec<String>,
    /// Its columns, in order.
    pub columns: Vec<ShapeColumn>,
}

/// A column, as published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeColumn {
    /// Its name.
    pub name: String,
    /// Its Table Schema type.
    pub kind: String,
    /// Its unit.
    pub unit: Option<String>,
}

impl TableShape {
    /// The shape of a table that is about to be published.
    #[must_use]
    pub fn of(table: &str, key: &[String], columns: &[ColumnSpec]) -> Self {
        let column = |column: &ColumnSpec| ShapeColumn {
            name: column.name.clone(),
            kind: table_schema_type(column.kind).to_owned(),
            unit: column.unit.clone(),
        };
        Self {
            table: table.to_owned(),
            parquet: format!("{table}.parquet"),
            key: key.to_vec(),
            columns: columns.iter().map(column).collect(),
        }
    }

    /// The shapes that a `datapackage.json` tells; a resource without Parquet is left out.
    #[must_use]
    pub fn read(datapackage: &Value) -> Vec<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let shape = |resource: &Value| {
            let column = |field: &Value| {
                Some(ShapeColumn {
                    name: text(&field["name"])?,
                    kind: text(&field["type"])?,
                    unit: text(&field["unit"]),
                })
            };
            Some(Self {
                table: text(&resource["name"])?,
                parquet: text(&resource["parquet"]["path"])?,
                key: resource["schema"]["primaryKey"]
                    .as_array()?
                    .iter()
                    .filter_map(text)
                    .collect(),
                columns: resource["schema"]["fields"]
                    .as_array()?
                    .iter()
                    .filter_map(column)
                    .collect(),
            })
        };
        datapackage["resources"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(shape)
            .collect()
    }

    pub(super) fn column(&self, name: &str) -> Option<&ShapeColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}
