//! A table as received: every cell is text, nothing is interpreted yet.

use crate::dialect::Dialect;
use crate::encoding::{self, Encoding};
use crate::packed::Packed;

/// A table of text cells.
#[derive(Debug)]
pub struct RawTable {
    /// Headings of the columns that were read, trimmed; an empty or repeated heading is kept as it is.
    pub header: Vec<String>,
    /// Columns that were not read, because nobody looks for them.
    pub dropped: Vec<DroppedColumn>,
    /// How cells were separated; none in JSON.
    pub dialect: Option<Dialect>,
    /// Encoding of the body.
    pub encoding: Encoding,
    /// Line of the file on which each row begins, from 1, header included.
    pub lines: Vec<u32>,
    /// Rows that have not the width of the header, set aside.
    pub ragged: Vec<RaggedRow>,
    /// Where a quote is opened and never closed: the line, and the beginning of the record.
    pub unclosed_quote: Option<(u64, String)>,
    /// True when the header is that of no known layout: nothing after it was read.
    pub is_unread: bool,
    /// True when the last byte of the text is a line end.
    pub ends_with_line: bool,
    /// What was passed over while reading.
    pub passed_over: PassedOver,
    columns: Vec<Packed>,
}

/// What reading passed over or read otherwise than written: harmless, and noted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PassedOver {
    /// Line of the header, when lines stand above it.
    pub header_line: u32,
    /// True when the first line names the separator, as spreadsheets like it.
    pub separator_line: bool,
    /// Rows whose cells are all empty.
    pub blank_rows: u64,
    /// Rows that have more cells than the header, all of them empty.
    pub wide_rows: u64,
    /// End marks and zero bytes after the text.
    pub padding: u64,
    /// Values such as `NaN` that are no JSON, read as nothing.
    pub not_numbers: u64,
    /// Number of records that the body announces, when it does.
    pub announced: Option<u64>,
    /// True when the body names a page that follows it.
    pub has_next_page: bool,
    /// Sheets of a workbook that were not read.
    pub other_sheets: Vec<String>,
}

/// A column that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedColumn {
    /// Its heading.
    pub heading: String,
    /// True when one of its cells is not empty.
    pub is_filled: bool,
}

/// A row that has not the width of the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaggedRow {
    /// Line on which it begins.
    pub line: u64,
    /// Number of its cells.
    pub cells: usize,
    /// Beginning of the row, cells glued together.
    pub begins_with: String,
    /// True when a cell holds a line break.
    pub breaks: bool,
    /// True when a cell holds whole rows behind a line break: a quote was opened and not closed.
    pub holds_rows: bool,
}

/// A column of text cells: distinct values, and the index of each cell among them.
#[derive(Debug, Default)]
pub struct RawColumn {
    /// Distinct values, in the order of their first appearance.
    pub values: Vec<String>,
    /// For each row, the index of its value in `values`.
    pub keys: Vec<u32>,
}

impl RawColumn {
    /// The cell of a row.
    #[must_use]
    pub fn value(&self, row: usize) -> &str {
        &self.values[self.keys[row] as usize]
    }
}

/// A column of a raw table, read in place.
#[derive(Debug, Clone, Copy)]
pub struct ColumnView<'a>(&'a Packed);

impl<'a> ColumnView<'a> {
    /// Distinct values, in the order of their first appearance.
    #[must_use]
    pub fn values(self) -> &'a [String] {
        &self.0.values
    }

    /// The cell of a row.
    #[must_use]
    pub fn value(self, row: usize) -> &'a str {
        &self.0.values[self.0.keys.get(row) as usize]
    }

    /// For each row, the index of its value.
    pub fn keys(self) -> impl Iterator<Item = u32> + 'a {
        self.0.keys.iter()
    }
}

impl RawTable {
    pub(crate) fn new(dialect: Option<Dialect>) -> Self {
        Self {
            header: Vec::new(),
            dropped: Vec::new(),
            dialect,
            encoding: Encoding::Utf8,
            lines: Vec::new(),
            ragged: Vec::new(),
            unclosed_quote: None,
            is_unread: false,
            ends_with_line: true,
            passed_over: PassedOver::default(),
            columns: Vec::new(),
        }
    }

    /// Number of columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Number of headings, those of the columns that were not read included.
    #[must_use]
    pub fn header_width(&self) -> usize {
        self.header.len() + self.dropped.len()
    }

    /// Number of rows, without those set aside.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// A column by its index.
    #[must_use]
    pub fn column(&self, index: usize) -> ColumnView<'_> {
        ColumnView(&self.columns[index])
    }

    /// Takes a column out, so that its memory is freed as soon as it is cast.
    pub fn take_column(&mut self, index: usize) -> RawColumn {
        let Packed { values, keys } = std::mem::take(&mut self.columns[index]);
        RawColumn {
            values,
            keys: keys.iter().collect(),
        }
    }

    /// The same body laid out otherwise: other columns, and the line of the body that each row comes from.
    ///
    /// # Panics
    /// When a column has not a cell for each row.
    #[must_use]
    pub fn laid_out(mut self, columns: Vec<RawColumn>, lines: Vec<u32>) -> Self {
        assert!(
            columns
                .iter()
                .all(|column| column.keys.len() == lines.len()),
            "each column has a cell for each row"
        );
        let pack = |column: RawColumn| Packed {
            values: column.values,
            keys: column.keys.into_iter().collect(),
        };
        (self.columns, self.lines) = (columns.into_iter().map(pack).collect(), lines);
        self
    }

    /// Sets headings and columns, and decides the encoding by the majority of their cells unless the body declares one.
    pub(crate) fn settle(
        &mut self,
        mut header: Vec<String>,
        mut columns: Vec<Packed>,
        declared: Option<Encoding>,
    ) {
        self.encoding = encoding::settle(declared, &mut header, &mut columns);
        self.header = header
            .into_iter()
            .map(|heading| heading.trim().to_owned())
            .collect();
        self.columns = columns;
    }

    /// A cell that holds whole rows: a line break followed by as many separators as a row has.
    pub(crate) fn swallowed_rows(&self) -> Option<(u64, String)> {
        let separator = char::from(self.dialect?.separator);
        let width = self.header.len() + self.dropped.len();
        let wanted = width.saturating_sub(1).max(1);
        let holds_rows = |value: &str| {
            value
                .split_once('\n')
                .is_some_and(|(_, rest)| rest.matches(separator).count() >= wanted)
        };
        if let Some(row) = self.ragged.iter().find(|row| row.holds_rows) {
            return Some((row.line, row.begins_with.clone()));
        }
        self.columns.iter().find_map(|column| {
            let key = column.values.iter().position(|value| holds_rows(value))?;
            let row = column.keys.iter().position(|other| other as usize == key)?;
            Some((u64::from(self.lines[row]), column.values[key].clone()))
        })
    }

    /// The last record, when a line break in it, or the end of the file, tells that a quote was never closed.
    pub(crate) fn swallowed_record(&self, at_end: bool) -> Option<(u64, String)> {
        let last_line = self.lines.last().map_or(0, |line| u64::from(*line));
        match self.ragged.last() {
            Some(ragged) if ragged.line > last_line => {
                (ragged.breaks || at_end).then(|| (ragged.line, ragged.begins_with.clone()))
            }
            _ => {
                let row = self.rows().checked_sub(1)?;
                let mut cells = (0..self.width()).map(|index| self.column(index).value(row));
                let cell = if at_end {
                    cells.next_back()
                } else {
                    cells.find(|cell| cell.contains('\n'))
                }?;
                Some((last_line, cell.to_owned()))
            }
        }
    }
}
