//! Intermediate tables as Arrow IPC files: cheap to write, and the dictionaries are kept.

use std::io::{BufWriter, Read, Seek, Write};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::ipc::reader::FileReader;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions};

use crate::{Table, TableError};

/// Writes a table as an Arrow IPC file of one record batch. The same table gives the same bytes.
///
/// # Errors
/// When the bytes cannot be written.
pub fn write_ipc(table: &Table, out: impl Write) -> Result<(), TableError> {
    let batch = table.to_batch()?;
    let mut writer = FileWriter::try_new_with_options(
        BufWriter::with_capacity(1 << 20, out),
        &batch.schema(),
        IpcWriteOptions::default(),
    )?;
    writer.write(&batch)?;
    writer.finish()?;
    writer
        .into_inner()?
        .into_inner()
        .map_err(|error| error.into_error())?
        .flush()?;
    Ok(())
}

/// Reads a table that [`write_ipc`] wrote.
///
/// # Errors
/// When the bytes are not such a table.
pub fn read_ipc(input: impl Read + Seek) -> Result<Table, TableError> {
    let reader = FileReader::try_new(input, None)?;
    let schema = reader.schema();
    let mut batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>()?;
    match batches.pop() {
        None => Table::from_batch(&RecordBatch::new_empty(schema)),
        Some(only) if batches.is_empty() => Table::from_batch(&only),
        Some(last) => {
            batches.push(last);
            Table::from_batch(&concat_batches(&schema, &batches)?)
        }
    }
}
