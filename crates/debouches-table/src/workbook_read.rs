//! Reads the sheet of a workbook (`.xlsx`) that holds a known table, whatever the file is called.
//!
//! A workbook is a zip archive of XML: what it unpacks to is counted before any of it is given to the reader.

use std::collections::HashMap;
use std::io::{self, Cursor, Read};

use calamine::{DataRef, Reader as _, Xlsx, XlsxError};
use zip::ZipArchive;

use crate::rows::Rows;
use crate::{Progress, RawTable, ReadOptions, TableError};

/// Largest workbook as received, in bytes.
const LONGEST: u64 = 64 << 20;
/// Most files in the archive; a workbook of one table has some fifteen.
const MOST_ENTRIES: usize = 1_000;
/// Most bytes that the archive unpacks to, and that its list of texts does, which is held in memory.
const MOST_UNPACKED: u64 = 2 << 30;
const MOST_TEXTS: u64 = 48 << 20;
const TEXTS: &str = "xl/sharedStrings.xml";
/// Sheets looked at, and rows of each, to find a known header.
const SHEETS_TRIED: usize = 20;
const ROWS_TRIED: usize = 20;
/// Widest row; a cell further right is a mistake of formatting.
const WIDEST: u32 = 16_384;

/// Reads a workbook. The sheet read is the first that has a known header; a first sheet stands for it when none has.
///
/// # Errors
/// When the stream fails, when the body is no workbook, or when a limit is passed.
pub fn read_workbook(
    input: impl Read,
    options: ReadOptions<'_>,
    progress: &mut Progress<'_>,
) -> Result<RawTable, TableError> {
    let mut bytes = Vec::new();
    input.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(over("the size of the workbook in bytes", LONGEST));
    }
    check_unpacked(&bytes)?;
    progress(bytes.len() as u64);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let names = book.sheet_names();
    let mut chosen = None;
    for name in names.iter().take(SHEETS_TRIED) {
        if let Some(line) = header_line(&mut book, name, options)? {
            chosen = Some((name.clone(), line));
            break;
        }
    }
    let first = || names.first().map(|name| (name.clone(), 0));
    let Some((name, header)) = chosen.or_else(first) else {
        return Err(TableError::NotRecords {
            line: 1,
            problem: "the workbook has no sheet".to_owned(),
        });
    };
    let formulas = formulas(&mut book, &name)?;
    let mut rows: Option<Rows<'_>> = None;
    each_row(&mut book, &name, &formulas, |line, cells| {
        match &mut rows {
            None if line >= header => rows = Some(Rows::under(trimmed(cells), line, options)),
            None => {}
            Some(rows) if rows.is_unread() => return Ok(false),
            Some(rows) => rows.push(line, cells)?,
        }
        Ok(true)
    })?;
    let mut raw = rows
        .unwrap_or_else(|| Rows::under(Vec::new(), 1, options))
        .finish();
    raw.passed_over.other_sheets = names.into_iter().filter(|other| *other != name).collect();
    Ok(raw)
}

/// The formulas of a sheet, by row and column, as they are shown when their value is not in the file.
type Formulas = HashMap<(u32, u32), String>;

/// Formulas remembered at most, and their longest text.
const MOST_FORMULAS: usize = 200_000;
const LONGEST_FORMULA: usize = 40;

/// Programs that write a workbook without computing it leave formulas without a value: such a cell is not empty.
fn formulas(book: &mut Xlsx<Cursor<Vec<u8>>>, name: &str) -> Result<Formulas, TableError> {
    let mut formulas = Formulas::new();
    let Ok(mut reader) = book.worksheet_cells_reader(name) else {
        return Ok(formulas);
    };
    while let Some(cell) = reader.next_formula().map_err(unreadable)? {
        if cell.get_value().is_empty() {
            continue;
        }
        if formulas.len() >= MOST_FORMULAS {
            return Err(over("the number of formulas", MOST_FORMULAS as u64));
        }
        let text = cell.get_value().chars().take(LONGEST_FORMULA);
        formulas.insert(
            cell.get_position(),
            std::iter::once('=').chain(text).collect(),
        );
    }
    Ok(formulas)
}

/// The header without the empty cells at its right.
fn trimmed(cells: &[String]) -> Vec<String> {
    let used = cells
        .iter()
        .rposition(|cell| !cell.trim().is_empty())
        .map_or(0, |last| last + 1);
    cells[..used]
        .iter()
        .map(|cell| cell.trim().to_owned())
        .collect()
}

/// The line of the sheet that is a known header.
fn header_line(
    book: &mut Xlsx<Cursor<Vec<u8>>>,
    name: &str,
    options: ReadOptions<'_>,
) -> Result<Option<u32>, TableError> {
    let (mut known, mut tried) = (None, 0);
    each_row(book, name, &Formulas::new(), |line, cells| {
        tried += 1;
        if options.headings.wanted(&trimmed(cells)).is_some() {
            known = Some(line);
        }
        Ok(known.is_none() && tried < ROWS_TRIED)
    })?;
    Ok(known)
}

/// Calls `row` with each row that has cells and its line, until it returns false.
fn each_row(
    book: &mut Xlsx<Cursor<Vec<u8>>>,
    name: &str,
    formulas: &Formulas,
    mut row: impl FnMut(u32, &[String]) -> Result<bool, TableError>,
) -> Result<(), TableError> {
    let mut reader = match book.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        // A sheet of charts has no cells.
        Err(XlsxError::WorksheetNotFound(_) | XlsxError::NotAWorksheet(_)) => return Ok(()),
        Err(error) => return Err(unreadable(error)),
    };
    let (mut line, mut cells): (u32, Vec<String>) = (0, Vec::new());
    while let Some(cell) = reader.next_cell().map_err(unreadable)? {
        let (at, column) = cell.get_position();
        if column >= WIDEST {
            return Err(over("the number of columns", u64::from(WIDEST)));
        }
        if at + 1 != line {
            if line > 0 && !row(line, &cells)? {
                return Ok(());
            }
            cells.clear();
            line = at + 1;
        }
        let index = column as usize;
        if cells.len() <= index {
            cells.resize(index + 1, String::new());
        }
        cells[index] = text(cell.get_value());
        if cells[index].is_empty()
            && let Some(formula) = formulas.get(&(at, column))
        {
            cells[index].clone_from(formula);
        }
    }
    if line > 0 {
        row(line, &cells)?;
    }
    Ok(())
}

fn text(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => value.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(value) if value.is_duration() => value.as_f64().to_string(),
        DataRef::DateTime(value) => {
            let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
            if (hour, minute, second) == (0, 0, 0) {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
            }
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

fn over(what: &'static str, limit: u64) -> TableError {
    TableError::OverLimit {
        line: 1,
        what,
        limit,
    }
}

fn unreadable(error: impl std::fmt::Display) -> TableError {
    TableError::NotRecords {
        line: 1,
        problem: format!("the workbook is damaged: {error}"),
    }
}

/// Unpacks every file of the archive to nowhere, and counts: what its directory announces is not believed.
fn check_unpacked(bytes: &[u8]) -> Result<(), TableError> {
    let entries = announced_entries(bytes);
    if entries > MOST_ENTRIES as u64 {
        return Err(over(
            "the number of files in the workbook",
            MOST_ENTRIES as u64,
        ));
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if archive.len() > MOST_ENTRIES {
        return Err(over(
            "the number of files in the workbook",
            MOST_ENTRIES as u64,
        ));
    }
    let mut total = 0;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(unreadable)?;
        let is_texts = file
            .name()
            .is_ok_and(|name| name.eq_ignore_ascii_case(TEXTS));
        let most = if is_texts {
            MOST_TEXTS
        } else {
            MOST_UNPACKED - total
        };
        let read = io::copy(&mut file.take(most + 1), &mut io::sink())
            .map_err(|error| unreadable(error.to_string()))?;
        if read > most {
            return Err(over("the unpacked size of the workbook in bytes", most));
        }
        total += read;
    }
    Ok(())
}

/// How many files the ends of the archive announce, the usual one and the one of large archives.
fn announced_entries(bytes: &[u8]) -> u64 {
    let number = |at: usize, length: usize| {
        let field = bytes.get(at..at + length).unwrap_or_default();
        field
            .iter()
            .rev()
            .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte))
    };
    let end = |mark: &[u8]| bytes.windows(4).rposition(|window| window == mark);
    let usual = end(b"PK\x05\x06").map_or(0, |at| number(at + 10, 2));
    let large = end(b"PK\x06\x06").map_or(0, |at| number(at + 32, 8));
    usual.max(large)
}
