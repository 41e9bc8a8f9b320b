//! Builds a raw table record by record, for bodies that are not delimited text.

use std::collections::{BTreeMap, HashMap};

use crate::encoder::Encoder;
use crate::raw::{DroppedColumn, PassedOver, RawTable};
use crate::{Encoding, ReadLimits, TableError};

/// Records between two measures of the memory that the table takes.
const MEASURED_EVERY: usize = 256;

/// A raw table in the making. A column that a record does not name is empty there.
pub struct RawBuilder {
    limits: ReadLimits,
    header: Vec<String>,
    indices: HashMap<String, usize>,
    columns: Vec<(Encoder, usize)>,
    dropped: BTreeMap<String, bool>,
    lines: Vec<u32>,
}

/// A heading named twice in one record.
#[derive(Debug, thiserror::Error)]
#[error("the record has `{heading}` twice")]
pub struct NamedTwice {
    /// The heading.
    pub heading: String,
}

impl RawBuilder {
    /// An empty table.
    #[must_use]
    pub fn new(limits: ReadLimits) -> Self {
        Self {
            limits,
            header: Vec::new(),
            indices: HashMap::new(),
            columns: Vec::new(),
            dropped: BTreeMap::new(),
            lines: Vec::new(),
        }
    }

    /// Declares a column, so that it exists in a table without records, and returns its index.
    ///
    /// # Errors
    /// When there are too many columns.
    pub fn column(&mut self, heading: &str) -> Result<usize, TableError> {
        if let Some(index) = self.indices.get(heading) {
            return Ok(*index);
        }
        self.check_columns()?;
        let index = self.header.len();
        self.header.push(heading.to_owned());
        self.indices.insert(heading.to_owned(), index);
        self.columns.push((Encoder::new(), 0));
        Ok(index)
    }

    /// Notes a cell of a column that nobody looks for.
    ///
    /// # Errors
    /// When there are too many columns.
    pub fn drop_cell(&mut self, heading: &str, is_filled: bool) -> Result<(), TableError> {
        match self.dropped.get_mut(heading) {
            Some(filled) => *filled |= is_filled,
            None => {
                self.check_columns()?;
                self.dropped.insert(heading.to_owned(), is_filled);
            }
        }
        Ok(())
    }

    fn check_columns(&self) -> Result<(), TableError> {
        let limit = self.limits.columns;
        if self.header.len() + self.dropped.len() < limit {
            return Ok(());
        }
        Err(TableError::OverLimit {
            line: self.line(),
            what: "the number of columns",
            limit: limit as u64,
        })
    }

    /// Begins a record, on that line of the body.
    ///
    /// # Errors
    /// When there are too many cells, or they take too much memory.
    pub fn record(&mut self, line: u32) -> Result<(), TableError> {
        self.lines.push(line);
        self.limits
            .check_cells(self.lines.len(), self.header.len(), Some(line))?;
        if self.lines.len().is_multiple_of(MEASURED_EVERY) {
            let columns: u64 = self.columns.iter().map(|(column, _)| column.memory()).sum();
            let lines = (self.lines.capacity() * size_of::<u32>()) as u64;
            self.limits.check_memory(columns + lines, Some(line))?;
        }
        Ok(())
    }

    /// Number of records begun.
    #[must_use]
    pub fn records(&self) -> usize {
        self.lines.len()
    }

    /// Gives a cell of the record in progress. The inner result says that the heading came twice.
    ///
    /// # Errors
    /// When the cell is too large or there are too many columns.
    pub fn cell(
        &mut self,
        heading: &str,
        value: &str,
    ) -> Result<Result<(), NamedTwice>, TableError> {
        let limit = self.limits.cell_bytes;
        if value.len() > limit {
            return Err(TableError::OverLimit {
                line: self.line(),
                what: "the size of a cell in bytes",
                limit: limit as u64,
            });
        }
        let index = self.column(heading)?;
        let rows = self.lines.len();
        let (encoder, filled) = &mut self.columns[index];
        if *filled == rows {
            return Ok(Err(NamedTwice {
                heading: heading.to_owned(),
            }));
        }
        pad(encoder, filled, rows - 1);
        encoder.push(value.as_bytes());
        *filled += 1;
        Ok(Ok(()))
    }

    /// The table, of a body in UTF-8.
    #[must_use]
    pub fn finish(self, encoding: Encoding) -> RawTable {
        self.settle(Some(encoding), PassedOver::default())
    }

    /// The table, its encoding decided by the majority of cells unless the body declares one.
    pub(crate) fn settle(self, declared: Option<Encoding>, passed_over: PassedOver) -> RawTable {
        let rows = self.lines.len();
        let columns = self.columns.into_iter().map(|(mut encoder, mut filled)| {
            pad(&mut encoder, &mut filled, rows);
            encoder.finish()
        });
        let mut raw = RawTable::new(None);
        raw.settle(self.header, columns.collect(), declared);
        raw.lines = self.lines;
        raw.passed_over = passed_over;
        let dropped = self.dropped.into_iter();
        raw.dropped = dropped
            .map(|(heading, is_filled)| DroppedColumn { heading, is_filled })
            .collect();
        raw
    }

    fn line(&self) -> u64 {
        self.lines.last().map_or(0, |line| u64::from(*line))
    }
}

fn pad(encoder: &mut Encoder, filled: &mut usize, rows: usize) {
    while *filled < rows {
        encoder.push(b"");
        *filled += 1;
    }
}
