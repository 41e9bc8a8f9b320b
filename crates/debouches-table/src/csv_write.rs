//! Writes the published CSV: UTF-8, `;`, RFC 4180 quoting, LF, empty for null. Blocks of rows are formatted side by side.

use std::io::Write;
use std::sync::mpsc::sync_channel;

use arrow::array::Array as _;
use arrow::datatypes::ArrowPrimitiveType;

use crate::{Column, Table, TableError};

/// Rows formatted at once by a thread.
const BLOCK_ROWS: usize = 4096;

/// Writes the table as CSV, formatted by `jobs` threads. The same table gives the same bytes, whatever their number.
///
/// # Errors
/// When the bytes cannot be written.
pub fn write_csv(table: &Table, mut out: impl Write, jobs: usize) -> Result<(), TableError> {
    let header: Vec<String> = table.columns().map(|(name, _)| quoted(name)).collect();
    out.write_all(header.join(";").as_bytes())?;
    out.write_all(b"\n")?;
    let formats: Vec<Format<'_>> = table
        .columns()
        .map(|(_, column)| Format::of(column))
        .collect();
    let (rows, jobs) = (table.rows(), jobs.max(1));
    std::thread::scope(|scope| {
        let channels: Vec<_> = (0..jobs)
            .map(|job| {
                let (sender, blocks) = sync_channel::<Vec<u8>>(2);
                let formats = &formats;
                scope.spawn(move || {
                    let starts = (job * BLOCK_ROWS..rows).step_by(jobs * BLOCK_ROWS);
                    for start in starts {
                        // The receiver is gone when writing failed: nothing more to do.
                        if sender
                            .send(block(formats, start, rows.min(start + BLOCK_ROWS)))
                            .is_err()
                        {
                            break;
                        }
                    }
                });
                blocks
            })
            .collect();
        for number in 0..rows.div_ceil(BLOCK_ROWS) {
            let block = channels[number % jobs]
                .recv()
                .expect("each thread sends its blocks in order");
            out.write_all(&block)?;
        }
        out.flush()?;
        Ok(())
    })
}

fn block(formats: &[Format<'_>], start: usize, end: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity((end - start) * formats.len() * 8);
    for row in start..end {
        for (index, format) in formats.iter().enumerate() {
            if index > 0 {
                bytes.push(b';');
            }
            format.push(row, &mut bytes);
        }
        bytes.push(b'\n');
    }
    bytes
}

/// How a column is written: texts are quoted once per distinct value.
enum Format<'a> {
    Text {
        keys: &'a [i32],
        nulls: Option<&'a arrow::buffer::NullBuffer>,
        values: Vec<String>,
    },
    Status {
        keys: &'a [i8],
        values: Vec<String>,
    },
    Integer(&'a arrow::array::Int32Array),
    Decimal(&'a arrow::array::Float64Array),
}

impl<'a> Format<'a> {
    fn of(column: &'a Column) -> Self {
        match column {
            Column::Text(text) | Column::List(text) => Self::Text {
                keys: text.0.keys().values(),
                nulls: text.0.keys().nulls(),
                values: text.distinct().map(quoted).collect(),
            },
            Column::Status(status) => Self::Status {
                keys: status.0.keys().values(),
                values: debouches_model::ValueStatus::ALL
                    .iter()
                    .map(|status| status.as_str().to_owned())
                    .collect(),
            },
            Column::Integer(integers) => Self::Integer(&integers.0),
            Column::Decimal(decimals) => Self::Decimal(&decimals.0),
        }
    }

    fn push(&self, row: usize, bytes: &mut Vec<u8>) {
        match self {
            Self::Text {
                keys,
                nulls,
                values,
            } => {
                if nulls.is_none_or(|nulls| nulls.is_valid(row)) {
                    bytes.extend_from_slice(
                        values[usize::try_from(keys[row]).unwrap_or_default()].as_bytes(),
                    );
                }
            }
            Self::Status { keys, values } => {
                bytes.extend_from_slice(
                    values[usize::try_from(keys[row]).unwrap_or_default()].as_bytes(),
                );
            }
            Self::Integer(integers) => {
                if let Some(value) = value(integers, row) {
                    bytes.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
                }
            }
            Self::Decimal(decimals) => {
                if let Some(value) = value(decimals, row) {
                    bytes.extend_from_slice(zmij::Buffer::new().format(value).as_bytes());
                }
            }
        }
    }
}

fn value<T: ArrowPrimitiveType>(
    array: &arrow::array::PrimitiveArray<T>,
    row: usize,
) -> Option<T::Native> {
    array.is_valid(row).then(|| array.value(row))
}

/// RFC 4180: quotes around what holds a separator, a quote or a line break; quotes inside doubled. A text that begins like
/// a formula is quoted too, unchanged: `validate` tells it.
fn quoted(text: &str) -> String {
    let must_quote = text.contains([';', '"', '\n', '\r'])
        || text.starts_with(['=', '+', '-', '@', '\t'])
        || text.starts_with(' ')
        || text.ends_with(' ');
    if must_quote {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextColumn;

    #[test]
    fn the_number_of_threads_does_not_change_the_bytes() {
        let rows = BLOCK_ROWS * 3 + 5;
        let mut table = Table::new(rows);
        let values = ["a;b".to_owned(), "dit \"x\"".to_owned(), "plain".to_owned()];
        table
            .set(
                "t",
                Column::Text(TextColumn::new(
                    &values,
                    (0..rows).map(|row| (row % 4 < 3).then_some((row % 3) as u32)),
                )),
            )
            .unwrap();
        table
            .set(
                "d",
                Column::Decimal(
                    (0..rows)
                        .map(|row| (row % 2 == 0).then_some(row as f64 / 4.0))
                        .collect(),
                ),
            )
            .unwrap();
        let write = |jobs| {
            let mut bytes = Vec::new();
            write_csv(&table, &mut bytes, jobs).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let text = write(1);
        assert_eq!(text, write(2));
        assert_eq!(text, write(3));
        assert_eq!(
            text.lines().take(4).collect::<Vec<_>>(),
            ["t;d", "\"a;b\";0.0", "\"dit \"\"x\"\"\";", "plain;0.5"]
        );
    }
}
