//! A table as received: every cell is text, nothing is interpreted yet.

use crate::csv_read::Dialect;
use crate::encoding::{Encoding, Evidence, eight_bits};

/// A table of text cells.
#[derive(Debug)]
pub struct RawTable {
    /// Headings, trimmed; an empty or repeated heading is kept as it is.
    pub header: Vec<String>,
    /// How cells were separated; none in JSON.
    pub dialect: Option<Dialect>,
    /// Encoding found.
    pub encoding: Encoding,
    /// Line of the file on which each row begins, from 1, header included.
    pub lines: Vec<u32>,
    /// Rows that have not the width of the header, set aside.
    pub ragged: Vec<RaggedRow>,
    /// Values that are not UTF-8 in a file that is.
    pub undecodable: Vec<Undecodable>,
    /// Where a quote is opened and never closed: the line, and the beginning of the record.
    pub unclosed_quote: Option<(u64, String)>,
    columns: Vec<RawColumn>,
    undecoded: Vec<(Vec<Vec<u8>>, Vec<u32>)>,
}

/// A row that has not the width of the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaggedRow {
    /// Line on which it begins.
    pub line: u64,
    /// Number of cells found.
    pub cells: usize,
    /// Beginning of the row, cells glued together.
    pub begins_with: String,
    /// True when a cell holds a line break.
    pub breaks: bool,
}

/// A value that is not UTF-8 in a file that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecodable {
    /// Line on which its row begins.
    pub line: u64,
    /// Place of the column, from 0.
    pub column: usize,
    /// The value, read as Windows-1252 for display: what it was meant to be, nobody knows.
    pub value: String,
}

/// A column of text cells: distinct values, and the place of each cell among them.
#[derive(Debug, Default)]
pub struct RawColumn {
    /// Distinct values, in the order of their first appearance.
    pub values: Vec<String>,
    /// For each row, the place of its value in `values`.
    pub keys: Vec<u32>,
}

impl RawColumn {
    /// The cell of a row.
    #[must_use]
    pub fn value(&self, row: usize) -> &str {
        &self.values[self.keys[row] as usize]
    }
}

impl RawTable {
    pub(crate) fn new(width: usize, dialect: Option<Dialect>, bom: bool) -> Self {
        Self {
            header: Vec::new(),
            dialect,
            encoding: if bom {
                Encoding::Utf8Bom
            } else {
                Encoding::Utf8
            },
            lines: Vec::new(),
            ragged: Vec::new(),
            undecodable: Vec::new(),
            unclosed_quote: None,
            columns: Vec::new(),
            undecoded: (0..width).map(|_| (Vec::new(), Vec::new())).collect(),
        }
    }

    /// Number of columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.undecoded.len().max(self.columns.len())
    }

    /// Number of rows, without those set aside.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// A column by its place.
    #[must_use]
    pub fn column(&self, place: usize) -> &RawColumn {
        &self.columns[place]
    }

    /// Takes a column out, so that its memory is freed as soon as it is cast.
    pub fn take_column(&mut self, place: usize) -> RawColumn {
        std::mem::take(&mut self.columns[place])
    }

    /// A table whose cells are text already, on the lines where its records begin.
    pub(crate) fn of_text(
        header: Vec<String>,
        columns: Vec<RawColumn>,
        lines: Vec<u32>,
        encoding: Encoding,
    ) -> Self {
        let mut raw = Self::new(0, None, encoding == Encoding::Utf8Bom);
        (raw.header, raw.columns, raw.lines) = (header, columns, lines);
        raw
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
        (self.columns, self.lines) = (columns, lines);
        self
    }

    pub(crate) fn set_column(&mut self, place: usize, values: Vec<Vec<u8>>, keys: Vec<u32>) {
        self.undecoded[place] = (values, keys);
    }

    /// Decides the encoding of the whole file from its distinct values, then decodes them.
    ///
    /// No valid UTF-8 beside bytes that are not: the file has one byte for each character, in Windows-1252 or in Mac Roman.
    /// Both: the file is damaged, and each bad value is told.
    pub(crate) fn settle_encoding(&mut self, header: Vec<Vec<u8>>) {
        let undecoded = std::mem::take(&mut self.undecoded);
        let all = || {
            header
                .iter()
                .chain(undecoded.iter().flat_map(|(values, _)| values))
        };
        let has = |wanted: Evidence| all().any(|value| Evidence::of(value) == wanted);
        let damaged = has(Evidence::NotUtf8);
        if damaged && self.encoding == Encoding::Utf8 && !has(Evidence::Utf8) {
            self.encoding = eight_bits::recognise(all());
            if self.encoding == Encoding::Windows1252 {
                self.undecodable =
                    self.damaged_values(&header, &undecoded, eight_bits::is_not_windows_1252);
            }
        } else if damaged {
            self.undecodable = self.damaged_values(&header, &undecoded, |bytes| {
                Evidence::of(bytes) == Evidence::NotUtf8
            });
        }
        let encoding = self.encoding;
        let decode = |bytes: Vec<u8>| {
            String::from_utf8(bytes)
                .unwrap_or_else(|error| eight_bits::decode(error.as_bytes(), encoding))
        };
        self.header = header
            .into_iter()
            .map(|cell| decode(cell).trim().to_owned())
            .collect();
        self.columns = undecoded
            .into_iter()
            .map(|(values, keys)| RawColumn {
                values: values.into_iter().map(decode).collect(),
                keys,
            })
            .collect();
    }

    /// A cell that holds whole rows: a line break followed by as many separators as a row has.
    pub(crate) fn swallowed_rows(&self) -> Option<(u64, String)> {
        let separator = char::from(self.dialect?.separator);
        let wanted = self.header.len().saturating_sub(1).max(1);
        let holds_rows = |value: &str| {
            value
                .split_once('\n')
                .is_some_and(|(_, rest)| rest.matches(separator).count() >= wanted)
        };
        self.columns.iter().find_map(|column| {
            let key = column.values.iter().position(|value| holds_rows(value))?;
            let row = column.keys.iter().position(|own| *own as usize == key)?;
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
                let mut cells = self.columns.iter().map(|column| column.value(row));
                let cell = if at_end {
                    cells.next_back()
                } else {
                    cells.find(|cell| cell.contains('\n'))
                }?;
                Some((last_line, cell.to_owned()))
            }
        }
    }

    fn damaged_values(
        &self,
        header: &[Vec<u8>],
        columns: &[(Vec<Vec<u8>>, Vec<u32>)],
        is_damaged: fn(&[u8]) -> bool,
    ) -> Vec<Undecodable> {
        let shown = |bytes: &[u8]| eight_bits::decode(bytes, Encoding::Windows1252);
        let mut found: Vec<Undecodable> = header
            .iter()
            .enumerate()
            .filter(|(_, bytes)| is_damaged(bytes))
            .map(|(column, bytes)| Undecodable {
                line: 1,
                column,
                value: shown(bytes),
            })
            .collect();
        for (column, (values, keys)) in columns.iter().enumerate() {
            let damaged: Vec<bool> = values.iter().map(|value| is_damaged(value)).collect();
            let rows = keys
                .iter()
                .enumerate()
                .filter(|(_, key)| damaged[**key as usize]);
            found.extend(rows.map(|(row, key)| Undecodable {
                line: u64::from(self.lines[row]),
                column,
                value: shown(&values[*key as usize]),
            }));
        }
        found.sort_by_key(|bad| (bad.line, bad.column));
        found
    }
}
