//! The rows of both sides of a comparison, side by side.

use debouches_table::{Alignment, Column};

use super::shape::SideTable;

/// The rows of both sides, side by side.
pub(super) struct Sides<'a> {
    pub(super) old: &'a SideTable,
    pub(super) new: &'a SideTable,
    pub(super) key: Vec<String>,
    pub(super) old_key: Vec<Column>,
    pub(super) new_key: Vec<Column>,
    pub(super) rows: Alignment,
}

impl Sides<'_> {
    /// The key of a row after, in words.
    pub(super) fn key_after(&self, row: u32) -> String {
        key_text(&self.key, &self.new_key, row)
    }

    /// The key of a row before, in words.
    pub(super) fn key_before(&self, row: u32) -> String {
        key_text(&self.key, &self.old_key, row)
    }
}

fn key_text(names: &[String], columns: &[Column], row: u32) -> String {
    let cell = |column: &Column| match column {
        Column::Text(text) | Column::List(text) => {
            text.get(row as usize).unwrap_or_default().to_owned()
        }
        Column::Integer(column) => column
            .get(row as usize)
            .map(|value| value.to_string())
            .unwrap_or_default(),
        Column::Decimal(column) => column
            .get(row as usize)
            .map(|value| value.to_string())
            .unwrap_or_default(),
        Column::Status(column) => column.get(row as usize).as_str().to_owned(),
    };
    let parts = names
        .iter()
        .zip(columns)
        .map(|(name, column)| format!("{name}={}", cell(column)));
    parts.collect::<Vec<_>>().join(", ")
}
