//! Cuts delimited text into blocks of records, which the column encoders share.

use std::io::{self, Read};

use crate::TableError;
use crate::dialect::Dialect;
use crate::limits::ReadLimits;
use crate::raw::RaggedRow;
use crate::text::Text;

/// Records of the same width, back to back.
#[derive(Default)]
pub(crate) struct Block {
    /// The cells, unquoted, one after the other.
    pub(crate) bytes: Vec<u8>,
    /// End of each cell in `bytes`, `width` of them per record.
    pub(crate) ends: Vec<usize>,
    /// Line on which each record begins.
    pub(crate) lines: Vec<u32>,
}

impl Block {
    /// The cells of a column, in the order of records.
    pub(crate) fn column(&self, column: usize, width: usize) -> impl Iterator<Item = &[u8]> {
        self.ends
            .chunks_exact(width)
            .enumerate()
            .map(move |(record, ends)| {
                let start = match (column, record) {
                    (0, 0) => 0,
                    (0, _) => self.ends[record * width - 1],
                    (_, _) => ends[column - 1],
                };
                &self.bytes[start..ends[column]]
            })
    }
}

/// Bytes of cells gathered before a block is handed over.
const BLOCK_BYTES: usize = 4 << 20;
/// Cells gathered before a block is handed over: a wide table of empty cells has few bytes.
const BLOCK_CELLS: usize = 1 << 20;
/// Bytes asked from the reader at once.
const INPUT_BYTES: usize = 1 << 20;

/// How much of a record is shown in a finding.
const PREVIEW_CELLS: usize = 12;
const PREVIEW_CHARACTERS: usize = 120;

/// A record reader over any stream of bytes.
pub(crate) struct Cutter<R> {
    input: Text<R>,
    parser: csv_core::Reader,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    limits: ReadLimits,
    quotes: u64,
    /// The last bytes of the file.
    tail: Vec<u8>,
    separator: u8,
    total: u64,
    skipped_lines: u64,
    cells: Vec<u8>,
    ends: Vec<usize>,
    header_line: u64,
    /// Columns up to the last one that has a heading.
    named: usize,
    blank_rows: u64,
    wide_rows: u64,
    /// For each column, true when one of its cells is known to be filled; only columns that are not read are looked at.
    filled: Vec<bool>,
}

/// The end of one record in `cells` and `ends`.
struct Record {
    bytes: usize,
    width: usize,
    line: u64,
}

impl<R: Read> Cutter<R> {
    /// Reads from `head`, which was looked at already, then from `input`.
    pub(crate) fn new(head: Vec<u8>, input: Text<R>, dialect: Dialect, limits: ReadLimits) -> Self {
        let mut buffer = head;
        let end = buffer.len();
        let quotes = count_quotes(&buffer);
        let tail = last_bytes(&buffer);
        buffer.resize(INPUT_BYTES.max(end), 0);
        Self {
            input,
            parser: csv_core::ReaderBuilder::new()
                .delimiter(dialect.separator)
                .build(),
            buffer,
            start: 0,
            end,
            limits,
            quotes,
            tail,
            separator: dialect.separator,
            total: end as u64,
            skipped_lines: 0,
            cells: vec![0; 1 << 16],
            ends: vec![0; 4096],
            header_line: 0,
            named: 0,
            blank_rows: 0,
            wide_rows: 0,
            filled: Vec::new(),
        }
    }

    /// The same, when that many lines of the file stand above what is cut.
    pub(crate) fn below(mut self, above: u64) -> Self {
        self.skipped_lines = above;
        self
    }

    /// The text that is cut.
    pub(crate) fn text(&self) -> &Text<R> {
        &self.input
    }

    /// Line on which the header begins.
    pub(crate) fn header_line(&self) -> u64 {
        self.header_line
    }

    /// Rows passed over because their cells are all empty.
    pub(crate) fn blank_rows(&self) -> u64 {
        self.blank_rows
    }

    /// Rows whose cells beyond the header are all empty.
    pub(crate) fn wide_rows(&self) -> u64 {
        self.wide_rows
    }

    /// For each column that is not read, true when one of its cells is filled.
    pub(crate) fn filled(&self) -> &[bool] {
        &self.filled
    }

    /// True when an opened quote was never closed: quotes go by pairs in delimited text.
    pub(crate) fn has_odd_quotes(&self) -> bool {
        self.quotes % 2 == 1
    }

    /// True when the last cell of the file begins with a quote and does not end with one.
    pub(crate) fn ends_inside_quotes(&self) -> bool {
        let cell = self
            .tail
            .rsplit(|byte| *byte == self.separator || *byte == b'\n')
            .next()
            .unwrap_or_default();
        cell.starts_with(b"\"") && !(cell.len() > 1 && cell.ends_with(b"\""))
    }

    /// Bytes read so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.total
    }

    /// The first record.
    pub(crate) fn header(&mut self) -> Result<Option<Vec<Vec<u8>>>, TableError> {
        let record = self.record()?;
        if let Some(record) = &record {
            self.header_line = record.line;
            self.filled = vec![false; record.width];
            self.named = self.used_cells(record);
        }
        Ok(record.map(|record| {
            let starts = std::iter::once(0).chain(self.ends[..record.width].iter().copied());
            starts
                .zip(&self.ends[..record.width])
                .map(|(start, &end)| self.cells[start..end].to_vec())
                .collect()
        }))
    }

    /// The next records, until the block is full; `None` at the end. `wanted` says which columns are read.
    pub(crate) fn block(
        &mut self,
        wanted: &[bool],
        ragged: &mut Vec<RaggedRow>,
    ) -> Result<Option<Block>, TableError> {
        let width = wanted.len();
        let mut block = Block::default();
        block.bytes.reserve(BLOCK_BYTES + (BLOCK_BYTES >> 3));
        while block.bytes.len() < BLOCK_BYTES && block.ends.len() < BLOCK_CELLS {
            let Some(record) = self.record()? else { break };
            if self.is_blank(&record) {
                self.blank_rows += 1;
                continue;
            }
            let record = self.with_entities_rejoined(record, width);
            let record = self.with_unnamed_cells(record, width);
            // Cells beyond the header that hold nothing are formatting, not data.
            let used = self.used_cells(&record);
            if record.width == width || (record.width > width && used <= width) {
                self.wide_rows += u64::from(record.width > width);
                let base = block.bytes.len();
                let bytes = self.ends[width - 1];
                block.bytes.extend_from_slice(&self.cells[..bytes]);
                block
                    .ends
                    .extend(self.ends[..width].iter().map(|end| base + end));
                block
                    .lines
                    .push(u32::try_from(record.line).unwrap_or(u32::MAX));
                self.note_filled(wanted);
            } else {
                if ragged.len() >= self.limits.ragged_rows {
                    let (line, limit) = (record.line, self.limits.ragged_rows as u64);
                    let what = "the number of rows that have not the width of the header";
                    return Err(TableError::OverLimit { line, what, limit });
                }
                ragged.push(RaggedRow {
                    line: record.line,
                    cells: record.width,
                    begins_with: self.preview(&record),
                    breaks: self.cells[..record.bytes].contains(&b'\n'),
                    holds_rows: self.holds_rows(&record, width),
                });
            }
        }
        Ok((!block.lines.is_empty()).then_some(block))
    }

    /// The record as it was before `;` ended an entity of HTML as if it ended a cell: `Lyc&eacute;e` is one cell.
    ///
    /// Nothing is joined unless the record gets the width of the header: the text is judged with the other damaged ones.
    fn with_entities_rejoined(&mut self, mut record: Record, width: usize) -> Record {
        if self.separator != b';' || record.width <= width {
            return record;
        }
        let starts = std::iter::once(0).chain(self.ends[..record.width].iter().copied());
        let is_cut: Vec<bool> = starts
            .zip(&self.ends[..record.width - 1])
            .map(|(start, &end)| ends_like_an_entity(&self.cells[start..end]))
            .collect();
        if record.width - is_cut.iter().filter(|cut| **cut).count() != width {
            return record;
        }
        let (mut cells, mut ends, mut start) = (Vec::new(), Vec::new(), 0);
        for (index, &end) in self.ends[..record.width].iter().enumerate() {
            cells.extend_from_slice(&self.cells[start..end]);
            start = end;
            if is_cut.get(index) == Some(&true) {
                cells.push(b';');
            } else {
                ends.push(cells.len());
            }
        }
        if self.cells.len() < cells.len() {
            self.cells.resize(cells.len(), 0);
        }
        self.cells[..cells.len()].copy_from_slice(&cells);
        self.ends[..width].copy_from_slice(&ends);
        (record.bytes, record.width) = (cells.len(), width);
        record
    }

    /// The record with an empty cell under each of the last headings that have no name: separators that end the header alone.
    fn with_unnamed_cells(&mut self, mut record: Record, width: usize) -> Record {
        if record.width < width && record.width == self.named {
            let end = self.ends[record.width - 1];
            self.ends[record.width..width].fill(end);
            record.width = width;
        }
        record
    }

    /// True when every cell of a record is empty or blank.
    fn is_blank(&self, record: &Record) -> bool {
        self.cells[..record.bytes]
            .iter()
            .all(u8::is_ascii_whitespace)
    }

    /// Number of cells up to the last one that is not empty.
    fn used_cells(&self, record: &Record) -> usize {
        let ends = &self.ends[..record.width];
        let is_empty =
            |cell: usize| ends[cell] == cell.checked_sub(1).map_or(0, |before| ends[before]);
        (0..record.width)
            .rev()
            .find(|cell| !is_empty(*cell))
            .map_or(0, |last| last + 1)
    }

    fn note_filled(&mut self, wanted: &[bool]) {
        for (column, wanted) in wanted.iter().enumerate() {
            if *wanted || self.filled[column] {
                continue;
            }
            let start = column.checked_sub(1).map_or(0, |before| self.ends[before]);
            let cell = &self.cells[start..self.ends[column]];
            self.filled[column] = !cell.trim_ascii().is_empty();
        }
    }

    /// True when a cell holds a line break followed by as many separators as a row has.
    fn holds_rows(&self, record: &Record, width: usize) -> bool {
        let starts = std::iter::once(0).chain(self.ends[..record.width].iter().copied());
        let wanted = width.saturating_sub(1).max(1);
        starts.zip(&self.ends[..record.width]).any(|(start, &end)| {
            let cell = &self.cells[start..end];
            let Some(line_end) = cell.iter().position(|byte| *byte == b'\n') else {
                return false;
            };
            let rest = &cell[line_end..];
            rest.iter().filter(|byte| **byte == self.separator).count() >= wanted
        })
    }

    /// The beginning of a record, its cells separated again.
    fn preview(&self, record: &Record) -> String {
        let starts = std::iter::once(0).chain(self.ends[..record.width].iter().copied());
        let cells = starts
            .zip(&self.ends[..record.width])
            .map(|(start, &end)| String::from_utf8_lossy(&self.cells[start..end]));
        let line_text = cells.take(PREVIEW_CELLS).collect::<Vec<_>>().join(";");
        line_text.chars().take(PREVIEW_CHARACTERS).collect()
    }

    fn record(&mut self) -> Result<Option<Record>, TableError> {
        self.skip_line_ends()?;
        let line = self.parser.line() + self.skipped_lines;
        let (mut written, mut width) = (0, 0);
        loop {
            if self.start == self.end {
                self.refill()?;
            }
            let (result, read, out, ended) = self.parser.read_record(
                &self.buffer[self.start..self.end],
                &mut self.cells[written..],
                &mut self.ends[width..],
            );
            self.start += read;
            written += out;
            width += ended;
            match result {
                csv_core::ReadRecordResult::InputEmpty => {}
                csv_core::ReadRecordResult::OutputFull => self.grow_cells(line)?,
                csv_core::ReadRecordResult::OutputEndsFull => self.grow_ends(line)?,
                csv_core::ReadRecordResult::Record => {
                    self.check_cells(line, written, width)?;
                    return Ok(Some(Record {
                        bytes: written,
                        width,
                        line,
                    }));
                }
                csv_core::ReadRecordResult::End => return Ok(None),
            }
        }
    }

    /// Refuses a record of which one cell is too large.
    fn check_cells(&self, line: u64, bytes: usize, width: usize) -> Result<(), TableError> {
        let limit = self.limits.cell_bytes;
        let ends = &self.ends[..width];
        let starts = std::iter::once(0).chain(ends.iter().copied());
        if bytes <= limit || starts.zip(ends).all(|(start, end)| end - start <= limit) {
            return Ok(());
        }
        Err(TableError::OverLimit {
            line,
            what: "the size of a cell in bytes",
            limit: limit as u64,
        })
    }

    /// Passes over the rest of a CRLF and over blank lines, which the parser would count to the record before.
    fn skip_line_ends(&mut self) -> Result<(), TableError> {
        loop {
            if self.start == self.end {
                self.refill()?;
            }
            match self.buffer[self.start..self.end].first() {
                Some(b'\n') => self.skipped_lines += 1,
                Some(b'\r') => {}
                _ => return Ok(()),
            }
            self.start += 1;
        }
    }

    fn refill(&mut self) -> Result<(), TableError> {
        self.start = 0;
        self.end = loop {
            match self.input.read(&mut self.buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.quotes += count_quotes(&self.buffer[..self.end]);
        if self.end > 0 {
            self.tail = last_bytes(&self.buffer[..self.end]);
        }
        self.total += self.end as u64;
        Ok(())
    }

    fn grow_cells(&mut self, line: u64) -> Result<(), TableError> {
        let limit = self.limits.row_bytes;
        if self.cells.len() as u64 >= limit {
            return Err(TableError::OverLimit {
                line,
                what: "the size of the row in bytes",
                limit,
            });
        }
        self.cells.resize(self.cells.len() * 2, 0);
        Ok(())
    }

    fn grow_ends(&mut self, line: u64) -> Result<(), TableError> {
        let limit = self.limits.columns as u64;
        if self.ends.len() as u64 >= limit {
            return Err(TableError::OverLimit {
                line,
                what: "the number of columns",
                limit,
            });
        }
        self.ends.resize(self.ends.len() * 2, 0);
        Ok(())
    }
}

/// True for a cell that ends with `&` and a name or a number, as in `Lyc&eacute` or `l&#39`.
fn ends_like_an_entity(cell: &[u8]) -> bool {
    const LONGEST: usize = 9;
    let Some(at) = cell.iter().rposition(|byte| *byte == b'&') else {
        return false;
    };
    let name = &cell[at + 1..];
    let is_right = match name {
        [b'#', b'x' | b'X', digits @ ..] => {
            !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit)
        }
        [b'#', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        [first, rest @ ..] => {
            first.is_ascii_alphabetic()
                && !rest.is_empty()
                && rest.iter().all(u8::is_ascii_alphanumeric)
        }
        [] => false,
    };
    is_right && name.len() <= LONGEST
}

fn last_bytes(bytes: &[u8]) -> Vec<u8> {
    bytes[bytes.len().saturating_sub(PREVIEW_CHARACTERS)..].to_vec()
}

fn count_quotes(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte == b'"').count() as u64
}
