//! Bounds on what is read.

use crate::TableError;

/// Bounds that keep a hostile file from filling the memory.
#[derive(Debug, Clone, Copy)]
pub struct ReadLimits {
    /// Largest row, or JSON record, in bytes.
    pub row_bytes: u64,
    /// Largest cell, in bytes.
    pub cell_bytes: usize,
    /// Largest number of columns.
    pub columns: usize,
    /// Largest number of cells of the whole table.
    pub cells: u64,
    /// Largest number of rows that have not the width of the header.
    pub ragged_rows: usize,
    /// Largest memory that cells may take while the body is read, in bytes.
    pub memory: u64,
}

impl Default for ReadLimits {
    /// Bounds on files that we wrote ourselves.
    fn default() -> Self {
        Self {
            cells: 500_000_000,
            ragged_rows: 100_000,
            memory: u64::MAX,
            ..Self::for_received()
        }
    }
}

impl ReadLimits {
    /// Bounds on what others send: whatever it is, it is refused before it takes more memory than a large table does.
    #[must_use]
    pub const fn for_received() -> Self {
        // The widest row known has a few kilobytes, the widest table 101 columns, the largest one some 105 million cells
        // in 150 megabytes.
        Self {
            row_bytes: 1 << 20,
            cell_bytes: 128 << 10,
            columns: 4096,
            cells: 130_000_000,
            ragged_rows: 20_000,
            memory: 288 << 20,
        }
    }
}

impl ReadLimits {
    /// Refuses a table whose cells take too much memory so far.
    pub(crate) fn check_memory(&self, bytes: u64, line: Option<u32>) -> Result<(), TableError> {
        if bytes <= self.memory {
            return Ok(());
        }
        Err(TableError::OverLimit {
            line: line.map_or(0, u64::from),
            what: "the memory of the cells in bytes",
            limit: self.memory,
        })
    }

    /// Refuses a table that has too many cells so far.
    pub(crate) fn check_cells(
        &self,
        rows: usize,
        width: usize,
        line: Option<u32>,
    ) -> Result<(), TableError> {
        if rows as u64 * width as u64 <= self.cells {
            return Ok(());
        }
        let line = line.map_or(0, u64::from);
        Err(TableError::OverLimit {
            line,
            what: "the number of cells of the table",
            limit: self.cells,
        })
    }
}
