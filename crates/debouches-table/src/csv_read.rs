//! Reads delimited text into a raw table: one thread cuts records, the others build the columns.

use std::io::Read;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use crate::TableError;
use crate::csv_block::{Block, Cutter};
use crate::encoder::Encoder;
use crate::raw::RawTable;

/// How cells are separated. Quotes are `"`, doubled inside; lines end with LF, CRLF or CR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Separator of cells.
    pub separator: u8,
}

impl Dialect {
    /// The separator most frequent in the first line, outside quotes, among `;`, `,`, `|` and tab.
    fn sniff(head: &[u8]) -> Self {
        let mut counts = [(b';', 0), (b',', 0), (b'|', 0), (b'\t', 0)];
        let mut quoted = false;
        for &byte in head {
            match byte {
                b'"' => quoted = !quoted,
                b'\n' | b'\r' if !quoted => break,
                _ if quoted => {}
                _ => counts
                    .iter_mut()
                    .filter(|(separator, _)| *separator == byte)
                    .for_each(|(_, count)| *count += 1),
            }
        }
        // The first of equals wins, hence the reversal: `max_by_key` keeps the last.
        let (separator, _) = counts
            .into_iter()
            .rev()
            .max_by_key(|(_, count)| *count)
            .unwrap_or((b';', 0));
        Self { separator }
    }
}

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
}

impl Default for ReadLimits {
    fn default() -> Self {
        // The widest row known has a few kilobytes, the widest table 101 columns, the largest one some 100 million cells.
        Self {
            row_bytes: 1 << 20,
            cell_bytes: 128 << 10,
            columns: 4096,
            cells: 500_000_000,
            ragged_rows: 100_000,
        }
    }
}

impl ReadLimits {
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

/// Called with the number of bytes read so far.
pub type Progress<'a> = dyn FnMut(u64) + 'a;

/// Bytes looked at to recognise what the file is.
const HEAD_BYTES: u64 = 64 << 10;
pub(crate) const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";

/// Reads delimited text: byte order mark, separator and encoding are recognised, not told.
///
/// Rows that have not the width of the header are set aside in [`RawTable::ragged`]; everything else is kept as it is.
/// `jobs` is the number of threads that build columns, beside the one that cuts records.
///
/// # Errors
/// When the stream fails, when the body is not text, or when a limit is passed.
pub fn read_csv(
    mut input: impl Read + Send,
    limits: ReadLimits,
    jobs: usize,
    progress: &mut Progress<'_>,
) -> Result<RawTable, TableError> {
    let mut head = Vec::new();
    input.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    let bom = head.starts_with(UTF8_BOM);
    if bom {
        head.drain(..UTF8_BOM.len());
    }
    refuse_what_is_not_text(&head)?;
    let dialect = Dialect::sniff(&head);
    let mut cutter = Cutter::new(head, input, dialect, limits);
    let header = cutter.header()?.unwrap_or_default();
    let mut raw = RawTable::new(header.len(), Some(dialect), bom);
    if header.is_empty() {
        return Ok(raw);
    }
    read_columns(&mut cutter, &mut raw, (jobs, limits), progress)?;
    raw.settle_encoding(header);
    raw.unclosed_quote = raw.swallowed_rows();
    if raw.unclosed_quote.is_none() && cutter.has_odd_quotes() {
        raw.unclosed_quote = raw.swallowed_record(cutter.ends_inside_quotes());
    }
    Ok(raw)
}

fn refuse_what_is_not_text(head: &[u8]) -> Result<(), TableError> {
    let trimmed = head.trim_ascii_start();
    let lower = trimmed[..trimmed.len().min(16)].to_ascii_lowercase();
    let is_markup = [
        b"<!doc".as_slice(),
        b"<html",
        b"<?xml",
        b"{",
        b"[",
        b"%pdf",
        b"pk\x03\x04",
    ]
    .iter()
    .any(|start| lower.starts_with(start));
    if is_markup || head.contains(&0) {
        let begins_with: String = String::from_utf8_lossy(&trimmed[..trimmed.len().min(60)])
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        return Err(TableError::NotText {
            begins_with: begins_with.trim_end().to_owned(),
        });
    }
    Ok(())
}

/// Blocks go to every worker; each builds its own share of the columns, so that no dictionary is shared.
fn read_columns<R: Read + Send>(
    cutter: &mut Cutter<R>,
    raw: &mut RawTable,
    (jobs, limits): (usize, ReadLimits),
    progress: &mut Progress<'_>,
) -> Result<(), TableError> {
    let width = raw.width();
    let workers = jobs.clamp(1, width);
    std::thread::scope(|scope| {
        let (senders, threads): (Vec<_>, Vec<_>) = (0..workers)
            .map(|worker| {
                let (sender, blocks) = sync_channel::<Arc<Block>>(2);
                let thread = scope.spawn(move || {
                    let mut columns: Vec<(usize, Encoder)> = (worker..width)
                        .step_by(workers)
                        .map(|column| (column, Encoder::new()))
                        .collect();
                    for block in blocks {
                        for (column, encoder) in &mut columns {
                            block
                                .column(*column, width)
                                .for_each(|cell| encoder.push(cell));
                        }
                    }
                    columns
                        .into_iter()
                        .map(|(column, encoder)| (column, encoder.finish()))
                        .collect::<Vec<_>>()
                });
                (sender, thread)
            })
            .unzip();
        let mut cut = || -> Result<(), TableError> {
            while let Some(block) = cutter.block(width, &mut raw.ragged)? {
                raw.lines.extend_from_slice(&block.lines);
                limits.check_cells(raw.lines.len(), width, raw.lines.last().copied())?;
                let block = Arc::new(block);
                for sender in &senders {
                    sender
                        .send(Arc::clone(&block))
                        .expect("a worker lives as long as its channel");
                }
                progress(cutter.bytes_read());
            }
            Ok(())
        };
        let outcome = cut();
        drop(senders);
        for thread in threads {
            for (column, (values, keys)) in thread.join().expect("building a column does not panic")
            {
                raw.set_column(column, values, keys);
            }
        }
        outcome
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Encoding;

    fn read(text: &[u8]) -> RawTable {
        read_csv(text, ReadLimits::default(), 2, &mut |_| {}).unwrap()
    }

    #[test]
    fn quoted_line_breaks_keep_the_line_numbers_right() {
        let raw = read(b"\xEF\xBB\xBFa;b \r\n1;\"x\r\ny\"\r\n2;z\r\n");
        assert_eq!(raw.header, ["a", "b"]);
        assert_eq!(raw.encoding, Encoding::Utf8Bom);
        assert_eq!(raw.lines, [2, 4]);
        assert_eq!(raw.column(1).value(0), "x\r\ny");
        assert_eq!(raw.unclosed_quote, None);
    }

    #[test]
    fn a_file_in_windows_1252_is_transcoded_and_a_mixed_one_is_told() {
        let raw = read(b"nom|r\xE9gion\nLyc\xE9e|a\n");
        assert_eq!(raw.encoding, Encoding::Windows1252);
        assert_eq!(raw.header, ["nom", "région"]);
        assert_eq!(raw.column(0).value(0), "Lycée");
        let mixed = read(
            "nom\nÉcole\nLyc\u{e9}e\n"
                .as_bytes()
                .iter()
                .copied()
                .chain(*b"Coll\xE8ge\n")
                .collect::<Vec<_>>()
                .as_slice(),
        );
        assert_eq!(mixed.undecodable.len(), 1);
        assert_eq!(
            (
                mixed.undecodable[0].line,
                mixed.undecodable[0].value.as_str()
            ),
            (4, "Collège")
        );
    }

    #[test]
    fn ragged_rows_are_set_aside_with_their_line() {
        let raw = read(b"a;b\n1;2\n3\n4;5;6\n7;8\n");
        assert_eq!(raw.rows(), 2);
        assert_eq!(
            raw.ragged
                .iter()
                .map(|row| (row.line, row.cells))
                .collect::<Vec<_>>(),
            [(3, 1), (4, 3)]
        );
    }

    #[test]
    fn a_page_of_html_is_not_a_table() {
        let error = read_csv(
            &b"  <!DOCTYPE html>\n<html>"[..],
            ReadLimits::default(),
            1,
            &mut |_| {},
        )
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "not delimited text: it begins with `<!DOCTYPE html> <html>`"
        );
    }

    #[test]
    fn an_open_quote_is_noticed() {
        assert_eq!(
            read(b"a;b\n1;\"x\n2;y\n").unclosed_quote,
            Some((2, "x\n2;y\n".to_owned()))
        );
        assert_eq!(read(b"a;b\n1;5\" de large\n").unclosed_quote, None);
        assert_eq!(
            read(b"a;b\n1;\"x").unclosed_quote,
            Some((2, "x".to_owned()))
        );
        // Two open quotes make an even number: the rows between them are in one cell.
        let two = read(b"a;b\n1;\"x\n2;y\n3;\"\n4;z\n");
        assert_eq!(two.unclosed_quote.map(|(line, _)| line), Some(2));
    }

    #[test]
    fn a_file_in_mac_roman_is_transcoded() {
        let raw = read(b"nom;acad\x8Emie\nLyc\x8Ee;Cr\x8Eteil\nColl\x8Fge;\x83vreux\n");
        assert_eq!(raw.encoding, Encoding::MacRoman);
        assert_eq!(raw.header, ["nom", "académie"]);
        assert_eq!(raw.column(1).value(1), "Évreux");
        // Both alphabets: the file is read as Windows-1252, and what cannot be is told.
        let mixed = read(b"nom\nLyc\xE9e\nColl\x8Fge\n");
        assert_eq!(mixed.encoding, Encoding::Windows1252);
        assert_eq!(
            mixed
                .undecodable
                .iter()
                .map(|bad| bad.line)
                .collect::<Vec<_>>(),
            [3]
        );
    }

    #[test]
    fn what_is_too_large_is_refused_with_its_line() {
        let limits = ReadLimits {
            row_bytes: 1 << 17,
            cell_bytes: 100,
            columns: 4096,
            cells: 40,
            ragged_rows: 2,
        };
        let refusal = |text: &[u8]| match read_csv(text, limits, 2, &mut |_| {}).unwrap_err() {
            TableError::OverLimit { line, what, .. } => (line, what),
            other => panic!("{other}"),
        };
        let long_cell = [b"a;b\n1;2\n3;".as_slice(), &[b'x'; 200]].concat();
        assert_eq!(refusal(&long_cell), (3, "the size of a cell in bytes"));
        assert_eq!(
            refusal(b"a;b\n1\n1\n1\n1;2\n"),
            (
                4,
                "the number of rows that have not the width of the header"
            )
        );
        assert_eq!(
            refusal(&[b"a;b\n".as_slice(), &b"1;2\n".repeat(30)].concat()),
            (31, "the number of cells of the table")
        );
        assert_eq!(
            refusal(&[b"a".as_slice(), &b";a".repeat(100_000)].concat()),
            (1, "the number of columns")
        );
    }

    #[test]
    fn a_row_without_end_is_refused() {
        let mut text = b"a;b\n1;\"".to_vec();
        text.resize(17 << 20, b'x');
        let error = read_csv(text.as_slice(), ReadLimits::default(), 1, &mut |_| {}).unwrap_err();
        assert!(
            matches!(error, TableError::OverLimit { line: 2, .. }),
            "{error}"
        );
    }
}
