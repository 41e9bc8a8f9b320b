//! A published table, read again by who did not write it: columns, rows, keys, reasons of emptiness, secrecy.
//!
//! The Parquet is read by the reader of the `parquet` crate, the CSV by our reader of sources; the writers are neither.

use std::io::Read;

use debouches_model::ValueStatus;
use debouches_model::spec::{TableSpec, Tables};
use debouches_table::{
    Alignment, Column, ParquetFile, RawTable, ReadLimits, Table, as_text, read_csv,
};

use crate::PackageError;
use crate::diff::TableShape;
use crate::secrecy::leaks;

/// Reads a table again; gives what is wrong with it, each sentence naming its file.
///
/// # Errors
/// When a file cannot be read at all.
pub fn reread(
    tables: &Tables,
    shape: &TableShape,
    parquet: &ParquetFile,
    csv: impl Read + Send,
) -> Result<Vec<String>, PackageError> {
    let wrap = |source| PackageError::Compared {
        table: shape.table.clone(),
        source,
    };
    let (parquet_name, csv_name) = (&shape.parquet, format!("{}.csv", shape.table));
    let names: Vec<String> = shape
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    let mut wrong = Vec::new();
    if parquet.names() != names {
        wrong.push(format!(
            "{parquet_name}: its columns are not those of datapackage.json"
        ));
        return Ok(wrong);
    }
    let raw = read_csv(csv, ReadLimits::default(), 2, &mut |_| {}).map_err(wrap)?;
    if raw.header != names {
        wrong.push(format!(
            "{csv_name}: its columns are not those of datapackage.json"
        ));
        return Ok(wrong);
    }
    if raw.rows() != parquet.rows() || !raw.ragged.is_empty() {
        wrong.push(format!(
            "{csv_name}: {} rows where {parquet_name} has {}",
            raw.rows() + raw.ragged.len(),
            parquet.rows()
        ));
        return Ok(wrong);
    }
    let key: Vec<Column> = shape
        .key
        .iter()
        .map(|name| parquet.column(name))
        .collect::<Result<_, _>>()
        .map_err(wrap)?;
    let repeated = Alignment::of(&key, &key).repeated / 2;
    if repeated > 0 {
        wrong.push(format!("{parquet_name}: {repeated} rows repeat a key"));
    }
    for (index, name) in names.iter().enumerate() {
        let column = parquet.column(name).map_err(wrap)?;
        let differing = cells_that_differ(&raw, index, &column);
        if differing > 0 {
            wrong.push(format!(
                "{csv_name}: {differing} cells of {name} are not those of {parquet_name}"
            ));
        }
        let status = debouches_model::spec::status_column(name);
        if names.contains(&status) {
            let contradicted = contradictions(&column, &parquet.column(&status).map_err(wrap)?);
            if contradicted > 0 {
                wrong.push(format!(
                    "{parquet_name}: {contradicted} cells of {name} contradict {status}"
                ));
            }
        }
    }
    if let Some(spec) = tables.named(&shape.table) {
        wrong.extend(secrecy(spec, shape, parquet)?);
    }
    Ok(wrong)
}

/// Cells of the CSV that are not those of the Parquet; numbers are compared as numbers.
fn cells_that_differ(raw: &RawTable, index: usize, column: &Column) -> u64 {
    let cells = raw.column(index);
    let differs: Box<dyn Fn(usize) -> bool + '_> = match column {
        Column::Integer(numbers) => Box::new(move |row| {
            let text = cells.value(row);
            if text.is_empty() {
                numbers.get(row).is_some()
            } else {
                text.parse().ok() != numbers.get(row)
            }
        }),
        Column::Decimal(numbers) => Box::new(move |row| {
            let text = cells.value(row);
            if text.is_empty() {
                numbers.get(row).is_some()
            } else {
                text.parse().ok() != numbers.get(row)
            }
        }),
        Column::Text(text) | Column::List(text) => {
            Box::new(move |row| cells.value(row) != text.get(row).unwrap_or_default())
        }
        Column::Status(status) => Box::new(move |row| cells.value(row) != status.get(row).as_str()),
    };
    (0..raw.rows()).filter(|row| differs(*row)).count() as u64
}

/// Cells that are empty and told to be measured, or filled and told not to be.
fn contradictions(measure: &Column, status: &Column) -> u64 {
    let filled: Box<dyn Fn(usize) -> bool + '_> = match measure {
        Column::Integer(numbers) => Box::new(move |row| numbers.get(row).is_some()),
        Column::Decimal(numbers) => Box::new(move |row| numbers.get(row).is_some()),
        Column::Text(text) | Column::List(text) => Box::new(move |row| text.get(row).is_some()),
        Column::Status(_) => Box::new(|_| true),
    };
    let status = as_text(status);
    let measured = |row: usize| status.get(row) == Some(ValueStatus::Measured.as_str());
    (0..status.rows())
        .filter(|row| filled(*row) != measured(*row))
        .count() as u64
}

/// Figures under the threshold, from the columns that decide it; told when one of them is not published.
fn secrecy(
    spec: &TableSpec,
    shape: &TableShape,
    parquet: &ParquetFile,
) -> Result<Option<String>, PackageError> {
    let wrap = |source| PackageError::Compared {
        table: shape.table.clone(),
        source,
    };
    let published = |name: &str| shape.columns.iter().any(|column| column.name == name);
    let mut table = Table::new(parquet.rows());
    for column in spec.measures().chain(
        spec.columns
            .iter()
            .filter(|column| spec.key.contains(&column.name)),
    ) {
        if published(&column.name) {
            table
                .set(&column.name, parquet.column(&column.name).map_err(wrap)?)
                .map_err(wrap)?;
        }
    }
    if spec.measures().any(|column| !published(&column.name)) {
        // A measure that is left out cannot be a leak, and may be the base of another: only the release itself could tell.
        return Ok(None);
    }
    let (count, first) = leaks(spec, &table).map_err(wrap)?;
    Ok(first.map(|first| {
        let where_ = first.sentence(debouches_model::Lang::En);
        format!(
            "{}: {count} figures under the secrecy threshold; the first: {where_}",
            shape.parquet
        )
    }))
}
