//! The refused rows, kept whole, with their line and the reasons. The body is read a second time, only when there are some.
//!
//! Delimited text is kept as received, line by line: nothing of it is held in memory. A record of JSON is not a line: its
//! cells are kept, under the headings that reading gives them.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};

use debouches_table::{
    Encoding, Headings, RawTable, ReadLimits, TableError, decode, open_text, tidy_heading,
};

use crate::body::BodyReader;

/// How the body is read again.
#[derive(Debug, Clone)]
pub(crate) enum Reading {
    /// As lines of text.
    Lines(Lines),
    /// As records, by what read them first; those headings were read.
    Records(BodyReader, ReadLimits, Vec<String>),
}

/// How lines are read again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines {
    pub(crate) separator: char,
    pub(crate) encoding: Encoding,
    /// The line of the header.
    pub(crate) header: u32,
}

/// The headings that were read the first time.
struct Same<'a>(&'a [String]);

impl Headings for Same<'_> {
    fn wanted(&self, header: &[String]) -> Option<Vec<bool>> {
        let wanted: Vec<bool> = header.iter().map(|heading| self.knows(heading)).collect();
        let known = self
            .0
            .iter()
            .all(|heading| header.iter().any(|other| other.trim() == heading));
        known.then_some(wanted)
    }

    fn knows(&self, heading: &str) -> bool {
        let heading = heading.trim();
        self.0
            .iter()
            .any(|known| known == heading || *known == tidy_heading(heading))
    }
}

/// Which lines of the body are refused, and why.
#[derive(Debug, Clone, Default)]
pub struct RefusedRows {
    /// First line, line after the last one, reasons; in the order of lines.
    records: Vec<(u32, u32, String)>,
    reading: Option<Reading>,
}

impl RefusedRows {
    /// The records that begin on the lines of `reasons`; `starts` has the first line of every record.
    pub(crate) fn new<'a>(
        reasons: impl Iterator<Item = (String, &'a [u32])>,
        starts: &[u32],
        reading: Reading,
    ) -> Self {
        let mut starts = starts.to_vec();
        starts.sort_unstable();
        let until = |line: u32| {
            starts[starts.partition_point(|start| *start <= line)..]
                .first()
                .copied()
                .unwrap_or(u32::MAX)
        };
        let mut by_line: BTreeMap<u32, String> = BTreeMap::new();
        for (reason, lines) in reasons {
            for line in lines {
                let all = by_line.entry(*line).or_default();
                if !all.is_empty() {
                    all.push_str(" + ");
                }
                all.push_str(&reason);
            }
        }
        Self {
            records: by_line
                .into_iter()
                .map(|(line, reasons)| (line, until(line), reasons))
                .collect(),
            reading: Some(reading),
        }
    }

    /// Number of refused rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// True when no row is refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Writes the header and the refused records, each after its line number and its reasons. In UTF-8; a cell that a
    /// spreadsheet would compute gets an apostrophe.
    ///
    /// # Errors
    /// When the body cannot be read again, or the rows cannot be written.
    pub fn write(&self, mut body: impl BufRead + Send, out: impl Write) -> io::Result<()> {
        match &self.reading {
            None => Ok(()),
            Some(Reading::Lines(lines)) => self.write_lines(body, out, *lines),
            Some(Reading::Records(reader, limits, headings)) => {
                let body: &mut (dyn Read + Send) = &mut body;
                let read = reader.read_again(body, *limits, &Same(headings));
                let raw = read.map_err(|error| match error {
                    TableError::Io(cause) => cause,
                    other => io::Error::other(other),
                })?;
                self.write_records(&raw, out)
            }
        }
    }

    fn write_lines(&self, body: impl BufRead, mut out: impl Write, lines: Lines) -> io::Result<()> {
        let Lines {
            separator,
            encoding,
            header,
        } = lines;
        let mut body = BufReader::new(open_text(body)?);
        let mut records = self.records.iter().peekable();
        let (mut line, mut bytes) = (1_u32, Vec::new());
        let (mut open, mut quoted) = (false, false);
        while body.read_until(b'\n', &mut bytes)? > 0 {
            while bytes
                .last()
                .is_some_and(|byte| matches!(byte, b'\n' | b'\r'))
            {
                bytes.pop();
            }
            let text = decode(&bytes, encoding);
            if line == header {
                writeln!(out, "ligne{separator}raisons{separator}{text}")?;
            }
            if open && records.peek().is_none_or(|(_, until, _)| line >= *until) {
                records.next();
                open = false;
            }
            match records.peek() {
                None => break,
                Some((first, _, reasons)) if *first == line => {
                    quoted = false;
                    let text = without_formulas(&text, separator, &mut quoted);
                    writeln!(out, "{line}{separator}{reasons}{separator}{text}")?;
                    open = true;
                }
                // The rest of a record whose cells hold line breaks.
                Some(_) if open && !text.is_empty() => {
                    writeln!(out, "{}", without_formulas(&text, separator, &mut quoted))?;
                }
                Some(_) => {}
            }
            line = line.saturating_add(1);
            bytes.clear();
        }
        out.flush()
    }

    fn write_records(&self, raw: &RawTable, out: impl Write) -> io::Result<()> {
        let mut out = csv::WriterBuilder::new().delimiter(b';').from_writer(out);
        let lead = ["ligne", "raisons"].map(str::to_owned);
        out.write_record(lead.iter().chain(&raw.header))?;
        let reasons: BTreeMap<u32, &str> = self
            .records
            .iter()
            .map(|(line, _, reasons)| (*line, reasons.as_str()))
            .collect();
        for (row, line) in raw.lines.iter().enumerate() {
            let Some(reasons) = reasons.get(line) else {
                continue;
            };
            let lead = [line.to_string(), (*reasons).to_owned()];
            let cells = (0..raw.width()).map(|index| {
                let cell = raw.column(index).value(row);
                if begins_formula(cell) {
                    format!("'{cell}")
                } else {
                    cell.to_owned()
                }
            });
            out.write_record(lead.iter().cloned().chain(cells))?;
        }
        out.flush()
    }
}

/// True for a cell that a spreadsheet would compute; a signed number computes nothing.
fn begins_formula(cell: &str) -> bool {
    let mut characters = cell.chars();
    match characters.next() {
        Some('=' | '@' | '\t' | '\r') => true,
        Some('+' | '-') => characters
            .next()
            .is_some_and(|next| !next.is_ascii_digit() && next != ' '),
        _ => false,
    }
}

/// A line with an apostrophe before each cell that a spreadsheet would compute. `quoted` goes from one line of a record to the
/// next.
fn without_formulas(line: &str, separator: char, quoted: &mut bool) -> String {
    let mut out = String::with_capacity(line.len() + 4);
    let mut at_start = !*quoted;
    for (index, c) in line.char_indices() {
        if at_start {
            let opens = c == '"';
            let cell = &line[index + usize::from(opens)..];
            if opens {
                out.push('"');
                *quoted = true;
            }
            if begins_formula(cell) {
                out.push('\'');
            }
            at_start = false;
            if opens {
                continue;
            }
        }
        match c {
            '"' => *quoted = !*quoted,
            c if c == separator && !*quoted => at_start = true,
            _ => {}
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_kept_as_received_even_when_their_cells_hold_line_breaks() {
        let body = "\u{feff}a;b\r\n1;x\r\n2;\"y\r\nz\"\r\n3;w\r\n4;=v";
        let reasons = [
            ("duplicate-key (a)".to_owned(), &[3_u32][..]),
            ("ragged-row".to_owned(), &[6][..]),
        ];
        let lines = Lines {
            separator: ';',
            encoding: Encoding::Utf8Bom,
            header: 1,
        };
        let rows = RefusedRows::new(reasons.into_iter(), &[2, 3, 5, 6], Reading::Lines(lines));
        let mut out = Vec::new();
        rows.write(body.as_bytes(), &mut out).unwrap();
        let expected = "ligne;raisons;a;b\n3;duplicate-key (a);2;\"y\nz\"\n6;ragged-row;4;'=v\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
