//! Builds a raw table record by record, for bodies that are not delimited text.

use std::collections::HashMap;

use crate::encoder::Encoder;
use crate::raw::{RawColumn, RawTable};
use crate::{Encoding, ReadLimits, TableError};

/// A raw table in the making. A column that a record does not name is empty there.
pub struct RawBuilder {
    limits: ReadLimits,
    header: Vec<String>,
    places: HashMap<String, usize>,
    columns: Vec<(Encoder, usize)>,
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
            places: HashMap::new(),
            columns: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// Declares a column, so that it exists in a table without records, and gives its place.
    ///
    /// # Errors
    /// When there are too many columns.
    pub fn column(&mut self, heading: &str) -> Result<usize, TableError> {
        if let Some(place) = self.places.get(heading) {
            return Ok(*place);
        }
        let limit = self.limits.columns;
        if self.header.len() >= limit {
            return Err(TableError::OverLimit {
                line: self.line(),
                what: "the number of columns",
                limit: limit as u64,
            });
        }
        let place = self.header.len();
        self.header.push(heading.to_owned());
        self.places.insert(heading.to_owned(), place);
        self.columns.push((Encoder::new(), 0));
        Ok(place)
    }

    /// Begins a record, on that line of the body.
    ///
    /// # Errors
    /// When there are too many cells.
    pub fn record(&mut self, line: u32) -> Result<(), TableError> {
        self.lines.push(line);
        self.limits
            .check_cells(self.lines.len(), self.header.len(), Some(line))
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
        let place = self.column(heading)?;
        let rows = self.lines.len();
        let (encoder, filled) = &mut self.columns[place];
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

    /// The table.
    ///
    /// # Panics
    /// Never: cells were given as text.
    #[must_use]
    pub fn finish(self, encoding: Encoding) -> RawTable {
        let rows = self.lines.len();
        let columns = self.columns.into_iter().map(|(mut encoder, mut filled)| {
            pad(&mut encoder, &mut filled, rows);
            let (values, keys) = encoder.finish();
            let text = |bytes| String::from_utf8(bytes).expect("cells were given as text");
            RawColumn {
                values: values.into_iter().map(text).collect(),
                keys,
            }
        });
        let columns = columns.collect();
        RawTable::of_text(self.header, columns, self.lines, encoding)
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
