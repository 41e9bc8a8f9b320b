//! Builds a raw table row by row under one header, for bodies that have rows and no delimiter.

use crate::encoder::Encoder;
use crate::packed::Packed;
use crate::raw::{DroppedColumn, RaggedRow, RawTable};
use crate::{Encoding, ReadOptions, TableError};

/// Rows between two measures of the memory that the table takes.
const MEASURED_EVERY: usize = 256;

/// A raw table in the making.
pub(crate) struct Rows<'a> {
    options: ReadOptions<'a>,
    raw: RawTable,
    header: Vec<String>,
    wanted: Vec<bool>,
    filled: Vec<bool>,
    columns: Vec<Encoder>,
}

impl<'a> Rows<'a> {
    /// A table under that header; nothing is read when no known layout has it.
    pub(crate) fn under(header: Vec<String>, line: u32, options: ReadOptions<'a>) -> Self {
        let wanted = options.headings.wanted(&header);
        let mut raw = RawTable::new(None);
        raw.is_unread = wanted.is_none();
        raw.passed_over.header_line = line;
        let wanted = wanted.unwrap_or_else(|| vec![true; header.len()]);
        Self {
            options,
            raw,
            filled: vec![false; header.len()],
            columns: wanted
                .iter()
                .filter(|wanted| **wanted)
                .map(|_| Encoder::new())
                .collect(),
            header,
            wanted,
        }
    }

    pub(crate) fn is_unread(&self) -> bool {
        self.raw.is_unread
    }

    /// Adds a row; blank ones are passed over, those of another width set aside.
    pub(crate) fn push(&mut self, line: u32, cells: &[String]) -> Result<(), TableError> {
        let used = cells
            .iter()
            .rposition(|cell| !cell.is_empty())
            .map_or(0, |last| last + 1);
        let limits = self.options.limits;
        let over = |what, limit| TableError::OverLimit {
            line: u64::from(line),
            what,
            limit,
        };
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            self.raw.passed_over.blank_rows += 1;
            return Ok(());
        }
        if used > self.header.len() {
            if self.raw.ragged.len() >= limits.ragged_rows {
                let what = "the number of rows that have not the width of the header";
                return Err(over(what, limits.ragged_rows as u64));
            }
            self.raw.ragged.push(RaggedRow {
                line: u64::from(line),
                cells: used,
                begins_with: cells
                    .iter()
                    .take(12)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(";")
                    .chars()
                    .take(120)
                    .collect(),
                breaks: false,
                holds_rows: false,
            });
            return Ok(());
        }
        self.raw.lines.push(line);
        let mut columns = self.columns.iter_mut();
        for (index, wanted) in self.wanted.iter().enumerate() {
            let cell = cells.get(index).map_or("", String::as_str);
            if cell.len() > limits.cell_bytes {
                return Err(over(
                    "the size of a cell in bytes",
                    limits.cell_bytes as u64,
                ));
            }
            if *wanted {
                if let Some(column) = columns.next() {
                    column.push(cell.as_bytes());
                }
            } else {
                self.filled[index] |= !cell.trim().is_empty();
            }
        }
        limits.check_cells(self.raw.lines.len(), self.columns.len(), Some(line))?;
        if self.raw.lines.len().is_multiple_of(MEASURED_EVERY) {
            let memory = self.columns.iter().map(Encoder::memory).sum();
            limits.check_memory(memory, Some(line))?;
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> RawTable {
        let Self {
            mut raw,
            header,
            wanted,
            filled,
            columns,
            ..
        } = self;
        let columns: Vec<Packed> = columns.into_iter().map(Encoder::finish).collect();
        let all = || header.iter().zip(&wanted);
        let kept = all()
            .filter(|(_, wanted)| **wanted)
            .map(|(heading, _)| heading.clone())
            .collect();
        raw.settle(kept, columns, Some(Encoding::Utf8));
        raw.dropped = all()
            .zip(&filled)
            .filter(|((_, wanted), _)| !**wanted)
            .map(|((heading, _), is_filled)| DroppedColumn {
                heading: heading.trim().to_owned(),
                is_filled: *is_filled,
            })
            .collect();
        raw
    }
}
