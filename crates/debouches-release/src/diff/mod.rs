//! What differs between two releases: schema, rows by key, cells, moves of each rate, reasons of emptiness.
//!
//! One column is in memory at a time, beside the keys. Texts and metadata are not compared: the data is.

mod cells;
mod html;
mod report;
mod rows;
mod shape;
mod sides;
mod table;
mod wording;

pub use html::html;
pub use report::{
    ColumnDiff, DiffReport, GroupMove, Retyped, RowsDiff, SchemaDiff, StatusMove, TableDiff,
    ValuesDiff, VersionMove,
};
pub use rows::ChangedRows;
pub use shape::{ShapeColumn, Side, SideTable, TableShape};
pub(crate) use wording::table_sentences;
pub use wording::{changes, text};

use debouches_model::spec::Tables;

use crate::PackageError;

/// The JSON Schema of a [`DiffReport`].
pub const DIFF_SCHEMA: &str = include_str!("diff.schema.json");

/// Compares two releases; numbers as near as `tolerance` are the same. `rows` takes every change when it is wanted.
///
/// # Errors
/// When a file is not a readable table.
pub fn diff(
    tables: &Tables,
    before: &Side,
    after: &Side,
    tolerance: f64,
    mut rows: Option<&mut ChangedRows>,
) -> Result<DiffReport, PackageError> {
    let mut report = DiffReport::new(&before.name, &after.name, tolerance);
    for new in &after.tables {
        match before.table(&new.shape.table) {
            Some(old) => report.tables.push(table::compare(
                tables,
                old,
                new,
                tolerance,
                rows.as_deref_mut(),
            )?),
            None => report.tables_added.push(new.shape.table.clone()),
        }
    }
    let gone = before
        .tables
        .iter()
        .filter(|old| after.table(&old.shape.table).is_none());
    report.tables_removed = gone.map(|old| old.shape.table.clone()).collect();
    report.identical = report.tables_added.is_empty()
        && report.tables_removed.is_empty()
        && report.tables.iter().all(TableDiff::is_same);
    Ok(report)
}
