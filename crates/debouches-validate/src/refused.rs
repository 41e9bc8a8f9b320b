//! The refused rows, kept whole, with their line and the reasons. The body is read a second time, only when there are some.
//!
//! Delimited text is kept as received, line by line: nothing of it is held in memory. A record of JSON is not a line: its
//! cells are kept, under the headings that reading gives them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Write};

use debouches_table::{Encoding, RawTable, ReadLimits, TableError, decode, read_json};

use crate::format::BodyKind;

/// How the body is read again.
#[derive(Debug, Clone)]
pub(crate) enum Reading {
    /// As lines: their separator and their encoding.
    Lines(char, Encoding),
    /// As records of that kind.
    Records(BodyKind, ReadLimits),
}

/// Which lines of the body are refused, and why.
#[derive(Debug, Clone, Default)]
pub struct RefusedRows {
    /// First line, line after the last one, reasons; in the order of lines.
    records: Vec<(u32, u32, String)>,
    reading: Option<Reading>,
}

impl RefusedRows {
    /// The lines of the records that begin on those of `reasons`; `starts` has the first line of every record.
    pub(crate) fn new(
        reasons: &BTreeMap<u32, BTreeSet<String>>,
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
        let record = |(line, reasons): (&u32, &BTreeSet<String>)| {
            (
                *line,
                until(*line),
                reasons.iter().cloned().collect::<Vec<_>>().join(" + "),
            )
        };
        Self {
            records: reasons.iter().map(record).collect(),
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

    /// Writes the header and the refused records, each after its line number and its reasons. In UTF-8.
    ///
    /// # Errors
    /// When the body cannot be read again, or the rows cannot be written.
    pub fn write(&self, body: impl BufRead, out: impl Write) -> io::Result<()> {
        match &self.reading {
            None => Ok(()),
            Some(Reading::Lines(separator, encoding)) => {
                self.write_lines(body, out, *separator, *encoding)
            }
            Some(Reading::Records(kind, limits)) => {
                let read = match kind {
                    BodyKind::Registered(format) => {
                        let mut body = body;
                        format
                            .read(&mut body, *limits, &mut |_| {})
                            .map(|content| content.table)
                    }
                    BodyKind::Csv | BodyKind::Json => read_json(body, *limits, &mut |_| {}),
                };
                let raw = read.map_err(|error| match error {
                    TableError::Io(cause) => cause,
                    other => io::Error::other(other),
                })?;
                self.write_records(&raw, out)
            }
        }
    }

    fn write_lines(
        &self,
        mut body: impl BufRead,
        mut out: impl Write,
        separator: char,
        encoding: Encoding,
    ) -> io::Result<()> {
        let mut records = self.records.iter().peekable();
        let (mut line, mut bytes) = (1_u32, Vec::new());
        let mut open = false;
        while body.read_until(b'\n', &mut bytes)? > 0 {
            while bytes
                .last()
                .is_some_and(|byte| matches!(byte, b'\n' | b'\r'))
            {
                bytes.pop();
            }
            let text = decode(&bytes, encoding);
            if line == 1 {
                let header = text.trim_start_matches('\u{feff}');
                writeln!(out, "ligne{separator}raisons{separator}{header}")?;
            }
            if open && records.peek().is_none_or(|(_, until, _)| line >= *until) {
                records.next();
                open = false;
            }
            match records.peek() {
                None => break,
                Some((first, _, reasons)) if *first == line => {
                    writeln!(out, "{line}{separator}{reasons}{separator}{text}")?;
                    open = true;
                }
                // The rest of a record whose cells hold line breaks.
                Some(_) if open && !text.is_empty() => writeln!(out, "{text}")?,
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
            let cells = (0..raw.width()).map(|place| raw.column(place).value(row));
            out.write_record(lead.iter().map(String::as_str).chain(cells))?;
        }
        out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_kept_as_received_even_when_their_cells_hold_line_breaks() {
        let body = "\u{feff}a;b\r\n1;x\r\n2;\"y\r\nz\"\r\n3;w\r\n4;v";
        let reason = |code: &str| BTreeSet::from([code.to_owned()]);
        let reasons = BTreeMap::from([(3, reason("duplicate-key (a)")), (6, reason("ragged-row"))]);
        let rows = RefusedRows::new(
            &reasons,
            &[2, 3, 5, 6],
            Reading::Lines(';', Encoding::Utf8Bom),
        );
        let mut out = Vec::new();
        rows.write(body.as_bytes(), &mut out).unwrap();
        let expected = "ligne;raisons;a;b\n3;duplicate-key (a);2;\"y\nz\"\n6;ragged-row;4;v\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
