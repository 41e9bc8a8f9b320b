//! Reads delimited text into a raw table: one thread cuts records, the others build the columns.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;

use crate::csv_block::{Block, Cutter};
use crate::dialect::Dialect;
use crate::encoder::Encoder;
use crate::encoding::{self, with_marks};
use crate::headings::EveryHeading;
use crate::limits::ReadLimits;
use crate::packed::Packed;
use crate::raw::{DroppedColumn, RawTable};
use crate::text::Text;
use crate::{Headings, TableError, decode};

/// Called with the number of bytes read so far.
pub type Progress<'a> = dyn FnMut(u64) + 'a;

/// How a body is read.
#[derive(Clone, Copy)]
pub struct ReadOptions<'a> {
    /// Bounds on what is read.
    pub limits: ReadLimits,
    /// Threads that build columns, beside the one that cuts records.
    pub jobs: usize,
    /// The headings that are looked for.
    pub headings: &'a dyn Headings,
}

/// Bytes looked at to recognise what the file is.
const HEAD_BYTES: u64 = 64 << 10;

/// Reads delimited text, every column of it.
///
/// # Errors
/// When the stream fails, when the body is not text, or when a limit is passed.
pub fn read_csv(
    input: impl Read + Send,
    limits: ReadLimits,
    jobs: usize,
    progress: &mut Progress<'_>,
) -> Result<RawTable, TableError> {
    let options = ReadOptions {
        limits,
        jobs,
        headings: &EveryHeading,
    };
    read_delimited(input, options, progress)
}

/// Reads delimited text: byte order mark, separator, line of the header and encoding are recognised, not told.
///
/// Columns that nobody looks for are dropped while reading. Blank rows are passed over; rows that have not the width of the
/// header are set aside in [`RawTable::ragged`]. When no line is the header of a known layout, the first one is returned as
/// the header and nothing after it is read.
///
/// # Errors
/// When the stream fails, when the body is not text, or when a limit is passed.
pub fn read_delimited(
    input: impl Read + Send,
    options: ReadOptions<'_>,
    progress: &mut Progress<'_>,
) -> Result<RawTable, TableError> {
    let mut text = Text::open(input)?;
    let mut head = Vec::new();
    text.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    refuse_what_is_not_text(&head)?;
    let start = Start::find(&head, options.headings);
    head.drain(..start.offset);
    let mut cutter = Cutter::new(head, text, start.dialect, options.limits).below(start.line);
    let mut raw = RawTable::new(Some(start.dialect));
    raw.passed_over.separator_line = start.separator_line;
    let header = cutter.header()?.unwrap_or_default();
    raw.passed_over.header_line = u32::try_from(cutter.header_line()).unwrap_or(u32::MAX);
    if header.is_empty() {
        return Ok(raw);
    }
    let readings = encoding::readings(&header);
    let wanted = readings
        .iter()
        .find_map(|reading| options.headings.wanted(reading));
    let text_of = |(heading, _): (&Vec<u8>, bool)| with_marks(heading);
    let Some(wanted) = wanted else {
        raw.is_unread = true;
        let columns = header.iter().map(|_| Packed::default()).collect();
        let header = header.iter().map(|heading| with_marks(heading)).collect();
        raw.settle(header, columns, None);
        return Ok(raw);
    };
    let columns = read_columns(&mut cutter, &mut raw, (&wanted, options), progress)?;
    let all = || header.iter().zip(wanted.iter().copied());
    let kept = all().filter(|(_, wanted)| *wanted).map(text_of).collect();
    let declared = cutter.text().declared();
    raw.settle(kept, columns, declared);
    let dropped = all().zip(cutter.filled());
    raw.dropped = dropped
        .filter(|((_, wanted), _)| !wanted)
        .map(|((heading, _), is_filled)| DroppedColumn {
            heading: decode(heading, raw.encoding).trim().to_owned(),
            is_filled: *is_filled,
        })
        .collect();
    raw.passed_over.blank_rows = cutter.blank_rows();
    raw.passed_over.wide_rows = cutter.wide_rows();
    raw.passed_over.padding = cutter.text().padding();
    raw.ends_with_line = cutter.text().ends_with_line();
    raw.unclosed_quote = raw.swallowed_rows();
    if raw.unclosed_quote.is_none() && cutter.has_odd_quotes() {
        raw.unclosed_quote = raw.swallowed_record(cutter.ends_inside_quotes());
    }
    Ok(raw)
}

/// Where the table begins in the text.
struct Start {
    offset: usize,
    line: u64,
    dialect: Dialect,
    separator_line: bool,
}

/// Lines looked at to find the header: titles and blank lines stand above it in some files.
const LINES_TRIED: usize = 20;

impl Start {
    /// The first line that is the header of a known layout; the first line of the table when none is.
    fn find(head: &[u8], headings: &dyn Headings) -> Self {
        let (mut offset, mut line) = (0, 0);
        let named = separator_named(head);
        if named.is_some() {
            (offset, line) = (end_of_line(head, 0), 1);
        }
        let first = Self {
            offset,
            line,
            dialect: named.unwrap_or_else(|| Dialect::sniff(&head[offset..])),
            separator_line: named.is_some(),
        };
        for _ in 0..LINES_TRIED {
            if offset >= head.len() {
                break;
            }
            let dialect = named.unwrap_or_else(|| Dialect::sniff(&head[offset..]));
            let cells = first_record(&head[offset..], dialect);
            let is_known = encoding::readings(&cells)
                .iter()
                .any(|reading| headings.wanted(reading).is_some());
            if is_known {
                return Self {
                    offset,
                    line,
                    dialect,
                    ..first
                };
            }
            offset = end_of_line(head, offset);
            line += 1;
        }
        first
    }
}

fn end_of_line(text: &[u8], from: usize) -> usize {
    let rest = &text[from..];
    let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    match end {
        Some(end) if rest[end..].starts_with(b"\r\n") => from + end + 2,
        Some(end) => from + end + 1,
        None => text.len(),
    }
}

/// `sep=;`, which some spreadsheets write first.
fn separator_named(head: &[u8]) -> Option<Dialect> {
    let line = head[..end_of_line(head, 0)].trim_ascii();
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    let (name, rest) = line.split_at_checked(4)?;
    let [separator] = rest.strip_suffix(b"\"").unwrap_or(rest) else {
        return None;
    };
    (name.eq_ignore_ascii_case(b"sep=") && b";,|\t".contains(separator)).then_some(Dialect {
        separator: *separator,
    })
}

/// The cells of the first record of a text, as bytes.
fn first_record(text: &[u8], dialect: Dialect) -> Vec<Vec<u8>> {
    let end = text.len().min(HEAD_BYTES as usize);
    let input = Text::open(io::empty()).expect("nothing is read from an empty input");
    let mut cutter = Cutter::new(text[..end].to_vec(), input, dialect, ReadLimits::default());
    cutter.header().ok().flatten().unwrap_or_default()
}

/// A body of which more than one byte in that many is zero is not text.
const ZEROS_OF_BINARY: usize = 1_000;

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
    // One zero in a text is damage of one cell; many are a format that is not text.
    let zeros = head.iter().filter(|byte| **byte == 0).count();
    if is_markup || zeros * ZEROS_OF_BINARY > head.len() {
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
    (wanted, options): (&[bool], ReadOptions<'_>),
    progress: &mut Progress<'_>,
) -> Result<Vec<Packed>, TableError> {
    let width = wanted.len();
    let limits = options.limits;
    let read: Vec<usize> = (0..width).filter(|column| wanted[*column]).collect();
    let workers = options.jobs.clamp(1, read.len().max(1));
    let memory: Vec<AtomicU64> = (0..workers).map(|_| AtomicU64::new(0)).collect();
    std::thread::scope(|scope| {
        let (senders, threads): (Vec<_>, Vec<_>) = (0..workers)
            .map(|worker| {
                let (sender, blocks) = sync_channel::<Arc<Block>>(2);
                let (share, memory) = (&read, &memory[worker]);
                let thread = scope.spawn(move || {
                    let mut columns: Vec<(usize, Encoder)> = (worker..share.len())
                        .step_by(workers)
                        .map(|index| (index, Encoder::new()))
                        .collect();
                    for block in blocks {
                        for (index, encoder) in &mut columns {
                            block
                                .column(share[*index], width)
                                .for_each(|cell| encoder.push(cell));
                        }
                        let used = columns.iter().map(|(_, encoder)| encoder.memory()).sum();
                        memory.store(used, Ordering::Relaxed);
                    }
                    columns
                        .into_iter()
                        .map(|(index, encoder)| (index, encoder.finish()))
                        .collect::<Vec<_>>()
                });
                (sender, thread)
            })
            .unzip();
        let mut cut = || -> Result<(), TableError> {
            while let Some(block) = cutter.block(wanted, &mut raw.ragged)? {
                raw.lines.extend_from_slice(&block.lines);
                let line = raw.lines.last().copied();
                limits.check_cells(raw.lines.len(), read.len(), line)?;
                let columns: u64 = memory.iter().map(|used| used.load(Ordering::Relaxed)).sum();
                let lines = (raw.lines.capacity() * size_of::<u32>()) as u64;
                limits.check_memory(columns + lines, line)?;
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
        let mut columns: Vec<Packed> = (0..read.len()).map(|_| Packed::default()).collect();
        for thread in threads {
            for (index, column) in thread.join().expect("building a column does not panic") {
                columns[index] = column;
            }
        }
        outcome.map(|()| columns)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CellBytes, Encoding, cell_bytes};

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
        assert_eq!(mixed.encoding, Encoding::Utf8);
        assert_eq!(
            cell_bytes(mixed.column(0).value(2)),
            CellBytes::Undecodable("Collège".to_owned())
        );
        let other = read(b"nom\nLyc\xE9e\nColl\xE8ge\nE\xCC\x81cole\n");
        assert_eq!(other.encoding, Encoding::Windows1252);
        assert_eq!(
            cell_bytes(other.column(0).value(2)),
            CellBytes::OtherEncoding("E\u{301}cole".to_owned())
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
        assert!(matches!(
            cell_bytes(mixed.column(0).value(1)),
            CellBytes::Undecodable(_)
        ));
    }

    #[test]
    fn what_is_too_large_is_refused_with_its_line() {
        let limits = ReadLimits {
            row_bytes: 1 << 17,
            cell_bytes: 100,
            columns: 4096,
            cells: 40,
            ragged_rows: 2,
            ..ReadLimits::default()
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

    /// A table of two columns, a third one ignored.
    struct Known;

    impl Headings for Known {
        fn wanted(&self, header: &[String]) -> Option<Vec<bool>> {
            let has = |name: &str| header.iter().any(|heading| heading.trim() == name);
            (has("a") && has("é"))
                .then(|| header.iter().map(|heading| self.knows(heading)).collect())
        }

        fn knows(&self, heading: &str) -> bool {
            ["a", "é"].contains(&heading.trim())
        }
    }

    fn read_known(text: &[u8]) -> RawTable {
        let options = ReadOptions {
            limits: ReadLimits::default(),
            jobs: 2,
            headings: &Known,
        };
        read_delimited(text, options, &mut |_| {}).unwrap()
    }

    #[test]
    fn lines_above_the_header_and_columns_that_nobody_wants_are_passed_over() {
        let raw = read_known(
            "sep=;\r\nTitre;x\r\n\r\na;b;é;\r\n1;2;3;\r\n;;;\r\n4;;6;;;\r\n\x1a".as_bytes(),
        );
        assert_eq!(raw.header, ["a", "é"]);
        assert_eq!(raw.lines, [5, 7]);
        assert_eq!([raw.column(0).value(1), raw.column(1).value(1)], ["4", "6"]);
        let dropped = |heading: &str, is_filled| DroppedColumn {
            heading: heading.to_owned(),
            is_filled,
        };
        assert_eq!(raw.dropped, [dropped("b", true), dropped("", false)]);
        let passed = raw.passed_over;
        assert!(passed.separator_line);
        assert_eq!(
            (
                passed.header_line,
                passed.blank_rows,
                passed.wide_rows,
                passed.padding
            ),
            (4, 1, 1, 1)
        );
        assert!(raw.ends_with_line && raw.ragged.is_empty());
    }

    #[test]
    fn nothing_is_read_under_an_unknown_header() {
        let raw = read_known(b"x;y\n1;2\n");
        assert!(raw.is_unread);
        assert_eq!((raw.header.len(), raw.rows()), (2, 0));
        let eight_bits = read_known(b"a;\xE9\n1;2\n");
        assert_eq!(eight_bits.header, ["a", "é"]);
    }
}
