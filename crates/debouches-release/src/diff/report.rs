//! The result of a comparison, as it is serialised. Its JSON Schema is `diff.schema.json`.

use serde::{Deserialize, Serialize};

/// What differs between two releases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiffReport {
    /// Format number of this structure.
    pub schema_version: u32,
    /// The first release, as it was named.
    pub before: String,
    /// The second release, as it was named.
    pub after: String,
    /// True when the data is the same, within the tolerance.
    pub identical: bool,
    /// Largest difference of two numbers that are told to be the same.
    pub tolerance: f64,
    /// Tables of the second release only.
    pub tables_added: Vec<String>,
    /// Tables of the first release only.
    pub tables_removed: Vec<String>,
    /// Tables of both.
    pub tables: Vec<TableDiff>,
}

/// What differs in a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableDiff {
    /// Its name.
    pub table: String,
    /// Columns.
    pub schema: SchemaDiff,
    /// Rows, by key.
    pub rows: RowsDiff,
    /// Columns that say which edition the rows come from, and moved: a row that differs there alone is the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<VersionMove>,
    /// Columns of both sides with at least one changed cell, in the order of the table.
    pub columns: Vec<ColumnDiff>,
    /// Changes of the reason why a measure is empty, on rows of both sides.
    pub statuses: Vec<StatusMove>,
    /// Largest moves of each rate, by région and by trade.
    pub moves: Vec<GroupMove>,
    /// Vintages and diplomas that appeared or are gone.
    pub values: Vec<ValuesDiff>,
}

/// Columns that differ.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SchemaDiff {
    /// Columns of the first release only.
    pub removed: Vec<String>,
    /// Columns of the second release only.
    pub added: Vec<String>,
    /// Columns whose type changed.
    pub retyped: Vec<Retyped>,
    /// True when the columns of both are not in the same order.
    pub reordered: bool,
    /// True when the primary key is not the same: rows are then compared by the key of the second release.
    pub key_changed: bool,
}

/// A column whose type changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Retyped {
    /// Its name.
    pub column: String,
    /// Type before.
    pub before: String,
    /// Type after.
    pub after: String,
}

/// Rows, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsDiff {
    /// Rows of the first release.
    pub before: u64,
    /// Rows of the second release.
    pub after: u64,
    /// Keys of the second release only.
    pub added: u64,
    /// Keys of the first release only.
    pub removed: u64,
    /// Keys of both whose row differs in at least one cell.
    pub changed: u64,
    /// Keys of both whose row is the same.
    pub same: u64,
    /// Rows whose key is repeated: compared with nothing.
    pub repeated: u64,
}

/// A column with changed cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnDiff {
    /// Its name.
    pub column: String,
    /// Its unit.
    pub unit: Option<String>,
    /// Changed cells.
    pub cells: u64,
    /// Cells that were empty and are not.
    pub filled: u64,
    /// Cells that were not empty and are.
    pub emptied: u64,
    /// Cells with a number on both sides.
    pub moved: u64,
    /// Mean of the moves of those, after minus before.
    pub mean_move: Option<f64>,
    /// The largest of them, with its sign.
    pub largest_move: Option<f64>,
    /// The key of the row that moved most.
    pub largest_key: Option<String>,
}

/// Another edition of a file or of a nomenclature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionMove {
    /// The column.
    pub column: String,
    /// Editions of the first release only.
    pub before: Vec<String>,
    /// Editions of the second release only.
    pub after: Vec<String>,
    /// Rows of both releases whose edition differs.
    pub cells: u64,
}

/// A change of the reason of emptiness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusMove {
    /// The measure.
    pub measure: String,
    /// Status before.
    pub before: String,
    /// Status after.
    pub after: String,
    /// Number of cells.
    pub cells: u64,
}

/// Moves of a rate in a région or a trade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupMove {
    /// The rate.
    pub measure: String,
    /// Column that groups the rows.
    pub by: String,
    /// Its value.
    pub group: String,
    /// Cells that moved.
    pub moved: u64,
    /// Mean of their moves, after minus before.
    pub mean_move: f64,
    /// The largest of them, with its sign.
    pub largest_move: f64,
    /// The key of the row that moved most.
    pub largest_key: String,
}

/// Values of a column that appeared or are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValuesDiff {
    /// The column.
    pub column: String,
    /// `vintage` or `diploma`.
    pub role: String,
    /// Values of the second release only.
    pub appeared: Vec<String>,
    /// Values of the first release only.
    pub gone: Vec<String>,
}

impl DiffReport {
    pub(super) fn new(before: &str, after: &str, tolerance: f64) -> Self {
        Self {
            schema_version: 1,
            before: before.to_owned(),
            after: after.to_owned(),
            identical: true,
            tolerance,
            tables_added: Vec::new(),
            tables_removed: Vec::new(),
            tables: Vec::new(),
        }
    }
}

impl TableDiff {
    /// True when neither schema nor rows differ.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.schema == SchemaDiff::default()
            && self.rows.added + self.rows.removed + self.rows.changed == 0
            && self.versions.is_empty()
    }
}
