//! Reads a producer's own Parquet export as text cells, like any other body.

use std::io::Read;

use arrow::array::{Array, ArrayRef, AsArray as _};
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::rows::Rows;
use crate::{Progress, RawTable, ReadOptions, TableError};

/// Largest file as received, in bytes.
const LONGEST: u64 = 192 << 20;
/// Rows read at once.
const BATCH_ROWS: usize = 4 << 10;
/// Most bytes that a column of one row group unpacks to.
const MOST_UNPACKED: i64 = 128 << 20;

/// Reads a Parquet file whose columns are plain values or lists of them.
///
/// # Errors
/// When the stream fails, when the body is not Parquet, or when a limit is passed.
pub fn read_parquet_rows(
    input: impl Read,
    options: ReadOptions<'_>,
    progress: &mut Progress<'_>,
) -> Result<RawTable, TableError> {
    let mut bytes = Vec::new();
    input.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(over("the size of the Parquet file in bytes", LONGEST));
    }
    progress(bytes.len() as u64);
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)).map_err(unreadable)?;
    let header: Vec<String> = builder
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    let mut rows = Rows::under(header.clone(), 1, options);
    if rows.is_unread() {
        return Ok(rows.finish());
    }
    let wanted = options.headings.wanted(&header).unwrap_or_default();
    let metadata = builder.metadata();
    let large = metadata
        .row_groups()
        .iter()
        .flat_map(|group| group.columns())
        .any(|column| column.uncompressed_size() > MOST_UNPACKED);
    if large {
        return Err(over(
            "the unpacked size of a column in bytes",
            MOST_UNPACKED.unsigned_abs(),
        ));
    }
    let count = usize::try_from(metadata.file_metadata().num_rows()).unwrap_or(usize::MAX);
    let read = wanted.iter().filter(|wanted| **wanted).count();
    options.limits.check_cells(count, read, None)?;
    let roots = (0..header.len()).filter(|column| wanted[*column]);
    let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
    let reader = builder
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .build()
        .map_err(unreadable)?;
    let mut line = 1_u32;
    let mut cells = vec![String::new(); header.len()];
    for batch in reader {
        let batch = batch.map_err(unreadable)?;
        let columns: Vec<Vec<String>> = batch
            .columns()
            .iter()
            .map(texts)
            .collect::<Result<_, _>>()?;
        for row in 0..batch.num_rows() {
            line = line.saturating_add(1);
            let slots = cells.iter_mut().zip(&wanted).filter(|(_, wanted)| **wanted);
            for ((cell, _), column) in slots.zip(&columns) {
                cell.clone_from(&column[row]);
            }
            rows.push(line, &cells)?;
        }
    }
    Ok(rows.finish())
}

/// The cells of a column as text; a list is joined with `,`.
fn texts(array: &ArrayRef) -> Result<Vec<String>, TableError> {
    if let DataType::List(_) = array.data_type() {
        let lists = array.as_list::<i32>();
        let joined = lists.iter().map(|list| {
            let items = list.as_ref().map(texts).transpose()?;
            Ok(items.unwrap_or_default().join(","))
        });
        return joined.collect();
    }
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(array, &options).map_err(unreadable)?;
    let cell = |row| {
        if array.is_null(row) {
            String::new()
        } else {
            formatter.value(row).to_string()
        }
    };
    Ok((0..array.len()).map(cell).collect())
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
        problem: format!("the Parquet file cannot be read: {error}"),
    }
}
