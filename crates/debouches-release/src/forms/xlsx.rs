//! A workbook: a sheet of data, a sheet of columns. Codes are text, nothing is a formula, and no day is told.

use std::io::{self, Read, Write};

use debouches_model::spec::ColumnKind;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::{FormFile, rows};
use crate::prepare::PreparedTable;

/// Most rows: a workbook is for people, and a spreadsheet is slow long before its own limit of 1,048,576.
const MOST_ROWS: u64 = 100_000;

/// Most cells: a workbook is held in memory while it is written.
const MOST_CELLS: u64 = 3_000_000;

/// Widest column, in characters.
const WIDEST: f64 = 60.0;

/// Whether a table can be a workbook.
pub(super) fn can(table: &PreparedTable<'_>) -> bool {
    table.rows <= MOST_ROWS && table.rows * table.columns.len() as u64 <= MOST_CELLS
}

/// Writes the file.
pub(super) fn write<W: Write + Send>(
    table: &PreparedTable<'_>,
    csv: impl Read,
    mut out: W,
) -> io::Result<FormFile<W>> {
    let mut book = Workbook::new();
    // A fixed day: the same rows give the same bytes.
    let day = ExcelDateTime::from_ymd(2000, 1, 1).map_err(io::Error::other)?;
    let properties = DocProperties::new()
        .set_title(&table.title)
        .set_author("Débouchés")
        .set_creation_datetime(&day);
    book.set_properties(&properties);
    let count = data(book.add_worksheet(), table, csv)?;
    columns(book.add_worksheet(), table).map_err(io::Error::other)?;
    let bytes = book.save_to_buffer().map_err(io::Error::other)?;
    out.write_all(&bytes)?;
    Ok(FormFile {
        path: format!("{}.xlsx", table.spec.id),
        rows: count,
        out,
    })
}

fn data(sheet: &mut Worksheet, table: &PreparedTable<'_>, csv: impl Read) -> io::Result<u64> {
    let mut reader = rows(csv, &table.columns)?;
    let names: Vec<&str> = table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    header(sheet, "Données", &names).map_err(io::Error::other)?;
    let mut line: u32 = 0;
    for record in reader.records() {
        let record = record.map_err(io::Error::other)?;
        line += 1;
        for (index, (column, cell)) in (0_u16..)
            .zip(table.columns.iter().zip(&record))
            .filter(|(_, (_, cell))| !cell.is_empty())
        {
            let written = match (column.kind, cell.parse::<f64>()) {
                (ColumnKind::Integer | ColumnKind::Decimal, Ok(number)) => {
                    sheet.write_number(line, index, number)
                }
                (ColumnKind::Boolean, _) => sheet.write_boolean(line, index, cell == "true"),
                _ => sheet.write_string(line, index, cell),
            };
            written.map_err(io::Error::other)?;
        }
    }
    let last = u16::try_from(names.len().saturating_sub(1)).map_err(io::Error::other)?;
    sheet
        .autofilter(0, 0, line, last)
        .map_err(io::Error::other)?;
    Ok(u64::from(line))
}

/// What each column is.
fn columns(sheet: &mut Worksheet, table: &PreparedTable<'_>) -> Result<(), XlsxError> {
    header(
        sheet,
        "Colonnes",
        &["colonne", "libelle", "unite", "denominateur", "description"],
    )?;
    for (line, column) in (1_u32..).zip(&table.columns) {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
        let cells = [
            column.name.clone(),
            column.label.clone(),
            or_none(&column.unit),
            or_none(&column.denominator),
            column.description.clone(),
        ];
        for (index, cell) in (0_u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(line, index, cell)?;
        }
    }
    Ok(())
}

fn header(sheet: &mut Worksheet, name: &str, names: &[&str]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    sheet.set_name(name)?.set_freeze_panes(1, 0)?;
    for (index, name) in (0_u16..).zip(names) {
        sheet.write_string_with_format(0, index, *name, &bold)?;
        sheet.set_column_width(
            index,
            (name.chars().count() as f64 + 2.0).clamp(9.0, WIDEST),
        )?;
    }
    Ok(())
}
